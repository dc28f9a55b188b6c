/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q -z ca,srt[,FILTER]: service response times, a row for each kind of exchange, over all
 * servers and for each server.
 */
#include "compat.h"

#include "output.h"
#include "protocol.h"
#include "srt.h"
#include "tap.h"

#include <epan/srt_table.h>
#include <epan/tap.h>

#define OVERALL "All servers"

/* Nobody reads more tables than that, and a capture can have any number of servers. */
#define MOST_SERVERS 1000
#define OTHERS       "Other servers"

/* Rows are numbered by command, so that a row's filter is "ca.command == NUMBER". */
static const char *label_of(uint16_t command) {
    return caw_request_row(command)->timed;
}

static srt_stat_table *add_table(GArray *tables, const char *name) {
    /* TShark prints the name of the column only, Wireshark that of the table */
    srt_stat_table *table =
        init_srt_table(name, NULL, tables, CAW_COMMANDS, name, "ca.command", NULL);

    for (uint16_t command = 0; command < CAW_COMMANDS; command++) {
        const char *label = label_of(command);
        init_srt_table_row(table, command, label ? label : "");
    }
    return table;
}

/* NULL when there is none yet. Names are interned. */
static srt_stat_table *find_table(GArray *tables, const char *name) {
    for (unsigned i = 0; i < tables->len; i++) {
        srt_stat_table *table = g_array_index(tables, srt_stat_table *, i);
        if (table->name == name)
            return table;
    }
    return NULL;
}

/* The table of a server, made when it answers for the first time. */
static srt_stat_table *table_of(GArray *tables, const char *name) {
    srt_stat_table *table = find_table(tables, name);

    if (!table && tables->len > MOST_SERVERS) {
        name = g_intern_static_string(OTHERS);
        table = find_table(tables, name);
    }
    return table ? table : add_table(tables, name);
}

/* Wireshark counts from a time to that of the packet, which may come after the answer's own. */
static nstime_t since(const packet_info *pinfo, const caw_moment *asked, const caw_moment *now) {
    nstime_t from = {asked->seconds, asked->nanoseconds};
    nstime_t to = {now->seconds, now->nanoseconds};

    nstime_subtract(&from, &to);
    nstime_add(&from, &pinfo->abs_ts);
    return from;
}

static void add_answer(GArray *tables, packet_info *pinfo, const caw_event *event) {
    const caw_exchange *exchange = event->note->exchange;
    nstime_t asked = since(pinfo, &exchange->request, &event->now);
    char host[CAW_END_TEXT];

    if (!label_of(exchange->command))
        return;
    caw_end_text(&event->source, host, sizeof host);
    char *server = wmem_strdup_printf(pinfo->pool, "%s:%u", host, event->source.port);
    add_srt_table_data(g_array_index(tables, srt_stat_table *, 0), exchange->command, &asked,
                       pinfo);
    add_srt_table_data(table_of(tables, g_intern_string(server)), exchange->command, &asked, pinfo);
}

static tap_packet_status see(void *tap, packet_info *pinfo, epan_dissect_t *edt _U_,
                             const void *data CA_TAP_FLAGS) {
    srt_data_t *srt = tap;
    const ca_events *events = data;
    tap_packet_status status = TAP_PACKET_DONT_REDRAW;

    for (unsigned i = 0; i < events->count; i++) {
        if (!ca_is_first_answer(events->all[i]) || events->all[i]->note->repeated)
            continue;
        add_answer(srt->srt_array, pinfo, events->all[i]);
        status = TAP_PACKET_REDRAW;
    }
    return status;
}

static void init(struct register_srt *srt _U_, GArray *tables) {
    add_table(tables, OVERALL);
    output_check_at_end();
}

void srt_register(void) {
    register_srt_table(proto_ca, NULL, 1, see, init, NULL);
}
