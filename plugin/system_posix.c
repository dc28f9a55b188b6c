/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system.h"

#include <signal.h>
#include <sys/stat.h>

void system_spare_pipes(void) {
    signal(SIGPIPE, SIG_IGN);
}

bool system_is_file(FILE *file) {
    struct stat status;

    return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
}

bool system_is_pipe(FILE *file) {
    struct stat status;

    return fstat(fileno(file), &status) == 0 && S_ISFIFO(status.st_mode);
}
