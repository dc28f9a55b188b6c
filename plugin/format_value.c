/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format_value.h"

#include "format_number.h"

#include <string.h>

/* ---- by a spec -------------------------------------------------------------------------- */

static char *print_text(const format_spec *spec, const char *text, gsize length, GString *out) {
    int characters;
    if (spec->type && spec->type != 's')
        return g_strdup_printf("'%c' is for numbers, and this is text", spec->type);
    if (spec->sign || spec->alternate || spec->grouping || spec->align == '=')
        return g_strdup_printf("'%c' is for numbers, and this is text", spec->sign ? spec->sign
                                                                        : spec->alternate ? '#'
                                                                        : spec->grouping
                                                                            ? spec->grouping
                                                                            : '=');
    format_pad(spec, '<', "", text, format_measure(text, length, spec->precision, &characters),
               out);
    return NULL;
}

/* What is not known takes the place of the number or text that it would be. */
static void print_none(const format_spec *spec, GString *out) {
    format_spec plain = *spec;
    plain.zero = FALSE;
    format_pad(&plain, spec->type && spec->type != 's' ? '>' : '<', "", "None", 4, out);
}

char *format_print_value(const format_spec *spec, const format_value *value, GString *out) {
    switch (value->kind) {
    case FORMAT_NONE:
        print_none(spec, out);
        return NULL;
    case FORMAT_TEXT:
        return print_text(spec, value->text, value->length, out);
    case FORMAT_OBJECT:
        if (!spec->empty)
            return g_strdup("this is no number or text: write !r or !s before the ':'");
        value->print(value->object, FALSE, out);
        return NULL;
    case FORMAT_INT:
    case FORMAT_REAL:
    case FORMAT_DECIMAL:
        break;
    }
    return format_print_number(spec, value, out);
}

/* ---- conversions ------------------------------------------------------------------------ */

/*
 * Python's str.isprintable(): no control, format, private, unassigned or separator but space. Only
 * for repr(), which is to be Python's; anything else from the wire is shown by caw_printable.
 */
static gboolean is_printable(gunichar c) {
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return FALSE;
    case G_UNICODE_SPACE_SEPARATOR:
        return c == ' ';
    default:
        return TRUE;
    }
}

static void append_escape(gunichar c, GString *out) {
    if (c == '\t' || c == '\n' || c == '\r')
        g_string_append_printf(out, "\\%c", c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
    else if (c < 0x100)
        g_string_append_printf(out, "\\x%02x", c);
    else
        g_string_append_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
}

/* Appends repr() of text; ascii() when only ASCII may remain. */
static void append_repr(const char *text, gsize length, gboolean ascii, GString *out) {
    const char *end = text + length;
    gboolean quotes = memchr(text, '\'', length) && !memchr(text, '"', length);
    char quote = quotes ? '"' : '\'';
    int one;
    g_string_append_c(out, quote);
    while (text < end) {
        gsize size = format_measure(text, (gsize)(end - text), 1, &one);
        gunichar c = size == 1 ? (guchar)*text : g_utf8_get_char(text);
        gboolean plain = size == 1 ? c < 0x80 : !ascii;
        if (c == (guchar)quote || c == '\\')
            g_string_append_printf(out, "\\%c", (char)c);
        else if (plain && is_printable(c))
            g_string_append_len(out, text, (gssize)size);
        else
            append_escape(c, out);
        text += size;
    }
    g_string_append_c(out, quote);
}

/* ascii() of an object is its repr() with the rest escaped. */
static void append_ascii(const GString *text, GString *out) {
    int one;
    for (const char *at = text->str; *at;) {
        gsize size = format_measure(at, text->len - (gsize)(at - text->str), 1, &one);
        if (size == 1 && !(*at & 0x80))
            g_string_append_c(out, *at);
        else
            append_escape(size == 1 ? (guchar)*at : g_utf8_get_char(at), out);
        at += size;
    }
}

static void convert_object(const format_value *value, char conversion, GString *out) {
    GString *text = g_string_new(NULL);
    value->print(value->object, conversion != 's', text);
    if (conversion == 'a')
        append_ascii(text, out);
    else
        g_string_append_len(out, text->str, (gssize)text->len);
    g_string_free(text, TRUE);
}

void format_convert(const format_value *value, char conversion, GString *out) {
    const format_spec plain = {.empty = TRUE, .precision = -1};
    gboolean decimal = value->kind == FORMAT_DECIMAL && conversion != 's';
    if (value->kind == FORMAT_TEXT && conversion != 's') {
        append_repr(value->text, value->length, conversion == 'a', out);
    } else if (value->kind == FORMAT_OBJECT) {
        convert_object(value, conversion, out);
    } else {
        g_string_append(out, decimal ? "Decimal('" : "");
        g_free(format_print_value(&plain, value, out));
        g_string_append(out, decimal ? "')" : "");
    }
}
