/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What -z has for a report of libcaw's: ca,NAME[,text|,json|,csv][,table=TABLE][,FILTER]; and what
 * a command has, for which there are more names than for -z: those of reports apart, and "all".
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "caw_capture.h"

typedef struct {
    const caw_report_row *row; /* NULL: it is no report of libcaw's, or all */
    bool all;
    caw_form form;
    const char *table;  /* NULL: all */
    const char *filter; /* a display filter: commas and all; NULL: none */
} report_words;

enum { REPORT_TABLE = 32 };

/*
 * Reads the argument of -z, or what a `command` has become. False when it is wrong: what has been
 * said. `table` has room for the name of a table.
 */
bool report_words_read(const char *argument, bool command, report_words *words,
                       char table[REPORT_TABLE]);

#endif
