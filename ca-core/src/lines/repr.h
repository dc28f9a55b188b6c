/* SPDX-License-Identifier: BSD-3-Clause */
/* Python's repr() and ascii() of text. */
#ifndef CAW_REPR_H
#define CAW_REPR_H

#include "text/text.h"

/* repr() of UTF-8; ascii() when only ASCII may remain. A stray byte counts as Latin-1. */
void caw_put_repr(caw_text *out, const char *text, size_t length, bool ascii);

/* ascii() of an object: its repr(), with what is not ASCII escaped. */
void caw_put_ascii(caw_text *out, const char *text, size_t length);

#endif
