/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's version, which CMake knows. */
#include "caw.h"

const char *caw_version(void) {
    return CAW_VERSION;
}
