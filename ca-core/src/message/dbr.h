/* SPDX-License-Identifier: BSD-3-Clause */
/* Layout of DBR payloads: where the metadata and the elements are. */
#ifndef CAW_DBR_H
#define CAW_DBR_H

#include "wire.h"

#define CAW_STRING_ROOM 40 /* MAX_STRING_SIZE */
#define CAW_STATE_ROOM  26 /* MAX_ENUM_STRING_SIZE */
#define CAW_STATE_MOST  16 /* MAX_ENUM_STATES */
#define CAW_EVENT_SIZE  16 /* struct mon_info */

/* Bytes of a metadata field before elements of this kind; of all states together. */
static inline uint32_t caw_meta_size(const caw_field_row *row, caw_element_kind element) {
    return row->room == CAW_ROOM_OF_ELEMENT ? caw_element_size(element) : row->room;
}

/* A mask that a server takes: not empty, and no bits that it does not know. */
static inline bool caw_is_mask(uint16_t mask) {
    return mask > 0 && mask <= caw_field_rows[CAW_FIELD_MASK].most;
}

/* A channel can be of this type. */
static inline bool caw_is_native(uint32_t type) {
    const caw_dbr_row *row = caw_dbr(type);
    return row && row->native;
}

/* The alarm state that the layouts of today begin with: a status and a severity. */
#define CAW_ALARM_FIELDS 2
#define CAW_ALARM_SIZE   4 /* bytes */

/* The metadata begins with an alarm state, and there is none: most often so. */
static inline bool caw_has_no_alarm(const caw_message *message) {
    const caw_field_id *layout = message->dbr->layout;
    return layout[0] == CAW_FIELD_ALARM_STATUS && layout[1] == CAW_FIELD_ALARM_SEVERITY &&
           wire_has(message->payload, 0, CAW_ALARM_SIZE) && wire_u32(message->payload, 0) == 0;
}

/* Bytes that this many elements of a type need, metadata included, without padding. */
static inline uint64_t caw_dbr_need(const caw_dbr_row *row, uint32_t count) {
    return row->meta + (uint64_t)count * caw_element_size(row->element);
}

/* Whole elements in a payload that has less than it needs. */
uint32_t caw_dbr_few_elements(const caw_dbr_row *row, caw_view payload);

/* Whole elements among the first `count` in this payload; the last string may be short. */
static inline uint32_t caw_dbr_elements(const caw_dbr_row *row, caw_view payload, uint32_t count) {
    return payload.len >= caw_dbr_need(row, count) ? count : caw_dbr_few_elements(row, payload);
}

/* Reads a CAW_KIND_ELEMENT or a string: sets number, real and text of the field. */
void caw_read_element(caw_element_kind kind, caw_view bytes, caw_field *field);

#endif
