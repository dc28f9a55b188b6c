/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include "expression.h"
#include "heap.h"
#include "output.h"
#include "say.h"
#include "status.h"

#include <stdlib.h>

enum { MOST_REPORTS = 16 };

typedef struct {
    const report_words *asked;
    caw_choice *choice; /* NULL: all */
    caw_report *reports[MOST_REPORTS];
    const caw_report_row *rows[MOST_REPORTS];
    size_t count;
} printer;

/* ---- events --------------------------------------------------------------------------------- */

static void observe(void *data, const caw_event *event) {
    const printer *self = data;

    for (size_t i = 0; i < self->count; i++)
        caw_report_observe(self->reports[i], event);
}

/* What is not chosen tells the time. */
static void choose(void *data, const caw_event *event) {
    const printer *self = data;

    caw_choice_observe(self->choice, event);
    for (size_t i = 0; i < self->count; i++)
        caw_report_pass(self->reports[i], event->now);
}

static bool has_enough(const void *data) {
    (void)data;
    return false;
}

/* ---- printing ------------------------------------------------------------------------------- */

static bool write_text(void *user, const char *text, size_t length) {
    (void)user;
    return output_write(text, length);
}

static const caw_output output = {write_text, NULL};

/* Why the output failed is the output's to say. */
static void print(const printer *self, size_t report) {
    caw_report_print(self->reports[report], self->asked->words.form, self->asked->words.table,
                     &output);
}

/* JSON needs nothing between one and the next. */
static void separate(const printer *self) {
    if (self->asked->words.form != CAW_FORM_JSON)
        output_text("\n");
}

/* Rows that come as they are decided have been printed. */
static void show(void *data) {
    const printer *self = data;

    for (size_t i = 0; i < self->count; i++) {
        if (self->rows[i]->streams)
            continue;
        print(self, i);
        separate(self);
    }
    output_flush();
}

static void free_all(printer *self) {
    for (size_t i = 0; i < self->count; i++)
        caw_report_free(self->reports[i]);
    caw_choice_free(self->choice);
    free(self);
}

/* The rows that came as they were decided stand above: their report is the first to end. */
static int end(void *data, caw_moment last) {
    printer *self = data;

    if (self->choice)
        caw_choice_end(self->choice);
    for (size_t i = 0; i < self->count; i++)
        caw_report_pass(self->reports[i], last);
    for (size_t streams = 2; streams-- > 0;)
        for (size_t i = 0, printed = 0; i < self->count; i++) {
            if (self->rows[i]->streams != streams)
                continue;
            if (!streams && (printed++ || self->count > 1))
                separate(self);
            print(self, i);
        }
    free_all(self);
    return STATUS_DONE;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* What a row takes, with the names in it, about. */
enum { ROW = 512 };

static bool add(printer *self, const caw_report_row *row, uint64_t memory) {
    caw_report *report = caw_report_new(row, &heap, memory / ROW);

    if (!report)
        return false;
    self->rows[self->count] = row;
    self->reports[self->count++] = report;
    if (self->asked->all)
        caw_report_name_rows(report);
    return !row->streams || caw_report_stream(report, self->asked->words.form, &output) ||
           output_is_over();
}

static bool add_all(printer *self, uint64_t memory) {
    size_t count = 0;

    if (self->asked->row)
        return add(self, self->asked->row, memory);
    while (caw_report_rows[count] && count < MOST_REPORTS)
        count++;
    for (size_t i = 0; i < count; i++)
        if (!add(self, caw_report_rows[i], memory / count))
            return false;
    return true;
}

static bool begin_choice(printer *self, const char *where) {
    caw_where_verdict verdict;

    if (!where)
        return true;
    self->choice = caw_choice_new(where, &heap, observe, self, &verdict);
    if (!self->choice)
        expression_refuse("--where", where, &verdict);
    return self->choice != NULL;
}

bool report_begin(consumer *self, const report_words *asked, const char *where, uint64_t memory) {
    printer *made = calloc(1, sizeof *made);

    if (!made) {
        say("out of memory");
        return false;
    }
    made->asked = asked;
    if (!begin_choice(made, where)) {
        free_all(made);
        return false;
    }
    if (!add_all(made, memory)) {
        say("out of memory");
        free_all(made);
        return false;
    }
    *self = (consumer){made, where ? choose : observe, has_enough, show, end};
    return true;
}
