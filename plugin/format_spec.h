/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands after the colon in "{src:>15}". */
#ifndef CAW_FORMAT_SPEC_H
#define CAW_FORMAT_SPEC_H

#include <glib.h>

/* [[fill]align][sign][#][0][width][, or _][.precision][type]; 0 where nothing is said. */
typedef struct {
    gboolean empty; /* nothing at all is said */
    char fill[7];   /* one UTF-8 character */
    char align;
    char sign;
    gboolean alternate;
    gboolean zero;
    int width;
    char grouping;
    int precision; /* -1: not said */
    char type;
} format_spec;

/* NULL, or why this is no spec: to be freed. */
char *format_spec_parse(const char *text, gsize length, format_spec *spec);

/* The size of the first `most` characters of a text (-1: of all), and how many there are. */
gsize format_measure(const char *text, gsize length, int most, int *characters);

/*
 * Appends head and a body of this length, filled up to the width; '=' fills between the two.
 * `align` applies when the spec names none.
 */
void format_pad(const format_spec *spec, char align, const char *head, const char *body,
                gsize length, GString *out);

#endif
