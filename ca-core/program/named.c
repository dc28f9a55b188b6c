/* SPDX-License-Identifier: BSD-3-Clause */
#include "named.h"

#include <string.h>
#include <sys/stat.h>

bool named_is_standard_input(const char *name) {
    return strcmp(name, "-") == 0;
}

named named_of(unsigned mode, uint64_t size) {
    if (S_ISREG(mode))
        return (named){NAMED_FILE, size};
    return (named){S_ISDIR(mode) ? NAMED_FOLDER : NAMED_STREAM, 0};
}
