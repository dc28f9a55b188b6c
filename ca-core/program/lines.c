/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include "expression.h"
#include "heap.h"
#include "output.h"
#include "say.h"
#include "status.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PENDING = 64 << 20 }; /* bytes of lines that wait for an answer */

typedef struct {
    caw_lines *lines;
    caw_where *where;     /* NULL: all of them */
    caw_pending *pending; /* with `where` */
    color *color;         /* NULL: none */
    bool follows;         /* what a line says depends on the one before */
    bool quiet;           /* there are to be none */
    bool matched;         /* there is one, or would be */
    uint64_t left;        /* to be printed */
    bool failed;          /* a value does not suit the format; it has been said */
} printer;

/* ---- one line ------------------------------------------------------------------------------- */

/* When a line was that waits: stands after it. */
typedef struct {
    caw_moment now;
    bool exact;
} stamp;

/* More than what is added to a line. */
enum { EXTRA = COLOR_MOST + sizeof(stamp) };

/* A line that waits, and what it says of when it was. */
typedef struct {
    const char *text;
    size_t length;
    caw_event when;
} waiting;

/* As snprintf, of an event or of a line that has waited. */
typedef size_t maker(caw_lines *lines, const void *what, char *text, size_t size);

static size_t make_now(caw_lines *lines, const void *event, char *text, size_t size) {
    return caw_lines_print(lines, event, text, size);
}

static size_t make_later(caw_lines *lines, const void *event, char *text, size_t size) {
    return caw_lines_print_later(lines, event, text, size);
}

static size_t make_complete(caw_lines *lines, const void *what, char *text, size_t size) {
    const waiting *self = what;

    return caw_lines_complete(lines, self->text, self->length, &self->when, text, size);
}

static size_t make_head(caw_lines *lines, const void *nothing, char *text, size_t size) {
    (void)nothing;
    return caw_lines_head(lines, text, size);
}

/* The core prints like snprintf: there is more room when the first try says so. 0: no line. */
static size_t make_line(printer *self, maker *make, const void *what, char **text) {
    size_t size, length;

    if (!(*text = output_room(0, &size)))
        return 0;
    length = make(self->lines, what, *text, size);
    if (length + EXTRA >= size) {
        if (!(*text = output_room(length + EXTRA + 1, &size)))
            return 0;
        length = make(self->lines, what, *text, size);
    }
    const char *problem = caw_lines_problem(self->lines);
    if (problem) {
        say("%s", problem);
        self->failed = true;
        self->left = 0;
    }
    return length;
}

static size_t make_colored(printer *self, maker *make, const caw_event *event, char **text) {
    size_t length = make_line(self, make, event, text);

    return length && self->color ? color_line(self->color, event, *text, length) : length;
}

static void print_head(printer *self) {
    char *text;
    size_t length = self->quiet ? 0 : make_line(self, make_head, NULL, &text);

    if (length)
        output_took(length);
}

static void took(printer *self, size_t length, const caw_moment *now) {
    output_took(length);
    self->left--;
    if (self->follows)
        caw_lines_follow(self->lines, *now);
}

/* None is to be printed, and one is enough. */
static void match(printer *self) {
    self->matched = true;
    self->left = 0;
}

static void print(printer *self, const caw_event *event) {
    char *text;
    size_t length;

    if (self->quiet)
        match(self);
    else if ((length = make_colored(self, make_now, event, &text)))
        took(self, length, &event->now);
}

/* ---- lines that wait ------------------------------------------------------------------------ */

/* The line is made now: what it tells of may be forgotten when it is printed. */
static void put_off(printer *self, const caw_event *event, const caw_where_rest *rest) {
    char *text = "";
    size_t length = self->quiet ? 0 : make_colored(self, make_later, event, &text);
    stamp when = {event->now, event->exact};

    if (!length && !self->quiet)
        return;
    if (length)
        memcpy(text + length, &when, sizeof when);
    if (!caw_pending_add(self->pending, event, rest, text, length ? length + sizeof when : 0))
        print(self, event);
}

static void print_pending(void *data, const char *text, size_t length) {
    printer *self = data;
    stamp when;
    char *line;

    if (!self->left)
        return;
    if (self->quiet) {
        match(self);
        return;
    }
    length -= sizeof when;
    memcpy(&when, text + length, sizeof when);
    waiting what = {text, length, {.now = when.now, .exact = when.exact}};
    if ((length = make_line(self, make_complete, &what, &line)))
        took(self, length, &when.now);
}

/* ---- events --------------------------------------------------------------------------------- */

static void tell_matching(printer *self, const caw_event *event) {
    caw_where_rest rest;

    caw_pending_observe(self->pending, event);
    if (!self->left || !caw_lines_has(self->lines, event))
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
    else if (!self->quiet || caw_lines_has(self->lines, event))
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
    color_free(self->color);
    free(self);
}

static int end(void *data, caw_moment last) {
    printer *self = data;
    if (self->pending) {
        caw_pending_end(self->pending, last);
        uint64_t hurried = caw_pending_hurried(self->pending);
        if (hurried)
            say("%" PRIu64 " lines were printed before it was known whether they match", hurried);
    }
    int status = self->failed                    ? STATUS_USAGE
                 : self->quiet && !self->matched ? STATUS_NO_MATCH
                                                 : STATUS_DONE;
    free_all(self);
    return status;
}

static bool begin_lines(printer *self, const caw_lines_form *form) {
    char problem[CAW_LINES_PROBLEM] = "out of memory";

    self->lines = caw_lines_new(form, &heap, problem, sizeof problem);
    if (!self->lines)
        say("%s", problem);
    return self->lines != NULL;
}

static bool begin_color(printer *self, const forms *form) {
    if (form->lines.kind != CAW_LINES_TEXT || !color_is_wanted(form->color) ||
        (self->color = color_new()))
        return true;
    say("out of memory");
    return false;
}

static bool begin_where(printer *self, const char *where) {
    caw_where_verdict verdict;

    if (!where)
        return true;
    if (!(self->where = caw_where_new(where, &heap, &verdict))) {
        expression_refuse("--where", where, &verdict);
        return false;
    }
    if (!caw_where_can_match(self->where))
        say("--where: no message is all of that at once (a request and its answer are two: what "
            "fails is the answer, as in put reply and failed)");
    caw_pending_setup setup = {heap, self->where, MOST_PENDING, print_pending, self};
    if (!(self->pending = caw_pending_new(&setup)))
        say("out of memory");
    return self->pending != NULL;
}

bool lines_begin(consumer *self, const forms *form, const char *where, uint64_t most) {
    printer *made = calloc(1, sizeof *made);

    if (!made) {
        say("out of memory");
        return false;
    }
    made->left = most;
    made->quiet = form->quiet;
    made->follows = form->lines.time == CAW_TIME_DELTA;
    if (!begin_lines(made, &form->lines) || !begin_color(made, form) || !begin_where(made, where)) {
        free_all(made);
        return false;
    }
    print_head(made);
    *self = (consumer){made, tell, has_enough, NULL, end};
    return true;
}
