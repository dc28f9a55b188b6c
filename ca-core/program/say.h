/* SPDX-License-Identifier: BSD-3-Clause */
/* What the program says about its work: on standard error, a line that begins with its name. */
#ifndef SAY_H
#define SAY_H

#include "compat.h"

void say(const char *format, ...) PRINTS(1, 2);

/* Says what is wrong with how the program was called, and returns STATUS_USAGE. */
int refuse(const char *format, ...) PRINTS(1, 2);

#endif
