/* SPDX-License-Identifier: BSD-3-Clause */
#include "report_words.h"

#include "say.h"

#include <stdio.h>
#include <string.h>

/* The report that the argument names, or all of them. What follows the name; NULL: it is neither.
 */
static const char *find(const char *argument, bool command, report_words *words) {
    const char *begin = argument + strlen("ca,");
    int length = (int)strcspn(begin, ",");
    char name[32];

    if (strncmp(argument, "ca,", 3) != 0 ||
        snprintf(name, sizeof name, "%.*s", length, begin) >= (int)sizeof name)
        return NULL;
    words->row = caw_report_find(name);
    if (words->row && words->row->apart && !command)
        words->row = NULL;
    words->all = command && strcmp(name, "all") == 0;
    return words->row || words->all ? begin + length : NULL;
}

bool report_words_read(const char *argument, bool command, report_words *words) {
    char wrong[256];

    *words = (report_words){0};
    const char *rest = find(argument, command, words);
    if (!rest || caw_report_read_words(words->row, rest, &words->words, wrong, sizeof wrong))
        return true;
    say("%s: %s", argument, wrong);
    return false;
}
