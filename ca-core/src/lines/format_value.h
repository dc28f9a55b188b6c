/* SPDX-License-Identifier: BSD-3-Clause */
/* One value of a line: what it can be, and how it prints by a spec. */
#ifndef CAW_FORMAT_VALUE_H
#define CAW_FORMAT_VALUE_H

#include "format_spec.h"

typedef enum {
    CAW_VALUE_NONE,    /* Python's None; unlike there, any format spec does for it */
    CAW_VALUE_INT,     /* .integer */
    CAW_VALUE_REAL,    /* .real, a Python float */
    CAW_VALUE_DECIMAL, /* .integer billionths, an exact Python Decimal with nine places */
    CAW_VALUE_FIXED,   /* .integer of units with .places, all of which are shown */
    CAW_VALUE_TEXT,    /* .text, .length, or .print: UTF-8; stray bytes are a character each */
    CAW_VALUE_LATER,   /* not known yet: a NUL takes its place, see caw_format_complete */
    CAW_VALUE_OBJECT   /* .print: anything else that Python prints but cannot format, as bytes */
} caw_value_kind;

/* Borrowed from the callback that fills it in; must live until that is called again. */
typedef struct {
    caw_value_kind kind;
    int64_t integer;
    int places;
    double real;
    const char *text; /* NULL when it is printed */
    size_t length;
    bool foreign; /* of a text: from the wire, shown as caw_printable does */
    void (*print)(const void *object, bool repr, caw_text *out); /* repr() or str(); or NULL */
    const void *object;
} caw_value;

/*
 * Prints format(value, spec); a text must be there as .text. False, with `why`, when the spec does
 * not suit the value.
 */
bool caw_put_value(caw_text *out, const caw_spec *spec, const caw_value *value, caw_text *why);

/* A number or None as '{x!r}' or '{x!s}' prints it: conversion 'r', 's' or 'a'. */
void caw_put_converted(caw_text *out, const caw_value *value, char conversion);

#endif
