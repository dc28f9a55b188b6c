/* SPDX-License-Identifier: BSD-3-Clause */
/* A number that nobody can foresee: then nobody can choose what collides in our tables. */
#ifndef SEED_H
#define SEED_H

#include <stdint.h>

uint64_t seed_random(void);

#endif
