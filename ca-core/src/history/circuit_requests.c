/* SPDX-License-Identifier: BSD-3-Clause */
/* What a client asks for. */
#include "circuit.h"
#include "message/wire.h"

/* ---- requests that wait ---------------------------------------------------------------------- */

/* That a message names; 0 when it names none. */
static uint32_t sid_of(const caw_message *message) {
    caw_header header = caw_header_of_message(message);
    bool named = message->row->channel == CAW_FIELD_SID;
    return named ? caw_word_of_header(message->row, &header, CAW_FIELD_SID) : 0;
}

/* None is left: NULL. */
static caw_exchange *abandon_all(caw_circuit *circuit, caw_key key) {
    caw_exchange *first;
    while ((first = caw_take(&circuit->store, &circuit->waiting, key)))
        caw_circuit_abandon(circuit, first);
    return first;
}

/* A request about a channel, or in search of a PV, or about neither. */
static caw_exchange *ask_about(caw_circuit *circuit, const caw_message *message,
                               open_channel *channel, const caw_view *pv, caw_moment now,
                               caw_note *note) {
    caw_key key = caw_request_key_of(message);
    caw_exchange *first = caw_waiting(&circuit->store, &circuit->waiting, key);
    if (first && circuit_is_stale(circuit, first))
        first = abandon_all(circuit, key);
    else if (first && !message->row->in_turn)
        caw_history_flag(note, CAW_HISTORY_ID_IN_USE);

    caw_exchange *exchange = caw_new_exchange(&circuit->store, message->command, now, pv);
    note->exchange = exchange;
    note->turn = CAW_TURN_REQUEST;
    if (!exchange)
        return NULL;
    exchange->epoch = circuit->epoch;
    exchange->sid = sid_of(message);
    if (channel) {
        exchange->channel = &channel->channel;
        exchange->pv = channel->channel.pv;
    }
    if (!caw_ask(&circuit->store, &circuit->waiting, key, first, exchange)) {
        caw_retire(&circuit->store, exchange);
        return NULL;
    }
    if (channel && caw_store_forgets(&circuit->store))
        caw_ring_add_last(&channel->requests, &caw_request_of(exchange)->of_channel);
    return exchange;
}

static caw_exchange *ask(caw_circuit *circuit, const caw_message *message, open_channel *channel,
                         caw_moment now, caw_note *note) {
    return ask_about(circuit, message, channel, NULL, now, note);
}

/* ---- each kind ------------------------------------------------------------------------------- */

/* The channel of a request's sid. */
static open_channel *channel_of(caw_circuit *circuit, uint32_t sid, caw_note *note) {
    open_channel *channel = caw_circuit_channel_of_sid(circuit, sid);
    note->channel = circuit_public(channel);
    if (!channel && circuit_knows_all(circuit))
        caw_history_flag(note, CAW_HISTORY_UNKNOWN_SID);
    return channel;
}

static caw_view name_in(const caw_message *message) {
    return wire_sub(message->payload, 0, wire_strlen(message->payload));
}

static void see_create(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    caw_view name = name_in(message);
    open_channel *channel = caw_circuit_new_channel(circuit, &name);
    if (!channel)
        return;
    if (circuit_get(circuit, BY_CID, message->param1))
        caw_history_flag(note, CAW_HISTORY_CID_IN_USE);
    circuit->has_channels = true;
    if (!circuit_knows_version(circuit, CAW_SIDE_CLIENT))
        circuit_see_version(circuit, message->param2, CAW_SIDE_CLIENT);
    channel->channel.cid = message->param1;
    channel->channel.creation = ask(circuit, message, channel, now, note);
    note->channel = &channel->channel;
    if (!channel->channel.creation) {
        caw_retire(&circuit->store, channel);
        return;
    }
    caw_use(&circuit->store, channel, channel->channel.creation);
    note->duplicate_of = caw_circuit_enter_channel(circuit, channel);
}

static void see_event_add(caw_circuit *circuit, const caw_message *message, caw_moment now,
                          caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    subscription *made = caw_circuit_new_subscription(circuit, message, channel, now);
    if (!made)
        return;
    caw_circuit_enter_subscription(circuit, made, note);
    caw_circuit_end_given(circuit, CAW_NAMED_SUBSCRIPTION, made->id);
    if (channel)
        note->duplicate_of = caw_circuit_enter_asked(circuit, made, message);
    note->exchange = made->first;
    note->turn = CAW_TURN_REQUEST;
}

static void see_event_cancel(caw_circuit *circuit, const caw_message *message, caw_moment now,
                             caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    subscription *ended = circuit_get(circuit, BY_SUBSCRIPTION, message->param2);
    if (ended)
        ended->last->cancelled = true;
    else if (circuit_knows_all(circuit))
        caw_history_flag(note, CAW_HISTORY_UNKNOWN_SUBSCRIPTION);
    caw_exchange *end = ask(circuit, message, channel, now, note);
    if (end && ended)
        end->sequence = ended->last->first->sequence;
}

/* The channel and the request, by the columns of the row. */
static void see_plain_request(caw_circuit *circuit, const caw_message *message, caw_moment now,
                              caw_note *note) {
    const caw_message_row *row = message->row;
    caw_header header = caw_header_of_message(message);
    open_channel *channel = NULL;
    if (row->channel == CAW_FIELD_SID)
        channel = channel_of(circuit, caw_word_of_header(row, &header, CAW_FIELD_SID), note);
    if (row->exchange == CAW_TURN_REQUEST)
        ask(circuit, message, channel, now, note);
}

static void see_read_notify(caw_circuit *circuit, const caw_message *message, caw_moment now,
                            caw_note *note) {
    see_plain_request(circuit, message, now, note);
    if (circuit_get(circuit, BY_SUBSCRIPTION, message->param2))
        caw_history_flag(note, CAW_HISTORY_REFRESH);
}

/* Nobody answers it but an ERROR. */
static void see_write(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    caw_exchange *put = ask(circuit, message, channel, now, note);
    if (put && caw_store_forgets(&circuit->store))
        caw_ring_add_last(&circuit->puts, &caw_request_of(put)->unanswered_put);
    note->turn = CAW_TURN_ALONE;
}

static void see_clear(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    if (!channel)
        channel = circuit_get(circuit, BY_CID, message->param2);
    note->channel = circuit_public(channel);
    ask(circuit, message, channel, now, note);
}

/* A name server is asked again and again, under the same cid. */
static void see_search(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    caw_key key = caw_request_key_of(message);
    caw_view name = name_in(message);
    caw_exchange *earlier = caw_waiting(&circuit->store, &circuit->waiting, key);
    if (earlier && caw_same_text(earlier->pv, name)) {
        note->exchange = earlier;
        note->turn = CAW_TURN_REQUEST;
        note->repeated = true;
        caw_touch(&circuit->store, earlier);
        return;
    }
    ask_about(circuit, message, NULL, &name, now, note);
}

/* rsrv refuses a new identity once there are channels. */
static void see_identity(caw_circuit *circuit, const caw_message *message, const char **identity) {
    if (*identity && circuit->has_channels)
        return;
    caw_view name = name_in(message);
    char *copy = caw_keep(&circuit->store, (size_t)name.len + 1);
    caw_retire(&circuit->store, (char *)*identity);
    *identity = copy ? caw_put_text(copy, name) : NULL;
}

void caw_circuit_request(caw_circuit *circuit, const caw_message *message, caw_moment now,
                         caw_note *note) {
    switch (message->command) {
    case CAW_COMMAND_VERSION:
        circuit_see_version(circuit, message->count, CAW_SIDE_CLIENT);
        break;
    case CAW_COMMAND_CLIENT_NAME:
        see_identity(circuit, message, &circuit->user);
        break;
    case CAW_COMMAND_HOST_NAME:
        see_identity(circuit, message, &circuit->host);
        break;
    case CAW_COMMAND_SEARCH:
        see_search(circuit, message, now, note);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        see_create(circuit, message, now, note);
        break;
    case CAW_COMMAND_EVENT_ADD:
        see_event_add(circuit, message, now, note);
        break;
    case CAW_COMMAND_EVENT_CANCEL:
        see_event_cancel(circuit, message, now, note);
        break;
    case CAW_COMMAND_READ_NOTIFY:
        see_read_notify(circuit, message, now, note);
        break;
    case CAW_COMMAND_WRITE:
        see_write(circuit, message, now, note);
        break;
    case CAW_COMMAND_CLEAR_CHANNEL:
        see_clear(circuit, message, now, note);
        break;
    default:
        see_plain_request(circuit, message, now, note);
    }
}
