/* SPDX-License-Identifier: BSD-3-Clause */
#include "deadline.h"

#include "clock.h"

static int64_t now(void) {
    return clock_now() / 1000000;
}

int64_t deadline_in(int milliseconds) {
    return now() + milliseconds;
}

int deadline_left(int64_t deadline) {
    int64_t left = deadline - now();
    return left > 0 ? (int)left : 0;
}
