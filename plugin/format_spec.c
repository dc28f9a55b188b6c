/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format specs: reading them, and the padding that all values share. */
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

/* Any character before an alignment is the fill. */
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

/* ---- padding ---------------------------------------------------------------------------- */

/* The size of the character at `at`: one for a byte that is no UTF-8. */
static gsize character_size(const char *at, const char *end) {
    gunichar c = g_utf8_get_char_validated(at, end - at);
    return c == (gunichar)-1 || c == (gunichar)-2 ? 1 : (gsize)(g_utf8_next_char(at) - at);
}

gsize format_measure(const char *text, gsize length, int most, int *characters) {
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
    format_measure(body, length, -1, &characters);
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
