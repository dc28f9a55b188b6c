/* SPDX-License-Identifier: BSD-3-Clause */
/* The clock of this machine that does not jump, and its zone, or that of the variable TZ. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some time. */
int64_t clock_now(void);

/* What it is by the calendar: since 1970. */
struct timespec clock_date(void);

/* Seconds east of UTC at this time, in seconds since 1970. */
int32_t clock_zone(int64_t seconds);

#endif
