/* SPDX-License-Identifier: BSD-3-Clause */
#include "named.h"

#include "wide.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <sys/stat.h>

static named describe(int failed, const struct _stat64 *status) {
    return failed ? (named){NAMED_NOTHING, 0}
                  : named_of(status->st_mode, (uint64_t)status->st_size);
}

named named_look_at(int fd) {
    struct _stat64 status;
    return describe(_fstat64(fd, &status), &status);
}

named named_look(const char *name) {
    struct _stat64 status;
    if (named_is_standard_input(name))
        return named_look_at(0);
    wchar_t *wide = wide_of(name);
    named found = describe(!wide || _wstat64(wide, &status), &status);
    free(wide);
    return found;
}

int named_open(const char *name) {
    if (named_is_standard_input(name))
        return _dup(0);
    if (named_look(name).kind == NAMED_FOLDER) {
        errno = EISDIR;
        return -1;
    }
    wchar_t *wide = wide_of(name);
    int fd = wide ? _wopen(wide, _O_RDONLY | _O_BINARY | _O_NOINHERIT) : -1;
    free(wide);
    return fd;
}

FILE *named_stream(const char *name) {
    wchar_t *wide = wide_of(name);
    FILE *file = wide ? _wfopen(wide, L"rb") : NULL;
    free(wide);
    return file;
}
