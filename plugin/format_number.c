/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers by a format spec. Whole numbers, floats and exact decimals each become a sign, a prefix,
 * whole digits and a rest; grouping, filling and aligning these is the same for all.
 */
#include "format_number.h"

#include "caw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    gboolean negative;
    const char *prefix;
    GString *digits; /* before the point */
    GString *rest;   /* from the point on: ".5e+10%" */
} number;

static number new_number(void) {
    return (number){FALSE, "", g_string_new(NULL), g_string_new(NULL)};
}

static void free_number(number *self) {
    g_string_free(self->digits, TRUE);
    g_string_free(self->rest, TRUE);
}

/* Parts the digits, which are filled up with zeros to this many characters. */
static void group_digits(const format_spec *spec, int width, GString *digits) {
    gsize group = spec->type && strchr("boxX", spec->type) ? 4 : 3;
    gsize separators = spec->grouping ? 1 : 0;
    while ((int)(digits->len + separators * ((digits->len - 1) / group)) < width)
        g_string_prepend_c(digits, '0');
    for (gsize left = digits->len; separators && left > group; left -= group)
        g_string_insert_c(digits, (gssize)(left - group), spec->grouping);
}

/* Zeros fill the number itself, so that "1,234" becomes "0,001,234"; other fills stand outside. */
static void print_number(const format_spec *spec, const number *value, GString *out) {
    char sign = value->negative ? '-' : spec->sign == '-' ? '\0' : spec->sign;
    char *head = g_strdup_printf("%.1s%s", (char[]){sign, '\0'}, value->prefix);
    gboolean implied = spec->zero && !spec->align;
    gboolean zeros = spec->fill[0] ? strcmp(spec->fill, "0") == 0 : spec->zero;
    gboolean inside = implied || spec->align == '=';
    if (value->digits->len) {
        int around = (int)(strlen(head) + value->rest->len);
        group_digits(spec, zeros && inside ? spec->width - around : 0, value->digits);
    }
    g_string_append(value->digits, value->rest->str);
    format_pad(spec, implied ? '=' : '>', head, value->digits->str, value->digits->len, out);
    g_free(head);
}

/* ---- whole numbers ---------------------------------------------------------------------- */

static void append_in_base(guint64 magnitude, guint base, gboolean upper, GString *digits) {
    do {
        char digit = "0123456789abcdef"[magnitude % base];
        g_string_prepend_c(digits, upper ? g_ascii_toupper(digit) : digit);
        magnitude /= base;
    } while (magnitude);
}

static char *print_character(const format_spec *spec, gint64 code, GString *out) {
    char character[6], text[16];
    if (spec->sign || spec->alternate)
        return g_strdup("'c' takes neither sign nor '#'");
    if (code < 0 || code > 0x10ffff)
        return g_strdup_printf("%" G_GINT64_FORMAT " is no character", code);
    if (code >= 0xd800 && code <= 0xdfff)
        return g_strdup("half of a surrogate pair is no character");
    int size = g_unichar_to_utf8((gunichar)code, character);
    caw_view view = {(const uint8_t *)character, 0, (uint32_t)size};
    size_t length = caw_printable(view, text, sizeof text);
    format_pad(spec, spec->zero ? '=' : '>', "", text, length, out);
    return NULL;
}

static char *print_int(const format_spec *spec, gint64 integer, GString *out) {
    char type = spec->type ? spec->type : 'd';
    guint base = type == 'b' ? 2 : type == 'o' ? 8 : strchr("xX", type) ? 16 : 10;
    if (spec->precision >= 0)
        return g_strdup("a whole number takes no precision; write 'f' after it for places");
    if (type == 'c')
        return print_character(spec, integer, out);
    number value = new_number();
    value.negative = integer < 0;
    if (spec->alternate && base != 10)
        value.prefix = base == 2 ? "0b" : base == 8 ? "0o" : type == 'X' ? "0X" : "0x";
    append_in_base(integer < 0 ? -(guint64)integer : (guint64)integer, base, type == 'X',
                   value.digits);
    print_number(spec, &value, out);
    free_number(&value);
    return NULL;
}

/* ---- floats ----------------------------------------------------------------------------- */

/* printf's conversion, with a point in every locale. */
static char *c_format(double real, gboolean alternate, int precision, char type) {
    char conversion[16];
    gsize size = 400 + (gsize)precision; /* digits of the largest double, sign, point, exponent */
    char *text = g_malloc(size);
    g_snprintf(conversion, sizeof conversion, "%%%s.%d%c", alternate ? "#" : "", precision, type);
    return g_ascii_formatd(text, (int)size, conversion, real);
}

/* A point before the exponent, if there is none yet. */
static void require_point(GString *text, const char *point) {
    gsize end = strcspn(text->str, "e");
    if (!memchr(text->str, '.', end))
        g_string_insert(text, (gssize)end, point);
}

/* The zeros at the end of a fraction, and its point if nothing else is left. */
static void drop_zeros(GString *text) {
    gsize end = strcspn(text->str, "e");
    gsize keep = end;
    while (text->str[keep - 1] == '0')
        keep--;
    if (text->str[keep - 1] == '.')
        keep--;
    g_string_erase(text, (gssize)keep, (gssize)(end - keep));
}

/* Without type or precision: the shortest digits, as repr(). */
static GString *shortest(double real, gboolean alternate) {
    char text[40];
    caw_real(real, text, sizeof text);
    GString *result = g_string_new(text);
    if (alternate)
        require_point(result, ".");
    return result;
}

/*
 * Type 'g': this many digits, as many of them after the point as the size allows, else with an
 * exponent. Not left to printf, whose "%#g" drops zeros in some versions of glibc. Without a type
 * (`plain`) a whole number keeps ".0", for which the last digit has to make room.
 */
static GString *general(double real, gboolean alternate, int precision, gboolean plain) {
    char *text = c_format(real, FALSE, precision - 1, 'e');
    int exponent = atoi(strchr(text, 'e') + 1);
    if (exponent >= -4 && exponent < (plain ? precision - 1 : precision)) {
        g_free(text);
        text = c_format(real, FALSE, precision - 1 - exponent, 'f');
    }
    GString *result = g_string_new(text);
    g_free(text);
    if (alternate)
        require_point(result, ".");
    else if (strchr(result->str, '.'))
        drop_zeros(result);
    if (plain && !strchr(result->str, 'e'))
        require_point(result, ".0");
    return result;
}

static GString *real_text(const format_spec *spec, double real) {
    char type = spec->type ? g_ascii_tolower(spec->type) : '\0';
    int precision = spec->precision < 0 ? 6 : spec->precision;
    if (!type && spec->precision < 0)
        return shortest(real, spec->alternate);
    if (!type || type == 'g' || type == 'n')
        return general(real, spec->alternate, MAX(precision, 1), !type);
    char *text = type == '%' ? c_format(real * 100, spec->alternate, precision, 'f')
                             : c_format(real, spec->alternate, precision, type);
    GString *result = g_string_new(text);
    g_free(text);
    return result;
}

static char *print_real(const format_spec *spec, double real, GString *out) {
    number value = new_number();
    value.negative = signbit(real) && !isnan(real);
    GString *text = NULL;
    if (isfinite(spec->type == '%' ? real * 100 : real))
        text = real_text(spec, fabs(real));
    else
        text = g_string_new(isnan(real) ? "nan" : "inf");
    if (spec->type == '%')
        g_string_append_c(text, '%');
    if (spec->type && strchr("EFG", spec->type))
        g_string_ascii_up(text);
    gsize whole = strspn(text->str, "0123456789");
    g_string_append_len(value.digits, text->str, (gssize)whole);
    g_string_append(value.rest, text->str + whole);
    g_string_free(text, TRUE);
    print_number(spec, &value, out);
    free_number(&value);
    return NULL;
}

/* ---- exact decimals --------------------------------------------------------------------- */

/* digits * 10^exponent */
typedef struct {
    GString *digits;
    int exponent;
} decimal;

static gboolean is_zero(const decimal *self) {
    return strcmp(self->digits->str, "0") == 0;
}

/* Rounds half to even, or appends zeros, until the exponent is this one. */
static void rescale(decimal *self, int exponent) {
    GString *digits = self->digits;
    gboolean zero = is_zero(self);
    for (; self->exponent > exponent && !zero; self->exponent--)
        g_string_append_c(digits, '0');
    gsize drop = (gsize)MAX(exponent - self->exponent, 0);
    self->exponent = exponent;
    if (!drop || zero)
        return;
    while (digits->len <= drop)
        g_string_prepend_c(digits, '0');
    gsize keep = digits->len - drop;
    const char *dropped = digits->str + keep;
    gboolean beyond = strspn(dropped + 1, "0") < drop - 1;
    gboolean odd = (digits->str[keep - 1] - '0') % 2 != 0;
    gboolean up = *dropped > '5' || (*dropped == '5' && (beyond || odd));
    g_string_truncate(digits, keep);
    guint64 magnitude = g_ascii_strtoull(digits->str, NULL, 10) + (up ? 1 : 0);
    g_string_printf(digits, "%" G_GUINT64_FORMAT, magnitude);
}

/* Rounds to this many digits. */
static void round_digits(decimal *self, int count) {
    rescale(self, self->exponent + (int)self->digits->len - count);
    if ((int)self->digits->len > count && !is_zero(self)) /* 9.99 became 10.00 */
        rescale(self, self->exponent + 1);
}

static void round_decimal(decimal *self, char kind, int precision) {
    if (precision < 0)
        return;
    if (kind == 'f')
        rescale(self, -precision);
    else if (kind == 'e' && !is_zero(self))
        round_digits(self, precision + 1);
    else if (kind == 'g' && (int)self->digits->len > MAX(precision, 1))
        round_digits(self, MAX(precision, 1));
}

/* How many digits are before the point; the rest is for the exponent. */
static int point_place(const decimal *self, char kind, int precision) {
    int whole = self->exponent + (int)self->digits->len;
    if (kind == 'f' || (kind == 'g' && self->exponent <= 0 && whole > -6))
        return whole;
    return kind == 'e' && is_zero(self) && precision >= 0 ? 1 - precision : 1;
}

static void split_decimal(const decimal *self, int place, number *to) {
    int length = (int)self->digits->len;
    int inside = CLAMP(place, 0, length);
    g_string_append_len(to->digits, self->digits->str, inside);
    for (int i = length; i < place; i++)
        g_string_append_c(to->digits, '0');
    if (!to->digits->len)
        g_string_append_c(to->digits, '0');
    g_string_append(to->rest, inside < length || place < 0 ? "." : "");
    for (int i = place; i < 0; i++)
        g_string_append_c(to->rest, '0');
    g_string_append(to->rest, self->digits->str + inside);
}

static char *print_decimal(const format_spec *spec, gint64 billionths, GString *out) {
    char type = spec->type ? spec->type : 'G';
    char kind = type == '%' ? 'f' : type == 'n' ? 'g' : g_ascii_tolower(type);
    if (spec->alternate || spec->grouping == '_')
        return g_strdup_printf("'%c' does not go with exact decimals", spec->alternate ? '#' : '_');
    decimal exact = {g_string_new(NULL), type == '%' ? -7 : -9};
    number value = new_number();
    value.negative = billionths < 0;
    append_in_base(billionths < 0 ? -(guint64)billionths : (guint64)billionths, 10, FALSE,
                   exact.digits);
    round_decimal(&exact, kind, spec->precision);
    int place = point_place(&exact, kind, spec->precision);
    int exponent = exact.exponent + (int)exact.digits->len - place;
    split_decimal(&exact, place, &value);
    if (exponent || kind == 'e')
        g_string_append_printf(value.rest, "%c%+d", strchr("EG", type) ? 'E' : 'e', exponent);
    g_string_append(value.rest, type == '%' ? "%" : "");
    print_number(spec, &value, out);
    g_string_free(exact.digits, TRUE);
    free_number(&value);
    return NULL;
}

/* ---- all -------------------------------------------------------------------------------- */

char *format_print_number(const format_spec *spec, const format_value *value, GString *out) {
    gboolean whole = value->kind == FORMAT_INT;
    gboolean real_type = spec->type && strchr("eEfFgG%", spec->type);
    if (spec->type == 's' || (!whole && spec->type && strchr("bcdoxX", spec->type)))
        return g_strdup_printf("'%c' is not for %s", spec->type,
                               whole ? "numbers" : "numbers with a fraction");
    if (whole && !real_type)
        return print_int(spec, value->integer, out);
    if (whole)
        return print_real(spec, (double)value->integer, out);
    if (value->kind == FORMAT_REAL)
        return print_real(spec, value->real, out);
    return print_decimal(spec, value->integer, out);
}
