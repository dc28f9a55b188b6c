/* SPDX-License-Identifier: BSD-3-Clause */
#include "named.h"

#include <string.h>

bool named_is_standard_input(const char *name) {
    return strcmp(name, "-") == 0;
}
