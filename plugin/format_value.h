/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One value of a line: what it can be, and how it prints. */
#ifndef CAW_FORMAT_VALUE_H
#define CAW_FORMAT_VALUE_H

#include "format_spec.h"

typedef enum {
    FORMAT_NONE,    /* Python's None; unlike there, any format spec does for it */
    FORMAT_INT,     /* .integer */
    FORMAT_REAL,    /* .real, a Python float */
    FORMAT_DECIMAL, /* .integer billionths, an exact Python Decimal with nine places */
    FORMAT_TEXT,    /* .text, .length: UTF-8; stray bytes count as one character each */
    FORMAT_OBJECT   /* .print: anything else that Python prints but cannot format, as bytes */
} format_kind;

/* Borrowed from the callback that fills it in; must live until that is called again. */
typedef struct {
    format_kind kind;
    gint64 integer;
    double real;
    const char *text;
    gsize length;
    gboolean foreign; /* of a text: from the wire, shown as caw_printable does */
    void (*print)(const void *object, gboolean repr, GString *out); /* appends repr() or str() */
    const void *object;
} format_value;

/* Appends format(value, spec). NULL, or why the spec does not suit the value: to be freed. */
char *format_print_value(const format_spec *spec, const format_value *value, GString *out);

/* Appends the value as '{x!r}', '{x!s}' or '{x!a}' does: conversion 'r', 's' or 'a'. */
void format_convert(const format_value *value, char conversion, GString *out);

#endif
