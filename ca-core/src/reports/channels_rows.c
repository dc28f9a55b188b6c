/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of channels and subscriptions, and how the one that a message is about is found. */
#include "channels.h"

/*
 * Keys of a circuit's rows: history's numbers, which no two things of a circuit share, and the
 * wire's ids, of which the latest holder counts.
 */
enum { BY_NUMBER, BY_SID, BY_SUBSCRIPTION_NUMBER, BY_SUBSCRIPTION_ID };

static caw_key key_of(const channels_circuit *circuit, int kind, uint32_t id) {
    return (caw_key){(uint64_t)(uintptr_t)circuit, (uint64_t)kind << 32 | id};
}

static void *find(const channels_state *state, const channels_circuit *circuit, int kind,
                  uint32_t id) {
    return circuit ? caw_idmap_get(&state->rows, key_of(circuit, kind, id)) : NULL;
}

/* ---- circuits ------------------------------------------------------------------------------ */

static channels_circuit *circuit_of(const channels_state *state, const caw_event *event) {
    return caw_idmap_get(&state->circuits, caw_key_of_connection(event));
}

/* Not entered yet: a row may not come of it. */
static channels_circuit *spare_circuit(caw_report *report) {
    channels_state *state = caw_report_state(report);
    if (!state->spare)
        state->spare = caw_report_keep(report, sizeof *state->spare);
    return state->spare;
}

static void enter_circuit(caw_report *report, const caw_event *event) {
    channels_state *state = caw_report_state(report);
    channels_circuit *made = state->spare;
    bool server = event->speaker == CAW_SIDE_SERVER;
    made->client = server ? event->target : event->source;
    made->server = server ? event->source : event->target;
    caw_ring_begin(&made->open);
    caw_report_index(report, &state->circuits, caw_key_of_connection(event), made);
    state->spare = NULL;
}

/* The same SYN again, or its answer, begins nothing new. */
void caw_channels_begin_circuit(caw_report *report, const caw_event *event) {
    channels_state *state = caw_report_state(report);
    const channels_circuit *before = circuit_of(state, event);
    bool anew = event->kind == CAW_EVENT_ASKED ? event->times <= 1 : before && before->closed.frame;
    if (anew)
        caw_idmap_set(&state->circuits, caw_report_memory(report), caw_key_of_connection(event),
                      NULL);
}

void caw_channels_end_circuit(caw_report *report, const caw_event *event) {
    channels_circuit *ended = circuit_of(caw_report_state(report), event);
    if (!ended || ended->closed.frame)
        return;
    ended->closed = event->now;
    while (!caw_ring_is_empty(&ended->open))
        caw_channels_close(report, CAW_RING_ENTRY(ended->open.after, channels_row, of_circuit),
                           &event->now);
}

/* ---- what is there twice ------------------------------------------------------------------- */

static void enter_twin(caw_report *report, caw_key alike, channels_twin *twin, uint32_t frame) {
    channels_state *state = caw_report_state(report);
    channels_twins *twins = caw_idmap_get(&state->twins, alike);
    twin->frame = frame;
    if (!twins) {
        twins = caw_report_keep(report, sizeof *twins);
        if (!twins)
            return;
        caw_ring_begin(&twins->open);
        caw_report_index(report, &state->twins, alike, twins);
    }
    if (!caw_ring_is_empty(&twins->open))
        twin->earlier = CAW_RING_ENTRY(twins->open.after, channels_twin, link);
    caw_ring_add_last(&twins->open, &twin->link);
}

/* The same PV on the same circuit. */
static caw_key alike_channels(const channels_row *row) {
    return (caw_key){(uint64_t)(uintptr_t)row->on,
                     (uint64_t)(uintptr_t)row->totals[CHANNELS_OF_PV]};
}

/* The same type, count and mask of the same channel. */
static caw_key alike_subscriptions(const channels_subscription *each) {
    uint64_t what = (uint64_t)each->type << 48 | (uint64_t)(each->mask & 0xffff) << 32;
    return (caw_key){(uint64_t)(uintptr_t)each->of, what | each->count};
}

/* ---- channels ------------------------------------------------------------------------------ */

/* A new row on the event's circuit; NULL without memory, or beyond the most rows. */
static channels_row *new_row(caw_report *report, const caw_event *event, const char *pv) {
    channels_circuit *known = circuit_of(caw_report_state(report), event);
    channels_circuit *on = known ? known : spare_circuit(report);
    channels_row *made = on ? caw_report_add(report, CHANNELS_CHANNELS, sizeof *made) : NULL;
    if (!made)
        return NULL;
    if (!known)
        enter_circuit(report, event);
    made->on = on;
    made->gap = -1;
    caw_channels_enter_totals(report, made, pv);
    if (on->closed.frame)
        made->closed = on->closed;
    else
        caw_ring_add_last(&on->open, &made->of_circuit);
    return made;
}

static void give_sid(caw_report *report, channels_row *row, uint32_t sid) {
    channels_state *state = caw_report_state(report);
    row->sid = sid;
    row->has_sid = true;
    caw_report_index(report, &state->rows, key_of(row->on, BY_SID, sid), row);
}

void caw_channels_create(caw_report *report, channels_row *row, const caw_channel *channel) {
    row->has_type = true;
    row->type = channel->type;
    row->count = channel->count;
    give_sid(report, row, channel->sid);
}

/* Of a channel that history knows. What it already knows of the creation, the report may have
 * missed. */
static channels_row *new_channel(caw_report *report, const caw_event *event,
                                 const caw_channel *channel) {
    channels_state *state = caw_report_state(report);
    const caw_exchange *creation = channel->creation;
    channels_row *made = new_row(report, event, channel->pv);
    if (!made)
        return NULL;
    caw_report_index(report, &state->rows, key_of(made->on, BY_NUMBER, channel->number), made);
    made->cid = channel->cid;
    made->has_rights = channel->rights & CAW_RIGHTS_KNOWN;
    made->rights = channel->rights & (CAW_RIGHTS_READ | CAW_RIGHTS_WRITE);
    if (channel->has_sid && channel->given)
        give_sid(report, made, channel->sid);
    else if (channel->has_sid)
        caw_channels_create(report, made, channel);
    else if (channel->given) /* of a subscription that was there before the capture */
        made->subscriptions = 1;
    if (!creation)
        return made;
    bool now = event->note->exchange == creation && event->note->turn == CAW_TURN_REQUEST;
    made->asked = now ? event->now : creation->request;
    if (!creation->failed)
        made->opened = creation->answer;
    enter_twin(report, alike_channels(made), &made->twin, made->asked.frame);
    made->twin.came = made->opened.frame != 0;
    return made;
}

void caw_channels_close(caw_report *report, channels_row *row, const caw_moment *now) {
    if (!row->closed.frame)
        row->closed = *now;
    caw_ring_remove(&row->of_circuit);
    caw_ring_remove(&row->twin.link);
    caw_report_touch(report, &row->record);
}

/* ---- the channel of a message -------------------------------------------------------------- */

/* The sid that a message names, itself or by the request that it answers. */
static bool sid_of(const caw_event *event, uint32_t *sid) {
    const caw_exchange *exchange = event->note->exchange;
    const caw_message_row *row = event->message.row;
    caw_field field;
    if (row->channel == CAW_FIELD_SID && caw_find(&event->message, CAW_FIELD_SID, &field)) {
        *sid = (uint32_t)field.number;
        return true;
    }
    if (!exchange || caw_request_row(exchange->command)->channel != CAW_FIELD_SID)
        return false;
    *sid = exchange->sid;
    return true;
}

static bool is_update(const caw_message *message) {
    return message->command == CAW_COMMAND_EVENT_ADD && message->row->speaker == CAW_SIDE_SERVER &&
           message->row->payload == CAW_PAYLOAD_DBR;
}

static bool is_creation(const caw_message *message) {
    return message->command == CAW_COMMAND_CREATE_CHAN && message->row->speaker == CAW_SIDE_CLIENT;
}

static channels_row *row_of_sid(caw_report *report, const caw_event *event, uint32_t sid) {
    channels_state *state = caw_report_state(report);
    channels_row *row = find(state, circuit_of(state, event), BY_SID, sid);
    if (!row && (row = new_row(report, event, NULL)))
        give_sid(report, row, sid);
    return row;
}

/* Of an update of which no request was seen. */
static channels_row *row_of_update(caw_report *report, const caw_event *event) {
    channels_state *state = caw_report_state(report);
    uint32_t id = event->message.param2;
    const channels_subscription *known =
        find(state, circuit_of(state, event), BY_SUBSCRIPTION_ID, id);
    if (known)
        return known->of;
    channels_row *row = new_row(report, event, NULL);
    if (row)
        row->subscriptions = 1;
    return row;
}

channels_row *caw_channels_row(caw_report *report, const caw_event *event) {
    channels_state *state = caw_report_state(report);
    const caw_note *note = event->note;
    const caw_channel *channel = note->channel;
    uint32_t sid;
    if (channel) {
        channels_row *row = find(state, circuit_of(state, event), BY_NUMBER, channel->number);
        return row ? row : new_channel(report, event, channel);
    }
    if (sid_of(event, &sid))
        return row_of_sid(report, event, sid);
    if (is_update(&event->message))
        return row_of_update(report, event);
    if (is_creation(&event->message)) /* history has no memory for it */
        caw_report_drop(report);
    return NULL;
}

/* ---- subscriptions ------------------------------------------------------------------------- */

static channels_subscription *new_subscription(caw_report *report, channels_row *row,
                                               const caw_event *event) {
    channels_state *state = caw_report_state(report);
    const caw_exchange *first = event->note->exchange;
    channels_subscription *made = caw_report_add(report, CHANNELS_SUBSCRIPTIONS, sizeof *made);
    if (!made)
        return NULL;
    made->of = row;
    made->gap = -1;
    made->id = event->message.param2;
    made->type = event->message.type;
    caw_report_index(report, &state->rows, key_of(row->on, BY_SUBSCRIPTION_ID, made->id), made);
    if (first && first->sequence)
        caw_report_index(report, &state->rows,
                         key_of(row->on, BY_SUBSCRIPTION_NUMBER, first->sequence), made);
    return made;
}

channels_subscription *caw_channels_subscribe(caw_report *report, channels_row *row,
                                              const caw_event *event) {
    channels_subscription *made = new_subscription(report, row, event);
    caw_field mask;
    if (!made)
        return NULL;
    made->asked = event->now;
    made->count = event->message.count;
    made->has_mask = caw_find(&event->message, CAW_FIELD_MASK, &mask);
    made->mask = made->has_mask ? (uint32_t)mask.number : 0;
    made->twin.came = true;
    enter_twin(report, alike_subscriptions(made), &made->twin, made->asked.frame);
    return made;
}

channels_subscription *caw_channels_subscription(caw_report *report, channels_row *row,
                                                 const caw_event *event, bool or_make) {
    const channels_state *state = caw_report_state(report);
    const caw_exchange *exchange = event->note->exchange;
    uint32_t number = exchange ? exchange->sequence : 0;
    channels_subscription *found =
        number ? find(state, row->on, BY_SUBSCRIPTION_NUMBER, number)
               : find(state, row->on, BY_SUBSCRIPTION_ID, event->message.param2);
    return found || !or_make ? found : new_subscription(report, row, event);
}
