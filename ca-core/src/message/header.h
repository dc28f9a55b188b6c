/* SPDX-License-Identifier: BSD-3-Clause */
/* The two headers: what they hold and where each word of them is. */
#ifndef CAW_HEADER_H
#define CAW_HEADER_H

#include "wire.h"

#define CAW_EXTENDED_MARKER 0xffff /* in place of a 16 bit payload size */

typedef struct {
    bool extended;
    uint16_t command;
    uint16_t type;
    uint16_t marker; /* the 16 bit count of an extended header, 0 when all is well */
    uint32_t payload_size;
    uint32_t count;
    uint32_t param1;
    uint32_t param2;
} caw_header;

/*
 * Bytes of the header at the start of the view: 16, 24, or CAW_MORE when they are not all there.
 * A header that has not even 16 is zero.
 */
static inline uint32_t caw_read_header(caw_view view, caw_header *header) {
    if (!wire_has(view, 0, CAW_HEADER_SIZE)) {
        *header = (caw_header){0};
        return CAW_MORE;
    }
    header->command = wire_u16(view, 0);
    header->payload_size = wire_u16(view, 2);
    header->type = wire_u16(view, 4);
    header->count = wire_u16(view, 6);
    header->param1 = wire_u32(view, 8);
    header->param2 = wire_u32(view, 12);
    header->marker = 0;
    header->extended = header->payload_size == CAW_EXTENDED_MARKER;
    if (!header->extended)
        return CAW_HEADER_SIZE;
    if (!wire_has(view, 0, CAW_EXTENDED_HEADER_SIZE))
        return CAW_MORE;
    header->marker = (uint16_t)header->count;
    header->payload_size = wire_u32(view, 16);
    header->count = wire_u32(view, 20);
    return CAW_EXTENDED_HEADER_SIZE;
}

/* Size of the message with this header, as caw_size tells it. */
static inline int64_t caw_size_of(const caw_header *header) {
    if (header->command >= CAW_COMMANDS && header->payload_size % 8)
        return CAW_MALFORMED;
    return (int64_t)header->payload_size +
           (header->extended ? CAW_EXTENDED_HEADER_SIZE : CAW_HEADER_SIZE);
}

/* One word of a header. */
typedef struct {
    caw_field_id id;
    uint8_t len; /* bytes, 0 after the last word */
} caw_header_word;

/*
 * The word that starts `at` bytes into a header, named by the message's row. Command and size
 * are CAW_FIELD_COMMAND and CAW_FIELD_SIZE.
 */
caw_header_word caw_word_at(const caw_message_row *row, bool extended, uint32_t at);

/* The first row of a command, the last of all when it has none. Rows are in order, and each command
 * has at least as many of them before it as commands. */
static inline const caw_message_row *caw_first_row(uint16_t command) {
    uint16_t known = command < CAW_COMMANDS ? command : CAW_COMMANDS;
    const caw_message_row *row = &caw_message_rows[known];
    while (row->command < known)
        row++;
    return row->command == command ? row : &caw_message_rows[caw_message_row_count - 1];
}

/* The row after this one, if it is of the same command; else NULL. */
static inline const caw_message_row *caw_next_row(const caw_message_row *row) {
    return row->speaker != CAW_SIDE_NOBODY && row[1].command == row->command ? row + 1 : NULL;
}

/* The command that a message of this row asks for or answers. */
static inline uint16_t caw_asked_command(const caw_message_row *row) {
    return row->answers ? row->answers : row->command;
}

/* The ECA status is one of those that there are. */
static inline bool caw_is_status(uint32_t value) {
    return caw_name_of(caw_status_names, value) != NULL;
}

#endif
