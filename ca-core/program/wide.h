/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows has its names in UTF-16, where the program has UTF-8. */
#ifndef WIDE_H
#define WIDE_H

#include <wchar.h>

/* Both are to be freed; NULL without memory. What is no UTF becomes U+FFFD. */
wchar_t *wide_of(const char *text);
char *wide_to_utf8(const wchar_t *text);

#endif
