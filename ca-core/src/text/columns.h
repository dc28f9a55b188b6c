/* SPDX-License-Identifier: BSD-3-Clause */
/* How much room text takes on a terminal. */
#ifndef CAW_COLUMNS_H
#define CAW_COLUMNS_H

#include "text.h"

/*
 * The size of the first characters of UTF-8 that take `most` columns together at most, and how many
 * they take. Two are taken by letters that East Asian typography makes wide, and by pictures; one
 * by any other character, also by marks that are put over another: rather too many than too few.
 */
size_t caw_columns(const char *text, size_t length, size_t most, size_t *columns);

/* The text, cut to so many columns: what is cut off becomes "...". No escape is cut in two. */
void caw_put_columns(caw_text *out, const char *text, size_t length, size_t most);

#endif
