/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Response times: how long each server took for each kind of request, and all of them together.
 * The first answer to a request counts, the first update of a subscription among them; a search
 * counts from the first time it was sent. Of a row with very many answers, median and p95 are those
 * of every second of them, then of every fourth, and so on.
 */
#include "quantiles.h"
#include "report.h"
#include "reports.h"

#include "ends.h"

#define MOST_TIMES (1 << 20) /* of a row that are kept */

enum { BY_SERVER, BY_KIND, TABLES };

typedef struct {
    caw_record record;
    const char *kind;
    caw_end server; /* BY_SERVER */
    uint64_t count;
    double sum, min, max; /* of all */
    uint64_t step;        /* one of so many is kept */
    double *seconds;
    size_t kept, room;
    caw_quantiles quantiles; /* of those that are kept */
} row;

typedef struct {
    caw_idmap rows[TABLES];
} srt_state;

static row *row_of(caw_report *report, uint32_t table, const char *kind, const caw_end *server) {
    srt_state *state = caw_report_state(report);
    caw_key key = {(uint64_t)(uintptr_t)kind, server ? caw_hash_of_end(server) : 0};
    row *found = caw_idmap_get(&state->rows[table], key);
    if (found && (!server || caw_same_end(&found->server, server)))
        return found;
    found = caw_report_add(report, table, sizeof *found);
    if (!found)
        return NULL;
    found->kind = kind;
    found->step = 1;
    if (server)
        found->server = *server;
    caw_report_index(report, &state->rows[table], key, found);
    return found;
}

/* ---- times -------------------------------------------------------------------------------- */

/* Every second one stays. */
static void thin(row *to) {
    for (size_t i = 0; 2 * i < to->kept; i++)
        to->seconds[i] = to->seconds[2 * i];
    to->kept = (to->kept + 1) / 2;
    to->step *= 2;
}

static bool make_room(const caw_memory *memory, row *to) {
    if (to->kept == MOST_TIMES)
        thin(to);
    if (to->kept < to->room)
        return true;
    size_t room = to->room ? 2 * to->room : 16;
    double *larger = memory->alloc(memory->user, room * sizeof *larger);
    if (!larger)
        return false;
    if (to->kept) {
        memcpy(larger, to->seconds, to->kept * sizeof *larger);
        memory->release(memory->user, to->seconds);
    }
    to->seconds = larger;
    to->room = room;
    return true;
}

static void add_time(caw_report *report, row *to, double seconds) {
    if (!to)
        return;
    to->min = to->count && to->min < seconds ? to->min : seconds;
    to->max = to->count && to->max > seconds ? to->max : seconds;
    to->sum += seconds;
    if (to->count++ % to->step == 0) {
        if (make_room(caw_report_memory(report), to))
            to->seconds[to->kept++] = seconds;
        else
            caw_report_drop(report);
    }
    if (to->server.size)
        caw_report_touch(report, &to->record);
}

static bool is_first_answer(const caw_event *event, const caw_moment *sent) {
    const caw_note *note = event->note;
    return note->exchange && note->turn == CAW_TURN_RESPONSE && !note->repeated &&
           note->exchange->answer.frame == sent->frame &&
           caw_between(&note->exchange->answer, sent) == 0;
}

static void observe(caw_report *report, const caw_event *event) {
    if (event->kind != CAW_EVENT_MESSAGE)
        return;
    caw_moment sent = caw_event_sent(event);
    if (!is_first_answer(event, &sent))
        return;
    const caw_exchange *exchange = event->note->exchange;
    const char *kind = caw_request_row(exchange->command)->timed;
    if (!kind)
        return;
    double seconds = (double)caw_between(&exchange->request, &sent) / 1e9;
    add_time(report, row_of(report, BY_SERVER, kind, &event->source), seconds);
    add_time(report, row_of(report, BY_KIND, kind, NULL), seconds);
}

/* ---- tables ------------------------------------------------------------------------------- */

static caw_cell seconds_of(bool known, double seconds) {
    return caw_cell_seconds(known, (int64_t)(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

static void figures_of(const row *each, caw_cell *cells) {
    bool any = each->kept > 0;
    *cells++ = caw_cell_count(each->count);
    *cells++ = seconds_of(true, each->min);
    *cells++ = seconds_of(true, each->sum / (double)each->count);
    *cells++ = seconds_of(any, each->quantiles.median);
    *cells++ = seconds_of(any, each->quantiles.p95);
    *cells++ = seconds_of(true, each->max);
}

static void cells_by_server(void *record, caw_cell *cells) {
    const row *each = record;
    cells[0] = caw_cell_text(each->kind);
    cells[1] = caw_cell_end(&each->server);
    figures_of(each, cells + 2);
}

static void cells_by_kind(void *record, caw_cell *cells) {
    const row *each = record;
    cells[0] = caw_cell_text(each->kind);
    figures_of(each, cells + 1);
}

static const caw_table tables[TABLES] = {
    [BY_SERVER] = {"srt",
                   8,
                   {{"kind", "Kind", CAW_CELL_TEXT},
                    {"server", "Server", CAW_CELL_ADDRESS},
                    {"count", "Count", CAW_CELL_COUNT},
                    {"min_s", "Least (s)", CAW_CELL_SECONDS},
                    {"mean_s", "Mean (s)", CAW_CELL_SECONDS},
                    {"median_s", "Median (s)", CAW_CELL_SECONDS},
                    {"p95_s", "95 % (s)", CAW_CELL_SECONDS},
                    {"max_s", "Most (s)", CAW_CELL_SECONDS}}},
    [BY_KIND] = {"kinds",
                 7,
                 {{"kind", "Kind", CAW_CELL_TEXT},
                  {"count", "Count", CAW_CELL_COUNT},
                  {"min_s", "Least (s)", CAW_CELL_SECONDS},
                  {"mean_s", "Mean (s)", CAW_CELL_SECONDS},
                  {"median_s", "Median (s)", CAW_CELL_SECONDS},
                  {"p95_s", "95 % (s)", CAW_CELL_SECONDS},
                  {"max_s", "Most (s)", CAW_CELL_SECONDS}}},
};

static int by_kind(const void *a, const void *b) {
    return strcmp(((const row *)a)->kind, ((const row *)b)->kind);
}

static void end(caw_report *report) {
    for (uint32_t table = 0; table < TABLES; table++)
        for (row *each = (row *)caw_report_first(report, table); each;
             each = (row *)each->record.next)
            if (each->kept)
                each->quantiles = caw_quantiles_of(each->seconds, each->kept);
}

static void close(caw_report *report) {
    srt_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    for (uint32_t table = 0; table < TABLES; table++) {
        for (row *each = (row *)caw_report_first(report, table); each;
             each = (row *)each->record.next)
            if (each->seconds)
                memory->release(memory->user, each->seconds);
        caw_idmap_free(&state->rows[table], memory);
    }
}

static const struct caw_report_code code = {
    .state = sizeof(srt_state),
    .observe = observe,
    .cells = {[BY_SERVER] = cells_by_server, [BY_KIND] = cells_by_kind},
    .order = {[BY_SERVER] = by_kind, [BY_KIND] = by_kind},
    .end = end,
    .close = close,
};

const caw_report_row caw_report_srt = {
    .name = "srt",
    .title = "Response Times",
    .question = "How long does each server take for each kind of request?",
    .tables = tables,
    .table_count = TABLES,
    .apart = true,
    .code = &code,
};
