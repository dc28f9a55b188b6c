/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quantiles.h"

#include <math.h>

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static double at(const GArray *sorted, double part) {
    double place = part * (sorted->len - 1);
    unsigned below = (unsigned)place;
    double low = g_array_index(sorted, double, below);

    if (below + 1 >= sorted->len)
        return low;
    return low + (g_array_index(sorted, double, below + 1) - low) * (place - below);
}

static double mean_of(const GArray *numbers) {
    double sum = 0;

    for (unsigned i = 0; i < numbers->len; i++)
        sum += g_array_index(numbers, double, i);
    return sum / numbers->len;
}

static double deviation_of(const GArray *numbers, double mean) {
    double squares = 0;

    if (numbers->len < 2)
        return NAN;
    for (unsigned i = 0; i < numbers->len; i++) {
        double distance = g_array_index(numbers, double, i) - mean;
        squares += distance * distance;
    }
    return sqrt(squares / (numbers->len - 1));
}

quantiles quantiles_of(GArray *numbers) {
    double mean = mean_of(numbers);

    g_array_sort(numbers, compare);
    quantiles all = {numbers->len,
                     mean,
                     deviation_of(numbers, mean),
                     at(numbers, 0),
                     at(numbers, 0.25),
                     at(numbers, 0.5),
                     at(numbers, 0.75),
                     at(numbers, 1)};
    return all;
}
