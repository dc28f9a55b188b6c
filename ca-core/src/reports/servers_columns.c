/* SPDX-License-Identifier: BSD-3-Clause */
/* How the servers report is shown: its columns, the cells of a row, and the order of rows. */
#include "servers.h"

enum {
    SERVER,
    SEEN_IN,
    VERSIONS,
    CIRCUITS,
    BEACONS,
    PERIOD,
    LOST,
    DUPLICATES,
    RESTARTS,
    ANOMALIES,
    SENDERS,
    AGE_MIN,
    AGE_MEDIAN,
    AGE_MAX,
    COLUMNS
};

static const caw_listed *ways_of(servers_row *row) {
    caw_listed *first = NULL, **last = &first;
    for (int way = 0; way < SERVERS_WAYS; way++) {
        if (!row->known_by[way])
            continue;
        *last = &row->ways[way];
        last = &row->ways[way].next;
    }
    *last = NULL;
    return first;
}

void caw_servers_cells(void *record, caw_cell *cells) {
    servers_row *each = record;
    cells[SERVER] = caw_cell_end(&each->end);
    cells[SEEN_IN] = caw_cell_list(ways_of(each));
    cells[VERSIONS] = caw_cell_list(each->versions);
    cells[CIRCUITS] = caw_cell_count(each->circuits);
    cells[BEACONS] = caw_cell_count(each->beacons);
    cells[PERIOD] = caw_cell_seconds(each->line.has_average, caw_median_of(&each->periods));
    cells[LOST] = caw_cell_count(each->lost);
    cells[DUPLICATES] = caw_cell_count(each->duplicates);
    cells[RESTARTS] = caw_cell_count(each->restarts);
    cells[ANOMALIES] = caw_cell_count(each->anomalies);
    cells[SENDERS] = caw_cell_list(each->senders);
    cells[AGE_MIN] = caw_cell_seconds(each->has_age, each->youngest);
    cells[AGE_MEDIAN] = caw_cell_seconds(each->has_age, caw_median_of(&each->ages));
    cells[AGE_MAX] = caw_cell_seconds(each->has_age, each->oldest);
}

void caw_servers_stranger_cells(void *record, caw_cell *cells) {
    const servers_stranger *each = record;
    *cells++ = caw_cell_end(&each->client);
    *cells++ = caw_cell_end(&each->server);
    *cells++ = caw_cell_count(each->packets);
    *cells++ = caw_cell_text(each->first);
    *cells++ = caw_cell_text(each->looks_like);
}

/* Who sends most first. */
int caw_servers_stranger_order(const void *a, const void *b) {
    const servers_stranger *one = a, *other = b;
    return (one->packets < other->packets) - (one->packets > other->packets);
}

const caw_table caw_servers_tables[SERVERS_TABLES] = {
    [SERVERS_ROWS] = {"servers",
                      COLUMNS,
                      {[SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
                       [SEEN_IN] = {"seen_in", "Seen In", CAW_CELL_LIST},
                       [VERSIONS] = {"versions", "Versions", CAW_CELL_LIST},
                       [CIRCUITS] = {"circuits", "Circuits", CAW_CELL_COUNT},
                       [BEACONS] = {"beacons", "Beacons", CAW_CELL_COUNT},
                       [PERIOD] = {"period_s", "Period (s)", CAW_CELL_SECONDS},
                       [LOST] = {"lost", "Lost", CAW_CELL_COUNT},
                       [DUPLICATES] = {"duplicates", "Duplicates", CAW_CELL_COUNT},
                       [RESTARTS] = {"restarts", "Restarts", CAW_CELL_COUNT},
                       [ANOMALIES] = {"anomalies", "Anomalies", CAW_CELL_COUNT},
                       [SENDERS] = {"senders", "Senders", CAW_CELL_LIST},
                       [AGE_MIN] = {"age_min_s", "Age, Least (s)", CAW_CELL_SECONDS},
                       [AGE_MEDIAN] = {"age_median_s", "Age, Median (s)", CAW_CELL_SECONDS},
                       [AGE_MAX] = {"age_max_s", "Age, Most (s)", CAW_CELL_SECONDS}}},
    [SERVERS_STRANGERS] = {"strangers",
                           5,
                           {{"client", "Client", CAW_CELL_ADDRESS},
                            {"server", "Server", CAW_CELL_ADDRESS},
                            {"packets", "Packets", CAW_CELL_COUNT},
                            {"first_bytes", "First Bytes", CAW_CELL_TEXT},
                            {"looks_like", "Looks Like", CAW_CELL_TEXT}}},
};
