/* SPDX-License-Identifier: BSD-3-Clause */
/* Layout of DBR payloads: where the metadata and the elements are. */
#ifndef CAW_DBR_H
#define CAW_DBR_H

#include "caw.h"

#define CAW_STRING_ROOM 40 /* MAX_STRING_SIZE */
#define CAW_STATE_ROOM  26 /* MAX_ENUM_STRING_SIZE */
#define CAW_STATE_MOST  16 /* MAX_ENUM_STATES */
#define CAW_PLAIN_MAX   6  /* the types without metadata */
#define CAW_EVENT_SIZE  16 /* struct mon_info */

/* Bytes of a metadata field in front of elements of this kind. */
uint32_t caw_meta_size(caw_field_id id, caw_element_kind element);

/* Bytes that this many elements of a type need, metadata included, without padding. */
static inline uint64_t caw_dbr_need(const caw_dbr_row *row, uint32_t count) {
    return row->meta + (uint64_t)count * caw_element_size(row->element);
}

/* Whole elements among the first `count` in this payload; the last string may be short. */
uint32_t caw_dbr_elements(const caw_dbr_row *row, caw_view payload, uint32_t count);

/* Reads one element, or a limit stored like one: sets number, real and text of the field. */
void caw_read_element(caw_element_kind kind, caw_view bytes, caw_field *field);

#endif
