/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system.h"

#include <io.h>
#include <windows.h>

/* It is one, always. */
void system_spare_pipes(void) {}

static DWORD type_of(FILE *file) {
    return GetFileType((HANDLE)_get_osfhandle(_fileno(file)));
}

bool system_is_file(FILE *file) {
    return type_of(file) == FILE_TYPE_DISK;
}

bool system_is_pipe(FILE *file) {
    return type_of(file) == FILE_TYPE_PIPE;
}
