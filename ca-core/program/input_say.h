/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef INPUT_SAY_H
#define INPUT_SAY_H

#include "compat.h"

/* Says something about a file or an interface on standard error, as printf: without a period. */
void input_say(const char *about, const char *format, ...) PRINTS(2, 3);

#endif
