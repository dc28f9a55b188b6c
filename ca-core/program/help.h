/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be asked for: in two screens, or a topic in full. */
#ifndef HELP_H
#define HELP_H

#include <stdbool.h>

/* Prints the two screens. False when the output has failed. */
bool help_print(void);

/* Prints this topic; NULL: which there are. The status. */
int help_topic(const char *name);

/* Calls `take` with each topic, and what it tells about. */
void help_each_topic(void (*take)(void *user, const char *name, const char *summary), void *user);

#endif
