/* SPDX-License-Identifier: BSD-3-Clause */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is(FILE *file) {
    return isatty(fileno(file));
}

bool terminal_has_colors(FILE *file) {
    const char *name = getenv("TERM");

    return terminal_is(file) && name && strcmp(name, "dumb") != 0;
}
