/* SPDX-License-Identifier: BSD-3-Clause */
#define _CRT_RAND_S
#include "seed.h"

#include "clock.h"

#include <stdlib.h>

uint64_t seed_random(void) {
    unsigned high, low;

    if (rand_s(&high) == 0 && rand_s(&low) == 0)
        return (uint64_t)high << 32 | low;
    return (uint64_t)clock_now();
}
