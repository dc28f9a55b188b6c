/* SPDX-License-Identifier: BSD-3-Clause */
#include "color.h"

#include "heap.h"
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

/* What is shown how, in the language of --where: the first that matches. As of ECMA-48. */
static const struct {
    const char *expression;
    const char *code;
} rules[] = {
    {"failed or malformed or message == \"Refused\"", "\033[31m"}, /* red */
    {"data.severity == INVALID", "\033[35m"},                      /* magenta */
    {"data.severity == MAJOR", "\033[31m"},
    {"data.severity == MINOR", "\033[33m"}, /* yellow */
    {"put", "\033[1m"},                     /* bold */
};

static const char plain[] = "\033[0m";

enum { RULES = sizeof rules / sizeof *rules };

struct color {
    caw_where *rules[RULES];
};

bool color_is_wanted(color_wish wish) {
    const char *no = getenv("NO_COLOR");

    if (wish != COLOR_AUTO)
        return wish == COLOR_ALWAYS;
    return terminal_has_colors(stdout) && !(no && *no);
}

color *color_new(void) {
    color *self = calloc(1, sizeof *self);
    caw_where_verdict verdict;

    for (size_t i = 0; self && i < RULES; i++) {
        if (!(self->rules[i] = caw_where_new(rules[i].expression, &heap, &verdict))) {
            color_free(self);
            return NULL;
        }
    }
    return self;
}

void color_free(color *self) {
    for (size_t i = 0; self && i < RULES; i++)
        caw_where_free(self->rules[i]);
    free(self);
}

static const char *code_of(color *self, const caw_event *event) {
    for (size_t i = 0; i < RULES; i++)
        if (caw_where_ask(self->rules[i], event, NULL) == CAW_WHERE_YES)
            return rules[i].code;
    return NULL;
}

size_t color_line(color *self, const caw_event *event, char *line, size_t length) {
    const char *code = code_of(self, event);

    if (!code)
        return length;
    size_t before = strlen(code), after = strlen(plain);
    memmove(line + before, line, length);
    memcpy(line, code, before);
    memcpy(line + before + length - 1, plain, after);
    length += before + after;
    line[length - 1] = '\n';
    return length;
}
