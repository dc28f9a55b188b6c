/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Python's format strings: "{timestamp:.3f} {src:>15} {command}", as str.format() understands them
 * with keyword arguments. What a token means is the caller's: values come through a callback.
 *
 * All of Python 3.11's language but indices that are no numbers ("{a[b]}") or are followed by
 * more, formats within formats ("{a:{b}}") and the "z" option. Beyond it "{command:.60}" is what
 * "{command!s:.60}" is, and "\t", "\n" and "\\" in the text around fields are what they are in C.
 * Nothing depends on the locale; "n" prints as in the C locale.
 */
#ifndef CAW_FORMAT_H
#define CAW_FORMAT_H

#include "caw_history.h"
#include "format_value.h"

/* Fills in the value of a name as it stands in the format, "transport.sport". False: no such. */
typedef bool caw_format_get(void *user, const char *name, caw_value *value);

typedef struct caw_format caw_format;

/*
 * Reads a format. Its names must begin with one of `tokens`, ended by NULL. NULL without memory, or
 * on an error: `why` is then a sentence that says where and what.
 */
caw_format *caw_format_parse(const char *text, const char *const *tokens, const caw_memory *memory,
                             caw_text *why);

/*
 * Appends one line, without line end. False, with `why` as above, when a name has no value, a
 * value does not suit its spec, as "{src:d}", or there is no memory; what is in `out` then means
 * nothing. Text that has to be measured or converted is made in memory that the format keeps.
 */
bool caw_format_print(caw_format *self, caw_format_get get, void *user, caw_text *out,
                      caw_text *why);

/*
 * Appends a line that was printed with CAW_VALUE_LATER for all fields of this name, with their
 * values as they are now.
 */
bool caw_format_complete(caw_format *self, const char *name, const char *line, size_t length,
                         caw_format_get get, void *user, caw_text *out, caw_text *why);

void caw_format_free(caw_format *self);

#endif
