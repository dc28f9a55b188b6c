/* SPDX-License-Identifier: BSD-3-Clause */
/* The options: parsing, the help, the manual and completion go by this one table. */
#ifndef OPTION_ROWS_H
#define OPTION_ROWS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Those without a letter. */
enum {
    OPTION_CAPTURE_FILTER = UCHAR_MAX + 1,
    OPTION_CIRCUITS,
    OPTION_COLOR,
    OPTION_CSV,
    OPTION_ELEMENTS,
    OPTION_EVERY,
    OPTION_FORMAT,
    OPTION_JSON,
    OPTION_MEMORY,
    OPTION_NAMES,
    OPTION_QUIET,
    OPTION_SCHEMA,
    OPTION_SHORT,
    OPTION_STATS,
    OPTION_TABLE,
    OPTION_TIME,
    OPTION_WHERE
};

typedef struct {
    int letter;        /* or one of the above; 0 ends the table */
    const char *name;  /* of the long form, or NULL */
    const char *value; /* what it takes, or NULL; "one|two" are all that there are; "[=ONE]" may be
                          left out, and is given with the name only */
    const char *help;  /* a clause of at most 56 characters, which is all that --help shows; then,
                          for the manual, lines of sentences */
} option_row;

enum { OPTION_MOST = 64, OPTION_NAME = 32, OPTION_FORMS = 64 };

extern const option_row option_rows[];

/* The index of the row. There must be one. */
size_t option_find(int letter);

/* "-r" or "--format". */
const char *option_name(size_t row, char name[OPTION_NAME]);

/* It takes a value, or none. */
bool option_is_optional(size_t row);

/* "-V, --version" or "--format FORMAT". */
const char *option_forms(size_t row, char forms[OPTION_FORMS]);

#endif
