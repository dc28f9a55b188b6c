/* SPDX-License-Identifier: BSD-3-Clause */
#include "expression.h"

#include "say.h"

#include <stdlib.h>
#include <string.h>

/* As wide as the text: tabs are as they are there, and of UTF-8 the first bytes count. */
static char *blank_of(const char *text, size_t length) {
    char *blank = malloc(length + 1);
    size_t used = 0;

    for (size_t i = 0; blank && i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            blank[used++] = text[i] == '\t' ? '\t' : ' ';
    if (blank)
        blank[used] = '\0';
    return blank;
}

void expression_refuse(const char *what, const char *expression, const caw_where_verdict *verdict) {
    const char *place = expression + verdict->at, *line = place;

    while (line > expression && line[-1] != '\n')
        line--;
    char *blank = blank_of(line, (size_t)(place - line));
    say("%s: %s\n  %.*s\n  %s^", what, verdict->problem, (int)strcspn(line, "\n"), line,
        blank ? blank : "");
    free(blank);
}
