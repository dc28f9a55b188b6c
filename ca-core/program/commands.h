/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that may stand where files do: reports by their names, as in "caw connect FILE". */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "suggest.h"

#include <stdbool.h>
#include <stddef.h>

/* It is the name of a report. */
bool commands_have(const char *word);

/* What they are wanted for: as commands, or after "-z ca,", where "all" is not. */
typedef enum { COMMANDS_ALL, COMMANDS_OF_Z } commands_kind;

/* "connect, srt, all", or "ca,connect, ca,srt". As snprintf. */
size_t commands_list(commands_kind kind, char *text, size_t size);

/* Each with the title of its report. */
void commands_each(commands_kind kind,
                   void (*take)(void *user, const char *name, const char *title), void *user);

void commands_suggest(suggestion *near);

#endif
