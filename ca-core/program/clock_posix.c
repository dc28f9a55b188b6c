/* SPDX-License-Identifier: BSD-3-Clause */
#include "clock.h"

/* Zones change at whole quarters of an hour. */
enum { QUARTER = 900 };

int64_t clock_now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct timespec clock_date(void) {
    struct timespec date;

    timespec_get(&date, TIME_UTC);
    return date;
}

int32_t clock_zone(int64_t seconds) {
    static int64_t known = INT64_MIN;
    static int32_t east;
    int64_t quarter = seconds / QUARTER - (seconds % QUARTER < 0);
    struct tm local;
    time_t time = (time_t)seconds;

    if (quarter == known)
        return east;
    known = quarter;
    east = localtime_r(&time, &local) ? (int32_t)local.tm_gmtoff : 0;
    return east;
}
