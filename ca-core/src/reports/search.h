/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the search report share: a row for each PV and client (search_rows.c), the
 * servers of a row and the gateways among them (search_servers.c), a row for each second
 * (search_seconds.c), and how all that is shown (search_columns.c).
 */
#ifndef CAW_SEARCH_H
#define CAW_SEARCH_H

#include "ends.h"
#include "history/beacon.h"
#include "report.h"

/* The tables. */
enum { SEARCH_ROWS, SEARCH_CLIENTS, SEARCH_SECONDS, SEARCH_TABLES };

/* Of a row: destinations, and servers. What is beyond is counted as dropped. */
#define SEARCH_MOST_ENDS 64

/* Whose beacons are followed. */
#define SEARCH_MOST_SERVERS 65536

/* A name that somebody searches. */
typedef struct {
    caw_kept_name pv;
    int64_t latest;   /* the second in which it was searched last ... */
    uint64_t seconds; /* ... and, bit by bit, those before: 1 << so many seconds ago */
} search_name;

/* A client's address, whatever the port: a row of the table `clients`. */
typedef struct {
    caw_record record;
    caw_end address;
    uint64_t searches;
    uint64_t pvs;
    uint64_t answered_pvs;
} search_client;

typedef struct search_server search_server;

/*
 * An address and a name: what the address wants of it, as a client, and who waits to hear that,
 * because the address answers for it: then it is a gateway.
 */
typedef struct {
    search_name *name;
    caw_end address;
    bool counted;               /* among the client's PVs */
    bool answered;              /* any socket of it */
    const caw_kept_end *behind; /* the first server that has answered it from another address */
    search_server *waiting;     /* entries of this address, until that is known */
} search_asker;

typedef struct search_row search_row;

/* An entry of a row's list of ends: of its destinations, which have no more. */
typedef struct {
    caw_listed shown;
    const caw_kept_end *end;
} search_entry;

/* One of its servers. */
struct search_server {
    search_entry entry;
    search_row *row;
    search_server *next_waiting; /* of those of the same address and name */
};

/* A PV and a client's end. */
struct search_row {
    caw_record record;
    search_name *name;
    const caw_kept_end *client;
    caw_transport via;
    search_asker *asker; /* the same name and the client's address */
    uint64_t searches;
    caw_moment first;
    caw_moment last;
    caw_moment answered;
    caw_listed *destinations;
    caw_listed *servers;
};

typedef struct {
    caw_record record;
    int64_t second; /* of 1970 */
    uint64_t searches;
    uint64_t pvs;
    uint64_t answers;
    uint64_t circuits;
    uint64_t creates;
    uint64_t beacon_anomalies;
} search_second;

/* Beacons of one server. */
typedef struct {
    caw_end server;
    caw_beacons beacons;
} search_beacons;

typedef struct {
    caw_idmap ends;        /* caw_kept_end */
    caw_idmap names;       /* search_name */
    caw_idmap rows;        /* by name, end and transport */
    caw_idmap askers;      /* by name and address */
    caw_idmap clients;     /* by address */
    caw_idmap sockets;     /* caw_kept_end of those that search in datagrams */
    caw_idmap seconds;     /* by second */
    caw_idmap beacons;     /* by server */
    search_second *second; /* the latest that was asked for */
    size_t servers;        /* whose beacons are followed */
    bool full;             /* a row had no room: there are no more */
} search_state;

/* ---- rows ---------------------------------------------------------------------------------- */

/* A message of a search. */
void caw_search_see(caw_report *report, const caw_event *event);

/* ---- servers ------------------------------------------------------------------------------- */

/* What an address wants of a name; NULL without memory. */
search_asker *caw_search_asker(caw_report *report, search_name *name, caw_end address);

/* A server has answered the client of a row. */
void caw_search_add_server(caw_report *report, search_row *row, const caw_end *server);

/*
 * The entry of this end in a row's list of them, or a new one of so many bytes. NULL, which is
 * counted, without memory or beyond the most.
 */
void *caw_search_entry(caw_report *report, caw_listed **list, const caw_end *end, size_t bytes);

/* ---- seconds ------------------------------------------------------------------------------- */

/* A name was searched. */
void caw_search_count(caw_report *report, search_name *name, const caw_moment *now);

/* Anything else that the seconds count. */
void caw_search_count_other(caw_report *report, const caw_event *event);

/* ---- columns ------------------------------------------------------------------------------- */

extern const caw_table caw_search_tables[SEARCH_TABLES];

void caw_search_cells(void *record, caw_cell *cells);
void caw_search_client_cells(void *record, caw_cell *cells);
void caw_search_second_cells(void *record, caw_cell *cells);

int caw_search_order(const void *a, const void *b);
int caw_search_client_order(const void *a, const void *b);
int caw_search_second_order(const void *a, const void *b);

#endif
