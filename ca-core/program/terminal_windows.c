/* SPDX-License-Identifier: BSD-3-Clause */
#include "terminal.h"

#include <io.h>
#include <windows.h>

static HANDLE handle_of(FILE *file) {
    return (HANDLE)_get_osfhandle(_fileno(file));
}

bool terminal_is(FILE *file) {
    DWORD mode;
    return GetConsoleMode(handle_of(file), &mode);
}

/* Since Windows 10 a console does as ECMA-48 says, when it is asked to. */
bool terminal_has_colors(FILE *file) {
    DWORD mode;
    return GetConsoleMode(handle_of(file), &mode) &&
           SetConsoleMode(handle_of(file), mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}
