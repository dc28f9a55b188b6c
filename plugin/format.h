/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Python's format strings: "{timestamp:.3f} {src:>15} {command}", as str.format() understands them
 * with keyword arguments. What a token means is the caller's: values come through a callback.
 *
 * All of Python 3.11's language but indexing ("{a[0]}"), formats within formats ("{a:{b}}") and
 * the "z" option. Nothing depends on the locale; "n" prints as in the C locale.
 */
#ifndef CAW_FORMAT_H
#define CAW_FORMAT_H

#include "format_value.h"

/* Fills in the value of a name as it stands in the format, "transport.sport". False: no such. */
typedef gboolean (*format_get)(void *user, const char *name, format_value *value);

typedef struct format format;

/*
 * Reads a format. Its names must begin with one of `tokens`, ended by NULL. On an error returns
 * NULL and sets *error to a sentence, to be freed with g_free, that says where and what.
 */
format *format_parse(const char *text, const char *const *tokens, char **error);

/*
 * Appends one line, without line end. False, with *error as above and out as it was, when a name
 * has no value or a value does not suit its spec, as "{src:d}".
 */
gboolean format_print(const format *self, format_get get, void *user, GString *out, char **error);

void format_free(format *self);

#endif
