/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks an event what an expression says. The answer may need the answer to a request that has not
 * come yet: then each condition that does not wait for it has its own answer kept, a bit for each,
 * and nothing else of the event is needed to settle the rest.
 */
#include "event_value.h"
#include "facts/event_flaws.h"

struct caw_where {
    caw_memory memory;
    where_room room;
    const where_node *root;
    where_tree tree;
    char expression[];
};

_Static_assert(WHERE_NODES <= 64, "caw_where_rest has a bit for each node");

/* ---- comparing ---------------------------------------------------------------------------- */

static bool has_bits(const caw_end *end, const caw_end *net, uint32_t bits) {
    uint32_t bytes = bits / 8, left = bits % 8;
    if (end->size != net->size || memcmp(end->bytes, net->bytes, bytes) != 0)
        return false;
    return !left || (end->bytes[bytes] ^ net->bytes[bytes]) >> (8 - left) == 0;
}

static bool starts_with(caw_view text, caw_view beginning) {
    return text.len >= beginning.len && memcmp(text.bytes, beginning.bytes, beginning.len) == 0;
}

static int order_of(const caw_moment *one, const caw_moment *other) {
    if (one->seconds != other->seconds)
        return one->seconds < other->seconds ? -1 : 1;
    return (one->nanoseconds > other->nanoseconds) - (one->nanoseconds < other->nanoseconds);
}

static bool is_nan(double number) {
    return number != number;
}

/* Below, within or above what it is compared with; 2: not to be ordered. NaN is like NaN. */
static int place_of(const event_value *value, const where_value *with) {
    if (value->sort == WHERE_MOMENT) {
        int low = order_of(&value->moment, &with->first);
        return low < 0 ? -1 : order_of(&value->moment, &with->last) > 0;
    }
    if (is_nan(value->number) || is_nan(with->low))
        return is_nan(value->number) && is_nan(with->low) ? 0 : 2;
    if (value->number < with->low)
        return -1;
    return value->number > with->high;
}

static bool is_text(const event_value *value, const where_value *with, where_operator operator) {
    switch (operator) {
    case WHERE_STARTS:
        return starts_with(value->text, with->text);
    case WHERE_MATCHES:
    case WHERE_MATCHES_ANY_CASE:
        return caw_glob_matches(&with->pattern, value->text);
    default:
        return value->text.len == with->text.len && starts_with(value->text, with->text);
    }
}

static bool is_in_order(int place, where_operator operator) {
    switch (operator) {
    case WHERE_LT:
        return place == -1;
    case WHERE_LE:
        return place == -1 || place == 0;
    case WHERE_GT:
        return place == 1;
    case WHERE_GE:
        return place == 1 || place == 0;
    default:
        return place == 0;
    }
}

/* As the operator wants it; for != as == does. */
static bool is_like(const event_value *value, const where_value *with, where_operator operator) {
    if (value->sort == WHERE_STRING)
        return is_text(value, with, operator);
    if (value->sort == WHERE_ADDRESS)
        return has_bits(value->end, &with->address, with->bits);
    return is_in_order(place_of(value, with), operator);
}

/* ---- one field ---------------------------------------------------------------------------- */

typedef struct {
    const where_node *node;
    bool all;   /* of its values must compare so; otherwise one */
    bool any;   /* there was one that could be compared */
    bool holds; /* so far */
} comparison;

static bool compare(void *user, const event_value *value) {
    comparison *self = user;
    const where_node *node = self->node;
    bool suits = false, like = false;
    for (uint32_t i = 0; i < node->count && !like; i++)
        if (node->values[i].sort == value->sort) {
            suits = true;
            like = is_like(value, &node->values[i], node->operator);
        }
    if (!suits && node->operator!= WHERE_HAS)
        return true;
    self->any = true;
    self->holds = node->operator== WHERE_HAS || like !=(node->operator== WHERE_NE);
    return self->all ? self->holds : !self->holds;
}

static comparison begin(const where_node *node) {
    bool all = node->quantity == WHERE_ALL_OF ||
               (node->quantity == WHERE_AS_USUAL && node->operator== WHERE_NE);
    return (comparison){.node = node, .all = all};
}

static bool is_met(const comparison *self) {
    return self->any && self->holds;
}

static bool compare_field(where_room *room, const caw_event *event, const where_node *node) {
    comparison self = begin(node);
    caw_where_values(room, event, node, compare, &self);
    return is_met(&self);
}

/* ---- conditions --------------------------------------------------------------------------- */

static bool is_fact(const where_node *node, caw_fact_id id) {
    return node->kind == WHERE_MESSAGE && node->has_field && caw_where_fact(node->field) == id;
}

bool caw_where_is_flaw(const where_node *node, uint64_t flaws) {
    return node->kind == WHERE_MESSAGE && node->has_field && node->field == WHERE_FIELD_HISTORY &&
           node->bits & flaws;
}

/* `unanswered`, `unanswered == 1`, `time > 1`, `put_status != ECA_NORMAL`, `flaw.unanswered` */
static bool waits(const where_node *node, const caw_event *event) {
    caw_fact_value put;
    if (caw_where_is_flaw(node, UINT64_MAX))
        return caw_where_is_flaw(node, caw_flaws_to_come(event));
    bool time = node->kind == WHERE_MESSAGE && node->has_field && node->field == WHERE_FIELD_TIME;
    if (!caw_event_is_open(event))
        return false;
    return node->kind == WHERE_UNANSWERED || time || is_fact(node, CAW_FACT_UNANSWERED) ||
           (is_fact(node, CAW_FACT_PUT_STATUS) && caw_fact(event, CAW_FACT_PUT, &put, NULL, 0));
}

static bool is_end(const where_node *node, const caw_end *end) {
    if (node->has_port)
        return end->port == node->port;
    return !node->count || has_bits(end, &node->values->address, node->values->bits);
}

static bool is_packet(const where_node *node, const caw_event *event) {
    return node->transport & event->transport &&
           ((node->ends & WHERE_SOURCE && is_end(node, &event->source)) ||
            (node->ends & WHERE_TARGET && is_end(node, &event->target)));
}

static bool is_of_rows(const where_node *node, const caw_event *event) {
    return event->kind == CAW_EVENT_MESSAGE &&
           node->rows & caw_where_row((size_t)(event->message.row - caw_message_rows));
}

/* What is known now; of an answered request that it was. */
static bool is_so(where_room *room, const where_node *node, const caw_event *event) {
    switch (node->kind) {
    case WHERE_PACKET:
        return is_packet(node, event);
    case WHERE_MESSAGE:
        return node->has_field ? compare_field(room, event, node) : is_of_rows(node, event);
    case WHERE_MALFORMED:
        return event->kind == CAW_EVENT_MALFORMED;
    default:
        return false;
    }
}

/* ---- the tree ----------------------------------------------------------------------------- */

static caw_where_answer opposite(caw_where_answer answer) {
    return answer == CAW_WHERE_LATER ? answer
           : answer == CAW_WHERE_YES ? CAW_WHERE_NO
                                     : CAW_WHERE_YES;
}

typedef struct {
    caw_where *where;
    const caw_event *event;
    caw_where_rest *rest;
} asker;

static caw_where_answer ask_condition(const asker *self, const where_node *node) {
    uint64_t bit = UINT64_C(1) << (node - self->where->tree.nodes);
    if (waits(node, self->event)) {
        self->rest->later |= bit;
        return CAW_WHERE_LATER;
    }
    if (!is_so(&self->where->room, node, self->event))
        return CAW_WHERE_NO;
    self->rest->yes |= bit;
    return CAW_WHERE_YES;
}

/* A name of messages: a bit that the decoder knows. */
static bool is_cheap(const where_node *node) {
    return node->kind == WHERE_MESSAGE && !node->has_field;
}

/* What is cheap is asked first. */
static caw_where_answer ask(const asker *self, const where_node *node) {
    if (node->kind == WHERE_NOT)
        return opposite(ask(self, node->left));
    if (node->kind != WHERE_AND && node->kind != WHERE_OR)
        return ask_condition(self, node);
    caw_where_answer decisive = node->kind == WHERE_AND ? CAW_WHERE_NO : CAW_WHERE_YES;
    bool swap = is_cheap(node->right);
    caw_where_answer one = ask(self, swap ? node->right : node->left);
    if (one == decisive)
        return one;
    caw_where_answer other = ask(self, swap ? node->left : node->right);
    return other == decisive || one != CAW_WHERE_LATER ? other : one;
}

caw_where_answer caw_where_ask(caw_where *self, const caw_event *event, caw_where_rest *rest) {
    caw_where_rest ignored;
    asker asking = {self, event, rest ? rest : &ignored};
    *asking.rest = (caw_where_rest){0, 0};
    if (!caw_event_class(event))
        return CAW_WHERE_NO;
    return ask(&asking, self->root);
}

/* ---- later -------------------------------------------------------------------------------- */

/* A flaw that waits: late is as bad as never, of what is to come at once. */
static bool settle_flaw(const where_node *node, caw_where_fate fate) {
    bool prompt = caw_where_is_flaw(node, 1u << CAW_HISTORY_ECHO_UNANSWERED |
                                              1u << CAW_HISTORY_NO_FIRST_UPDATE);
    bool there = prompt ? fate.is != CAW_FATE_UNKNOWN && fate.seconds >= CAW_PROMPT
                        : fate.is == CAW_FATE_UNANSWERED;
    event_value value = {.sort = WHERE_NUMBER, .number = there};
    comparison self = begin(node);
    compare(&self, &value);
    return is_met(&self);
}

static bool settle_condition(const where_node *node, caw_where_fate fate) {
    bool unanswered = is_fact(node, CAW_FACT_UNANSWERED);
    if (caw_where_is_flaw(node, UINT64_MAX))
        return settle_flaw(node, fate);
    double known = unanswered ? 1 : is_fact(node, CAW_FACT_PUT_STATUS) ? fate.status : fate.seconds;
    event_value value = {.sort = WHERE_NUMBER, .number = known};
    if (node->kind == WHERE_UNANSWERED)
        return fate.is == CAW_FATE_UNANSWERED;
    comparison self = begin(node);
    if (fate.is == (unanswered ? CAW_FATE_UNANSWERED : CAW_FATE_ANSWERED))
        compare(&self, &value);
    return is_met(&self);
}

static bool settle(const caw_where *self, const where_node *node, const caw_where_rest *rest,
                   caw_where_fate fate) {
    uint64_t bit = UINT64_C(1) << (node - self->tree.nodes);
    switch (node->kind) {
    case WHERE_NOT:
        return !settle(self, node->left, rest, fate);
    case WHERE_AND:
        return settle(self, node->left, rest, fate) && settle(self, node->right, rest, fate);
    case WHERE_OR:
        return settle(self, node->left, rest, fate) || settle(self, node->right, rest, fate);
    default:
        return rest->later & bit ? settle_condition(node, fate) : (rest->yes & bit) != 0;
    }
}

bool caw_where_settle(const caw_where *self, const caw_where_rest *rest, caw_where_fate fate) {
    return settle(self, self->root, rest, fate);
}

/* ---- life --------------------------------------------------------------------------------- */

caw_where *caw_where_new(const char *expression, const caw_memory *memory,
                         caw_where_verdict *verdict) {
    size_t length = strlen(expression) + 1;
    caw_where *self = memory->alloc(memory->user, sizeof *self + length);
    memset(verdict, 0, sizeof *verdict);
    if (!self) {
        caw_where_complain(expression, verdict, expression, 0, "out of memory", "");
        return NULL;
    }
    memset(self, 0, sizeof *self);
    memcpy(self->expression, expression, length);
    self->memory = self->room.memory = *memory;
    self->root = caw_where_parse(self->expression, &self->tree, verdict);
    if (self->root)
        return self;
    caw_where_free(self);
    return NULL;
}

const where_node *caw_where_root(const caw_where *self) {
    return self->root;
}

size_t caw_where_at(const caw_where *self, const where_node *node) {
    return (size_t)(node->at - self->expression);
}

void caw_where_free(caw_where *self) {
    if (!self)
        return;
    caw_where_room_free(&self->room);
    self->memory.release(self->memory.user, self);
}
