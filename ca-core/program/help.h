/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be asked for. */
#ifndef HELP_H
#define HELP_H

#include <stdbool.h>

/* Prints the help. False when the output has failed. */
bool help_print(void);

#endif
