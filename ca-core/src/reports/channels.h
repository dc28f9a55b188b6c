/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the report on channels share: what messages say of channels and subscriptions
 * (channels.c), the rows of these and how they are found (channels_rows.c), what they come to by
 * PV, client and server (channels_totals.c), and how all that is shown (channels_columns.c).
 */
#ifndef CAW_CHANNELS_H
#define CAW_CHANNELS_H

#include "ends.h"
#include "history/ring.h"
#include "report.h"

/* The tables. */
enum {
    CHANNELS_CHANNELS,
    CHANNELS_SUBSCRIPTIONS,
    CHANNELS_PVS,
    CHANNELS_CLIENTS,
    CHANNELS_SERVERS,
    CHANNELS_TABLES
};

/* The tables of totals, from CHANNELS_PVS on. */
enum { CHANNELS_OF_PV, CHANNELS_OF_CLIENT, CHANNELS_OF_SERVER, CHANNELS_TOTALS };

typedef struct {
    caw_moment first; /* frame 0: there was none */
    caw_moment last;
    uint64_t count;
} channels_updates;

/* Channels, or subscriptions, which may be there twice. */
typedef struct channels_twin {
    caw_ring link;                       /* among those that are alike and still open */
    const struct channels_twin *earlier; /* the first of these when it was asked for, or NULL */
    uint32_t frame;                      /* in which it was asked for */
    bool came;                           /* it has come to something */
} channels_twin;

/* What is like that, oldest first. */
typedef struct {
    caw_ring open;
} channels_twins;

/* A row of a table of totals. */
typedef struct {
    caw_record record;
    caw_kept_name pv; /* of a PV; NULL: of those without a known one */
    caw_end end;      /* of a client or server */
    uint64_t channels;
    uint64_t subscriptions;
    channels_updates updates;
    uint64_t bytes;
    uint64_t gets;
    uint64_t puts;
} channels_total;

typedef struct {
    caw_end client;
    caw_end server;
    caw_moment closed;
    caw_ring open; /* rows that are not closed */
} channels_circuit;

/* A row: a channel. Moments of frame 0 have not come. */
typedef struct {
    caw_record record;
    channels_circuit *on;
    caw_ring of_circuit;
    channels_total *totals[CHANNELS_TOTALS];
    channels_twin twin;
    caw_moment asked;  /* the creation's request; frame 0: it was not seen */
    caw_moment opened; /* its answer */
    caw_moment closed;
    uint32_t cid; /* of a creation */
    uint32_t sid;
    bool has_sid;
    bool has_type; /* the type and the count are known */
    bool has_rights;
    uint16_t type;
    uint32_t count;
    uint32_t rights;
    uint64_t subscriptions;
    channels_updates updates;
    int64_t gap; /* nanoseconds; below 0: there is none */
    uint64_t bytes;
    uint64_t gets;
    uint64_t puts;
    char type_text[16];
} channels_row;

/* A row of the table of subscriptions. */
typedef struct {
    caw_record record;
    channels_row *of;
    channels_twin twin;
    caw_moment asked; /* frame 0: the request was not seen, nor are these known: */
    bool has_mask;
    uint32_t mask;
    uint32_t count;
    uint32_t id;
    uint16_t type;
    channels_updates updates;
    int64_t gap;
    char type_text[16];
    char mask_text[48];
} channels_subscription;

typedef struct {
    caw_idmap circuits;      /* by connection: the latest */
    caw_idmap rows;          /* channels and subscriptions, by circuit and ids */
    caw_idmap twins;         /* what is alike */
    caw_idmap totals;        /* by table and what they are of */
    channels_circuit *spare; /* of which no row has come, or NULL */
} channels_state;

/* ---- rows ---------------------------------------------------------------------------------- */

/* The row of the channel that a message is about, made when there is none; NULL: it is about none,
 * or there is no memory, or there are too many. */
channels_row *caw_channels_row(caw_report *report, const caw_event *event);

/* The server has created the channel: the row has its sid, its type and its count. */
void caw_channels_create(caw_report *report, channels_row *row, const caw_channel *channel);

/* A subscription is asked for; NULL as above. */
channels_subscription *caw_channels_subscribe(caw_report *report, channels_row *row,
                                              const caw_event *event);

/* The subscription that a message of this row is about; made, or NULL, as above. */
channels_subscription *caw_channels_subscription(caw_report *report, channels_row *row,
                                                 const caw_event *event, bool or_make);

/* It is no longer open. */
void caw_channels_close(caw_report *report, channels_row *row, const caw_moment *now);

/* A connection begins, a connection ends. */
void caw_channels_begin_circuit(caw_report *report, const caw_event *event);
void caw_channels_end_circuit(caw_report *report, const caw_event *event);

/* ---- totals -------------------------------------------------------------------------------- */

/* Finds or makes the totals that a row belongs to; `pv` is NULL when nobody knows it. */
void caw_channels_enter_totals(caw_report *report, channels_row *row, const char *pv);

/* Adds all rows up. */
void caw_channels_add_up(caw_report *report);

/* ---- columns ------------------------------------------------------------------------------- */

extern const caw_table caw_channels_tables[CHANNELS_TABLES];

void caw_channels_cells(void *record, caw_cell *cells);
void caw_channels_subscription_cells(void *record, caw_cell *cells);
void caw_channels_pv_cells(void *record, caw_cell *cells);
void caw_channels_end_cells(void *record, caw_cell *cells);

/* The most bytes first. */
int caw_channels_order(const void *a, const void *b);

#endif
