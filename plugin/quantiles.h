/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pandas' describe() tells of a column of numbers. */
#ifndef CA_QUANTILES_H
#define CA_QUANTILES_H

#include <glib.h>

typedef struct {
    unsigned count;
    double mean;
    double std; /* of a sample: divided by count - 1; NaN for one number */
    double min, quarter, median, three_quarters, max; /* linear between neighbours */
} quantiles;

/* Of at least one double; sorts them. */
quantiles quantiles_of(GArray *numbers);

#endif
