/* SPDX-License-Identifier: BSD-3-Clause */
#include "format_value.h"

#include "format_number.h"

static char sign_of_number(const caw_spec *spec) {
    return spec->sign           ? spec->sign
           : spec->alternate    ? '#'
           : spec->grouping     ? spec->grouping
           : spec->align == '=' ? '='
                                : '\0';
}

static void put_padded(caw_text *out, const caw_spec *spec, char align, const caw_value *value) {
    size_t characters;
    size_t length = caw_measure(value->text, value->length, spec->precision, &characters);
    caw_padding padding = caw_padding_of(spec, align, characters);
    caw_put_fill(out, spec, padding.before + padding.between);
    caw_put_chars(out, value->text, length);
    caw_put_fill(out, spec, padding.after);
}

static bool put_text(caw_text *out, const caw_spec *spec, const caw_value *value, caw_text *why) {
    char wrong = spec->type && spec->type != 's' ? spec->type : sign_of_number(spec);
    if (wrong)
        return caw_refuse_character(why, wrong, " is for numbers, and this is text");
    put_padded(out, spec, '<', value);
    return true;
}

/* What is not known takes the place of the number or text that it would be. */
static void put_none(caw_text *out, const caw_spec *spec) {
    const caw_value none = {.kind = CAW_VALUE_TEXT, .text = "None", .length = 4};
    caw_spec plain = *spec;
    plain.zero = false;
    plain.precision = -1;
    put_padded(out, &plain, spec->type && spec->type != 's' ? '>' : '<', &none);
}

bool caw_put_value(caw_text *out, const caw_spec *spec, const caw_value *value, caw_text *why) {
    switch (value->kind) {
    case CAW_VALUE_NONE:
        put_none(out, spec);
        return true;
    case CAW_VALUE_TEXT:
        return put_text(out, spec, value, why);
    case CAW_VALUE_LATER:
    case CAW_VALUE_OBJECT:
        return true; /* was printed without a spec, or became text for one */
    case CAW_VALUE_INT:
    case CAW_VALUE_REAL:
    case CAW_VALUE_DECIMAL:
    case CAW_VALUE_FIXED:
        break;
    }
    return caw_put_formatted_number(out, spec, value, why);
}

void caw_put_converted(caw_text *out, const caw_value *value, char conversion) {
    const caw_spec plain = {.empty = true, .precision = -1};
    bool decimal = value->kind == CAW_VALUE_DECIMAL && conversion != 's';
    caw_text nothing = caw_text_into(NULL, 0); /* without a spec nothing is refused */
    caw_puts(out, decimal ? "Decimal('" : "");
    caw_put_value(out, &plain, value, &nothing);
    caw_puts(out, decimal ? "')" : "");
}
