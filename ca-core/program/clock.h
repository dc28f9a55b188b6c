/* SPDX-License-Identifier: BSD-3-Clause */
/* The zone of this machine, or that of the variable TZ. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Seconds east of UTC at this time, in seconds since 1970. */
int32_t clock_zone(int64_t seconds);

#endif
