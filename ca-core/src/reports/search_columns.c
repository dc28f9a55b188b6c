/* SPDX-License-Identifier: BSD-3-Clause */
/* How the search report is shown: its columns, the cells of a row, and the order of rows. */
#include "search.h"

enum { PV, CLIENT, SEARCHES, RATE, FIRST, LAST, ANSWER, SERVERS, DESTINATIONS, VIA, COLUMNS };

void caw_search_cells(void *record, caw_cell *cells) {
    const search_row *each = record;
    cells[PV] = caw_cell_text(each->name->pv.shown);
    cells[CLIENT] = caw_cell_end(&each->client->end);
    cells[SEARCHES] = caw_cell_count(each->searches);
    cells[RATE] = caw_cell_rate(each->searches, &each->first, &each->last);
    cells[FIRST] = caw_cell_moment(&each->first);
    cells[LAST] = caw_cell_moment(&each->last);
    cells[ANSWER] = caw_cell_between(&each->first, &each->answered);
    cells[SERVERS] = caw_cell_list(each->servers);
    cells[DESTINATIONS] = caw_cell_list(each->destinations);
    cells[VIA] = caw_cell_text(each->via == CAW_TRANSPORT_TCP ? "tcp" : "udp");
}

void caw_search_client_cells(void *record, caw_cell *cells) {
    const search_client *each = record;
    *cells++ = caw_cell_end(&each->address);
    *cells++ = caw_cell_count(each->searches);
    *cells++ = caw_cell_count(each->pvs);
    *cells++ = caw_cell_count(each->pvs - each->answered_pvs);
}

void caw_search_second_cells(void *record, caw_cell *cells) {
    const search_second *each = record;
    caw_moment second = {.frame = 1, .seconds = each->second};
    *cells++ = caw_cell_moment(&second);
    *cells++ = caw_cell_count(each->searches);
    *cells++ = caw_cell_count(each->pvs);
    *cells++ = caw_cell_count(each->answers);
    *cells++ = caw_cell_count(each->circuits);
    *cells++ = caw_cell_count(each->creates);
    *cells++ = caw_cell_count(each->beacon_anomalies);
}

/* ---- the order of rows --------------------------------------------------------------------- */

static int more_first(uint64_t a, uint64_t b) {
    return (a < b) - (a > b);
}

/* Never answered first, then by count. */
int caw_search_order(const void *a, const void *b) {
    const search_row *one = a, *other = b;
    if (!one->servers != !other->servers)
        return one->servers ? 1 : -1;
    return more_first(one->searches, other->searches);
}

/* Most PVs that nobody answers for first, then by count. */
int caw_search_client_order(const void *a, const void *b) {
    const search_client *one = a, *other = b;
    int order = more_first(one->pvs - one->answered_pvs, other->pvs - other->answered_pvs);
    return order ? order : more_first(one->searches, other->searches);
}

int caw_search_second_order(const void *a, const void *b) {
    const search_second *one = a, *other = b;
    return (one->second > other->second) - (one->second < other->second);
}

/* ---- the tables ---------------------------------------------------------------------------- */

const caw_table caw_search_tables[SEARCH_TABLES] = {
    [SEARCH_ROWS] = {"search",
                     COLUMNS,
                     {[PV] = {"pv", "PV", CAW_CELL_TEXT},
                      [CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
                      [SEARCHES] = {"searches", "Searches", CAW_CELL_COUNT},
                      [RATE] = {"rate_hz", "Rate (1/s)", CAW_CELL_REAL},
                      [FIRST] = {"first_ns", "First (s)", CAW_CELL_MOMENT},
                      [LAST] = {"last_ns", "Last (s)", CAW_CELL_MOMENT},
                      [ANSWER] = {"answer_s", "Answer (s)", CAW_CELL_SECONDS},
                      [SERVERS] = {"servers", "Servers", CAW_CELL_LIST},
                      [DESTINATIONS] = {"destinations", "Destinations", CAW_CELL_LIST},
                      [VIA] = {"via", "Via", CAW_CELL_TEXT}}},
    [SEARCH_CLIENTS] = {"clients",
                        4,
                        {{"client", "Client", CAW_CELL_ADDRESS},
                         {"searches", "Searches", CAW_CELL_COUNT},
                         {"pvs", "PVs", CAW_CELL_COUNT},
                         {"unanswered_pvs", "Unanswered PVs", CAW_CELL_COUNT}}},
    [SEARCH_SECONDS] = {"seconds",
                        7,
                        {{"second_ns", "Second (s)", CAW_CELL_MOMENT},
                         {"searches", "Searches", CAW_CELL_COUNT},
                         {"pvs", "PVs", CAW_CELL_COUNT},
                         {"answers", "Answers", CAW_CELL_COUNT},
                         {"circuits", "Circuits", CAW_CELL_COUNT},
                         {"creates", "Creations", CAW_CELL_COUNT},
                         {"beacon_anomalies", "Beacon Anomalies", CAW_CELL_COUNT}}},
};
