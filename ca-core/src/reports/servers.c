/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Servers: where they are, how that is known, which versions they speak, how regularly their
 * beacons come, how far their clocks are off; and who talks something else to the protocol's ports.
 *
 * A row stands for the address and port that beacons and answers to searches announce, and that
 * circuits go to. Beacons are judged as history/beacon.h says; those that a repeater passes on are
 * left out. A version is the server's own word: of a beacon, of an answer to a search, of the
 * VERSION on a circuit.
 *
 * Ages are of the updates with a time stamp: the time of their frame minus the stamp. The first
 * update of a subscription tells when the record processed last, maybe long ago, and does not
 * count; nor does a stamp of 1990, which a record has that never did. What a capture has of a
 * subscription that it does not see begin are no first updates.
 */
#include "servers.h"
#include "reports.h"

static void observe(caw_report *report, const caw_event *event) {
    if (event->kind == CAW_EVENT_MESSAGE)
        caw_servers_see_message(report, event);
    else if (event->kind == CAW_EVENT_MALFORMED)
        caw_servers_see_malformed(report, event);
    else if (event->kind == CAW_EVENT_CLOSED)
        caw_servers_end_circuit(report, event);
}

static void close(caw_report *report) {
    servers_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    caw_servers_free_rows(report);
    caw_idmap_free(&state->servers, memory);
    caw_idmap_free(&state->strangers, memory);
    caw_idmap_free(&state->circuits, memory);
}

static const struct caw_report_code code = {
    .state = sizeof(servers_state),
    .observe = observe,
    .cells = {[SERVERS_ROWS] = caw_servers_cells, [SERVERS_STRANGERS] = caw_servers_stranger_cells},
    .order = {[SERVERS_STRANGERS] = caw_servers_stranger_order},
    .close = close,
};

const caw_report_row caw_report_servers = {
    .name = "servers",
    .title = "Servers",
    .question = "Which servers are there, do their beacons come in time, are their clocks right?",
    .tables = caw_servers_tables,
    .table_count = SERVERS_TABLES,
    .code = &code,
};
