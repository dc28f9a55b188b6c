/* SPDX-License-Identifier: BSD-3-Clause */
/* What a report prints. */
#ifndef PRINTED_H
#define PRINTED_H

#include "counted.h"
#include "test.h"

/* It holds until the next call. */
static inline const char *printed(caw_report *report, caw_form form, const char *table) {
    static counted count;
    static written to;
    count = (counted){.good = -1};
    to = (written){.count = &count};
    caw_output output = {written_write, &to};
    CHECK(caw_report_print(report, form, table, &output), "nothing fails");
    return to.text;
}

static inline const char *printed_json(caw_report *report) {
    return printed(report, CAW_FORM_JSON, NULL);
}

/* How often the text has the part. */
static inline int count_of(const char *text, const char *part) {
    int count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

#endif
