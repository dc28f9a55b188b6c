/* SPDX-License-Identifier: BSD-3-Clause */
/* The interfaces that can be captured. */
#ifndef DEVICES_H
#define DEVICES_H

/* Prints them: a name a line, with what is said of it. The status. */
int devices_print(void);

/* Calls `take` with each, and what it is, or NULL. None without the right to capture. */
void devices_each(void (*take)(void *user, const char *name, const char *what), void *user);

#endif
