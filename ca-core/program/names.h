/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of --names. */
#ifndef NAMES_H
#define NAMES_H

#include "caw_history.h"

/* The names in it; NULL when it cannot be read, or a line of it is wrong: what has been said. */
caw_names *names_load(const char *file);

/* Says how much of what casr prints names nothing. */
void names_say(const caw_names *names, const char *file);

#endif
