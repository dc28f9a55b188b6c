/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shortest decimal that reads back to the same double, and of those the nearest: the
 * Schubfach algorithm of Raffaele Giulietti, "The Schubfach way to render doubles" (2021), whose
 * names (c, q, k, h, g, vb) are kept here.
 */
#include "decimal.h"

#include "compat.h"
#include "decimal_powers.h"

#include <stdbool.h>
#include <string.h>

/* floor(log2(10^e)) and floor(log10(2^e)), in fixed point; exact over the range of doubles. */
static int log2_of_10(int e) {
    return (e * 1741647) >> 19;
}

/* The second is of 3/4 * 2^e, for the lopsided interval below a power of two. */
static int log10_of_2(int e, bool lopsided) {
    return (e * 1262611 - (lopsided ? 524031 : 0)) >> 22;
}

/* g * cp / 2^128, its last bit set when anything is lost: enough to compare with the bounds. */
static uint64_t round_to_odd(const uint64_t g[2], uint64_t cp) {
    uint64_t middle, ignored;
    uint64_t carried = caw_product(g[1], cp, &ignored);
    uint64_t high = caw_product(g[0], cp, &middle);
    middle += carried;
    high += middle < carried;
    return high | (middle > 1);
}

static caw_decimal without_zeros(uint64_t digits, int exponent) {
    while (digits && digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    caw_decimal decimal = {digits, digits ? exponent : 0};
    return decimal;
}

static caw_decimal schubfach(uint64_t c, int q, bool lopsided) {
    bool odd = c & 1;
    int k = log10_of_2(q, lopsided);
    int h = q + log2_of_10(-k) + 1;
    const uint64_t *g = powers_of_ten[-k - POWER_MIN];
    uint64_t vbl = round_to_odd(g, (4 * c - 2 + lopsided) << h);
    uint64_t vb = round_to_odd(g, (4 * c) << h);
    uint64_t vbr = round_to_odd(g, (4 * c + 2) << h);
    uint64_t lower = vbl + odd;
    uint64_t upper = vbr - odd;
    uint64_t s = vb / 4;

    if (s >= 10) {
        uint64_t tens = s / 10;
        bool below = lower <= 40 * tens;
        bool above = 40 * tens + 40 <= upper;
        if (below != above)
            return without_zeros(tens + above, k + 1);
    }
    bool below = lower <= 4 * s;
    bool above = 4 * s + 4 <= upper;
    if (below != above)
        return without_zeros(s + above, k);
    bool up = vb > 4 * s + 2 || (vb == 4 * s + 2 && (s & 1));
    return without_zeros(s + up, k);
}

caw_decimal caw_shortest(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);

    if (exponent == 0)
        return fraction ? schubfach(fraction, -1074, false) : without_zeros(0, 0);
    uint64_t c = fraction | UINT64_C(1) << 52;
    int q = exponent - 1075;
    if (q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0)
        return without_zeros(c >> -q, 0); /* a whole number */
    return schubfach(c, q, fraction == 0 && exponent > 1);
}

/*
 * Six places tell these doubles apart, which are up to 2^-20 from each other, so no decimal with
 * fewer is as near as this one.
 */
caw_decimal caw_shortest_time(int64_t seconds, uint32_t microseconds) {
    caw_decimal decimal = {(uint64_t)seconds * 1000000 + microseconds, -6};
    for (; decimal.exponent < 0 && decimal.digits % 10 == 0; decimal.exponent++)
        decimal.digits /= 10;
    return decimal;
}

caw_decimal caw_rounded(caw_decimal value, int most) {
    uint64_t limit = 1;
    while (most-- > 0)
        limit *= 10;
    int dropped = 0;
    while (value.digits >= limit) {
        dropped = (int)(value.digits % 10);
        value.digits /= 10;
        value.exponent++;
    }
    return without_zeros(value.digits + (dropped >= 5), value.exponent);
}
