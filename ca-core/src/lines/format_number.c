/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers by a format spec. Whole numbers, floats and exact decimals each become a sign, a prefix,
 * whole digits and a rest; grouping, filling and aligning these is the same for all.
 */
#include "format_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Places as many as a spec may ask for, 309 digits of the largest double, point and exponent. */
#define CHARS (CAW_SPEC_LARGEST + 400)

typedef struct {
    bool negative;
    const char *prefix;
    size_t whole;      /* digits before the point */
    size_t length;     /* of all */
    char chars[CHARS]; /* "123.5e+10%", not ended */
} number;

static size_t span_of_digits(const char *text) {
    return strspn(text, "0123456789");
}

/* ---- padding ---------------------------------------------------------------------------- */

typedef struct {
    size_t zeros; /* before the digits */
    size_t digits;
    size_t group; /* digits between two separators; 0: there are none */
} grouping;

static size_t separators(const grouping *self) {
    return self->group ? (self->digits - 1) / self->group : 0;
}

/* The digits, filled up with zeros to this many characters. */
static grouping group_digits(const caw_spec *spec, size_t digits, size_t width) {
    grouping self = {.digits = digits};
    if (spec->grouping)
        self.group = spec->type && strchr("boxX", spec->type) ? 4 : 3;
    for (; self.digits + separators(&self) < width; self.digits++)
        self.zeros++;
    return self;
}

static void put_digits(caw_text *out, const caw_spec *spec, const char *digits,
                       const grouping *how) {
    for (size_t i = 0; i < how->digits; i++) {
        if (how->group && i && (how->digits - i) % how->group == 0)
            caw_put(out, spec->grouping);
        caw_put(out, i < how->zeros ? '0' : digits[i - how->zeros]);
    }
}

/* Zeros fill the number itself, so that "1,234" becomes "0,001,234"; other fills stand outside. */
static void put_number(caw_text *out, const caw_spec *spec, const number *value) {
    char sign = value->negative ? '-' : spec->sign == '-' ? '\0' : spec->sign;
    size_t head = (sign ? 1 : 0) + strlen(value->prefix);
    size_t rest = value->length - value->whole;
    bool implied = spec->zero && !spec->align;
    bool zeros = spec->fill[0] ? strcmp(spec->fill, "0") == 0 : spec->zero;
    bool inside = zeros && (implied || spec->align == '=');
    size_t width = (size_t)spec->width;
    grouping how = {0};
    if (value->whole)
        how = group_digits(spec, value->whole,
                           inside && width > head + rest ? width - head - rest : 0);
    size_t body = value->whole ? how.digits + separators(&how) : 0;
    caw_padding padding = caw_padding_of(spec, implied ? '=' : '>', head + body + rest);
    caw_put_fill(out, spec, padding.before);
    if (sign)
        caw_put(out, sign);
    caw_puts(out, value->prefix);
    caw_put_fill(out, spec, padding.between);
    put_digits(out, spec, value->chars, &how);
    caw_put_chars(out, value->chars + value->whole, rest);
    caw_put_fill(out, spec, padding.after);
}

/* ---- whole numbers ---------------------------------------------------------------------- */

static uint64_t magnitude_of(int64_t integer) {
    return integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
}

/* Writes the digits, the last first, then turns them. */
static size_t write_in_base(uint64_t magnitude, unsigned base, bool upper, char *digits) {
    const char *names = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t length = 0;
    do {
        digits[length++] = names[magnitude % base];
        magnitude /= base;
    } while (magnitude);
    for (size_t i = 0; i < length / 2; i++) {
        char digit = digits[i];
        digits[i] = digits[length - 1 - i];
        digits[length - 1 - i] = digit;
    }
    return length;
}

static bool refuse_character(int64_t code, caw_text *why) {
    caw_put_signed(why, code);
    return caw_refuse(why, " is no character");
}

static bool put_character(caw_text *out, const caw_spec *spec, int64_t code, caw_text *why) {
    char character[5], shown[16];
    if (spec->sign || spec->alternate)
        return caw_refuse(why, "'c' takes neither sign nor '#'");
    if (code < 0 || code > 0x10ffff)
        return refuse_character(code, why);
    if (code >= 0xd800 && code <= 0xdfff)
        return caw_refuse(why, "half of a surrogate pair is no character");
    caw_text encoded = caw_text_into(character, sizeof character);
    caw_put_character(&encoded, (uint32_t)code);
    caw_view view = {(const uint8_t *)character, 0, (uint32_t)encoded.length};
    size_t length = caw_printable(view, shown, sizeof shown);
    size_t characters;
    caw_measure(shown, length, -1, &characters);
    caw_padding padding = caw_padding_of(spec, spec->zero ? '=' : '>', characters);
    caw_put_fill(out, spec, padding.before + padding.between);
    caw_put_chars(out, shown, length);
    caw_put_fill(out, spec, padding.after);
    return true;
}

static const char *prefix_of(char type) {
    return type == 'b' ? "0b" : type == 'o' ? "0o" : type == 'x' ? "0x" : type == 'X' ? "0X" : "";
}

static bool put_int(caw_text *out, const caw_spec *spec, int64_t integer, caw_text *why) {
    char type = spec->type ? spec->type : 'd';
    unsigned base = type == 'b' ? 2 : type == 'o' ? 8 : strchr("xX", type) ? 16 : 10;
    if (spec->precision >= 0)
        return caw_refuse(why, "a whole number takes no precision; write 'f' after it for places");
    if (type == 'c')
        return put_character(out, spec, integer, why);
    number value;
    value.negative = integer < 0;
    value.prefix = spec->alternate ? prefix_of(type) : "";
    value.length = write_in_base(magnitude_of(integer), base, type == 'X', value.chars);
    value.whole = value.length;
    put_number(out, spec, &value);
    return true;
}

/* ---- floats ----------------------------------------------------------------------------- */

/* Where the exponent begins, or the end. */
static char *end_of_fraction(char *text) {
    return text + strcspn(text, "e");
}

void caw_set_point(char *text, int places) {
    if (places == 0)
        return;
    char *point = text + span_of_digits(text);
    const char *fraction = end_of_fraction(text) - places;
    *point = '.';
    memmove(point + 1, fraction, strlen(fraction) + 1);
}

static void write_fixed(char *text, double real, int precision, char type) {
    if (type == 'e')
        snprintf(text, CHARS, "%.*e", precision, real);
    else
        snprintf(text, CHARS, "%.*f", precision, real);
    caw_set_point(text, precision);
}

/* A point before the exponent, if there is none yet. */
static void require_point(char *text, const char *point) {
    char *end = end_of_fraction(text);
    size_t size = strlen(point);
    if (memchr(text, '.', (size_t)(end - text)))
        return;
    memmove(end + size, end, strlen(end) + 1);
    memcpy(end, point, size);
}

/* The zeros at the end of a fraction, and its point if nothing else is left. */
static void drop_zeros(char *text) {
    char *end = end_of_fraction(text);
    char *keep = end;
    if (!memchr(text, '.', (size_t)(end - text)))
        return;
    while (keep[-1] == '0')
        keep--;
    if (keep[-1] == '.')
        keep--;
    memmove(keep, end, strlen(end) + 1);
}

/*
 * Type 'g': this many digits, as many of them after the point as the size allows, else with an
 * exponent. Not left to printf, whose "%#g" drops zeros in some versions of glibc. Without a type
 * (`plain`) a whole number keeps ".0", for which the last digit has to make room.
 */
static void write_general(char *text, double real, bool alternate, int precision, bool plain) {
    write_fixed(text, real, precision - 1, 'e');
    int exponent = atoi(end_of_fraction(text) + 1);
    if (exponent >= -4 && exponent < (plain ? precision - 1 : precision))
        write_fixed(text, real, precision - 1 - exponent, 'f');
    if (!alternate)
        drop_zeros(text);
    if (plain && !strchr(text, 'e'))
        require_point(text, ".0");
}

static void write_real(char *text, const caw_spec *spec, double real) {
    char type = spec->type;
    int precision = spec->precision < 0 ? 6 : spec->precision;
    if (!type && spec->precision < 0)
        caw_real(real, text, CHARS); /* the shortest digits, as repr() */
    else if (!type || strchr("gGn", type))
        write_general(text, real, spec->alternate, precision > 1 ? precision : 1, !type);
    else
        write_fixed(text, real, precision, strchr("eE", type) ? 'e' : 'f');
    if (spec->alternate)
        require_point(text, ".");
}

static void to_upper(char *text) {
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}

static void put_real(caw_text *out, const caw_spec *spec, double real) {
    number value;
    char *text = value.chars;
    value.negative = signbit(real) && !isnan(real);
    value.prefix = "";
    if (spec->type == '%')
        real *= 100;
    if (isfinite(real))
        write_real(text, spec, fabs(real));
    else
        strcpy(text, isnan(real) ? "nan" : "inf");
    if (spec->type && strchr("EFG", spec->type))
        to_upper(text);
    value.whole = span_of_digits(text);
    value.length = strlen(text);
    if (spec->type == '%')
        text[value.length++] = '%';
    put_number(out, spec, &value);
}

/* ---- exact decimals --------------------------------------------------------------------- */

/* The digits of `magnitude`, then zeros, times 10^exponent. */
typedef struct {
    uint64_t magnitude;
    int zeros;
    int exponent;
} exact;

static int digits_of(const exact *self) {
    int digits = 1;
    for (uint64_t rest = self->magnitude; rest >= 10; rest /= 10)
        digits++;
    return digits + self->zeros;
}

/* Rounds half to even. */
static void drop_digits(exact *self, int count) {
    unsigned last = 0;
    bool beyond = false; /* anything after the last that is dropped */
    for (; count > 0; count--) {
        beyond |= last != 0;
        last = (unsigned)(self->magnitude % 10);
        self->magnitude /= 10;
    }
    bool odd = self->magnitude % 2 != 0;
    self->magnitude += last > 5 || (last == 5 && (beyond || odd));
}

/* Rounds, or appends zeros, until the exponent is this one. */
static void rescale(exact *self, int exponent) {
    if (self->magnitude && self->exponent > exponent)
        self->zeros += self->exponent - exponent;
    drop_digits(self, exponent - self->exponent);
    self->exponent = exponent;
}

/* Rounds to this many digits. */
static void round_digits(exact *self, int count) {
    rescale(self, self->exponent + digits_of(self) - count);
    if (digits_of(self) > count && self->magnitude) /* 9.99 became 10.00 */
        rescale(self, self->exponent + 1);
}

static void round_exact(exact *self, char kind, int precision) {
    int least = precision > 1 ? precision : 1;
    if (precision < 0)
        return;
    if (kind == 'f')
        rescale(self, -precision);
    else if (kind == 'e' && self->magnitude)
        round_digits(self, precision + 1);
    else if (kind == 'g' && digits_of(self) > least)
        round_digits(self, least);
}

/* How many digits are before the point; the rest is for the exponent. */
static int point_place(const exact *self, char kind, int precision) {
    int whole = self->exponent + digits_of(self);
    if (kind == 'f' || (kind == 'g' && self->exponent <= 0 && whole > -6))
        return whole;
    return kind == 'e' && !self->magnitude && precision >= 0 ? 1 - precision : 1;
}

static void put_zeros(caw_text *out, int count) {
    while (count-- > 0)
        caw_put(out, '0');
}

/* With the point after `place` digits, which may be before the first or after the last. */
static void put_exact(caw_text *out, const exact *self, int place) {
    char digits[20];
    int known = (int)write_in_base(self->magnitude, 10, false, digits);
    int length = known + self->zeros;
    if (place <= 0)
        caw_put(out, '0');
    if (place < 0 || (place == 0 && length))
        caw_put(out, '.');
    put_zeros(out, -place);
    for (int i = 0; i < length; i++) {
        if (i && i == place)
            caw_put(out, '.');
        caw_put(out, i < known ? digits[i] : '0');
    }
    put_zeros(out, place - length);
}

static void put_exponent(caw_text *out, char letter, int exponent) {
    caw_put(out, letter);
    if (exponent >= 0)
        caw_put(out, '+');
    caw_put_signed(out, exponent);
}

static bool put_decimal(caw_text *out, const caw_spec *spec, const caw_value *decimal,
                        caw_text *why) {
    bool fixed = decimal->kind == CAW_VALUE_FIXED;
    int places = fixed ? decimal->places : 9;
    char type = spec->type ? spec->type : fixed ? 'f' : 'G';
    char kind = strchr("eE", type) ? 'e' : strchr("fF%", type) ? 'f' : 'g';
    if (spec->alternate || spec->grouping == '_')
        return caw_refuse_character(why, spec->alternate ? '#' : '_',
                                    " does not go with exact decimals");
    exact rounded = {magnitude_of(decimal->integer), 0, type == '%' ? 2 - places : -places};
    round_exact(&rounded, kind, spec->precision);
    int place = point_place(&rounded, kind, spec->precision);
    int exponent = rounded.exponent + digits_of(&rounded) - place;
    number value;
    caw_text text = caw_text_into(value.chars, sizeof value.chars);
    value.negative = decimal->integer < 0;
    value.prefix = "";
    put_exact(&text, &rounded, place);
    if (exponent || kind == 'e')
        put_exponent(&text, strchr("EG", type) ? 'E' : 'e', exponent);
    if (type == '%')
        caw_put(&text, '%');
    value.length = caw_text_end(&text);
    value.whole = span_of_digits(value.chars);
    put_number(out, spec, &value);
    return true;
}

/* ---- all -------------------------------------------------------------------------------- */

bool caw_put_formatted_number(caw_text *out, const caw_spec *spec, const caw_value *value,
                              caw_text *why) {
    bool whole = value->kind == CAW_VALUE_INT;
    bool real_type = spec->type && strchr("eEfFgG%", spec->type);
    if (spec->type == 's' || (!whole && spec->type && strchr("bcdoxX", spec->type)))
        return caw_refuse_character(
            why, spec->type, whole ? " is not for numbers" : " is not for numbers with a fraction");
    if (whole && !real_type)
        return put_int(out, spec, value->integer, why);
    if (value->kind == CAW_VALUE_DECIMAL || value->kind == CAW_VALUE_FIXED)
        return put_decimal(out, spec, value, why);
    put_real(out, spec, whole ? (double)value->integer : value->real);
    return true;
}
