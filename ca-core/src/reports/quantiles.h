/* SPDX-License-Identifier: BSD-3-Clause */
/* What pandas' describe() tells of a column of numbers. */
#ifndef CAW_QUANTILES_H
#define CAW_QUANTILES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    double mean;
    double std; /* of a sample: divided by count - 1; nothing for one number */
    double min, quarter, median, three_quarters, p95, max; /* linear between neighbours */
} caw_quantiles;

/* Of at least one number; sorts them. */
caw_quantiles caw_quantiles_of(double *numbers, size_t count);

#endif
