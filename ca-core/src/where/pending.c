/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of requests, finished, that wait until it is known whether these are answered. What decides
 * a line is what its request belongs to: the exchange, the channel, the connection. For each of
 * these there is a bunch of the lines that wait for it, found by what it is; so what happens to it
 * costs no more than the lines that it decides. Exchanges and channels may be forgotten meanwhile:
 * their addresses are names within their connection, nothing is read there but of the event that is
 * shown. So what is decided when does not depend on which memory is used again.
 */
#include "event_value.h"
#include "history/exchange.h"
#include "history/idmap.h"
#include "history/ring.h"

/*
 * Seconds after which history forgets a search that nobody has answered; and in which a server that
 * has received a FIN may answer what came before it.
 */
#define PATIENCE 60
#define YOUNG    1 /* seconds that every request may take */

typedef enum {
    OF_EXCHANGE,
    OF_CHANNEL,
    OF_CONNECTION,
    OF_CREATION, /* of a PV by a client's address, which a search's answer leads to */
    BUNCHES
} bunch_kind;

/* The lines of one owner, the oldest first. */
typedef struct {
    caw_key key;
    caw_ring lines;
    caw_ring ending; /* of a search, or a connection that closes: in the order of their last use */
    int64_t used;    /* seconds */
} bunch;

typedef struct {
    caw_ring all; /* in the order in which they came */
    caw_ring of[BUNCHES];
    bunch *in[BUNCHES]; /* NULL: it belongs to no such thing */
    caw_where_rest rest;
    caw_moment now; /* of the request */
    size_t size;    /* of all of this */
    size_t length;
    char text[];
} line;

struct caw_pending {
    caw_pending_setup setup;
    caw_idmap bunches;
    caw_ring lines;  /* all of them, the oldest first */
    caw_ring ending; /* bunches that nothing is waited for any more after some time */
    uint64_t bytes;
    uint64_t hurried;
};

/* ---- bunches ------------------------------------------------------------------------------ */

/* Of a thing of the event's connection; of the connection itself the thing is NULL. */
static caw_key key_of(bunch_kind kind, const caw_event *event, const void *thing) {
    return (caw_key){event->connection * (uint64_t)BUNCHES + kind, (uint64_t)(uintptr_t)thing};
}

static caw_key key_of_creation(const caw_end *client, const char *pv) {
    const uint8_t *at = client->bytes;
    uint64_t address = (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
    return caw_name_key(address * BUNCHES + OF_CREATION, pv);
}

static bunch_kind kind_of(caw_key key) {
    return (bunch_kind)(key.scope % BUNCHES);
}

static bunch *find(const caw_pending *self, caw_key key) {
    return caw_idmap_get(&self->bunches, key);
}

static bunch *new_bunch(caw_pending *self, caw_key key) {
    const caw_memory *memory = &self->setup.memory;
    bunch *made = memory->alloc(memory->user, sizeof *made);
    if (!made)
        return NULL;
    memset(made, 0, sizeof *made);
    made->key = key;
    caw_ring_begin(&made->lines);
    if (caw_idmap_set(&self->bunches, memory, key, made))
        return made;
    memory->release(memory->user, made);
    return NULL;
}

/* When nothing of it waits any more. */
static void drop_empty(caw_pending *self, bunch *emptied) {
    const caw_memory *memory = &self->setup.memory;
    if (!emptied || !caw_ring_is_empty(&emptied->lines))
        return;
    caw_ring_remove(&emptied->ending);
    caw_idmap_set(&self->bunches, memory, emptied->key, NULL);
    memory->release(memory->user, emptied);
}

/* The line belongs to this, too. False without memory. */
static bool enter(caw_pending *self, line *entered, caw_key key) {
    bunch_kind kind = kind_of(key);
    bunch *found = find(self, key);
    if (!found)
        found = new_bunch(self, key);
    if (!found)
        return false;
    caw_ring_add_last(&found->lines, &entered->of[kind]);
    entered->in[kind] = found;
    return true;
}

static line *line_of(caw_ring *link, bunch_kind kind) {
    return CAW_RING_ENTRY(link - kind, line, of);
}

/* ---- lines -------------------------------------------------------------------------------- */

static void drop(caw_pending *self, line *dropped) {
    caw_ring_remove(&dropped->all);
    for (int i = 0; i < BUNCHES; i++) {
        caw_ring_remove(&dropped->of[i]);
        drop_empty(self, dropped->in[i]);
    }
    self->bytes -= dropped->size;
    self->setup.memory.release(self->setup.memory.user, dropped);
}

static void tell(const caw_pending *self, const line *told) {
    self->setup.tell(self->setup.user, told->text, told->length);
}

static void decide(caw_pending *self, line *decided, caw_where_fate fate) {
    if (caw_where_settle(self->setup.where, &decided->rest, fate))
        tell(self, decided);
    drop(self, decided);
}

/* The last line takes its bunch with it. */
static void decide_all(caw_pending *self, caw_key key, caw_where_fate fate) {
    for (bunch *found; (found = find(self, key));)
        decide(self, line_of(found->lines.after, kind_of(key)), fate);
}

static line *oldest_of(const caw_pending *self) {
    return CAW_RING_ENTRY(self->lines.after, line, all);
}

/* There is no room to wait: it is told as it is. */
static void hurry_oldest(caw_pending *self) {
    tell(self, oldest_of(self));
    drop(self, oldest_of(self));
    self->hurried++;
}

/* ---- what happens ------------------------------------------------------------------------- */

#define FOREVER 1e9 /* seconds */

static const caw_where_fate unanswered = {.is = CAW_FATE_UNANSWERED, .seconds = FOREVER};
static const caw_where_fate followed = {.is = CAW_FATE_ANSWERED};

/* It ends when nothing more is heard of it for some time. */
static void end_in_time(caw_pending *self, bunch *ending, int64_t now) {
    ending->used = now;
    caw_ring_remove(&ending->ending);
    caw_ring_add_last(&self->ending, &ending->ending);
}

/* Sent, or sent again: history keeps it for some time. */
static void use_search(caw_pending *self, const caw_event *event) {
    bunch *found = find(self, key_of(OF_EXCHANGE, event, event->note->exchange));
    if (found && event->transport == CAW_TRANSPORT_UDP)
        end_in_time(self, found, event->now.seconds);
}

static void expire(caw_pending *self, int64_t now) {
    while (!caw_ring_is_empty(&self->ending)) {
        bunch *oldest = CAW_RING_ENTRY(self->ending.after, bunch, ending);
        if (now - oldest->used <= PATIENCE)
            return;
        decide_all(self, oldest->key, unanswered);
    }
}

/* After a client's FIN the server may still say what it has to say; after its own it has said it.
 */
static void see_close(caw_pending *self, const caw_event *event) {
    caw_key key = key_of(OF_CONNECTION, event, NULL);
    bunch *found = find(self, key);
    if (found && event->by == CAW_BY_FIN && event->speaker != CAW_SIDE_SERVER)
        end_in_time(self, found, event->now.seconds);
    else
        decide_all(self, key, unanswered);
}

/* A new request has the name of one that history has forgotten. */
static void see_request(caw_pending *self, const caw_event *event) {
    const caw_note *note = event->note;
    if (note->repeated)
        use_search(self, event);
    else
        decide_all(self, key_of(OF_EXCHANGE, event, note->exchange), unanswered);
}

static void see_message(caw_pending *self, const caw_event *event) {
    const caw_note *note = event->note;
    caw_moment sent = caw_event_sent(event);
    if (note->exchange && note->turn == CAW_TURN_REQUEST && note->exchange->pv &&
        event->message.command == CAW_COMMAND_CREATE_CHAN)
        decide_all(self, key_of_creation(&event->source, note->exchange->pv), followed);
    if (note->exchange && note->turn == CAW_TURN_REQUEST)
        see_request(self, event);
    if (note->exchange && note->turn == CAW_TURN_RESPONSE)
        decide_all(self, key_of(OF_EXCHANGE, event, note->exchange),
                   (caw_where_fate){CAW_FATE_ANSWERED,
                                    caw_where_seconds(&note->exchange->request, &sent),
                                    note->exchange->status});
    if (note->channel && note->channel->closed)
        decide_all(self, key_of(OF_CHANNEL, event, note->channel), unanswered);
}

void caw_pending_observe(caw_pending *self, const caw_event *event) {
    if (caw_ring_is_empty(&self->lines))
        return;
    expire(self, event->now.seconds);
    if (event->kind == CAW_EVENT_MESSAGE)
        see_message(self, event);
    else if (event->kind == CAW_EVENT_CLOSED || event->kind == CAW_EVENT_REFUSED)
        see_close(self, event);
}

/* ---- waiting ------------------------------------------------------------------------------ */

static line *new_line(const caw_pending *self, const caw_event *event, const caw_where_rest *rest,
                      const char *text, size_t length) {
    const caw_memory *memory = &self->setup.memory;
    size_t size = sizeof(line) + length;
    line *made = memory->alloc(memory->user, size);
    if (!made)
        return NULL;
    memset(made, 0, sizeof *made);
    made->rest = *rest;
    made->now = event->now;
    made->size = size;
    made->length = length;
    memcpy(made->text, text, length);
    return made;
}

/* Of a search: it is waited for what the client does then. */
static bool enter_answer(caw_pending *self, line *entered, const caw_event *event) {
    if (!enter(self, entered, key_of_creation(&event->target, event->note->exchange->pv)))
        return false;
    end_in_time(self, entered->in[OF_CREATION], event->now.seconds);
    return true;
}

/* The channel of a request that creates it is its exchange's. */
static bool enter_all(caw_pending *self, line *entered, const caw_event *event) {
    const caw_note *note = event->note;
    const caw_channel *channel = note->channel ? note->channel : note->exchange->channel;
    if (note->turn == CAW_TURN_RESPONSE)
        return enter_answer(self, entered, event);
    return enter(self, entered, key_of(OF_EXCHANGE, event, note->exchange)) &&
           (!channel || enter(self, entered, key_of(OF_CHANNEL, event, channel))) &&
           (!event->connection || enter(self, entered, key_of(OF_CONNECTION, event, NULL)));
}

bool caw_pending_add(caw_pending *self, const caw_event *event, const caw_where_rest *rest,
                     const char *text, size_t length) {
    line *made = new_line(self, event, rest, text, length);
    if (!made) {
        self->hurried++;
        return false;
    }
    caw_ring_add_last(&self->lines, &made->all);
    self->bytes += made->size;
    if (!enter_all(self, made, event)) {
        drop(self, made);
        self->hurried++;
        return false;
    }
    use_search(self, event);
    while (self->bytes > self->setup.most && !caw_ring_is_empty(&self->lines))
        hurry_oldest(self);
    return true;
}

/* ---- life --------------------------------------------------------------------------------- */

caw_pending *caw_pending_new(const caw_pending_setup *setup) {
    caw_pending *self = setup->memory.alloc(setup->memory.user, sizeof *self);
    if (!self)
        return NULL;
    memset(self, 0, sizeof *self);
    self->setup = *setup;
    caw_ring_begin(&self->lines);
    caw_ring_begin(&self->ending);
    return self;
}

void caw_pending_end(caw_pending *self, caw_moment last) {
    while (!caw_ring_is_empty(&self->lines)) {
        line *oldest = oldest_of(self);
        double age = caw_where_seconds(&oldest->now, &last);
        caw_fate is = age < YOUNG ? CAW_FATE_UNKNOWN : CAW_FATE_UNANSWERED;
        decide(self, oldest, (caw_where_fate){.is = is, .seconds = age});
    }
}

uint64_t caw_pending_hurried(const caw_pending *self) {
    return self->hurried;
}

void caw_pending_free(caw_pending *self) {
    if (!self)
        return;
    caw_memory memory = self->setup.memory;
    while (!caw_ring_is_empty(&self->lines))
        drop(self, oldest_of(self));
    caw_idmap_free(&self->bunches, &memory);
    memory.release(memory.user, self);
}
