/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

void output_begin(void) {
    signal(SIGPIPE, SIG_IGN);
}

void output_fail(const char *why, int status) {
    fprintf(stderr, "caw: %s\n", why);
    exit(status);
}

/* What stdio still holds would fail again at exit, but nobody tells that any more. */
static void give_up(void) {
    if (errno == EPIPE)
        exit(0);
    output_fail(g_strerror(errno), OUTPUT_FAILED);
}

void output_write(const char *text, size_t length) {
    if (fwrite(text, 1, length, stdout) < length)
        give_up();
}

void output_flush(void) {
    if (fflush(stdout))
        give_up();
}
