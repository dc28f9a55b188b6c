/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers by a format spec. */
#ifndef CAW_FORMAT_NUMBER_H
#define CAW_FORMAT_NUMBER_H

#include "format_value.h"

/* Prints a CAW_VALUE_INT, CAW_VALUE_REAL or CAW_VALUE_DECIMAL. As caw_put_value. */
bool caw_put_formatted_number(caw_text *out, const caw_spec *spec, const caw_value *value,
                              caw_text *why);

/*
 * Sets a point in what printf has made by "%.*f" or "%.*e" of a finite number that is not negative.
 * The locale has chosen what is there: it is all that lies between the whole digits and the places,
 * of which the number is known.
 */
void caw_set_point(char *text, int places);

#endif
