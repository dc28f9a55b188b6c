/* SPDX-License-Identifier: BSD-3-Clause */
#include "clock.h"

/* In seconds; and in days, of 400, 100, 4 and 1 years. */
#define DAY             86400
#define FOUR_CENTURIES  146097
#define CENTURY         36524
#define FOUR_YEARS      1461
#define YEAR            365
#define TO_1970         719468 /* days, from 0000-03-01 */
#define MARCH_TO_AUGUST 153    /* days; months from March on repeat their lengths after five */

#define DIGITS_MOST 9

/* The last so many. */
static void put_digits(caw_text *out, int64_t number, int digits) {
    char text[DIGITS_MOST];
    for (int i = digits; i > 0; number /= 10)
        text[--i] = (char)('0' + number % 10);
    caw_put_chars(out, text, (size_t)digits);
}

/* Counted from March, a leap day is the last of its year. */
static void put_day(caw_text *out, int64_t days) {
    days += TO_1970;
    int64_t era = (days >= 0 ? days : days - FOUR_CENTURIES + 1) / FOUR_CENTURIES;
    int64_t day = days - era * FOUR_CENTURIES;
    int64_t year =
        (day - day / (FOUR_YEARS - 1) + day / CENTURY - day / (FOUR_CENTURIES - 1)) / YEAR;
    day -= YEAR * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / MARCH_TO_AUGUST;
    day -= (MARCH_TO_AUGUST * month + 2) / 5;
    year += era * 400 + (month >= 10);
    put_digits(out, year, 4);
    caw_put(out, '-');
    put_digits(out, month < 10 ? month + 3 : month - 9, 2);
    caw_put(out, '-');
    put_digits(out, day + 1, 2);
}

static void put_hours(caw_text *out, int64_t seconds) {
    put_digits(out, seconds / 3600, 2);
    caw_put(out, ':');
    put_digits(out, seconds / 60 % 60, 2);
}

/* Zones of long ago have seconds, for which there is no place. */
static void put_zone(caw_text *out, int32_t east) {
    if (!east) {
        caw_put(out, 'Z');
        return;
    }
    caw_put(out, east < 0 ? '-' : '+');
    put_hours(out, east < 0 ? -(int64_t)east : east);
}

/* Of years with four digits. */
#define FIRST_SECOND (-INT64_C(62167219200))
#define LAST_SECOND  INT64_C(253402300799)

void caw_put_date(caw_text *out, int64_t seconds, int32_t nanoseconds, int digits, int32_t east) {
    if (seconds < FIRST_SECOND - INT32_MIN || seconds > LAST_SECOND - INT32_MAX) {
        caw_put_signed(out, seconds); /* this is no date that was meant */
        return;
    }
    int64_t there = seconds + east;
    int64_t days = there / DAY - (there % DAY < 0);
    int64_t left = there - days * DAY;
    put_day(out, days);
    caw_put(out, 'T');
    put_hours(out, left);
    caw_put(out, ':');
    put_digits(out, left % 60, 2);
    caw_put(out, '.');
    for (int i = 9; i > digits; i--)
        nanoseconds /= 10;
    put_digits(out, nanoseconds, digits);
    put_zone(out, east);
}
