/* SPDX-License-Identifier: BSD-3-Clause */
#include "clock.h"

#include <windows.h>

enum { SECOND = 1000000000 };

int64_t clock_now(void) {
    static int64_t each; /* so many counts a second */
    LARGE_INTEGER count;

    if (!each) {
        QueryPerformanceFrequency(&count);
        each = count.QuadPart;
    }
    QueryPerformanceCounter(&count);
    return count.QuadPart / each * SECOND + count.QuadPart % each * SECOND / each;
}

/* Windows counts tenths of a microsecond since 1601. */
struct timespec clock_date(void) {
    static const uint64_t tick = 10000000, year_1970 = UINT64_C(11644473600);
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    uint64_t ticks = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (struct timespec){.tv_sec = (time_t)(ticks / tick - year_1970),
                             .tv_nsec = (long)(ticks % tick * 100)};
}

int32_t clock_zone(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm local;

    return localtime_s(&local, &time) == 0 ? (int32_t)(_mkgmtime(&local) - time) : 0;
}
