/* SPDX-License-Identifier: BSD-3-Clause */
/* What all reports have in common: records in tables, what has changed, totals. */
#include "report.h"

#include "again.h"

typedef struct {
    caw_record *first;
    caw_record *last;
    size_t count;
} record_list;

struct caw_report {
    const caw_report_row *row;
    caw_store store;
    size_t most; /* rows of a table */
    caw_totals totals;
    caw_again again;
    bool exact;
    record_list tables[CAW_MOST_TABLES];
    caw_record *first_changed;
    caw_record *last_changed;
    uint64_t taken;
    caw_moment now;
    bool named;
    caw_row_taker *take; /* NULL: rows are kept */
    void *taker;
    void *state;
};

caw_report *caw_report_new(const caw_report_row *row, const caw_memory *memory, size_t most_rows) {
    caw_report *report = memory->alloc(memory->user, sizeof *report);
    if (!report)
        return NULL;
    memset(report, 0, sizeof *report);
    report->row = row;
    report->store.memory = *memory;
    report->most = most_rows;
    report->taken = 1;
    report->state = caw_keep(&report->store, row->code->state);
    if (report->state)
        return report;
    memory->release(memory->user, report);
    return NULL;
}

void caw_report_free(caw_report *report) {
    if (!report)
        return;
    if (report->row->code->close)
        report->row->code->close(report);
    caw_memory memory = report->store.memory;
    caw_store_free(&report->store);
    memory.release(memory.user, report);
}

void caw_report_observe(caw_report *report, const caw_event *event) {
    caw_totals *totals = &report->totals;
    if (!totals->first.frame || caw_between(&totals->first, &event->now) < 0)
        totals->first = event->now; /* what a circuit has kept comes late */
    if (!totals->last.frame || caw_between(&totals->last, &event->now) > 0)
        totals->last = event->now;
    totals->messages += event->kind == CAW_EVENT_MESSAGE;
    if (event->kind == CAW_EVENT_MALFORMED)
        totals->skipped += event->bytes;
    report->exact |= event->exact;
    caw_report_pass(report, event->now);
    if (!caw_is_again(&report->again, event))
        report->row->code->observe(report, event);
}

void caw_report_pass(caw_report *report, caw_moment now) {
    if (caw_between(&report->now, &now) > 0)
        report->now = now;
}

void caw_report_name_rows(caw_report *report) {
    report->named = true;
}

caw_totals caw_report_totals(const caw_report *report) {
    return report->totals;
}

/* ---- for the reports ---------------------------------------------------------------------- */

void *caw_report_state(const caw_report *report) {
    return report->state;
}

const caw_memory *caw_report_memory(const caw_report *report) {
    return &report->store.memory;
}

size_t caw_report_most(const caw_report *report) {
    return report->most;
}

void caw_report_drop(caw_report *report) {
    report->totals.dropped++;
}

static void *counted(caw_report *report, void *kept) {
    if (!kept)
        caw_report_drop(report);
    return kept;
}

void *caw_report_keep(caw_report *report, size_t bytes) {
    return counted(report, caw_keep(&report->store, bytes));
}

bool caw_report_keep_name(caw_report *report, const char *name, caw_kept_name *kept) {
    caw_view bytes = {(const uint8_t *)name, 0, (uint32_t)strlen(name)};
    caw_text measured = caw_text_into(NULL, 0);
    caw_put_printable(&measured, bytes);
    char *wire = caw_report_keep(report, (size_t)bytes.len + 1);
    char *shown =
        measured.length == bytes.len ? wire : caw_report_keep(report, measured.length + 1);
    if (!wire || !shown)
        return false;
    caw_text out = caw_text_into(shown, measured.length + 1);
    caw_put_printable(&out, bytes);
    caw_text_end(&out);
    memcpy(wire, name, bytes.len);
    *kept = (caw_kept_name){wire, shown};
    return true;
}

bool caw_report_list(caw_report *report, caw_listed **list, const char *text) {
    for (; *list; list = &(*list)->next)
        if (strcmp((*list)->text, text) == 0)
            return true;
    size_t size = strlen(text) + 1;
    caw_listed *added = caw_report_keep(report, sizeof *added);
    char *kept = added ? caw_report_keep(report, size) : NULL;
    if (!kept)
        return false;
    memcpy(kept, text, size);
    added->text = kept;
    *list = added;
    return true;
}

void caw_report_index(caw_report *report, caw_idmap *map, caw_key key, void *value) {
    if (!caw_idmap_set(map, &report->store.memory, key, value))
        caw_report_drop(report);
}

static bool has_room(const caw_report *report, uint32_t table) {
    return report->tables[table].count < report->most;
}

static void append(caw_report *report, uint32_t table, caw_record *record) {
    record_list *list = &report->tables[table];
    record->number = list->count++;
    if (list->last)
        list->last->next = record;
    else
        list->first = record;
    list->last = record;
    if (table == 0)
        caw_report_touch(report, record);
}

void *caw_report_add(caw_report *report, uint32_t table, size_t bytes) {
    caw_record *record = has_room(report, table) ? caw_keep(&report->store, bytes) : NULL;
    if (counted(report, record))
        append(report, table, record);
    return record;
}

bool caw_report_attach(caw_report *report, caw_record *record) {
    bool fits = has_room(report, 0);
    if (fits)
        append(report, 0, record);
    else
        caw_report_drop(report);
    return fits;
}

/* ---- what has changed --------------------------------------------------------------------- */

void caw_report_touch(caw_report *report, caw_record *record) {
    if (record->changed)
        return;
    record->changed = true;
    record->next_changed = NULL;
    if (report->first_changed)
        report->last_changed->next_changed = record;
    else
        report->first_changed = record;
    report->last_changed = record;
}

bool caw_report_take(caw_report *report, size_t *number, caw_cell cells[CAW_MOST_COLUMNS]) {
    caw_record *record = report->first_changed;
    if (!record)
        return false;
    report->first_changed = record->next_changed;
    record->changed = false;
    report->taken++;
    *number = record->number;
    report->row->code->cells[0](record, cells);
    return true;
}

uint64_t caw_report_taken(const caw_report *report) {
    return report->taken;
}

/* ---- rows that are not kept --------------------------------------------------------------- */

bool caw_report_is_streaming(const caw_report *report) {
    return report->take != NULL;
}

void caw_report_tell(caw_report *report, void *record) {
    caw_cell cells[CAW_MOST_COLUMNS] = {{.known = false}};
    report->row->code->cells[0](record, cells);
    report->take(report, report->taker, cells);
}

void caw_report_give_rows(caw_report *report, caw_row_taker *take, void *user) {
    report->take = take;
    report->taker = user;
}

void *caw_report_taker(const caw_report *report) {
    return report->taker;
}

caw_moment caw_report_now(const caw_report *report) {
    return report->now;
}

/* ---- for printing ------------------------------------------------------------------------- */

const caw_report_row *caw_report_row_of(const caw_report *report) {
    return report->row;
}

const caw_record *caw_report_first(const caw_report *report, uint32_t table) {
    return report->tables[table].first;
}

bool caw_report_exact(const caw_report *report) {
    return report->exact;
}

bool caw_report_is_named(const caw_report *report) {
    return report->named;
}

typedef int record_order(const void *a, const void *b);

static bool stands_before(const caw_record *a, const caw_record *b, record_order *order) {
    int compared = order(a, b);
    return compared < 0 || (compared == 0 && a->number < b->number);
}

static caw_record *merge(caw_record *a, caw_record *b, record_order *order) {
    caw_record *first = NULL, **last = &first;
    while (a || b) {
        caw_record **from = a && (!b || stands_before(a, b, order)) ? &a : &b;
        *last = *from;
        *from = (*from)->next;
        last = &(*last)->next;
    }
    *last = NULL;
    return first;
}

/* Runs of 1, 2, 4 ... records that are in order; equal ones stay as they were added. */
static void sort(record_list *list, record_order *order) {
    caw_record *runs[64] = {NULL}, *sorted = NULL;
    for (caw_record *each = list->first, *next; each; each = next) {
        size_t level = 0;
        next = each->next;
        each->next = NULL;
        for (; runs[level]; runs[level++] = NULL)
            each = merge(runs[level], each, order);
        runs[level] = each;
    }
    for (size_t level = 0; level < sizeof runs / sizeof *runs; level++)
        sorted = merge(runs[level], sorted, order);
    list->first = sorted;
    for (list->last = sorted; list->last && list->last->next;)
        list->last = list->last->next;
}

void caw_report_end(caw_report *report) {
    const struct caw_report_code *code = report->row->code;
    if (code->end)
        code->end(report);
    for (uint32_t i = 0; i < report->row->table_count; i++)
        if (code->order[i])
            sort(&report->tables[i], code->order[i]);
}

/* ---- cells -------------------------------------------------------------------------------- */

caw_cell caw_cell_text(const char *text) {
    return (caw_cell){.known = text != NULL, .is.text = text};
}

caw_cell caw_cell_count(uint64_t count) {
    return (caw_cell){.known = true, .is.count = count};
}

caw_cell caw_cell_seconds(bool known, int64_t nanoseconds) {
    return (caw_cell){.known = known, .is.nanoseconds = nanoseconds};
}

caw_cell caw_cell_between(const caw_moment *from, const caw_moment *to) {
    return caw_cell_seconds(from->frame && to->frame, caw_between(from, to));
}

caw_cell caw_cell_moment(const caw_moment *moment) {
    return (caw_cell){.known = moment->frame != 0, .is.moment = *moment};
}

caw_cell caw_cell_end(const caw_end *end) {
    return (caw_cell){.known = end->size != 0, .is.end = *end};
}

caw_cell caw_cell_real(bool known, double real) {
    return (caw_cell){.known = known, .is.real = real};
}

caw_cell caw_cell_rate(uint64_t count, const caw_moment *first, const caw_moment *last) {
    int64_t between = count > 1 ? caw_between(first, last) : 0;
    double seconds = (double)between / 1e9;
    return caw_cell_real(between > 0, between > 0 ? (double)(count - 1) / seconds : 0);
}

caw_cell caw_cell_list(const caw_listed *list) {
    return (caw_cell){.known = true, .is.list = list};
}
