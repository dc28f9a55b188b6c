/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers by a format spec. */
#ifndef CAW_FORMAT_NUMBER_H
#define CAW_FORMAT_NUMBER_H

#include "format_value.h"

/* Appends a FORMAT_INT, FORMAT_REAL or FORMAT_DECIMAL. As format_print_value. */
char *format_print_number(const format_spec *spec, const format_value *value, GString *out);

#endif
