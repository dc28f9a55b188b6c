/* SPDX-License-Identifier: BSD-3-Clause */
#include "deadline.h"

#include <time.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t deadline_in(int milliseconds) {
    return now() + milliseconds;
}

int deadline_left(int64_t deadline) {
    int64_t left = deadline - now();
    return left > 0 ? (int)left : 0;
}
