/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses events for a report: messages one by one, or whole circuits. */
#include "event_value.h"
#include "facts/event_flaws.h"
#include "history/idmap.h"
#include "history/ring.h"
#include "where.h"

#define MOST_HELD     16    /* events of a circuit whose client does not say who it is */
#define MOST_CIRCUITS 65536 /* beyond, the oldest is asked anew when it goes on */

typedef enum { UNDECIDED, CHOSEN, PASSED } decision;

typedef struct {
    caw_ring all;
    uint32_t connection;
    decision is;
    caw_event *held[MOST_HELD];
    size_t count;
} circuit;

struct caw_choice {
    caw_memory memory;
    caw_where *where;
    void (*tell)(void *user, const caw_event *event);
    void *user;
    bool whole; /* circuits */
    caw_idmap circuits;
    caw_ring all; /* the oldest first */
    size_t count;
};

/* ---- the expression ----------------------------------------------------------------------- */

static bool has_parts(const where_node *node) {
    return node->kind == WHERE_AND || node->kind == WHERE_OR || node->kind == WHERE_NOT;
}

static bool is_of_circuit(const where_node *node) {
    if (has_parts(node))
        return is_of_circuit(node->left) && (!node->right || is_of_circuit(node->right));
    return node->kind == WHERE_PACKET ||
           (node->kind == WHERE_MESSAGE && node->has_field &&
            (node->field == CAW_FIELD_USER || node->field == CAW_FIELD_HOST ||
             node->field == WHERE_FIELD_SRC || node->field == WHERE_FIELD_DST));
}

/* The first part that an answer has to come for, or NULL. */
static const where_node *that_waits(const where_node *node) {
    if (!node)
        return NULL;
    if (has_parts(node)) {
        const where_node *found = that_waits(node->left);
        return found ? found : that_waits(node->right);
    }
    bool time = node->kind == WHERE_MESSAGE && node->has_field && node->field == WHERE_FIELD_TIME;
    bool flaw = caw_where_is_flaw(node, CAW_FLAWS_TO_COME);
    return time || flaw || node->kind == WHERE_UNANSWERED ? node : NULL;
}

/* ---- circuits ----------------------------------------------------------------------------- */

static caw_key key_of(uint32_t connection) {
    return (caw_key){0, connection};
}

static void forget(caw_choice *self, circuit *forgotten) {
    while (forgotten->count)
        self->memory.release(self->memory.user, forgotten->held[--forgotten->count]);
    caw_idmap_set(&self->circuits, &self->memory, key_of(forgotten->connection), NULL);
    caw_ring_remove(&forgotten->all);
    self->count--;
    self->memory.release(self->memory.user, forgotten);
}

static circuit *oldest_of(const caw_choice *self) {
    return CAW_RING_ENTRY(self->all.after, circuit, all);
}

static circuit *find(const caw_choice *self, const caw_event *event) {
    return caw_idmap_get(&self->circuits, key_of(event->connection));
}

/* NULL without memory. */
static circuit *add(caw_choice *self, const caw_event *event) {
    circuit *made = self->memory.alloc(self->memory.user, sizeof *made);
    if (!made)
        return NULL;
    memset(made, 0, sizeof *made);
    made->connection = event->connection;
    if (!caw_idmap_set(&self->circuits, &self->memory, key_of(made->connection), made)) {
        self->memory.release(self->memory.user, made);
        return NULL;
    }
    caw_ring_add_last(&self->all, &made->all);
    self->count++;
    return made;
}

static bool matches(caw_choice *self, const caw_event *event) {
    return caw_where_ask(self->where, event, NULL) == CAW_WHERE_YES;
}

/* One of its messages matches, as far as the client has said who it is; `now` may be NULL. */
static bool is_wanted(caw_choice *self, circuit *asked, const caw_event *now) {
    bool wanted = now && matches(self, now);
    for (size_t i = 0; i < asked->count && !wanted; i++) {
        caw_event named = *asked->held[i];
        named.user = now && now->user ? now->user : named.user;
        named.host = now && now->host ? now->host : named.host;
        wanted = matches(self, &named);
    }
    return wanted;
}

/* Of what was kept only what it says itself still holds. */
static void decide(caw_choice *self, circuit *decided, const caw_event *now) {
    decided->is = is_wanted(self, decided, now) ? CHOSEN : PASSED;
    for (size_t i = 0; i < decided->count; i++) {
        decided->held[i]->circuit = now ? now->circuit : NULL;
        if (decided->is == CHOSEN)
            self->tell(self->user, decided->held[i]);
        self->memory.release(self->memory.user, decided->held[i]);
    }
    decided->count = 0;
}

/* Nothing in it points to what may be gone, and more may be known later. */
static bool can_wait(const circuit *asked, const caw_event *event) {
    const caw_note *note = event->note;
    bool bare = !note || (!note->exchange && !note->channel);
    return bare && !(event->user && event->host) && asked->count < MOST_HELD;
}

static bool hold(caw_choice *self, circuit *into, const caw_event *event) {
    caw_event *copy = caw_event_copy(event, &self->memory);
    if (copy)
        into->held[into->count++] = copy;
    return copy;
}

static void see_of_circuit(caw_choice *self, const caw_event *event) {
    circuit *of = find(self, event);
    if (!of)
        of = add(self, event);
    if (of && of->is == UNDECIDED && !(can_wait(of, event) && hold(self, of, event)))
        decide(self, of, event);
    if (of ? of->is == CHOSEN : matches(self, event))
        self->tell(self->user, event);
    while (self->count > MOST_CIRCUITS)
        forget(self, oldest_of(self));
}

/* The life of a circuit. */
static void see_life(caw_choice *self, const caw_event *event) {
    circuit *of = event->kind == CAW_EVENT_CLOSED ? find(self, event) : NULL;
    if (of && of->is == UNDECIDED)
        decide(self, of, event);
    self->tell(self->user, event);
    if (of)
        forget(self, of);
}

/* ---- all of it ---------------------------------------------------------------------------- */

void caw_choice_observe(caw_choice *self, const caw_event *event) {
    if (event->kind != CAW_EVENT_MESSAGE && event->kind != CAW_EVENT_MALFORMED)
        see_life(self, event);
    else if (self->whole && event->connection)
        see_of_circuit(self, event);
    else if (matches(self, event))
        self->tell(self->user, event);
}

void caw_choice_end(caw_choice *self) {
    while (self->count) {
        if (oldest_of(self)->is == UNDECIDED)
            decide(self, oldest_of(self), NULL);
        forget(self, oldest_of(self));
    }
}

static bool can_be_asked(const char *expression, const caw_where *where,
                         caw_where_verdict *verdict) {
    const where_node *waits = that_waits(caw_where_root(where));
    if (!waits)
        return true;
    /* the tree points into its own copy of the expression */
    caw_where_complain(expression, verdict, expression + caw_where_at(where, waits), waits->span,
                       "a report does not wait for answers, as",
                       " would: caw errors has requests without one (NO_ANSWER), caw puts says of "
                       "each put what became of it, caw srt has the times");
    return false;
}

caw_choice *caw_choice_new(const char *expression, const caw_memory *memory,
                           void (*tell)(void *user, const caw_event *event), void *user,
                           caw_where_verdict *verdict) {
    caw_where *where = caw_where_new(expression, memory, verdict);
    if (!where)
        return NULL;
    caw_choice *self =
        can_be_asked(expression, where, verdict) ? memory->alloc(memory->user, sizeof *self) : NULL;
    if (!self) {
        caw_where_free(where);
        caw_where_complain(expression, verdict, expression, 0, "out of memory", "");
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->memory = *memory;
    self->where = where;
    self->tell = tell;
    self->user = user;
    self->whole = is_of_circuit(caw_where_root(where));
    caw_ring_begin(&self->all);
    return self;
}

void caw_choice_free(caw_choice *self) {
    if (!self)
        return;
    while (self->count)
        forget(self, oldest_of(self));
    caw_idmap_free(&self->circuits, &self->memory);
    caw_where_free(self->where);
    self->memory.release(self->memory.user, self);
}
