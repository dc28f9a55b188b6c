/* SPDX-License-Identifier: BSD-3-Clause */
/* A row for each server: what it announces, its beacons, the ages of its updates. */
#include "servers.h"

/* ---- lists --------------------------------------------------------------------------------- */

/* Adds a text to a list that has room. */
static void list(caw_report *report, caw_listed **to, const char *text) {
    size_t count = 0;
    for (const caw_listed *each = *to; each; each = each->next)
        count++;
    if (count < SERVERS_MOST_LISTED)
        caw_report_list(report, to, text);
    else
        caw_report_drop(report);
}

static void see_version(caw_report *report, servers_row *row, uint16_t minor) {
    char version[sizeof "4.65535"];
    if (row->versions && row->minor == minor)
        return;
    caw_text out = caw_text_into(version, sizeof version);
    caw_puts(&out, "4.");
    caw_put_unsigned(&out, minor);
    caw_text_end(&out);
    list(report, &row->versions, version);
    row->minor = minor;
    caw_report_touch(report, &row->record);
}

static void see_sender(caw_report *report, servers_row *row, const caw_end *source) {
    char sender[CAW_END_TEXT];
    if (row->senders && caw_same_address(&row->sender, source))
        return;
    caw_end_text(source, sender, sizeof sender);
    list(report, &row->senders, sender);
    row->sender = *source;
}

/* ---- beacons ------------------------------------------------------------------------------- */

static void add_number(caw_report *report, caw_median *to, int64_t number) {
    if (!caw_median_add(to, caw_report_memory(report), number))
        caw_report_drop(report);
}

static void see_beacon(caw_report *report, const caw_event *event) {
    if (caw_is_relayed_beacon(event))
        return;
    caw_end server = caw_announced_end(event);
    servers_row *row = caw_servers_row(report, &server, SERVERS_BY_BEACON);
    if (!row)
        return;
    see_version(report, row, event->message.type);
    see_sender(report, row, &event->source);
    caw_beacon_verdict verdict = caw_beacon_next(&row->line, &event->message, event->now);
    row->beacons++;
    row->lost += verdict.lost;
    row->duplicates += verdict.duplicate;
    row->restarts += verdict.restart;
    row->anomalies += verdict.anomaly;
    if (verdict.has_period)
        add_number(report, &row->periods, verdict.period);
}

/* ---- answers to searches ------------------------------------------------------------------- */

static void see_found(caw_report *report, const caw_event *event) {
    caw_field version;
    caw_end server = caw_announced_end(event);
    servers_row *row = caw_servers_row(report, &server, SERVERS_BY_SEARCH);
    if (row && caw_find(&event->message, CAW_FIELD_VERSION, &version))
        see_version(report, row, (uint16_t)version.number);
}

/* ---- circuits ------------------------------------------------------------------------------ */

#define YEAR_1990 31536000u /* seconds of it: a clock that was never set */

static bool is_first_update(const caw_event *event) {
    return event->note->turn == CAW_TURN_RESPONSE;
}

static void see_age(caw_report *report, servers_row *row, const caw_event *event) {
    caw_field stamp;
    if (is_first_update(event) || !caw_find(&event->message, CAW_FIELD_STAMP, &stamp) ||
        stamp.seconds < YEAR_1990)
        return;
    caw_moment taken = {.frame = 1,
                        .seconds = (int64_t)stamp.seconds + CAW_EPICS_EPOCH,
                        .nanoseconds = (int32_t)stamp.nanoseconds};
    caw_moment sent = caw_event_sent(event);
    int64_t age = caw_between(&taken, &sent);
    if (!row->has_age || age < row->youngest)
        row->youngest = age;
    if (!row->has_age || age > row->oldest)
        row->oldest = age;
    row->has_age = true;
    caw_report_touch(report, &row->record);
    add_number(report, &row->ages, age);
}

static bool is_update(const caw_message *message) {
    return message->command == CAW_COMMAND_EVENT_ADD && message->row->speaker == CAW_SIDE_SERVER &&
           message->dbr;
}

static void see_on_circuit(caw_report *report, const caw_event *event) {
    const caw_message *message = &event->message;
    servers_row *row = caw_servers_of_circuit(report, event);
    if (!row)
        return;
    if (message->command == CAW_COMMAND_VERSION && message->row->speaker == CAW_SIDE_SERVER)
        see_version(report, row, (uint16_t)message->count);
    else if (is_update(message))
        see_age(report, row, event);
}

/* ---- messages ------------------------------------------------------------------------------ */

void caw_servers_see_message(caw_report *report, const caw_event *event) {
    const caw_message_row *row = event->message.row;
    bool server = row->speaker == CAW_SIDE_SERVER;
    if (event->transport == CAW_TRANSPORT_TCP)
        see_on_circuit(report, event);
    if (server && row->command == CAW_COMMAND_RSRV_IS_UP)
        see_beacon(report, event);
    else if (server && row->command == CAW_COMMAND_SEARCH)
        see_found(report, event);
}

void caw_servers_free_rows(caw_report *report) {
    const caw_memory *memory = caw_report_memory(report);
    for (servers_row *each = (servers_row *)caw_report_first(report, SERVERS_ROWS); each;
         each = (servers_row *)each->record.next) {
        caw_median_free(&each->periods, memory);
        caw_median_free(&each->ages, memory);
    }
}
