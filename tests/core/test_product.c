/* SPDX-License-Identifier: BSD-3-Clause */
/* The product of 64 bit numbers, as machines make it that have no 128 bits. */
#include "compat.h"

#include "test.h"

#include <inttypes.h>

/* By hand: 0xffffffffffffffff is 2^64 - 1, whose square is 2^128 - 2^65 + 1. */
static const struct {
    uint64_t a, b, high, low;
} products[] = {
    {0, UINT64_MAX, 0, 0},
    {1, UINT64_MAX, 0, UINT64_MAX},
    {UINT64_MAX, UINT64_MAX, UINT64_MAX - 1, 1},
    {UINT64_MAX, 2, 1, UINT64_MAX - 1},
    {UINT64_C(1) << 32, UINT64_C(1) << 32, 1, 0},
    {UINT64_C(1) << 63, UINT64_C(1) << 63, UINT64_C(1) << 62, 0},
    {UINT32_MAX, UINT32_MAX, 0, UINT64_C(0xfffffffe00000001)},
    {UINT64_MAX, UINT32_MAX, UINT32_MAX - UINT64_C(1), UINT64_C(0xffffffff00000001)},
    {UINT64_C(0x123456789abcdef0), 16, 1, UINT64_C(0x23456789abcdef00)},
};

static void check(uint64_t a, uint64_t b, uint64_t high, uint64_t low) {
    uint64_t got, halves;
    CHECK(caw_product(a, b, &got) == high && got == low, "%" PRIx64 " * %" PRIx64, a, b);
    CHECK(caw_product_of_halves(a, b, &halves) == high && halves == low,
          "%" PRIx64 " * %" PRIx64 " of halves", a, b);
}

int main(void) {
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        check(products[i].a, products[i].b, products[i].high, products[i].low);
        check(products[i].b, products[i].a, products[i].high, products[i].low);
    }
    return test_summary();
}
