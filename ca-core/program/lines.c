/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include "heap.h"
#include "output.h"
#include "say.h"
#include "status.h"

#include <stdlib.h>

typedef struct {
    caw_lines *lines;
    uint64_t left; /* to be printed */
    bool failed;   /* a value does not suit the format; it has been said */
} printer;

/* The core prints like snprintf: there is more room when the first try says so. */
static void tell(void *data, const caw_event *event) {
    printer *self = data;
    size_t size, length;

    if (!self->left)
        return;
    char *text = output_room(0, &size);
    if (!text)
        return;
    length = caw_lines_print(self->lines, event, text, size);
    if (length >= size) {
        if (!(text = output_room(length + 1, &size)))
            return;
        length = caw_lines_print(self->lines, event, text, size);
    }
    output_took(length);
    self->left -= length > 0;
    const char *problem = caw_lines_problem(self->lines);
    if (problem) {
        say("%s", problem);
        self->failed = true;
        self->left = 0;
    }
}

static bool has_enough(const void *data) {
    return ((const printer *)data)->left == 0;
}

static int end(void *data) {
    printer *self = data;
    int status = self->failed ? STATUS_USAGE : STATUS_DONE;

    caw_lines_free(self->lines);
    free(self);
    return status;
}

bool lines_begin(consumer *self, const char *format, uint64_t most) {
    char problem[CAW_LINES_PROBLEM] = "out of memory";
    printer *made = malloc(sizeof *made);
    caw_lines *lines = made ? caw_lines_new(format, &heap, problem, sizeof problem) : NULL;

    if (!lines) {
        say("%s", problem);
        free(made);
        return false;
    }
    *made = (printer){.lines = lines, .left = most};
    *self = (consumer){made, tell, has_enough, end};
    return true;
}
