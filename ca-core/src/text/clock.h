/* SPDX-License-Identifier: BSD-3-Clause */
/* Points in time by the calendar. */
#ifndef CAW_CLOCK_H
#define CAW_CLOCK_H

#include "text.h"

/* Room for any such text, NUL included. */
#define CAW_DATE_TEXT 64

/*
 * As RFC 3339 has it, in the calendar of today for all times: 2026-11-23T03:03:24.197149Z. With so
 * many digits of the nanoseconds, and a bare number when the year has more than four. `east` of UTC
 * by so many seconds: 0 is Z, anything else as +01:00.
 */
void caw_put_date(caw_text *out, int64_t seconds, int32_t nanoseconds, int digits, int32_t east);

#endif
