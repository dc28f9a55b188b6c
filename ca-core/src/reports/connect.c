/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection benchmark: for each channel that somebody asked for, how far it came and how long
 * each step took; and how long each server takes.
 */
#include "connect.h"
#include "reports.h"

static void observe(caw_report *report, const caw_event *event) {
    if (event->kind == CAW_EVENT_MESSAGE)
        caw_connect_see_message(report, event);
    else if (event->kind != CAW_EVENT_MALFORMED)
        caw_connect_see_circuit(report, event);
}

static void say(const caw_report *report, caw_text *out) {
    const connect_state *state = caw_report_state(report);
    caw_put_unsigned(out, state->unanswered);
    caw_puts(out, " channel creation requests were unanswered during this capture.");
}

static void close(caw_report *report) {
    connect_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    caw_connect_free_servers(report);
    caw_idmap_free(&state->exchanges, memory);
    caw_idmap_free(&state->circuits, memory);
    caw_idmap_free(&state->routes, memory);
    caw_idmap_free(&state->names, memory);
    caw_idmap_free(&state->sockets, memory);
    caw_idmap_free(&state->servers, memory);
}

static const struct caw_report_code code = {
    .state = sizeof(connect_state),
    .observe = observe,
    .cells = {[CONNECT_CHANNELS] = caw_connect_cells, [CONNECT_SERVERS] = caw_connect_server_cells},
    .end = caw_connect_end_servers,
    .say = say,
    .close = close,
};

const caw_report_row caw_report_connect = {
    .name = "connect",
    .title = "Connections",
    .question = "How far did each channel that somebody asked for come, and how long did it take?",
    .tables = caw_connect_tables,
    .table_count = CONNECT_TABLES,
    .code = &code,
};
