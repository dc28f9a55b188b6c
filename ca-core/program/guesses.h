/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people try first, because other programs have it, and what is right here: options that
 * there are not, and words that are no files.
 */
#ifndef GUESSES_H
#define GUESSES_H

#include <stdbool.h>
#include <stddef.h>

/* Says that there is no such option, and the right way. `name`: of a long one, without "--". */
void guesses_refuse_letter(char letter);
void guesses_refuse_name(const char *name, size_t length);

/*
 * The words that are to be files; `interface`, and `file`, of -r, may be NULL. False when one is
 * none and looks like something else, a report or a filter: what was meant has been said.
 */
bool guesses_are_files(char **words, size_t count, const char *interface, const char *file);

/* Of a display filter that tshark refused: says so when it is an expression on messages. */
void guesses_of_display_filter(const char *filter);

#endif
