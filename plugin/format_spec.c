/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format specs: reading them, padding, and text. Numbers are in number.c. */
#include "format_spec.h"

#include <string.h>

/* Wider is a typing error: it would only fill memory. */
#define LARGEST 9999

/* ---- parsing ---------------------------------------------------------------------------- */

typedef struct {
    const char *at, *end;
} reader;

static char peek(const reader *in) {
    return in->at < in->end ? *in->at : '\0';
}

/* The next character, if it is one of these; else 0. */
static char take(reader *in, const char *characters) {
    char c = peek(in);
    if (!c || !strchr(characters, c))
        return '\0';
    in->at++;
    return c;
}

/* A number, `none` when there is none, more than LARGEST when it is too large. */
static int take_number(reader *in, int none) {
    int number = g_ascii_isdigit(peek(in)) ? 0 : none;
    for (; g_ascii_isdigit(peek(in)); in->at++)
        number = number > LARGEST ? number : number * 10 + (*in->at - '0');
    return number;
}

/* Any character in front of an alignment is the fill. */
static void take_alignment(reader *in, format_spec *spec) {
    gsize size = in->at < in->end ? (gsize)(g_utf8_next_char(in->at) - in->at) : 1;
    if (size < (gsize)(in->end - in->at) && strchr("<>=^", in->at[size]) && in->at[size]) {
        memcpy(spec->fill, in->at, size);
        in->at += size;
    }
    spec->align = take(in, "<>=^");
}

/* ',' and '_' part groups of decimal digits; '_' those of other bases too. */
static char *check_grouping(const format_spec *spec) {
    const char *types = spec->grouping == '_' ? "deEfFgG%boxX" : "deEfFgG%";
    if (!spec->grouping || !spec->type || strchr(types, spec->type))
        return NULL;
    return g_strdup_printf("'%c' does not go with '%c'", spec->grouping, spec->type);
}

char *format_spec_parse(const char *text, gsize length, format_spec *spec) {
    reader in = {text, text + length};
    *spec = (format_spec){.empty = length == 0};
    take_alignment(&in, spec);
    spec->sign = take(&in, "+- ");
    spec->alternate = take(&in, "#") != '\0';
    spec->zero = take(&in, "0") != '\0';
    spec->width = take_number(&in, 0);
    spec->grouping = take(&in, ",_");
    gboolean point = take(&in, ".") != '\0';
    spec->precision = point ? take_number(&in, -1) : -1;
    spec->type = take(&in, "bcdeEfFgGnosxX%");
    if (point && spec->precision < 0)
        return g_strdup("digits are missing after '.'");
    if (spec->width > LARGEST || spec->precision > LARGEST)
        return g_strdup_printf("widths and precisions go up to %d", LARGEST);
    if (in.at < in.end)
        return g_strdup_printf("'%.*s' is not understood; a format spec is [[fill]align][sign][#]"
                               "[0][width][,][.precision][type]",
                               (int)(in.end - in.at), in.at);
    return check_grouping(spec);
}

/* ---- text ------------------------------------------------------------------------------- */

/* The size of the character at `at`: one for a byte that is no UTF-8. */
static gsize character_size(const char *at, const char *end) {
    gunichar c = g_utf8_get_char_validated(at, end - at);
    return c == (gunichar)-1 || c == (gunichar)-2 ? 1 : (gsize)(g_utf8_next_char(at) - at);
}

/* The size of the first `most` characters, and how many there are. */
static gsize measure(const char *text, gsize length, int most, int *characters) {
    const char *at = text;
    const char *end = text + length;
    for (*characters = 0; at < end && (most < 0 || *characters < most); ++*characters)
        at += character_size(at, end);
    return (gsize)(at - text);
}

static void fill(const format_spec *spec, int count, GString *out) {
    const char *with = spec->fill[0] ? spec->fill : spec->zero ? "0" : " ";
    while (count-- > 0)
        g_string_append(out, with);
}

void format_pad(const format_spec *spec, char align, const char *head, const char *body,
                gsize length, GString *out) {
    int characters;
    measure(body, length, -1, &characters);
    int missing = MAX(spec->width - characters - (int)strlen(head), 0);
    if (spec->align)
        align = spec->align;
    int before = align == '>' ? missing : align == '^' ? missing / 2 : 0;
    int between = align == '=' ? missing : 0;
    fill(spec, before, out);
    g_string_append(out, head);
    fill(spec, between, out);
    g_string_append_len(out, body, (gssize)length);
    fill(spec, missing - before - between, out);
}

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
    format_pad(spec, '<', "", text, measure(text, length, spec->precision, &characters), out);
    return NULL;
}

/* What is not known takes the place of the number or text that it would be. */
static void print_none(const format_spec *spec, GString *out) {
    format_spec plain = *spec;
    plain.zero = FALSE;
    format_pad(&plain, spec->type && spec->type != 's' ? '>' : '<', "", "None", 4, out);
}

char *format_spec_print(const format_spec *spec, const format_value *value, GString *out) {
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
    return format_number_print(spec, value, out);
}

/* ---- conversions ------------------------------------------------------------------------ */

/* Python's str.isprintable(): no control, format, private, unassigned or separator but space. */
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
    g_string_append_c(out, quote);
    while (text < end) {
        gsize size = character_size(text, end);
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
    for (const char *at = text->str; *at;) {
        gsize size = character_size(at, text->str + text->len);
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
        g_free(format_spec_print(&plain, value, out));
        g_string_append(out, decimal ? "')" : "");
    }
}
