/* SPDX-License-Identifier: BSD-3-Clause */
/* What is known of one message beside its bytes, one function for each fact. */
#include "known.h"

#include "compat.h"
#include "history/moment.h"
#include "message/fields.h"
#include "message/header.h"
#include "text/value.h"

/* The event is a message; it has a note. */
typedef bool fact_give(const caw_event *event, caw_fact_value *value, caw_text *out);

static bool give_number(caw_fact_value *value, uint64_t number) {
    value->number = number;
    return true;
}

static bool give_duration(caw_fact_value *value, const caw_moment *from, const caw_event *event) {
    caw_moment sent = caw_event_sent(event);
    value->nanoseconds = caw_between(from, &sent);
    return true;
}

static bool give_text(caw_text *out, const char *text) {
    caw_puts(out, text);
    return true;
}

/* ---- marks -------------------------------------------------------------------------------- */

static bool asks(const caw_event *event, caw_command command) {
    const caw_message_row *row = event->message.row;
    return row->command == command && row->speaker == CAW_SIDE_CLIENT;
}

static bool give_search(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return asks(event, CAW_COMMAND_SEARCH) && give_number(value, 1);
}

static bool give_create(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return asks(event, CAW_COMMAND_CREATE_CHAN) && give_number(value, 1);
}

static bool gets(const caw_event *event) {
    return asks(event, CAW_COMMAND_READ) || asks(event, CAW_COMMAND_READ_NOTIFY);
}

static bool give_get(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return gets(event) && give_number(value, 1);
}

static bool puts_value(const caw_event *event) {
    return asks(event, CAW_COMMAND_WRITE) || asks(event, CAW_COMMAND_WRITE_NOTIFY);
}

static bool give_put(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return puts_value(event) && give_number(value, 1);
}

/* Not the confirmation of a cancel, which has the same command. */
static bool updates(const caw_event *event) {
    const caw_message_row *row = event->message.row;
    return row->command == CAW_COMMAND_EVENT_ADD && row->speaker == CAW_SIDE_SERVER &&
           row->payload == CAW_PAYLOAD_DBR;
}

static bool give_update(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return updates(event) && give_number(value, 1);
}

uint64_t caw_event_source(const caw_event *event) {
    const uint8_t *at = event->source.bytes;
    uint32_t address = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return caw_endpoint(event->source.size == 4 ? address : 0, event->source.port);
}

bool caw_event_is_open(const caw_event *event) {
    const caw_note *note = event->note;
    return note && note->exchange && note->turn == CAW_TURN_REQUEST &&
           !note->exchange->answer.frame;
}

#define YOUNG 1000000000 /* nanoseconds that every request may take */

static bool give_unanswered(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    if (!event->last.frame || !caw_event_is_open(event))
        return false;
    const caw_channel *channel = event->note->exchange->channel;
    bool closed = channel && channel->closed;
    return (closed || caw_between(&event->now, &event->last) >= YOUNG) && give_number(value, 1);
}

/* ---- searches and connecting -------------------------------------------------------------- */

static bool give_search_count(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return asks(event, CAW_COMMAND_SEARCH) && event->note->number &&
           give_number(value, event->note->number);
}

/* Since the search, update or beacon before this one. */
static bool give_interval(const caw_event *event, caw_fact_value *value) {
    return caw_note_interval(event->note, &value->nanoseconds);
}

static bool give_search_interval(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return asks(event, CAW_COMMAND_SEARCH) && give_interval(event, value);
}

/* What the message answers with success; NULL when it answers nothing of the kind. */
static const caw_exchange *answered(const caw_event *event, caw_command command) {
    const caw_exchange *exchange = event->note->exchange;
    bool answers = event->note->turn == CAW_TURN_RESPONSE && event->message.command == command;
    return answers ? exchange : NULL;
}

static bool give_search_time(const caw_event *event, caw_fact_value *value, caw_text *out) {
    const caw_exchange *search = answered(event, CAW_COMMAND_SEARCH);
    (void)out;
    return search && give_duration(value, &search->request, event);
}

static bool give_connect_time(const caw_event *event, caw_fact_value *value, caw_text *out) {
    const caw_exchange *creation = answered(event, CAW_COMMAND_CREATE_CHAN);
    (void)out;
    return creation && creation->search && give_duration(value, &creation->search->request, event);
}

/* Of an answer from another server than the first. */
static bool give_duplicate_pv_in(const caw_event *event, caw_fact_value *value, caw_text *out) {
    uint32_t duplicate = 1u << CAW_HISTORY_DUPLICATE_PV | 1u << CAW_HISTORY_DUPLICATE_PV_HOST;
    (void)out;
    return event->note->flaws & duplicate &&
           give_number(value, event->note->exchange->answer.frame);
}

/* ---- subscriptions and values ------------------------------------------------------------- */

static bool give_update_no(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return updates(event) && event->note->number && give_number(value, event->note->number);
}

static bool give_update_interval(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return updates(event) && give_interval(event, value);
}

static bool give_subscribed_in(const caw_event *event, caw_fact_value *value, caw_text *out) {
    const caw_exchange *subscription = event->note->exchange;
    (void)out;
    return updates(event) && subscription && give_number(value, subscription->request.frame);
}

static bool give_data_age(const caw_event *event, caw_fact_value *value, caw_text *out) {
    caw_field stamp;
    (void)out;
    if (!caw_find_stamp(&event->message, &stamp) || !stamp.seconds)
        return false;
    caw_moment processed = {.seconds = (int64_t)stamp.seconds + CAW_EPICS_EPOCH};
    give_duration(value, &processed, event);
    value->nanoseconds -= stamp.nanoseconds;
    return true;
}

static bool has_failed(const caw_message *message) {
    caw_field status;
    return caw_find(message, CAW_FIELD_STATUS, &status) && status.number != CAW_ECA_NORMAL;
}

static bool give_value(const caw_event *event, caw_fact_value *value, caw_text *out) {
    const caw_message *message = &event->message;
    (void)value;
    if (caw_broken(message) || !caw_has_value(message) || has_failed(message))
        return false;
    size_t left = out->size > out->length ? out->size - out->length : 0;
    out->length += caw_shown_value(message, left ? out->text + out->length : NULL, left);
    return true;
}

/* ---- beacons ------------------------------------------------------------------------------ */

static bool is_beacon(const caw_event *event) {
    return event->message.row->command == CAW_COMMAND_RSRV_IS_UP;
}

static bool give_beacon_period(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return is_beacon(event) && give_interval(event, value);
}

static bool give_beacon_average(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    value->nanoseconds = is_beacon(event) ? caw_beacon_average(event->note) : -1;
    return value->nanoseconds >= 0;
}

static bool give_beacon_server(const caw_event *event, caw_fact_value *value, caw_text *out) {
    uint64_t server =
        is_beacon(event) ? caw_announced_server(&event->message, caw_event_source(event)) : 0;
    (void)value;
    if (!(server >> 16))
        return false;
    caw_put_ipv4(out, (uint32_t)(server >> 16));
    caw_put(out, ':');
    caw_put_unsigned(out, server & 0xffff);
    return true;
}

/* ---- outcomes ----------------------------------------------------------------------------- */

static bool is_put(uint16_t command) {
    return command == CAW_COMMAND_WRITE || command == CAW_COMMAND_WRITE_NOTIFY;
}

/* An answer to a put, or an ERROR about one. */
static bool answers_put(const caw_message *message) {
    caw_header request;
    if (message->row->speaker != CAW_SIDE_SERVER)
        return false;
    if (message->command != CAW_COMMAND_ERROR)
        return message->command == CAW_COMMAND_WRITE_NOTIFY;
    return caw_read_header(message->payload, &request) != CAW_MORE && is_put(request.command);
}

static bool give_status(const caw_message *message, caw_fact_value *value) {
    caw_field status;
    return caw_find(message, CAW_FIELD_STATUS, &status) && give_number(value, status.number);
}

static bool give_put_status(const caw_event *event, caw_fact_value *value, caw_text *out) {
    const caw_exchange *put = event->note->exchange;
    (void)out;
    if (answers_put(&event->message))
        return give_status(&event->message, value);
    return puts_value(event) && put && put->status && give_number(value, put->status);
}

static bool give_eca_severity(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    if (!give_status(&event->message, value))
        return false;
    value->number &= 7; /* caerr.h: CA_M_SEVERITY */
    return true;
}

static bool give_duplicate_of(const caw_event *event, caw_fact_value *value, caw_text *out) {
    bool opens = asks(event, CAW_COMMAND_CREATE_CHAN) || asks(event, CAW_COMMAND_EVENT_ADD);
    (void)out;
    return opens && event->note->duplicate_of && give_number(value, event->note->duplicate_of);
}

/* ---- channels and circuits ---------------------------------------------------------------- */

static bool give_channel_rights(const caw_event *event, caw_fact_value *value, caw_text *out) {
    static const char *const names[] = {"none", "read", "write", "read write"};
    uint8_t rights = event->note->rights;
    (void)value;
    return rights & CAW_RIGHTS_KNOWN &&
           give_text(out, names[rights & (CAW_RIGHTS_READ | CAW_RIGHTS_WRITE)]);
}

static bool give_channel_count(const caw_event *event, caw_fact_value *value, caw_text *out) {
    const caw_channel *channel = event->note->channel;
    (void)out;
    return channel && channel->has_sid && !channel->given && give_number(value, channel->count);
}

/* In a datagram only its own message tells. */
static bool give_version(const caw_event *event, caw_side side, caw_fact_value *value) {
    caw_field field;
    if (event->circuit) {
        int version = caw_circuit_version(event->circuit, side);
        return version >= 0 && give_number(value, (uint64_t)version);
    }
    return event->message.row->speaker == side &&
           caw_find(&event->message, CAW_FIELD_VERSION, &field) && give_number(value, field.number);
}

static bool give_client_version(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return give_version(event, CAW_SIDE_CLIENT, value);
}

static bool give_server_version(const caw_event *event, caw_fact_value *value, caw_text *out) {
    (void)out;
    return give_version(event, CAW_SIDE_SERVER, value);
}

/* ---- the table ---------------------------------------------------------------------------- */

/* caerr.h: CA_K_WARNING and so on. */
static const caw_name severities[] = {{0, "WARNING", NULL, false}, {1, "SUCCESS", NULL, false},
                                      {2, "ERROR", NULL, false},   {3, "INFO", NULL, false},
                                      {4, "SEVERE", NULL, false},  {6, "FATAL", NULL, false},
                                      {0, NULL, NULL, false}};

const caw_fact_row caw_fact_rows[CAW_FACTS] = {
    [CAW_FACT_SEARCH] = {"search", "Search", "The message is a search for a PV.", CAW_FACT_IS_MARK,
                         NULL, true},
    [CAW_FACT_CREATE] = {"create", "Create", "The message asks for a channel.", CAW_FACT_IS_MARK,
                         NULL, true},
    [CAW_FACT_GET] = {"get", "Get", "The message asks for a value.", CAW_FACT_IS_MARK, NULL, true},
    [CAW_FACT_PUT] = {"put", "Put", "The message writes a value.", CAW_FACT_IS_MARK, NULL, true},
    [CAW_FACT_UPDATE] = {"update", "Update",
                         "The message brings an update of a subscription, the first one too.",
                         CAW_FACT_IS_MARK, NULL, true},
    [CAW_FACT_UNANSWERED] = {"unanswered", "Unanswered",
                             "Nothing in the capture answers the request, which is not one of its "
                             "last second.",
                             CAW_FACT_IS_MARK, NULL, false},
    [CAW_FACT_SEARCH_COUNT] = {"search_count", "Search Number",
                               "How often this client has searched for this PV, with this time.",
                               CAW_FACT_IS_NUMBER, NULL, false},
    [CAW_FACT_SEARCH_INTERVAL] = {"search_interval", "Search Interval",
                                  "Since this client's search for this PV before.",
                                  CAW_FACT_IS_DURATION, NULL, false},
    [CAW_FACT_SEARCH_TIME] = {"search_time", "Search Time",
                              "From the first search for the PV to this answer.",
                              CAW_FACT_IS_DURATION, NULL, false},
    [CAW_FACT_CONNECT_TIME] = {"connect_time", "Connect Time",
                               "From the first search for the PV to the channel that is created.",
                               CAW_FACT_IS_DURATION, NULL, false},
    [CAW_FACT_DUPLICATE_PV_IN] = {"duplicate_pv_in", "Duplicate PV In",
                                  "Frame of the answer by which another server has the PV too.",
                                  CAW_FACT_IS_FRAME, NULL, false},
    [CAW_FACT_UPDATE_NO] = {"update_no", "Update Number", "Counts a subscription's updates from 1.",
                            CAW_FACT_IS_NUMBER, NULL, false},
    [CAW_FACT_UPDATE_INTERVAL] = {"update_interval", "Update Interval",
                                  "Since the subscription's update before.", CAW_FACT_IS_DURATION,
                                  NULL, false},
    [CAW_FACT_SUBSCRIBED_IN] = {"subscribed_in", "Subscribed In",
                                "Frame of the request for the updates.", CAW_FACT_IS_FRAME, NULL,
                                false},
    [CAW_FACT_DATA_AGE] = {"data_age", "Data Age",
                           "From the value's time stamp to its capture; negative when clocks "
                           "differ.",
                           CAW_FACT_IS_DURATION, NULL, false},
    [CAW_FACT_VALUE] = {"value", "Value", "The value as a person reads it, with units and alarm.",
                        CAW_FACT_IS_TEXT, NULL, true},
    [CAW_FACT_BEACON_PERIOD] = {"beacon_period", "Beacon Period",
                                "Since the server's beacon before, as libca reckons it.",
                                CAW_FACT_IS_DURATION, NULL, false},
    [CAW_FACT_BEACON_AVERAGE] = {"beacon_average", "Average Beacon Period",
                                 "Of the server's beacons with this one, as libca reckons it.",
                                 CAW_FACT_IS_DURATION, NULL, false},
    [CAW_FACT_BEACON_SERVER] = {"beacon_server", "Beacon Server",
                                "Address and port that the beacon announces.", CAW_FACT_IS_ADDRESS,
                                NULL, false},
    [CAW_FACT_PUT_STATUS] = {"put_status", "Put Status",
                             "ECA status of the answer to a put, or of an ERROR about one.",
                             CAW_FACT_IS_NUMBER, caw_status_names, false},
    [CAW_FACT_DUPLICATE_OF] = {"duplicate_of", "Duplicate Of",
                               "Frame of the request for the same channel or subscription, which "
                               "is still open on this circuit.",
                               CAW_FACT_IS_FRAME, NULL, false},
    [CAW_FACT_CHANNEL_RIGHTS] = {"channel_rights", "Channel Rights",
                                 "Access rights of the channel at that time: none, read, write, "
                                 "read write.",
                                 CAW_FACT_IS_TEXT, NULL, false},
    [CAW_FACT_CHANNEL_COUNT] = {"channel_count", "Channel Count", "Elements that the channel has.",
                                CAW_FACT_IS_NUMBER, NULL, true},
    [CAW_FACT_CLIENT_VERSION] = {"client_version", "Client Version",
                                 "Minor protocol version of the client.", CAW_FACT_IS_NUMBER, NULL,
                                 true},
    [CAW_FACT_SERVER_VERSION] = {"server_version", "Server Version",
                                 "Minor protocol version of the server.", CAW_FACT_IS_NUMBER, NULL,
                                 true},
    [CAW_FACT_ECA_SEVERITY] = {"eca_severity", "Status Severity", "Severity of an ECA status.",
                               CAW_FACT_IS_NUMBER, severities, true},
};

static fact_give *const gives[CAW_FACTS] = {
    [CAW_FACT_SEARCH] = give_search,
    [CAW_FACT_CREATE] = give_create,
    [CAW_FACT_GET] = give_get,
    [CAW_FACT_PUT] = give_put,
    [CAW_FACT_UPDATE] = give_update,
    [CAW_FACT_UNANSWERED] = give_unanswered,
    [CAW_FACT_SEARCH_COUNT] = give_search_count,
    [CAW_FACT_SEARCH_INTERVAL] = give_search_interval,
    [CAW_FACT_SEARCH_TIME] = give_search_time,
    [CAW_FACT_CONNECT_TIME] = give_connect_time,
    [CAW_FACT_DUPLICATE_PV_IN] = give_duplicate_pv_in,
    [CAW_FACT_UPDATE_NO] = give_update_no,
    [CAW_FACT_UPDATE_INTERVAL] = give_update_interval,
    [CAW_FACT_SUBSCRIBED_IN] = give_subscribed_in,
    [CAW_FACT_DATA_AGE] = give_data_age,
    [CAW_FACT_VALUE] = give_value,
    [CAW_FACT_BEACON_PERIOD] = give_beacon_period,
    [CAW_FACT_BEACON_AVERAGE] = give_beacon_average,
    [CAW_FACT_BEACON_SERVER] = give_beacon_server,
    [CAW_FACT_PUT_STATUS] = give_put_status,
    [CAW_FACT_DUPLICATE_OF] = give_duplicate_of,
    [CAW_FACT_CHANNEL_RIGHTS] = give_channel_rights,
    [CAW_FACT_CHANNEL_COUNT] = give_channel_count,
    [CAW_FACT_CLIENT_VERSION] = give_client_version,
    [CAW_FACT_SERVER_VERSION] = give_server_version,
    [CAW_FACT_ECA_SEVERITY] = give_eca_severity,
};

bool caw_fact(const caw_event *event, caw_fact_id id, caw_fact_value *value, char *text,
              size_t size) {
    caw_text out = caw_text_into(text, size);
    *value = (caw_fact_value){0, 0, 0};
    bool known = event->kind == CAW_EVENT_MESSAGE && event->note && gives[id](event, value, &out);
    value->length = caw_text_end(&out);
    return known;
}

uint64_t caw_facts_known(const caw_event *event, uint64_t ids) {
    uint64_t known = 0;
    caw_fact_value value;
    caw_text out = caw_text_into(NULL, 0);
    if (event->kind != CAW_EVENT_MESSAGE || !event->note)
        return 0;
    for (; ids; ids &= ids - 1)
        if (gives[caw_lowest_bit(ids)](event, &value, &out))
            known |= ids & (0 - ids);
    return known;
}

const char *caw_fact_name(caw_fact_id id, const caw_fact_value *value) {
    const caw_name *name = caw_name_of(caw_fact_rows[id].names, (uint32_t)value->number);
    return name ? name->name : NULL;
}

caw_fact_id caw_fact_find(const char *key) {
    int id = 0;
    while (id < CAW_FACTS && strcmp(key, caw_fact_rows[id].key) != 0)
        id++;
    return (caw_fact_id)id;
}
