/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a report is made of. To add one: a file that defines its caw_report_row (see caw_capture.h)
 * and its code, and a line in list.c.
 *
 * The code adds a record to a table for each of its rows and fills it in as events come; only when
 * a row is looked at does the function in `cells` turn the record into cells. All memory for
 * records and what they point to comes from caw_report_keep and goes with the report.
 */
#ifndef CAW_REPORT_H
#define CAW_REPORT_H

#include "caw_capture.h"
#include "history/exchange.h"
#include "history/moment.h"
#include "text/text.h"

struct caw_report_code {
    size_t state; /* bytes that caw_report_state gives, zeroed at first */
    void (*observe)(caw_report *report, const caw_event *event);
    void (*cells[CAW_MOST_TABLES])(void *record, caw_cell *cells); /* of each table, in order */
    /* The order of a table's rows when it is printed, as qsort has it; NULL: as they were added. */
    int (*order[CAW_MOST_TABLES])(const void *a, const void *b);
    void (*end)(caw_report *report); /* before printing, more than once; or NULL */
    void (*say)(const caw_report *report, caw_text *out); /* a sentence after the totals, or NULL */
    void (*close)(caw_report *report); /* frees what was not kept with caw_report_keep, or NULL */
};

/* Begins the struct of every record. The engine's own. */
typedef struct caw_record {
    struct caw_record *next;
    struct caw_record *next_changed;
    size_t number;
    bool changed;
    bool hidden; /* nothing is printed of it, for now */
} caw_record;

void *caw_report_state(const caw_report *report);
const caw_memory *caw_report_memory(const caw_report *report);

/* A new row of a table, zeroed; NULL, which is counted, without memory or beyond the most rows. */
void *caw_report_add(caw_report *report, uint32_t table, size_t bytes);

/*
 * The same of a record of the main table that the report itself has made, begun with a zeroed
 * caw_record, and frees. False: there are too many rows.
 */
bool caw_report_attach(caw_report *report, caw_record *record);

/*
 * The rows of a report are printed as they come, and are no records: each is told when it is
 * decided, and forgotten. For reports whose caw_report_row says that they can.
 */
bool caw_report_is_streaming(const caw_report *report);
void caw_report_tell(caw_report *report, void *record);

/* How far time has come: of the latest event, or as caw_report_pass has said. */
caw_moment caw_report_now(const caw_report *report);

/* Zeroed memory; NULL, which is counted, without memory. */
void *caw_report_keep(caw_report *report, size_t bytes);

/* A name that is kept, twice only where the two differ. */
typedef struct {
    const char *wire;  /* as events have it */
    const char *shown; /* printable */
} caw_kept_name;

/* False, which is counted, without memory; `kept` is as before then. */
bool caw_report_keep_name(caw_report *report, const char *name, caw_kept_name *kept);

/* Adds a printable text to the end of a list, unless it is there; false, counted, without memory.
 */
bool caw_report_list(caw_report *report, caw_listed **list, const char *text);

/* Sets or removes an entry of an index; what has no room is counted. */
void caw_report_index(caw_report *report, caw_idmap *map, caw_key key, void *value);

/* The most rows of a table: how much else a report may have waiting. */
size_t caw_report_most(const caw_report *report);

/* Something could not be kept. */
void caw_report_drop(caw_report *report);

/* This record of the main table has changed. */
void caw_report_touch(caw_report *report, caw_record *record);

/* A number that changes whenever somebody has taken changed records: those touched since are. */
uint64_t caw_report_taken(const caw_report *report);

/* What printing needs. */
const caw_report_row *caw_report_row_of(const caw_report *report);
const caw_record *caw_report_first(const caw_report *report, uint32_t table);
bool caw_report_exact(const caw_report *report); /* an event counted nanoseconds */
bool caw_report_is_named(const caw_report *report);
void caw_report_end(caw_report *report);

/* What takes the rows of a report that streams, and its memory; NULL: it does not. */
typedef void caw_row_taker(caw_report *report, void *user, const caw_cell *cells);
void caw_report_give_rows(caw_report *report, caw_row_taker *take, void *user);
void *caw_report_taker(const caw_report *report);

/* Cells. A moment of frame 0 is not known, nor an end without an address. */
caw_cell caw_cell_text(const char *text);
caw_cell caw_cell_count(uint64_t count);
caw_cell caw_cell_seconds(bool known, int64_t nanoseconds);
caw_cell caw_cell_between(const caw_moment *from, const caw_moment *to);
caw_cell caw_cell_moment(const caw_moment *moment);
caw_cell caw_cell_end(const caw_end *end);
caw_cell caw_cell_real(bool known, double real);
/* How often a second something has happened, that happened so often from one moment to another. */
caw_cell caw_cell_rate(uint64_t count, const caw_moment *first, const caw_moment *last);
caw_cell caw_cell_list(const caw_listed *list);

#endif
