/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is wrong with a message in the light of what came before and after it, as far as that can be
 * told when it is asked for: one function for each. The rest are bits of its note.
 */
#include "event_flaws.h"

#include "history/moment.h"
#include "text/text.h"

#define FIRST_AUTOSIZE 13                   /* minor version of servers that know count 0 */
#define OLD            INT64_C(10000000000) /* nanoseconds */
#define SECOND         INT64_C(1000000000)

static bool has(const caw_event *event, caw_fact_id id) {
    caw_fact_value value;
    return caw_fact(event, id, &value, NULL, 0);
}

static bool sends(const caw_event *event, caw_command command, caw_side side) {
    const caw_message_row *row = event->message.row;
    return row->command == command && row->speaker == side;
}

static bool subscribes(const caw_event *event) {
    return sends(event, CAW_COMMAND_EVENT_ADD, CAW_SIDE_CLIENT);
}

static bool is_in_datagram(const caw_event *event) {
    return event->message.transport == CAW_TRANSPORT_UDP;
}

/* ---- what came before ---------------------------------------------------------------------- */

static bool is_count_zero_old(const caw_event *event) {
    caw_fact_value version;
    bool asks = subscribes(event) || has(event, CAW_FACT_GET);
    return asks && event->message.count == 0 &&
           caw_fact(event, CAW_FACT_SERVER_VERSION, &version, NULL, 0) &&
           version.number < FIRST_AUTOSIZE;
}

static bool is_write_without_right(const caw_event *event) {
    uint8_t rights = event->note->rights;
    return rights & CAW_RIGHTS_KNOWN && !(rights & CAW_RIGHTS_WRITE) && has(event, CAW_FACT_PUT);
}

static bool is_more_than_channel(const caw_event *event) {
    const caw_channel *channel = event->note->channel;
    bool uses = subscribes(event) || has(event, CAW_FACT_GET) || has(event, CAW_FACT_PUT);
    return uses && channel && channel->has_sid && event->message.count > channel->count;
}

static bool is_duplicate_channel(const caw_event *event) {
    return has(event, CAW_FACT_CREATE) && event->note->duplicate_of;
}

static bool is_duplicate_subscription(const caw_event *event) {
    return subscribes(event) && event->note->duplicate_of;
}

static bool is_empty_update(const caw_event *event) {
    const caw_message *message = &event->message;
    return has(event, CAW_FACT_UPDATE) && message->count == 0 && message->param1 == CAW_ECA_NORMAL;
}

/* The first update has the time when the record was processed last, however long ago. */
static bool is_old_time(const caw_event *event) {
    caw_fact_value number, age;
    return caw_fact(event, CAW_FACT_UPDATE_NO, &number, NULL, 0) && number.number > 1 &&
           caw_fact(event, CAW_FACT_DATA_AGE, &age, NULL, 0) && age.nanoseconds > OLD;
}

bool caw_is_unnamed(const caw_event *event) {
    const caw_message_row *row = event->message.row;
    bool of_channel = row->channel != CAW_FIELD_RESERVED || row->payload == CAW_PAYLOAD_DBR;
    return !is_in_datagram(event) && of_channel && !caw_pv(event->note);
}

/* Where all was seen there is no such channel, or nothing that this answers. */
static bool is_unknown_name(const caw_event *event) {
    uint32_t unknown = 1u << CAW_HISTORY_UNKNOWN_SID | 1u << CAW_HISTORY_UNKNOWN_ID |
                       1u << CAW_HISTORY_UPDATE_AFTER_CANCEL;
    return event->message.speaker != CAW_SIDE_NOBODY && !(event->note->flaws & unknown) &&
           caw_is_unnamed(event);
}

static bool is_search_to_repeater(const caw_event *event) {
    return is_in_datagram(event) && event->target.port == CAW_REPEATER_PORT &&
           has(event, CAW_FACT_SEARCH);
}

static bool is_reply_without_version(const caw_event *event) {
    return is_in_datagram(event) && event->message.starts &&
           sends(event, CAW_COMMAND_SEARCH, CAW_SIDE_SERVER);
}

/* ---- what comes later ---------------------------------------------------------------------- */

static bool is_echo(const caw_event *event) {
    return sends(event, CAW_COMMAND_ECHO, CAW_SIDE_CLIENT);
}

/* So long that it is late, or nothing came. A request of a channel that is closed waits no more. */
static bool is_late(const caw_event *event) {
    const caw_exchange *exchange = event->note->exchange;
    if (!exchange || event->note->turn != CAW_TURN_REQUEST)
        return false;
    if (exchange->answer.frame)
        return caw_between(&exchange->request, &exchange->answer) >= CAW_PROMPT * SECOND;
    bool closed = exchange->channel && exchange->channel->closed;
    return closed || caw_between(&exchange->request, &event->last) >= CAW_PROMPT * SECOND;
}

static bool is_unanswered(const caw_event *event) {
    return has(event, CAW_FACT_UNANSWERED);
}

static bool is_echo_unanswered(const caw_event *event) {
    return is_echo(event) && is_late(event);
}

static bool is_no_first_update(const caw_event *event) {
    return subscribes(event) && is_late(event);
}

/* The first answer to a search that finds the PV. */
static bool finds(const caw_event *event) {
    const caw_note *note = event->note;
    return note->turn == CAW_TURN_RESPONSE && !note->repeated && note->exchange &&
           sends(event, CAW_COMMAND_SEARCH, CAW_SIDE_SERVER);
}

static bool is_reply_without_connection(const caw_event *event) {
    const caw_moment *connected = finds(event) ? event->note->exchange->connected : NULL;
    return connected && (!connected->frame || caw_between(&event->now, connected) < 0) &&
           caw_between(&event->now, &event->last) >= SECOND;
}

uint32_t caw_flaws_to_come(const caw_event *event) {
    uint32_t flaws = 0;
    if (event->kind != CAW_EVENT_MESSAGE || !event->note)
        return flaws;
    if (finds(event))
        flaws |= 1u << CAW_HISTORY_REPLY_WITHOUT_CONNECTION;
    if (!caw_event_is_open(event))
        return flaws;
    flaws |= 1u << CAW_HISTORY_UNANSWERED;
    if (is_echo(event))
        flaws |= 1u << CAW_HISTORY_ECHO_UNANSWERED;
    if (subscribes(event))
        flaws |= 1u << CAW_HISTORY_NO_FIRST_UPDATE;
    return flaws;
}

/* ---- all ----------------------------------------------------------------------------------- */

typedef struct {
    caw_history_flaw flaw;
    bool (*is)(const caw_event *event); /* NULL after the last */
} check;

/* Of messages of this speaker; CAW_SIDE_NOBODY: of all. */
static const check checks[][9] = {
    [CAW_SIDE_NOBODY] = {{CAW_HISTORY_UNKNOWN_NAME, is_unknown_name},
                         {CAW_HISTORY_UNANSWERED, is_unanswered}},
    [CAW_SIDE_CLIENT] = {{CAW_HISTORY_COUNT_ZERO_OLD, is_count_zero_old},
                         {CAW_HISTORY_WRITE_WITHOUT_RIGHT, is_write_without_right},
                         {CAW_HISTORY_MORE_THAN_CHANNEL, is_more_than_channel},
                         {CAW_HISTORY_DUPLICATE_CHANNEL, is_duplicate_channel},
                         {CAW_HISTORY_DUPLICATE_SUBSCRIPTION, is_duplicate_subscription},
                         {CAW_HISTORY_SEARCH_TO_REPEATER, is_search_to_repeater},
                         {CAW_HISTORY_ECHO_UNANSWERED, is_echo_unanswered},
                         {CAW_HISTORY_NO_FIRST_UPDATE, is_no_first_update}},
    [CAW_SIDE_SERVER] = {{CAW_HISTORY_EMPTY_UPDATE, is_empty_update},
                         {CAW_HISTORY_OLD_TIME, is_old_time},
                         {CAW_HISTORY_REPLY_WITHOUT_VERSION, is_reply_without_version},
                         {CAW_HISTORY_REPLY_WITHOUT_CONNECTION, is_reply_without_connection}},
};

static uint32_t check_all(const check *row, const caw_event *event) {
    uint32_t flaws = 0;
    for (; row->is; row++) {
        bool later = CAW_FLAWS_TO_COME >> row->flaw & 1;
        if ((event->last.frame || !later) && row->is(event))
            flaws |= 1u << row->flaw;
    }
    return flaws;
}

uint32_t caw_event_flaws(const caw_event *event) {
    if (event->kind != CAW_EVENT_MESSAGE || !event->note)
        return 0;
    caw_side speaker = event->message.row->speaker;
    uint32_t flaws = event->note->flaws | check_all(checks[CAW_SIDE_NOBODY], event);
    return speaker == CAW_SIDE_NOBODY ? flaws : flaws | check_all(checks[speaker], event);
}

static void put_server(caw_text *out, uint64_t server) {
    caw_put_ipv4(out, (uint32_t)(server >> 16));
    caw_put(out, ':');
    caw_put_unsigned(out, server & 0xffff);
}

size_t caw_event_flaw_text(const caw_event *event, caw_history_flaw flaw, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_puts(&out, caw_history_rows[flaw].label);
    if (flaw == CAW_HISTORY_DUPLICATE_PV || flaw == CAW_HISTORY_DUPLICATE_PV_HOST) {
        caw_puts(&out, ": ");
        put_server(&out, event->note->exchange->server);
        caw_puts(&out, " and ");
        put_server(&out, caw_announced_server(&event->message, caw_event_source(event)));
    }
    return caw_text_end(&out);
}
