/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the servers report share: which servers and circuits are known
 * (servers_known.c), what messages say of a server (servers_rows.c), a row for each pair of ends
 * that talk something else (servers_strangers.c), and how all that is shown (servers_columns.c).
 */
#ifndef CAW_SERVERS_H
#define CAW_SERVERS_H

#include "ends.h"
#include "history/beacon.h"
#include "median.h"
#include "report.h"

/* The tables. */
enum { SERVERS_ROWS, SERVERS_STRANGERS, SERVERS_TABLES };

/* How a server is known of: the words of `seen_in`, in their order. */
typedef enum { SERVERS_BY_BEACON, SERVERS_BY_SEARCH, SERVERS_BY_CIRCUIT, SERVERS_WAYS } servers_way;

/* Of a list in a row. What is beyond is counted as dropped. */
#define SERVERS_MOST_LISTED 64

typedef struct {
    caw_record record;
    caw_end end;
    caw_listed ways[SERVERS_WAYS];
    bool known_by[SERVERS_WAYS];
    caw_listed *versions;
    uint16_t minor; /* the version that was told last */
    caw_listed *senders;
    caw_end sender; /* of the latest beacon */
    uint64_t circuits;
    uint64_t beacons;
    uint64_t lost;
    uint64_t duplicates;
    uint64_t restarts;
    uint64_t anomalies;
    caw_beacons line;
    caw_median periods; /* nanoseconds */
    caw_median ages;    /* the same, of updates' time stamps */
    bool has_age;
    int64_t youngest;
    int64_t oldest;
} servers_row;

#define SERVERS_BYTES_TEXT (2 * CAW_FOREIGN_MOST + 1)

typedef struct {
    caw_record record;
    caw_end client;
    caw_end server;
    uint64_t packets;
    uint32_t frame; /* of the latest packet */
    char first[SERVERS_BYTES_TEXT];
    const char *looks_like;
} servers_stranger;

/* Circuits that are known at once; of more it is not known whether they have been counted. */
#define SERVERS_MOST_CIRCUITS (1 << 20)

/* Connections that have ended: so many are remembered, for what comes late. */
#define SERVERS_MOST_ENDED 4096

typedef struct {
    caw_idmap servers;   /* by end */
    caw_idmap strangers; /* by both ends */
    caw_idmap circuits;  /* connections that carry Channel Access: their servers_row */
    caw_key *ended;      /* those of them that have, in a ring */
    size_t next_ended;
} servers_state;

/* ---- messages ------------------------------------------------------------------------------ */

/* A message: a beacon, an answer to a search, anything on a circuit. */
void caw_servers_see_message(caw_report *report, const caw_event *event);

void caw_servers_free_rows(caw_report *report);

/* ---- servers and circuits ------------------------------------------------------------------ */

/* The row of a server; NULL without memory, or beyond the most rows. */
servers_row *caw_servers_row(caw_report *report, const caw_end *end, servers_way way);

/* The row of the server of a connection that carries this message; NULL when it is not known. */
servers_row *caw_servers_of_circuit(caw_report *report, const caw_event *message);

/* A message was seen on the connection of this event. */
bool caw_servers_is_circuit(const caw_report *report, const caw_event *event);

/* A connection has ended. */
void caw_servers_end_circuit(caw_report *report, const caw_event *closed);

/* ---- strangers ----------------------------------------------------------------------------- */

/* Bytes that are no message. */
void caw_servers_see_malformed(caw_report *report, const caw_event *event);

/* ---- columns ------------------------------------------------------------------------------- */

extern const caw_table caw_servers_tables[SERVERS_TABLES];

void caw_servers_cells(void *record, caw_cell *cells);
void caw_servers_stranger_cells(void *record, caw_cell *cells);

int caw_servers_stranger_order(const void *a, const void *b);

#endif
