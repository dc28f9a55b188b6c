/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include "expression.h"
#include "heap.h"
#include "output.h"
#include "say.h"
#include "status.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MOST_PENDING = 64 << 20 }; /* bytes of lines that wait for an answer */

typedef struct {
    caw_lines *lines;
    caw_where *where;     /* NULL: all of them */
    caw_pending *pending; /* with `where` */
    uint64_t left;        /* to be printed */
    bool failed;          /* a value does not suit the format; it has been said */
} printer;

/* ---- one line ------------------------------------------------------------------------------- */

/* The core prints like snprintf: there is more room when the first try says so. 0: no line. */
static size_t make_line(printer *self, const caw_event *event, char **text) {
    size_t size, length;

    if (!(*text = output_room(0, &size)))
        return 0;
    length = caw_lines_print(self->lines, event, *text, size);
    if (length >= size) {
        if (!(*text = output_room(length + 1, &size)))
            return 0;
        length = caw_lines_print(self->lines, event, *text, size);
    }
    const char *problem = caw_lines_problem(self->lines);
    if (problem) {
        say("%s", problem);
        self->failed = true;
        self->left = 0;
    }
    return length;
}

static void print(printer *self, const caw_event *event) {
    char *text;
    size_t length = make_line(self, event, &text);

    if (!length)
        return;
    output_took(length);
    self->left--;
}

/* The line is made now: what it tells of may be forgotten when it is printed. */
static void put_off(printer *self, const caw_event *event, const caw_where_rest *rest) {
    char *text;
    size_t length = make_line(self, event, &text);

    if (!length || caw_pending_add(self->pending, event, rest, text, length))
        return;
    output_took(length);
    self->left--;
}

static void print_pending(void *data, const char *text, size_t length) {
    printer *self = data;

    if (!self->left)
        return;
    output_write(text, length);
    self->left--;
}

/* ---- events --------------------------------------------------------------------------------- */

static void tell_matching(printer *self, const caw_event *event) {
    caw_where_rest rest;

    caw_pending_observe(self->pending, event);
    if (!self->left)
        return;
    switch (caw_where_ask(self->where, event, &rest)) {
    case CAW_WHERE_YES:
        print(self, event);
        break;
    case CAW_WHERE_LATER:
        put_off(self, event, &rest);
        break;
    case CAW_WHERE_NO:
        break;
    }
}

static void tell(void *data, const caw_event *event) {
    printer *self = data;

    if (!self->left)
        return;
    if (self->where)
        tell_matching(self, event);
    else
        print(self, event);
}

static bool has_enough(const void *data) {
    return ((const printer *)data)->left == 0;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void free_all(printer *self) {
    caw_pending_free(self->pending);
    caw_where_free(self->where);
    caw_lines_free(self->lines);
    free(self);
}

static int end(void *data, caw_moment last) {
    printer *self = data;
    int status = self->failed ? STATUS_USAGE : STATUS_DONE;

    if (self->pending) {
        caw_pending_end(self->pending, last);
        uint64_t hurried = caw_pending_hurried(self->pending);
        if (hurried)
            say("%" PRIu64 " lines were printed before it was known whether they match", hurried);
    }
    free_all(self);
    return status;
}

static bool begin_lines(printer *self, const char *format) {
    char problem[CAW_LINES_PROBLEM] = "out of memory";

    self->lines = caw_lines_new(&(caw_lines_form){.format = format}, &heap, problem, sizeof problem);
    if (!self->lines)
        say("%s", problem);
    return self->lines != NULL;
}

static bool begin_where(printer *self, const char *where) {
    caw_where_verdict verdict;

    if (!where)
        return true;
    if (!(self->where = caw_where_new(where, &heap, &verdict))) {
        expression_refuse("--where", where, &verdict);
        return false;
    }
    caw_pending_setup setup = {heap, self->where, MOST_PENDING, print_pending, self};
    if (!(self->pending = caw_pending_new(&setup)))
        say("out of memory");
    return self->pending != NULL;
}

bool lines_begin(consumer *self, const char *format, const char *where, uint64_t most) {
    printer *made = calloc(1, sizeof *made);

    if (!made) {
        say("out of memory");
        return false;
    }
    made->left = most;
    if (!begin_lines(made, format) || !begin_where(made, where)) {
        free_all(made);
        return false;
    }
    *self = (consumer){made, tell, has_enough, end};
    return true;
}
