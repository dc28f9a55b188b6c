/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind the colon in "{src:>15}": how one value is printed. */
#ifndef CAW_FORMAT_SPEC_H
#define CAW_FORMAT_SPEC_H

#include "format.h"

/* [[fill]align][sign][#][0][width][, or _][.precision][type]; 0 where nothing is said. */
typedef struct {
    gboolean empty; /* nothing at all is said */
    char fill[7];   /* one UTF-8 character */
    char align;
    char sign;
    gboolean alternate;
    gboolean zero;
    int width;
    char grouping;
    int precision; /* -1: not said */
    char type;
} format_spec;

/* NULL, or why this is no spec: to be freed. */
char *format_spec_parse(const char *text, gsize length, format_spec *spec);

/* Appends format(value, spec). NULL, or why the spec does not suit the value: to be freed. */
char *format_spec_print(const format_spec *spec, const format_value *value, GString *out);

/* Appends the value as '{x!r}', '{x!s}' or '{x!a}' does: conversion 'r', 's' or 'a'. */
void format_convert(const format_value *value, char conversion, GString *out);

/*
 * Appends head and a body of this length, filled up to the width; '=' fills between the two.
 * `align` applies when the spec names none.
 */
void format_pad(const format_spec *spec, char align, const char *head, const char *body,
                gsize length, GString *out);

/* As format_spec_print, of a FORMAT_INT, FORMAT_REAL or FORMAT_DECIMAL (number.c). */
char *format_number_print(const format_spec *spec, const format_value *value, GString *out);

#endif
