/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands after the colon in "{src:>15}". */
#ifndef CAW_FORMAT_SPEC_H
#define CAW_FORMAT_SPEC_H

#include "text/text.h"

/* Wider, or more exact, is a typing error: it would only fill memory. */
#define CAW_SPEC_LARGEST 9999

/* [[fill]align][sign][#][0][width][, or _][.precision][type]; 0 where nothing is said. */
typedef struct {
    bool empty;   /* nothing at all is said */
    char fill[5]; /* one UTF-8 character */
    char align;
    char sign;
    bool alternate;
    bool zero;
    int width;
    char grouping;
    int precision; /* -1: not said */
    char type;
} caw_spec;

/* False when this is no spec: `why` says why. */
bool caw_spec_parse(const char *text, size_t length, caw_spec *spec, caw_text *why);

/* Says why something does not go; false. The second one begins with a character in quotes. */
bool caw_refuse(caw_text *why, const char *words);
bool caw_refuse_character(caw_text *why, char what, const char *words);

/*
 * The size of the first `most` characters of a text (-1: of all), and how many there are. A byte
 * that is no UTF-8 is one character.
 */
size_t caw_measure(const char *text, size_t length, int most, size_t *characters);

/* How many fills stand around something, and where its sign or prefix ends. */
typedef struct {
    size_t before, between, after;
} caw_padding;

/* Of so many characters. `align` applies when the spec names none. */
caw_padding caw_padding_of(const caw_spec *spec, char align, size_t characters);

void caw_put_fill(caw_text *out, const caw_spec *spec, size_t count);

#endif
