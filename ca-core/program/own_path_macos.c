/* SPDX-License-Identifier: BSD-3-Clause */
#include "own_path.h"

#include <mach-o/dyld.h>
#include <stdint.h>

bool own_path(char *path, size_t size) {
    uint32_t room = (uint32_t)size;
    return _NSGetExecutablePath(path, &room) == 0;
}
