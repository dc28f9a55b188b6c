/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that may stand where files do: reports by their names, as in "caw connect FILE". */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "suggest.h"

#include <stdbool.h>
#include <stddef.h>

/* It is the name of a report. */
bool commands_have(const char *word);

/* "connect, srt": each with `before` in front of it. As snprintf. */
size_t commands_list(const char *before, char *text, size_t size);

/* Each with the title of its report. */
void commands_each(void (*take)(void *user, const char *name, const char *title), void *user);

void commands_suggest(suggestion *near);

#endif
