/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "output.h"
#include "system.h"

#include <errno.h>
#include <stdio.h>

static bool failed; /* it has been told, or need not be */

void output_begin(void) {
    system_spare_pipes();
}

void output_fail(const char *why, int status) {
    fprintf(stderr, "caw: %s\n", why);
    failed = true;
    exit(status);
}

/* What stdio still holds would fail again at exit, but nobody tells that any more. */
static void give_up(void) {
    failed = true;
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

/* Of a write that failed before, stdio remembers no more than that it did. */
static void check(void) {
    bool lost = ferror(stdout);

    errno = 0;
    if (failed || (fflush(stdout) == 0 && !lost))
        return;
    if (errno == EPIPE)
        _Exit(0);
    fprintf(stderr, "caw: %s\n", errno ? g_strerror(errno) : "the output could not be written");
    _Exit(OUTPUT_FAILED);
}

void output_check_at_end(void) {
    static bool asked;

    if (!asked)
        atexit(check);
    asked = true;
}
