/* SPDX-License-Identifier: BSD-3-Clause */
/* What a server answers. */
#include "circuit.h"

static open_channel *owner_of(const caw_exchange *exchange) {
    return exchange ? (open_channel *)exchange->channel : NULL;
}

/* ---- requests that are answered -------------------------------------------------------------- */

static bool is_put(const caw_exchange *exchange) {
    return exchange->command == CAW_COMMAND_WRITE || exchange->command == CAW_COMMAND_WRITE_NOTIFY;
}

static void take_status(caw_exchange *exchange, const caw_message *message) {
    if (is_put(exchange)) {
        caw_header header = caw_header_of_message(message);
        exchange->status = caw_word_of_header(message->row, &header, CAW_FIELD_STATUS);
    }
}

static void take_answer(caw_circuit *circuit, caw_exchange *exchange, caw_note *note) {
    int64_t time = circuit_between(exchange->request, exchange->answer);
    if (time > 0 && (!circuit->quickest || time < circuit->quickest))
        circuit->quickest = time;
    note->exchange = exchange;
    note->turn = CAW_TURN_RESPONSE;
    note->channel = exchange->channel;
    if (exchange->request.frame > circuit->answered)
        circuit->answered = exchange->request.frame;
    caw_retire(&circuit->store, exchange);
}

/* The request that a message answers. */
static caw_exchange *answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                            caw_note *note) {
    caw_key key = caw_request_key_of(message);
    caw_exchange *exchange = caw_answer(&circuit->store, &circuit->waiting, key, now);
    if (exchange) {
        exchange->failed = message->row->failure;
        take_status(exchange, message);
        take_answer(circuit, exchange, note);
    } else if (circuit_knows_all(circuit)) {
        caw_history_flag(note, CAW_HISTORY_UNKNOWN_ID);
    }
    return exchange;
}

/* ---- channels -------------------------------------------------------------------------------- */

static void see_created(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    open_channel *channel = owner_of(answer(circuit, message, now, note));
    if (!channel)
        channel = caw_circuit_new_channel(circuit, NULL);
    if (!channel)
        return;
    circuit->channels += !channel->channel.has_sid;
    channel->channel.cid = message->param1;
    channel->channel.sid = message->param2;
    channel->channel.has_sid = true;
    channel->channel.type = message->type;
    channel->channel.count = message->count;
    note->channel = &channel->channel;
    channel->earlier = circuit_get(circuit, BY_CID, message->param1);
    if (channel->earlier)
        channel->earlier->later = channel;
    caw_open_as(&circuit->store, channel, CAW_OPEN_CHANNELS);
    circuit_set(circuit, BY_CID, message->param1, channel);
    circuit_set(circuit, BY_SID, message->param2, channel);
    caw_circuit_end_given(circuit, CAW_NAMED_SID, message->param2);
}

static void see_refused(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    caw_circuit_end_channel(circuit, owner_of(answer(circuit, message, now, note)));
}

/* The channel of a cid: one that is being created, or the open one. */
static open_channel *channel_of_cid(caw_circuit *circuit, uint32_t cid) {
    caw_key key = caw_request_key_of_id(CAW_COMMAND_CREATE_CHAN, cid);
    caw_exchange *creation = caw_waiting(&circuit->store, &circuit->waiting, key);
    return creation ? owner_of(creation) : circuit_get(circuit, BY_CID, cid);
}

/* They come before the answer to the creation, and later whenever they change. */
static void see_rights(caw_circuit *circuit, const caw_message *message, caw_note *note) {
    open_channel *channel = channel_of_cid(circuit, message->param1);
    uint8_t rights =
        (uint8_t)((message->param2 & (CAW_RIGHTS_READ | CAW_RIGHTS_WRITE)) | CAW_RIGHTS_KNOWN);
    note->channel = circuit_public(channel);
    if (!channel)
        return;
    if (channel->channel.rights && channel->channel.rights != rights)
        caw_history_flag(note, CAW_HISTORY_RIGHTS_CHANGED);
    channel->channel.rights = rights;
}

static void see_cleared(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    caw_exchange *exchange = answer(circuit, message, now, note);
    open_channel *channel = owner_of(exchange);
    if (!channel)
        channel = caw_circuit_channel_of_sid(circuit, message->param1);
    note->channel = circuit_public(channel);
    caw_circuit_end_channel(circuit, channel);
    caw_circuit_end_given(circuit, CAW_NAMED_SID, message->param1);
}

static void see_disconnect(caw_circuit *circuit, const caw_message *message, caw_note *note) {
    open_channel *channel = circuit_get(circuit, BY_CID, message->param1);
    note->channel = circuit_public(channel);
    caw_circuit_end_channel(circuit, channel);
}

/* ---- subscriptions --------------------------------------------------------------------------- */

static void count_update(subscription *updated, caw_moment now, caw_note *note) {
    int64_t at = caw_nanoseconds(now);
    caw_set_interval(note, updated->updated, at);
    note->number = ++updated->updates;
    updated->updated = at;
}

static void see_update(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    subscription *updated = circuit_get(circuit, BY_SUBSCRIPTION, message->param2);
    if (!updated) {
        note->channel = circuit_public(caw_circuit_given_subscription(circuit, message->param2));
        if (caw_circuit_has_ended(circuit, message->param2))
            caw_history_flag(note, CAW_HISTORY_UPDATE_AFTER_CANCEL);
        else if (circuit_knows_all(circuit))
            caw_history_flag(note, CAW_HISTORY_UNKNOWN_ID);
        return;
    }
    caw_exchange *first = updated->first;
    note->channel = circuit_public(updated->owner);
    note->exchange = first;
    count_update(updated, now, note);
    caw_touch(&circuit->store, updated);
    if (first->answer.frame || circuit_is_stale(circuit, first))
        return; /* the first one has been, or may have been in a gap */
    first->answer = now;
    take_answer(circuit, first, note);
}

static void see_unsubscribed(caw_circuit *circuit, const caw_message *message, caw_moment now,
                             caw_note *note) {
    subscription *ended = circuit_get(circuit, BY_SUBSCRIPTION, message->param2);
    answer(circuit, message, now, note);
    if (!ended) {
        open_channel *given = caw_circuit_end_given_subscription(circuit, message->param2);
        if (!note->channel)
            note->channel = circuit_public(given);
        return;
    }
    if (!note->channel)
        note->channel = circuit_public(ended->owner);
    if (!ended->cancelled)
        return;
    caw_circuit_unsubscribe(circuit, ended);
}

static void see_event(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    if (message->row->payload == CAW_PAYLOAD_DBR)
        see_update(circuit, message, now, note);
    else
        see_unsubscribed(circuit, message, now, note);
}

/* ---- ERROR ----------------------------------------------------------------------------------- */

/* An ERROR about a running subscription answers nothing. */
static caw_exchange *failed_subscription(caw_circuit *circuit, uint32_t id, caw_moment now) {
    subscription *failed = circuit_get(circuit, BY_SUBSCRIPTION, id);
    if (!failed || failed->first->answer.frame)
        return NULL;
    failed->first->answer = now;
    return failed->first;
}

static caw_exchange *failed_exchange(caw_circuit *circuit, const caw_message_row *row,
                                     const caw_header *request, caw_moment now) {
    caw_key key = caw_request_key(row, request);
    if (request->command == CAW_COMMAND_EVENT_ADD)
        return failed_subscription(circuit, request->param2, now);
    if (request->command == CAW_COMMAND_WRITE)
        caw_circuit_skip_written(circuit, key, now);
    return caw_answer(&circuit->store, &circuit->waiting, key, now);
}

/*
 * A sid that this circuit never had can be another's, which rsrv serves too: the cid of the ERROR
 * is then a cid of that circuit.
 */
static const caw_channel *failed_channel(caw_circuit *circuit, uint32_t sid, uint32_t cid) {
    open_channel *channel = caw_circuit_channel_of_sid(circuit, sid);
    if (!channel && !circuit_knows_all(circuit) && cid != UINT32_MAX)
        channel = circuit_get(circuit, BY_CID, cid);
    return circuit_public(channel);
}

static void see_error(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    caw_header request;
    if (caw_read_header(message->payload, &request) == CAW_MORE)
        return;
    const caw_message_row *row = caw_request_row(request.command);
    caw_exchange *exchange = failed_exchange(circuit, row, &request, now);
    if (exchange) {
        exchange->failed = true;
        take_status(exchange, message);
        take_answer(circuit, exchange, note);
    }
    if (!note->channel && row->channel == CAW_FIELD_SID)
        note->channel = failed_channel(circuit, caw_word_of_header(row, &request, CAW_FIELD_SID),
                                       message->param1);
    if (request.command == CAW_COMMAND_CREATE_CHAN)
        caw_circuit_end_channel(circuit, owner_of(exchange));
}

/* ---- by their commands ----------------------------------------------------------------------- */

/* The request and the channel, by the columns of the row. */
static void see_plain_answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                             caw_note *note) {
    const caw_message_row *row = message->row;
    caw_header header = caw_header_of_message(message);
    if (row->exchange == CAW_TURN_RESPONSE)
        answer(circuit, message, now, note);
    if (row->channel == CAW_FIELD_CID && !note->channel)
        note->channel = circuit_public(
            channel_of_cid(circuit, caw_word_of_header(row, &header, CAW_FIELD_CID)));
    if (row->channel == CAW_FIELD_SID && !note->channel)
        note->channel = circuit_public(
            caw_circuit_channel_of_sid(circuit, caw_word_of_header(row, &header, CAW_FIELD_SID)));
}

void caw_circuit_answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    switch (message->command) {
    case CAW_COMMAND_VERSION:
        circuit_see_version(circuit, message->count, CAW_SIDE_SERVER);
        break;
    case CAW_COMMAND_ACCESS_RIGHTS:
        see_rights(circuit, message, note);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        see_created(circuit, message, now, note);
        break;
    case CAW_COMMAND_CREATE_CH_FAIL:
        see_refused(circuit, message, now, note);
        break;
    case CAW_COMMAND_SERVER_DISCONN:
        see_disconnect(circuit, message, note);
        break;
    case CAW_COMMAND_EVENT_ADD:
        see_event(circuit, message, now, note);
        break;
    case CAW_COMMAND_CLEAR_CHANNEL:
        see_cleared(circuit, message, now, note);
        break;
    case CAW_COMMAND_ERROR:
        see_error(circuit, message, now, note);
        break;
    default:
        see_plain_answer(circuit, message, now, note);
    }
}
