/* SPDX-License-Identifier: BSD-3-Clause */
/* For the shells: what may be typed next. They ask by "caw --complete WORD...". */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stddef.h>

/*
 * The words are those after "caw" up to the cursor, without their quotes; the last one, which may
 * be empty, is to be completed. Prints each word that it could become, one a line, with a tab and
 * what it is behind it; and ":files" where names of files may stand. The status.
 */
int complete_print(char *const *words, size_t count);

#endif
