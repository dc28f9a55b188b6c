/* SPDX-License-Identifier: BSD-3-Clause */
/* What compilers and machines have not in common; nowhere else in the core is any of it. */
#ifndef CAW_COMPAT_H
#define CAW_COMPAT_H

#include <stdint.h>

/* In a table, a column that is left out is zero, and is meant to be. */
#ifdef __GNUC__
#define CAW_ROWS_MAY_BE_SHORT _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#else
#define CAW_ROWS_MAY_BE_SHORT
#endif

/* Which bit of them is the lowest; there is one. */
static inline unsigned caw_lowest_bit(uint64_t bits) {
#ifdef __GNUC__
    return (unsigned)__builtin_ctzll(bits);
#else
    unsigned at = 0;
    for (; !(bits & 1); bits >>= 1)
        at++;
    return at;
#endif
}

/* a * b: returns the high 64 bits, leaves the low ones. For machines that do no such thing. */
static inline uint64_t caw_product_of_halves(uint64_t a, uint64_t b, uint64_t *low) {
    uint64_t a_low = (uint32_t)a, a_high = a >> 32;
    uint64_t b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t lowest = a_low * b_low;
    uint64_t inner = a_high * b_low + (lowest >> 32); /* at most 2^64 - 2^32: no carry is lost */
    uint64_t outer = a_low * b_high + (uint32_t)inner;
    *low = outer << 32 | (uint32_t)lowest;
    return a_high * b_high + (inner >> 32) + (outer >> 32);
}

static inline uint64_t caw_product(uint64_t a, uint64_t b, uint64_t *low) {
#ifdef __SIZEOF_INT128__
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    *low = (uint64_t)product;
    return (uint64_t)(product >> 64);
#else
    return caw_product_of_halves(a, b, low);
#endif
}

#endif
