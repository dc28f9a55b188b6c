/* SPDX-License-Identifier: BSD-3-Clause */
#include "say.h"

#include "progress.h"
#include "status.h"

#include <stdarg.h>
#include <stdio.h>

static void say_arguments(const char *format, va_list arguments) {
    progress_hide();
    fputs("caw: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void say(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    say_arguments(format, arguments);
    va_end(arguments);
}

int refuse(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    say_arguments(format, arguments);
    va_end(arguments);
    return STATUS_USAGE;
}
