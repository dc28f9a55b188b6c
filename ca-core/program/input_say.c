/* SPDX-License-Identifier: BSD-3-Clause */
#include "input_say.h"

#include "progress.h"

#include <stdarg.h>
#include <stdio.h>

void input_say(const char *about, const char *format, ...) {
    va_list arguments;
    progress_hide();
    fprintf(stderr, "caw: %s: ", about);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}
