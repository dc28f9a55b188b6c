/* SPDX-License-Identifier: BSD-3-Clause */
#include "literal.h"

#include "text/decimal.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* A place in a text, and its end. */
typedef struct {
    const char *at, *end;
} reader;

static bool skip(reader *in, char c) {
    if (in->at == in->end || caw_where_lower(*in->at) != c)
        return false;
    in->at++;
    return true;
}

static bool skip_word(reader *in, const char *word) {
    reader at = *in;
    while (*word)
        if (!skip(&at, *word++))
            return false;
    *in = at;
    return true;
}

static int digit_at(const reader *in, unsigned base) {
    static const char digits[] = "0123456789abcdef";
    const char *found = in->at < in->end ? memchr(digits, caw_where_lower(*in->at), base) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Adds digits to a number; how many. */
static int read_digits(reader *in, unsigned base, double *number) {
    int count = 0;
    for (int digit; (digit = digit_at(in, base)) >= 0; count++, in->at++)
        *number = *number * base + digit;
    return count;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* What was written without its point: as it is, UINT64_MAX beyond that, and rounded. */
typedef struct {
    uint64_t whole;
    long double rounded;
} written_digits;

static int add_digits(reader *in, written_digits *to) {
    int count = 0;
    for (int digit; (digit = digit_at(in, 10)) >= 0; count++, in->at++) {
        to->whole = to->whole < UINT64_MAX / 10 ? to->whole * 10 + (uint64_t)digit : UINT64_MAX;
        to->rounded = to->rounded * 10 + digit;
    }
    return count;
}

static double scaled(long double number, int power) {
    long double scale = 1;
    for (int i = power < 0 ? -power : power; i; i--) {
        scale *= 10;
        if (i % 300 == 1) { /* a long double may have no more than the range of a double */
            number = power < 0 ? number / scale : number * scale;
            scale = 1;
        }
    }
    return (double)number;
}

static caw_decimal without_zeros(caw_decimal decimal) {
    while (decimal.digits && decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    return decimal;
}

/* The positive double that is so many after this one. */
static double after(double number, int places) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits += (uint64_t)(int64_t)places;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static bool is_printed_so(double number, caw_decimal written) {
    if (!(number > 0 && number <= DBL_MAX))
        return false;
    caw_decimal printed = without_zeros(caw_shortest(number));
    return printed.digits == written.digits && printed.exponent == written.exponent;
}

/* What was printed is read back exactly, however often scaling has rounded. */
static double settled(double number, caw_decimal written) {
    enum { FAR = 64 };
    written = without_zeros(written);
    for (int places = 0; number > 0 && number <= DBL_MAX && places < FAR; places++) {
        if (is_printed_so(after(number, places), written))
            return after(number, places);
        if (is_printed_so(after(number, -places), written))
            return after(number, -places);
    }
    return number;
}

static bool read_decimal(reader *in, double *number) {
    double power = 0;
    written_digits read = {0, 0};
    int whole = add_digits(in, &read);
    int behind = skip(in, '.') ? add_digits(in, &read) : 0;
    if (whole + behind == 0)
        return false;
    if (skip(in, 'e')) {
        bool minus = skip(in, '-');
        if (!minus)
            skip(in, '+');
        if (!read_digits(in, 10, &power) || power > 999)
            return false;
        power = minus ? -power : power;
    }
    int exponent = (int)power - behind;
    *number = settled(scaled(read.rounded, exponent), (caw_decimal){read.whole, exponent});
    return true;
}

static bool read_special(reader *in, double *number) {
    if (skip_word(in, "inf"))
        *number = (double)INFINITY;
    else if (skip_word(in, "nan"))
        *number = (double)NAN;
    else
        return false;
    return true;
}

bool caw_where_number(const char *text, size_t length, double *number) {
    reader in = {text, text + length};
    bool minus = skip(&in, '-');
    *number = 0;
    if (!minus)
        skip(&in, '+');
    if (!read_special(&in, number) &&
        !(skip_word(&in, "0x") ? read_digits(&in, 16, number) > 0 : read_decimal(&in, number)))
        return false;
    if (minus)
        *number = -*number;
    return in.at == in.end;
}

/* A whole number of at most so many digits and so much. */
static bool read_small(reader *in, int digits, double most, uint32_t *number) {
    double read = 0;
    const char *start = in->at;
    if (!read_digits(in, 10, &read) || in->at - start > digits || read > most)
        return false;
    *number = (uint32_t)read;
    return true;
}

/* ---- addresses ---------------------------------------------------------------------------- */

static bool read_ipv4(reader *in, uint8_t bytes[4]) {
    uint32_t octet;
    for (int i = 0; i < 4; i++) {
        if ((i && !skip(in, '.')) || !read_small(in, 3, 255, &octet))
            return false;
        bytes[i] = (uint8_t)octet;
    }
    return true;
}

bool caw_where_ipv4(const char *text, size_t length, uint32_t *address) {
    reader in = {text, text + length};
    uint8_t bytes[4];
    if (!read_ipv4(&in, bytes) || in.at != in.end)
        return false;
    *address =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return true;
}

/* The last 32 bits may be an IPv4 address. */
static bool read_tail(reader *in, uint8_t *bytes, int *count) {
    reader dotted = *in;
    if (*count > 12 || !read_ipv4(&dotted, bytes + *count))
        return false;
    *in = dotted;
    *count += 4;
    return true;
}

static bool read_group(reader *in, uint8_t *bytes, int *count) {
    double group = 0;
    const char *start = in->at;
    if (*count == 16 || !read_digits(in, 16, &group) || in->at - start > 4)
        return false;
    bytes[(*count)++] = (uint8_t)((unsigned)group >> 8);
    bytes[(*count)++] = (uint8_t)(unsigned)group;
    return true;
}

/* RFC 4291: groups of four digits; :: stands once for groups of zeros. */
static bool read_ipv6(reader *in, uint8_t bytes[16]) {
    int count = 0, gap = -1;
    memset(bytes, 0, 16);
    if (in->end - in->at >= 2 && memcmp(in->at, "::", 2) == 0) {
        in->at += 2;
        gap = 0;
    }
    while (in->at < in->end && *in->at != '/') {
        if (count && count != gap && !skip(in, ':'))
            return false;
        if (count && count != gap && skip(in, ':')) {
            if (gap >= 0)
                return false;
            gap = count;
            continue;
        }
        if (!read_tail(in, bytes, &count) && !read_group(in, bytes, &count))
            return false;
    }
    if (gap < 0 ? count != 16 : count > 14)
        return false;
    if (gap >= 0) {
        memmove(bytes + 16 - (count - gap), bytes + gap, (size_t)(count - gap));
        memset(bytes + gap, 0, (size_t)(16 - count));
    }
    return true;
}

/* Bits after the first so many are zero. */
static bool is_net(const caw_end *address, uint32_t bits) {
    for (uint32_t i = bits; i < 8u * address->size; i++)
        if (address->bytes[i / 8] >> (7 - i % 8) & 1)
            return false;
    return true;
}

bool caw_where_address(const char *text, size_t length, caw_end *address, uint32_t *bits) {
    reader in = {text, text + length};
    memset(address, 0, sizeof *address);
    address->size = memchr(text, ':', length) ? 16 : 4;
    if (!(address->size == 4 ? read_ipv4(&in, address->bytes) : read_ipv6(&in, address->bytes)))
        return false;
    *bits = 8u * address->size;
    if (skip(&in, '/') && !read_small(&in, 3, *bits, bits))
        return false;
    return in.at == in.end && is_net(address, *bits);
}

/* ---- moments ------------------------------------------------------------------------------ */

/* Days from 1970-01-01, in the calendar of today: years begin in March, so that leap days end them.
 */
static int64_t days_of(uint32_t year, uint32_t month, uint32_t day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool read_date(reader *in, int64_t *seconds) {
    uint32_t year, month, day;
    if (!read_small(in, 4, 9999, &year) || !skip(in, '-') || !read_small(in, 2, 12, &month) ||
        !skip(in, '-') || !read_small(in, 2, 31, &day) || !month || !day)
        return false;
    int64_t next = month < 12 ? days_of(year, month + 1, 1) : days_of(year + 1, 1, 1);
    *seconds = 86400 * days_of(year, month, day);
    return days_of(year, month, day) < next;
}

static bool read_fraction(reader *in, int32_t *nanoseconds) {
    int32_t place = 100000000;
    if (!skip(in, '.'))
        return true;
    for (int digit; (digit = digit_at(in, 10)) >= 0; in->at++, place /= 10)
        *nanoseconds += digit * place;
    return place < 100000000;
}

static bool read_two(reader *in, double most, uint32_t *number) {
    reader two = *in;
    if (two.end - two.at > 2)
        two.end = two.at + 2;
    if (!read_small(&two, 2, most, number))
        return false;
    in->at = two.at;
    return true;
}

/* Z, or how much the clock is ahead of UTC. */
static bool read_zone(reader *in, int64_t *seconds) {
    uint32_t hours, minutes = 0;
    if (skip(in, 'z') || skip_word(in, " utc"))
        return true;
    bool ahead = skip(in, '+');
    if (!ahead && !skip(in, '-'))
        return true;
    if (!read_two(in, 14, &hours))
        return false;
    if ((skip(in, ':') || in->at < in->end) && !read_two(in, 59, &minutes))
        return false;
    int64_t offset = 3600 * (int64_t)hours + 60 * (int64_t)minutes;
    *seconds += ahead ? -offset : offset;
    return true;
}

static bool read_clock(reader *in, caw_moment *moment) {
    uint32_t hours, minutes, second = 0;
    if (!skip(in, ' ') && !skip(in, 't'))
        return true;
    if (!read_small(in, 2, 23, &hours) || !skip(in, ':') || !read_small(in, 2, 59, &minutes))
        return false;
    if (skip(in, ':') &&
        (!read_small(in, 2, 60, &second) || !read_fraction(in, &moment->nanoseconds)))
        return false;
    moment->seconds += 3600 * (int64_t)hours + 60 * (int64_t)minutes + second;
    return read_zone(in, &moment->seconds);
}

static bool is_count(reader *in, caw_moment *moment) {
    double seconds = 0;
    if (!read_digits(in, 10, &seconds) || seconds > 1e15 ||
        !read_fraction(in, &moment->nanoseconds))
        return false;
    moment->seconds = (int64_t)seconds;
    return in->at == in->end;
}

bool caw_where_moment(const char *text, size_t length, caw_moment *moment) {
    reader in = {text, text + length}, again = in;
    memset(moment, 0, sizeof *moment);
    if (is_count(&in, moment))
        return true;
    memset(moment, 0, sizeof *moment);
    return read_date(&again, &moment->seconds) && read_clock(&again, moment) &&
           again.at == again.end;
}
