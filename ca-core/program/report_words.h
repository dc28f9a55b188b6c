/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What -z has for a report of libcaw's: ca,NAME and its words; and what a command has, for which
 * there are more names than for -z: those of reports apart, and "all".
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "caw_capture.h"

typedef struct {
    const caw_report_row *row; /* NULL: it is no report of libcaw's, or all */
    bool all;
    caw_report_words words; /* its filter is a display filter */
} report_words;

/*
 * Reads the argument of -z, or what a `command` has become, which has to outlive the words. False
 * when it is wrong: what has been said.
 */
bool report_words_read(const char *argument, bool command, report_words *words);

#endif
