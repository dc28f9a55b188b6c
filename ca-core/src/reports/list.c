/* SPDX-License-Identifier: BSD-3-Clause */
/* All reports. */
#include "reports.h"

#include <string.h>

/* In the order of a channel's life. */
const caw_report_row *const caw_report_rows[] = {
    &caw_report_search, &caw_report_connect, &caw_report_circuits, &caw_report_channels,
    &caw_report_puts,   &caw_report_errors,  &caw_report_servers,  NULL,
};

const caw_report_row *caw_report_find(const char *name) {
    for (size_t i = 0; caw_report_rows[i]; i++)
        if (strcmp(caw_report_rows[i]->name, name) == 0)
            return caw_report_rows[i];
    return strcmp(caw_report_srt.name, name) == 0 ? &caw_report_srt : NULL;
}
