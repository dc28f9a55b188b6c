/* SPDX-License-Identifier: BSD-3-Clause */
/* What the short forms of values have in common. */
#ifndef CAW_VALUE_H
#define CAW_VALUE_H

#include "text.h"

enum {
    CAW_ELEMENTS_SHOWN = 3, /* of an array, unless more are asked for */
    CAW_TEXT_SHOWN = 80     /* bytes of a string */
};

/* The digits of a FLOAT that were meant. */
#define CAW_FLOAT_DIGITS 7

/* The name of a state, when the message brings the names along. */
bool caw_find_state(const caw_message *message, uint64_t index, caw_field *field);

/* One element without decoration; `whole`: a text is not cut. */
void caw_put_element(caw_text *out, const caw_message *message, const caw_field *field, bool whole);

/* Elements of the value, those that a capture cut off as well. */
uint32_t caw_value_elements(const caw_message *message);

/* An empty array is a value, one of which nothing is there is not. */
static inline bool caw_has_value(const caw_message *message) {
    return message->dbr && (message->elements || !message->count);
}

#endif
