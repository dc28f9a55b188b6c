/* SPDX-License-Identifier: BSD-3-Clause */
/* Printing numbers and strings, as Python's repr does where the line asks for it. */
#include "text.h"

#include "decimal.h"
#include <math.h>

#define DIGITS_MOST 20 /* of 2^64 */

size_t caw_text_end(caw_text *out) {
    if (out->size)
        out->text[out->length < out->size ? out->length : out->size - 1] = '\0';
    return out->length;
}

void caw_put_cut(caw_text *out, const char *chars, size_t length) {
    if (out->length + 1 < out->size) {
        size_t room = out->size - 1 - out->length;
        memcpy(out->text + out->length, chars, length < room ? length : room);
    }
    out->length += length;
}

void caw_put_whole(caw_text *out, const char *chars, size_t length) {
    if (out->length + length < out->size)
        memcpy(out->text + out->length, chars, length);
    else if (out->length < out->size)
        out->text[out->length] = '\0'; /* the text ends here, whatever caw_text_end says */
    out->length += length;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* Writes two digits before `end`; returns where they begin. */
static char *pair_before(char *end, uint32_t value) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930"
                                "31323334353637383940414243444546474849505152535455565758596061"
                                "62636465666768697071727374757677787980818283848586878889909192"
                                "93949596979899";
    return memcpy(end - 2, pairs + (size_t)2 * value, 2);
}

/* Writes the digits of a number so that they end at `end`; returns where they begin. */
static char *digits_before(char *end, uint64_t value) {
    for (; value >= 10000; value /= 10000) {
        uint32_t four = (uint32_t)(value % 10000);
        end = pair_before(pair_before(end, four % 100), four / 100);
    }
    uint32_t rest = (uint32_t)value;
    for (; rest >= 100; rest /= 100)
        end = pair_before(end, rest % 100);
    if (rest >= 10)
        return pair_before(end, rest);
    *--end = (char)('0' + rest);
    return end;
}

void caw_put_number(caw_text *out, uint64_t value) {
    char digits[DIGITS_MOST];
    char *end = digits + sizeof digits;
    const char *start = digits_before(end, value);
    caw_put_chars(out, start, (size_t)(end - start));
}

void caw_put_signed(caw_text *out, int64_t value) {
    if (value < 0)
        caw_put(out, '-');
    caw_put_unsigned(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_octet(caw_text *out, uint32_t octet) {
    if (octet >= 100)
        caw_put(out, (char)('0' + octet / 100));
    if (octet >= 10)
        caw_put(out, (char)('0' + octet / 10 % 10));
    caw_put(out, (char)('0' + octet % 10));
}

void caw_put_ipv4(caw_text *out, uint32_t address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        put_octet(out, address >> shift & 0xff);
        if (shift)
            caw_put(out, '.');
    }
}

/*
 * Digits are copied in one piece of this size, whatever their number: room for it is always there,
 * and what is too much is overwritten, or stays after the end.
 */
#define PIECE 20

static void copy_piece(char *to, const char *digits) {
    memcpy(to, digits, PIECE);
}

/* d.ddde+xx, at least two digits of exponent; returns the end. */
static char *scientific(char *to, const char *digits, int count, int exponent) {
    unsigned magnitude = (unsigned)(exponent < 0 ? -exponent : exponent);
    copy_piece(to + 1, digits);
    to[0] = to[1];
    to[1] = '.';
    to += count > 1 ? count + 1 : 1;
    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    if (magnitude >= 100)
        *to++ = (char)('0' + magnitude / 100);
    *to++ = (char)('0' + magnitude / 10 % 10);
    *to++ = (char)('0' + magnitude % 10);
    return to;
}

/* point: where the decimal point stands, counted from the first digit; returns the end. */
static char *plain(char *to, const char *digits, int count, int point, bool fraction) {
    if (point <= 0) {
        memcpy(to, "0.000", 5);
        copy_piece(to + 2 - point, digits);
        return to + 2 - point + count;
    }
    copy_piece(to, digits);
    if (point < count) {
        copy_piece(to + point + 1, digits + point);
        to[point] = '.';
        return to + count + 1;
    }
    memset(to + count, '0', PIECE);
    to[point] = '.';
    return to + point + (fraction ? 2 : 0);
}

/* Python switches to an exponent below 1e-4 and from 1e16 on (float_repr_style "short"). */
static void put_decimal(caw_text *out, caw_decimal decimal, int most, bool fraction) {
    char text[3 * PIECE];
    char room[DIGITS_MOST + PIECE] = {0};
    bool fits = out->length + sizeof text < out->size;
    char *start = fits ? out->text + out->length : text;
    const char *digits = digits_before(room + DIGITS_MOST, decimal.digits);
    int count = (int)(room + DIGITS_MOST - digits);
    int point = count + decimal.exponent;
    char *end = decimal.digits && (point < -3 || point > most)
                    ? scientific(start, digits, count, point - 1)
                    : plain(start, digits, count, point, fraction);
    if (fits)
        out->length += (size_t)(end - start);
    else
        caw_put_chars(out, text, (size_t)(end - text));
}

/* Sign and what is no number; true when digits are still to come. */
static bool put_start(caw_text *out, double value) {
    if (isnan(value)) {
        caw_puts(out, "nan");
        return false;
    }
    if (signbit(value))
        caw_put(out, '-');
    if (isinf(value))
        caw_puts(out, "inf");
    return !isinf(value);
}

void caw_put_real(caw_text *out, double value) {
    if (put_start(out, value))
        put_decimal(out, caw_shortest(value), 16, true);
}

/*
 * Between these seconds, where all of EPICS's stamps are, a sum of doubles, each rounded, is the
 * double nearest to the exact sum: a multiple of 10^-6 is itself the middle between two doubles
 * never, and at least 7 * 10^-12 away from it.
 */
#define EXACT_FROM  (INT64_C(1) << 24)
#define EXACT_UNTIL INT64_C(5000000000)

void caw_put_time(caw_text *out, int64_t seconds, uint32_t microseconds) {
    if (seconds >= EXACT_FROM && seconds < EXACT_UNTIL)
        put_decimal(out, caw_shortest_time(seconds, microseconds), 16, true);
    else
        caw_put_real(out, (double)seconds + microseconds / 1e6);
}

void caw_put_short_real(caw_text *out, double value, int digits) {
    if (put_start(out, value))
        put_decimal(out, caw_rounded(caw_shortest(value), digits), digits, false);
}

size_t caw_real(double value, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_put_real(&out, value);
    return caw_text_end(&out);
}

/* ---- strings ------------------------------------------------------------------------------ */

void caw_put_escape(caw_text *out, uint32_t character) {
    static const char hex[] = "0123456789abcdef";
    uint32_t digits = character < 0x100 ? 2 : character < 0x10000 ? 4 : 8;
    char text[10] = {'\\', digits == 2 ? 'x' : digits == 4 ? 'u' : 'U'};
    for (uint32_t i = digits; i; i--, character >>= 4)
        text[1 + i] = hex[character & 15];
    caw_put_whole(out, text, 2 + digits);
}

static void put_latin1(caw_text *out, uint8_t byte) {
    char two[] = {(char)(0xc0 | byte >> 6), (char)(0x80 | (byte & 0x3f))};
    if (byte < 0x80)
        caw_put(out, (char)byte);
    else
        caw_put_whole(out, two, sizeof two);
}

/* What repr() escapes by a letter; 0 when it does not. */
static char letter_of(uint8_t byte) {
    switch (byte) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

static void put_escaped(caw_text *out, uint8_t byte, char quote, bool latin1) {
    bool ascii = byte >= 0x20 && byte < 0x7f;
    bool printable = ascii || (latin1 && byte > 0xa0 && byte != 0xad);
    char letter = letter_of(byte);
    char escaped[] = {'\\', letter ? letter : quote};
    if (letter || byte == (uint8_t)quote) {
        caw_put_whole(out, escaped, sizeof escaped);
    } else if (printable) {
        put_latin1(out, byte);
    } else {
        caw_put_escape(out, byte);
    }
}

/* Apostrophes, unless they are inside and nothing but them is. */
static char quote_of(caw_view bytes) {
    bool single = bytes.len && memchr(bytes.bytes, '\'', bytes.len);
    bool both = single && memchr(bytes.bytes, '"', bytes.len);
    return single && !both ? '"' : '\'';
}

static void put_quoted(caw_text *out, caw_view bytes, bool latin1) {
    char quote = quote_of(bytes);
    caw_put(out, quote);
    for (uint32_t i = 0; i < bytes.len; i++)
        put_escaped(out, bytes.bytes[i], quote, latin1);
    caw_put(out, quote);
}

void caw_put_bytes(caw_text *out, caw_view bytes) {
    caw_put(out, 'b');
    put_quoted(out, bytes, false);
}

/* It escapes apostrophes inside of double quotes too, as bytes do not. */
void caw_put_bytearray(caw_text *out, caw_view bytes) {
    char quote = quote_of(bytes);
    caw_puts(out, "bytearray(b");
    caw_put(out, quote);
    for (uint32_t i = 0; i < bytes.len; i++)
        put_escaped(out, bytes.bytes[i], bytes.bytes[i] == '\'' ? '\'' : quote, false);
    caw_put(out, quote);
    caw_put(out, ')');
}

void caw_put_string(caw_text *out, caw_view bytes) {
    put_quoted(out, bytes, true);
}
