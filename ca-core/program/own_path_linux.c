/* SPDX-License-Identifier: BSD-3-Clause */
#include "own_path.h"

#include <unistd.h>

/* Other systems may not have it: then it is not known. */
bool own_path(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    return length > 0;
}
