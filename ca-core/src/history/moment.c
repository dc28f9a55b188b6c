/* SPDX-License-Identifier: BSD-3-Clause */
#include "moment.h"

/* Capture files can hold any time: what no int64_t holds stops at its ends. */
int64_t caw_between(const caw_moment *from, const caw_moment *to) {
    const int64_t most = INT64_MAX / 1000000000 - 1;
    bool later = to->seconds >= from->seconds;
    uint64_t distance = later ? (uint64_t)to->seconds - (uint64_t)from->seconds
                              : (uint64_t)from->seconds - (uint64_t)to->seconds;
    if (distance > (uint64_t)most)
        return later ? INT64_MAX : INT64_MIN;
    int64_t seconds = later ? (int64_t)distance : -(int64_t)distance;
    return seconds * 1000000000 + to->nanoseconds - from->nanoseconds;
}
