/* SPDX-License-Identifier: BSD-3-Clause */
/* Shorter ways to fields than the walk from the start. */
#ifndef CAW_FIELDS_H
#define CAW_FIELDS_H

#include "caw.h"

/* As caw_fields, from the first field of the payload on. */
caw_cursor caw_payload_fields(const caw_message *message, uint32_t elements);

/*
 * A metadata field, a stamp without its pieces, that begins `at` bytes into the payload: where the
 * sizes of those before it in the layout add up to. The metadata must be there as a whole.
 */
caw_field caw_meta_field(const caw_message *message, caw_field_id id, uint32_t at);

/* The stamp of a value's metadata, as caw_find finds it: only its two numbers are set. */
bool caw_find_stamp(const caw_message *message, caw_field *field);

/* The fields after the elements of a value whose metadata is there as a whole. */
caw_cursor caw_value_rest(const caw_message *message);

#endif
