/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Searches: who looks for what, how often, and who answers; what each client's address does
 * altogether; and what happens in each second of a storm.
 *
 * A row stands for a name and the client's end that searches it, in datagrams or over TCP. An
 * answer belongs to the latest search of that client under its cid. NOT_FOUND is no answer: nobody
 * has said where the PV is.
 *
 * Copies of a datagram count once: one that is recorded again (again.h), and what a repeater passes
 * on to clients.
 */
#include "reports.h"
#include "search.h"

static void observe(caw_report *report, const caw_event *event) {
    if (event->kind == CAW_EVENT_MESSAGE)
        caw_search_see(report, event);
    caw_search_count_other(report, event);
}

static void close(caw_report *report) {
    search_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    caw_idmap *maps[] = {&state->ends,    &state->names,   &state->rows,    &state->askers,
                         &state->clients, &state->sockets, &state->seconds, &state->beacons};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        caw_idmap_free(maps[i], memory);
}

static const struct caw_report_code code = {
    .state = sizeof(search_state),
    .observe = observe,
    .cells = {[SEARCH_ROWS] = caw_search_cells,
              [SEARCH_CLIENTS] = caw_search_client_cells,
              [SEARCH_SECONDS] = caw_search_second_cells},
    .order = {[SEARCH_ROWS] = caw_search_order,
              [SEARCH_CLIENTS] = caw_search_client_order,
              [SEARCH_SECONDS] = caw_search_second_order},
    .close = close,
};

const caw_report_row caw_report_search = {
    .name = "search",
    .title = "Searches",
    .question = "Who searches which PV, how often, and who answers?",
    .tables = caw_search_tables,
    .table_count = SEARCH_TABLES,
    .code = &code,
};
