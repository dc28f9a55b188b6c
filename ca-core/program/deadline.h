/* SPDX-License-Identifier: BSD-3-Clause */
/* Until when something may be waited for: milliseconds of a clock that does not jump. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

int64_t deadline_in(int milliseconds);

/* How many milliseconds are left; 0: it has passed. */
int deadline_left(int64_t deadline);

#endif
