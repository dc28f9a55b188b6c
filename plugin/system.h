/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of the system beside C and GLib: a file for each system has it, and no other. */
#ifndef CA_SYSTEM_H
#define CA_SYSTEM_H

#include <stdbool.h>
#include <stdio.h>

/* A pipe that nobody reads is then an error of who writes to it, like others: EPIPE. */
void system_spare_pipes(void);

bool system_is_file(FILE *file);
bool system_is_pipe(FILE *file);

#endif
