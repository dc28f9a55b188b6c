/* SPDX-License-Identifier: BSD-3-Clause */
#include "seed.h"

#include "clock.h"

#include <sys/random.h>
#include <unistd.h>

uint64_t seed_random(void) {
    uint64_t seed;

    return getentropy(&seed, sizeof seed) == 0 ? seed : (uint64_t)clock_now() ^ (uint64_t)getpid();
}
