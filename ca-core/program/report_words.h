/* SPDX-License-Identifier: BSD-3-Clause */
/* What -z has for a report of libcaw's: ca,NAME[,text|,json|,csv][,table=TABLE][,FILTER]. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "caw_capture.h"

typedef struct {
    const caw_report_row *row; /* NULL: it is no report of libcaw's */
    caw_form form;
    const char *table;  /* NULL: all */
    const char *filter; /* a display filter: commas and all; NULL: none */
} report_words;

enum { REPORT_TABLE = 32 };

/*
 * Reads the argument of -z. False when it is wrong: what has been said. `table` has room for the
 * name of a table.
 */
bool report_words_read(const char *argument, report_words *words, char table[REPORT_TABLE]);

#endif
