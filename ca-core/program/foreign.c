/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign.h"

#include <string.h>

int foreign_start(child *self, const char *name) {
    const char *arguments[] = {"tshark", "-r", name, "-F", "pcapng", "-w", "-", NULL};
    return child_start(self, arguments, strcmp(name, "-") == 0);
}
