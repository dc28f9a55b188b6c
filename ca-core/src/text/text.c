/* SPDX-License-Identifier: BSD-3-Clause */
/* Printing numbers and strings, as Python's repr does where the line asks for it. */
#include "text.h"

#include "decimal.h"
#include "message/wire.h"

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

/* ---- numbers ------------------------------------------------------------------------------ */

/* Writes two digits in front of `end`; returns where they begin. */
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

void caw_put_ipv4(caw_text *out, uint32_t address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        caw_put_unsigned(out, address >> shift & 0xff);
        if (shift)
            caw_put(out, '.');
    }
}

/*
 * Digits are copied in one piece of this size, whatever their number: room for it is always there,
 * and what is too much is overwritten or left behind.
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
    const char *digits = digits_before(room + DIGITS_MOST, decimal.digits);
    int count = (int)(room + DIGITS_MOST - digits);
    int point = count + decimal.exponent;
    char *end = decimal.digits && (point < -3 || point > most)
                    ? scientific(text, digits, count, point - 1)
                    : plain(text, digits, count, point, fraction);
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

static void put_hex(caw_text *out, uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    caw_puts(out, "\\x");
    caw_put(out, digits[byte >> 4]);
    caw_put(out, digits[byte & 15]);
}

static void put_latin1(caw_text *out, uint8_t byte) {
    if (byte < 0x80) {
        caw_put(out, (char)byte);
        return;
    }
    caw_put(out, (char)(0xc0 | byte >> 6));
    caw_put(out, (char)(0x80 | (byte & 0x3f)));
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
    if (letter || byte == (uint8_t)quote) {
        caw_put(out, '\\');
        caw_put(out, letter ? letter : quote);
    } else if (printable) {
        put_latin1(out, byte);
    } else {
        put_hex(out, byte);
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

void caw_put_utf8(caw_text *out, caw_view bytes) {
    for (uint32_t i = 0; i < bytes.len; i++)
        put_latin1(out, bytes.bytes[i]);
}

/* Characters that have no place but change that of others: Unicode's joiners, marks, overrides. */
static bool is_unseen(caw_view bytes, uint32_t at) {
    uint32_t start = wire_u16(bytes, at), last = wire_u8(bytes, at + 2);
    return (start == 0xe280 &&
            ((last >= 0x8b && last <= 0x8f) || (last >= 0xa8 && last <= 0xae))) ||
           (start == 0xe281 && last >= 0xa0 && last <= 0xaf) || (start == 0xefbb && last == 0xbf);
}

/* Bytes of the UTF-8 character beyond Latin-1's controls that begins here; 0 when none does. */
static uint32_t utf8_size(caw_view bytes, uint32_t at) {
    uint8_t first = bytes.bytes[at], second = wire_has(bytes, at + 1, 1) ? bytes.bytes[at + 1] : 0;
    uint32_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    bool controls = first == 0xc2 && (second <= 0xa0 || second == 0xad);
    bool too_long = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
    if (first < 0xc2 || first > 0xf4 || controls || too_long || beyond ||
        !wire_has(bytes, at, size) || (size == 3 && is_unseen(bytes, at)))
        return 0;
    for (uint32_t i = 1; i < size; i++)
        if ((bytes.bytes[at + i] & 0xc0) != 0x80)
            return 0;
    return size;
}

void caw_put_printable(caw_text *out, caw_view bytes) {
    for (uint32_t i = 0, size; i < bytes.len; i += size) {
        size = utf8_size(bytes, i);
        if (size) {
            caw_put_cut(out, (const char *)bytes.bytes + i, size);
        } else {
            put_escaped(out, bytes.bytes[i], '\0', true);
            size = 1;
        }
    }
}
