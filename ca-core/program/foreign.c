/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign.h"

#include "named.h"

int foreign_start(child *self, const char *name) {
    const char *arguments[] = {"tshark", "-r", name, "-F", "pcapng", "-w", "-", NULL};
    return child_start(self, arguments, named_is_standard_input(name));
}
