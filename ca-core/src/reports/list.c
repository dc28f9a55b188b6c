/* SPDX-License-Identifier: BSD-3-Clause */
/* All reports. */
#include "reports.h"

#include <string.h>

const caw_report_row *const caw_report_rows[] = {&caw_report_connect, &caw_report_circuits,
                                                 &caw_report_channels, NULL};

const caw_report_row *caw_report_find(const char *name) {
    for (size_t i = 0; caw_report_rows[i]; i++)
        if (strcmp(caw_report_rows[i]->name, name) == 0)
            return caw_report_rows[i];
    return NULL;
}
