/* SPDX-License-Identifier: BSD-3-Clause */
/* The arguments of main(), taken apart by the table of options. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "option_rows.h"

#include <stdbool.h>

/* What was given. All texts are borrowed from the arguments. */
typedef struct {
    const char *value[OPTION_MOST]; /* by row of the table: NULL not, "" of an option without */
    char **words;                   /* what is no option, in order: the caller's room */
    size_t word_count;
    char **passed; /* what follows "--", NULL at the end */
} given;

/* Of the option with this letter. */
const char *given_value(const given *self, int letter);

/*
 * `words` of the zeroed `given` has room for as many. False when they are wrong: what has been
 * said. Ends early at --help and --version, which are for whoever asks, whatever else is there.
 */
bool arguments_read(given *self, int count, char **arguments);

#endif
