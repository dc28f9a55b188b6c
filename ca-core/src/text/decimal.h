/* SPDX-License-Identifier: BSD-3-Clause */
/* The shortest decimal that reads back to a double. */
#ifndef CAW_DECIMAL_H
#define CAW_DECIMAL_H

#include <stdint.h>

/* digits * 10^exponent. Digits of a fraction have no zero at their end. */
typedef struct {
    uint64_t digits;
    int exponent;
} caw_decimal;

/* Of a finite double; the sign is dropped. */
caw_decimal caw_shortest(double value);

/* Of the double nearest to this sum of seconds and millionths of one, from 2^24 to 2^33. */
caw_decimal caw_shortest_time(int64_t seconds, uint32_t microseconds);

/* The nearest decimal with at most `most` digits. */
caw_decimal caw_rounded(caw_decimal value, int most);

#endif
