/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CAW_HISTORY_MOMENT_H
#define CAW_HISTORY_MOMENT_H

#include "caw_history.h"

/* From one moment to another in nanoseconds; the nearest number when there is none. */
int64_t caw_between(const caw_moment *from, const caw_moment *to);

#endif
