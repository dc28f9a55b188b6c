/* SPDX-License-Identifier: BSD-3-Clause */
/* The source of a manual page, with the table of options where a line asks for it. */
#ifndef PAGE_SOURCE_H
#define PAGE_SOURCE_H

#include <stdbool.h>

/* Calls `take` with each line, without its end. False when the file cannot be read. */
bool page_source_read(const char *name, void (*take)(void *user, const char *line), void *user);

#endif
