/* SPDX-License-Identifier: BSD-3-Clause */
/* A value without any decoration. */
#include "value.h"

#define DOUBLE_DIGITS 17 /* all that there can be */

bool caw_find_state(const caw_message *message, uint64_t index, caw_field *field) {
    caw_cursor cursor = caw_fields(message, 0);
    while (message->dbr->meta && caw_next(&cursor, field))
        if (field->id == CAW_FIELD_STATE && field->index == index)
            return true;
    return false;
}

uint32_t caw_value_elements(const caw_message *message) {
    return caw_is_cut(message) ? message->count : message->elements;
}

static void put_text(caw_text *out, caw_view text, bool whole) {
    bool fits = whole || text.len <= CAW_TEXT_SHOWN;
    caw_put_beginning(out, text, fits ? text.len : CAW_TEXT_SHOWN);
    caw_puts(out, fits ? "" : "...");
}

void caw_put_element(caw_text *out, const caw_message *message, const caw_field *field,
                     bool whole) {
    caw_field state;
    switch (message->dbr->element) {
    case CAW_ELEMENT_STRING:
        put_text(out, field->text, whole);
        break;
    case CAW_ELEMENT_FLOAT:
        caw_put_short_real(out, field->real, CAW_FLOAT_DIGITS);
        break;
    case CAW_ELEMENT_DOUBLE:
        caw_put_short_real(out, field->real, DOUBLE_DIGITS);
        break;
    case CAW_ELEMENT_ENUM:
        if (caw_find_state(message, field->number, &state)) {
            caw_put_printable(out, state.text);
            break;
        }
        caw_put_unsigned(out, field->number);
        break;
    default:
        caw_put_signed(out, (int64_t)field->number);
    }
}

static void put_elements(caw_text *out, const caw_message *message, uint32_t most) {
    uint32_t all = caw_value_elements(message), shown = 0;
    caw_field field;
    for (; shown < most && caw_element(message, shown, &field); shown++) {
        caw_puts(out, shown ? " " : "");
        caw_put_element(out, message, &field, most == CAW_ALL);
    }
    if (shown == all)
        return;
    caw_puts(out, " ... ");
    caw_put_unsigned(out, shown);
    caw_puts(out, " of ");
    caw_put_unsigned(out, all);
}

size_t caw_plain_value(const caw_message *message, uint32_t elements, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_view string;
    if (!caw_has_value(message))
        return caw_text_end(&out);
    if (caw_long_string(message, &string))
        put_text(&out, string, elements == CAW_ALL);
    else
        put_elements(&out, message, elements);
    return caw_text_end(&out);
}
