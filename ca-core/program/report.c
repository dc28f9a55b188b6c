/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include "heap.h"
#include "output.h"
#include "say.h"
#include "status.h"

#include <stdlib.h>

typedef struct {
    caw_report *report;
    const report_words *words;
} printer;

static void tell(void *data, const caw_event *event) {
    caw_report_observe(((printer *)data)->report, event);
}

static bool has_enough(const void *data) {
    (void)data;
    return false;
}

static bool write_text(void *user, const char *text, size_t length) {
    (void)user;
    return output_write(text, length);
}

/* Why the output failed is the output's to say. */
static int end(void *data, caw_moment last) {
    static const caw_output output = {write_text, NULL};
    printer *self = data;

    (void)last;
    caw_report_print(self->report, self->words->form, self->words->table, &output);
    caw_report_free(self->report);
    free(self);
    return STATUS_DONE;
}

/* What a row takes, with the names in it, about. */
enum { ROW = 512 };

bool report_begin(consumer *self, const report_words *words, uint64_t memory) {
    printer *made = malloc(sizeof *made);
    caw_report *report = made ? caw_report_new(words->row, &heap, memory / ROW) : NULL;

    if (!report) {
        say("out of memory");
        free(made);
        return false;
    }
    *made = (printer){report, words};
    *self = (consumer){made, tell, has_enough, end};
    return true;
}
