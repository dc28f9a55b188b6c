/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the report on circuits share: how circuits begin and end and what they carry
 * (circuits.c), and how that is shown (circuits_columns.c).
 */
#ifndef CAW_CIRCUITS_H
#define CAW_CIRCUITS_H

#include "ends.h"
#include "history/ring.h"
#include "report.h"

/* A row: a circuit that has carried a message. Moments of frame 0 have not come. */
typedef struct {
    caw_record record;
    caw_end client;
    caw_end server;
    bool settled;  /* it is known which end is which; before that the lower port is the server's */
    uint8_t named; /* how often the client has named its user or host */
    caw_kept_name user;
    caw_kept_name host;
    char version_client[16]; /* "4.13"; "": not known */
    char version_server[16];
    bool versioned;    /* the client has sent a VERSION ... */
    bool has_priority; /* ... with a priority */
    uint32_t priority;
    caw_moment opened;
    caw_moment closed;
    const char *closed_by;
    caw_moment last; /* message, up to the end */
    uint64_t echoes;
    uint64_t echoes_answered;
    caw_moment off;   /* when updates were held back; frame 0: they are not */
    int64_t off_for;  /* nanoseconds, before that */
    bool disconnects; /* the server has sent a SERVER_DISCONN */
    uint64_t channels;
    uint64_t open; /* of these */
    uint64_t lost;
    uint64_t messages;
    uint64_t bytes;
} circuits_row;

/* A connection that has not carried a message so far. */
typedef struct {
    caw_ring by_age;
    caw_key key;
    caw_moment asked;    /* the first SYN */
    caw_moment accepted; /* the SYN/ACK */
} circuits_opening;

typedef struct {
    caw_idmap circuits; /* rows by connection: the latest */
    caw_idmap openings; /* by connection */
    caw_ring by_age;    /* openings, oldest first */
    uint32_t opening_count;
} circuits_state;

extern const caw_table caw_circuits_table;

void caw_circuits_cells(void *record, caw_cell *cells);

#endif
