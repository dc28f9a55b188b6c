/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiles when the public headers are C11 on their own. */
#include "caw.h"
#include "caw_capture.h"

_Static_assert(CAW_COMMANDS == 28, "commands 0 to 27");
