/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the connection report share: circuits and routes (connect_circuits.c), a row
 * for each channel that somebody asked for (connect_channels.c), the times of each server
 * (connect_servers.c), and how all that is shown (connect_columns.c).
 */
#ifndef CAW_CONNECT_H
#define CAW_CONNECT_H

#include "ends.h"
#include "quantiles.h"
#include "report.h"

/* The tables. */
enum { CONNECT_CHANNELS, CONNECT_SERVERS, CONNECT_TABLES };

typedef struct connect_attempt connect_attempt;

/* How far a circuit has come, when it was asked for. */
typedef enum { CONNECT_SILENT, CONNECT_REFUSED, CONNECT_OPEN, CONNECT_CLOSED } connect_progress;

typedef struct {
    caw_end client;
    caw_end server;
    connect_progress progress;
    caw_moment asked;    /* the first SYN; frame 0 when the capture lacks it */
    caw_moment asked_on; /* the last one */
    caw_moment accepted; /* the SYN/ACK */
    caw_moment latest;   /* whatever happened to it */
    uint32_t times;      /* SYNs */
    caw_by by;           /* what refused it */
    uint8_t icmp_type;
    uint8_t icmp_code;
    bool used; /* a channel was asked for */
} connect_circuit;

/* A client's address and the server's end: what one wants of the other. */
typedef struct {
    caw_end client; /* port 0 */
    caw_end server;
    const connect_circuit *latest;
    connect_attempt *waiting; /* searches that this server has answered, not yet taken */
    uint64_t told; /* the value of caw_report_taken when all that wait were touched last */
} connect_route;

/* A row: a channel that somebody asked for. Moments of frame 0 have not come. */
struct connect_attempt {
    caw_record record;
    caw_kept_name pv;
    caw_end client;
    caw_end server;
    uint64_t searches;
    caw_moment searched;    /* the first search */
    caw_moment searched_on; /* the last one */
    caw_moment found;       /* its first answer */
    caw_moment asked;       /* the creation's request */
    caw_moment told;        /* its answer */
    bool rejected;          /* which was no */
    bool opened;            /* a circuit was opened for it, in ... */
    int64_t opening;        /* ... so many nanoseconds */
    connect_route *route;   /* of its answered search */
    connect_attempt *below; /* the answered search of the same name before it, not yet taken */
    connect_attempt *next_waiting;
    char state[32];
};

/* How long a server took for each channel that it created. */
typedef struct {
    caw_record record;
    caw_end address;
    double *seconds;
    size_t count;
    size_t room;
    caw_quantiles quantiles;
} connect_server;

typedef struct {
    caw_idmap exchanges; /* attempts by their exchange, see attempt_of in connect_channels.c */
    caw_idmap circuits;  /* by number of connection */
    caw_idmap routes;    /* by client's address and server */
    caw_idmap names;     /* the latest answered search by route and name */
    caw_idmap sockets;   /* caw_kept_end of those that search in datagrams */
    caw_idmap servers;   /* by address */
    uint64_t unanswered; /* creations */
    size_t kept;         /* circuits and routes, no more than there may be rows */
} connect_state;

/* ---- circuits ------------------------------------------------------------------------------ */

/* The route between two ends, made when there is none; NULL without memory. */
connect_route *caw_connect_route(caw_report *report, caw_end client, const caw_end *server_end);

/*
 * The circuit of an event that its server, or else its client, is the source of. Made when there is
 * none, or when another one is asked for (`anew`); NULL without memory.
 */
connect_circuit *caw_connect_circuit(caw_report *report, const caw_event *event, bool from_server,
                                     bool anew);

/* A circuit was asked for, accepted, refused or closed. */
void caw_connect_see_circuit(caw_report *report, const caw_event *event);

/* ---- channels ------------------------------------------------------------------------------ */

/* A message: searches, creations and their answers count. */
void caw_connect_see_message(caw_report *report, const caw_event *event);

/* ---- servers ------------------------------------------------------------------------------- */

/* A channel was created. */
void caw_connect_add_time(caw_report *report, const connect_attempt *created);

void caw_connect_end_servers(caw_report *report);
void caw_connect_free_servers(caw_report *report);

/* ---- columns ------------------------------------------------------------------------------- */

extern const caw_table caw_connect_tables[CONNECT_TABLES];

void caw_connect_cells(void *record, caw_cell *cells);
void caw_connect_server_cells(void *record, caw_cell *cells);

#endif
