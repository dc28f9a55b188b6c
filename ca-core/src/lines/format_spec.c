/* SPDX-License-Identifier: BSD-3-Clause */
/* Format specs: reading them, and the padding that all values share. */
#include "format_spec.h"

/* ---- refusing --------------------------------------------------------------------------- */

bool caw_refuse(caw_text *why, const char *words) {
    caw_puts(why, words);
    return false;
}

bool caw_refuse_character(caw_text *why, char what, const char *words) {
    caw_put(why, '\'');
    caw_put(why, what);
    caw_put(why, '\'');
    return caw_refuse(why, words);
}

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

static bool at_digit(const reader *in) {
    return peek(in) >= '0' && peek(in) <= '9';
}

/* A number, `none` when there is none, more than the largest when it is too large. */
static int take_number(reader *in, int none) {
    int number = at_digit(in) ? 0 : none;
    for (; at_digit(in); in->at++)
        number = number > CAW_SPEC_LARGEST ? number : number * 10 + (*in->at - '0');
    return number;
}

/* Any character before an alignment is the fill. */
static void take_alignment(reader *in, caw_spec *spec) {
    size_t one;
    size_t left = (size_t)(in->end - in->at);
    size_t size = caw_measure(in->at, left, 1, &one);
    if (size < left && strchr("<>=^", in->at[size])) {
        memcpy(spec->fill, in->at, size);
        in->at += size;
    }
    spec->align = take(in, "<>=^");
}

/* ',' and '_' part groups of decimal digits; '_' those of other bases too. */
static bool check_grouping(const caw_spec *spec, caw_text *why) {
    const char *types = spec->grouping == '_' ? "deEfFgG%boxX" : "deEfFgG%";
    if (!spec->grouping || !spec->type || strchr(types, spec->type))
        return true;
    caw_refuse_character(why, spec->grouping, " does not go with ");
    return caw_refuse_character(why, spec->type, "");
}

static bool refuse_rest(const reader *in, caw_text *why) {
    caw_view rest = {(const uint8_t *)in->at, 0, (uint32_t)(in->end - in->at)};
    caw_put(why, '\'');
    caw_put_printable(why, rest);
    return caw_refuse(why, "' is not understood; a format spec is [[fill]align][sign][#][0][width]"
                           "[,][.precision][type]");
}

bool caw_spec_parse(const char *text, size_t length, caw_spec *spec, caw_text *why) {
    reader in = {text, text + length};
    *spec = (caw_spec){.empty = length == 0};
    take_alignment(&in, spec);
    spec->sign = take(&in, "+- ");
    spec->alternate = take(&in, "#") != '\0';
    spec->zero = take(&in, "0") != '\0';
    spec->width = take_number(&in, 0);
    spec->grouping = take(&in, ",_");
    bool point = take(&in, ".") != '\0';
    spec->precision = point ? take_number(&in, -1) : -1;
    spec->type = take(&in, "bcdeEfFgGnosxX%");
    if (point && spec->precision < 0)
        return caw_refuse(why, "digits are missing after '.'");
    if (spec->width > CAW_SPEC_LARGEST || spec->precision > CAW_SPEC_LARGEST) {
        caw_puts(why, "widths and precisions go up to ");
        caw_put_unsigned(why, CAW_SPEC_LARGEST);
        return false;
    }
    return in.at < in.end ? refuse_rest(&in, why) : check_grouping(spec, why);
}

/* ---- padding ---------------------------------------------------------------------------- */

size_t caw_measure(const char *text, size_t length, int most, size_t *characters) {
    size_t at = 0;
    uint32_t size;
    for (*characters = 0; at < length && (most < 0 || *characters < (size_t)most); ++*characters) {
        uint32_t is = caw_character((const uint8_t *)text + at, length - at, &size);
        at += is == CAW_NO_CHARACTER ? 1 : size;
    }
    return at;
}

caw_padding caw_padding_of(const caw_spec *spec, char align, size_t characters) {
    size_t width = (size_t)spec->width;
    size_t missing = width > characters ? width - characters : 0;
    if (spec->align)
        align = spec->align;
    caw_padding padding = {0};
    padding.before = align == '>' ? missing : align == '^' ? missing / 2 : 0;
    padding.between = align == '=' ? missing : 0;
    padding.after = missing - padding.before - padding.between;
    return padding;
}

void caw_put_fill(caw_text *out, const caw_spec *spec, size_t count) {
    const char *with = spec->fill[0] ? spec->fill : spec->zero ? "0" : " ";
    size_t size = strlen(with);
    while (count-- > 0)
        caw_put_whole(out, with, size);
}
