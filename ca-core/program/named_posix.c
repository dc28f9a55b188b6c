/* SPDX-License-Identifier: BSD-3-Clause */
#include "named.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static named describe(int failed, const struct stat *status) {
    return failed ? (named){NAMED_NOTHING, 0}
                  : named_of(status->st_mode, (uint64_t)status->st_size);
}

named named_look_at(int fd) {
    struct stat status;
    return describe(fstat(fd, &status), &status);
}

named named_look(const char *name) {
    struct stat status;
    if (named_is_standard_input(name))
        return named_look_at(STDIN_FILENO);
    return describe(stat(name, &status), &status);
}

int named_open(const char *name) {
    if (named_is_standard_input(name))
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && named_look_at(fd).kind == NAMED_FOLDER) {
        close(fd);
        errno = EISDIR;
        return -1;
    }
    return fd;
}

FILE *named_stream(const char *name) {
    return fopen(name, "r");
}
