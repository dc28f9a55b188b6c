/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Headers: 16 bytes, or 24 when the payload size is 0xffff (never a legal size, for it is not a
 * multiple of 8). tcpiiu.cpp and camessage.c look at the size alone; so does this file.
 */
#include "header.h"

#include "dbr.h"
#include "wire.h"

caw_header_word caw_word_at(const caw_message_row *row, bool extended, uint32_t at) {
    caw_header_word word = {CAW_FIELD_RESERVED, 0};
    switch (at) {
    case 0:
        word = (caw_header_word){CAW_FIELD_COMMAND, 2};
        break;
    case 2:
        word = (caw_header_word){extended ? CAW_FIELD_MARKER : CAW_FIELD_SIZE, 2};
        break;
    case 4:
        word = (caw_header_word){row->type, 2};
        break;
    case 6:
        word = (caw_header_word){extended ? CAW_FIELD_MARKER : row->count, 2};
        break;
    case 8:
        word = (caw_header_word){row->param1, 4};
        break;
    case 12:
        word = (caw_header_word){row->param2, 4};
        break;
    case 16:
        word = (caw_header_word){CAW_FIELD_SIZE, 4};
        break;
    case 20:
        word = (caw_header_word){row->count, 4};
        break;
    }
    return word;
}

static caw_view view_of(const uint8_t *bytes, size_t available) {
    caw_view view = {bytes, 0, available > UINT32_MAX ? UINT32_MAX : (uint32_t)available};
    return view;
}

int64_t caw_size(const uint8_t *bytes, size_t available) {
    caw_header header;
    if (caw_read_header(view_of(bytes, available), &header) == CAW_MORE)
        return CAW_MORE;
    return caw_size_of(&header);
}

int32_t caw_command_at(const uint8_t *bytes, size_t available) {
    return available < 2 ? -1 : wire_u16(view_of(bytes, available), 0);
}

/* ---- who speaks --------------------------------------------------------------------------- */

static caw_side when(bool client, bool server) {
    return client ? CAW_SIDE_CLIENT : server ? CAW_SIDE_SERVER : CAW_SIDE_NOBODY;
}

/* A request of 16 bytes (mask and three unused floats) against an update of as many. */
static caw_side event_add_speaker(const caw_header *header, caw_view payload) {
    if (header->payload_size != 16)
        return CAW_SIDE_SERVER;
    if (!caw_is_status(header->param1))
        return CAW_SIDE_CLIENT;
    const caw_dbr_row *dbr = caw_dbr(header->type);
    bool one_string = header->type == CAW_DBR_STRING && header->count == 1;
    if (dbr && !one_string && (caw_dbr_need(dbr, header->count) + 7) / 8 != 2)
        return CAW_SIDE_CLIENT;
    if (wire_has(payload, 0, 16)) {
        if (!caw_is_mask(wire_u16(payload, 12)) || wire_u16(payload, 14))
            return CAW_SIDE_SERVER;
    }
    return CAW_SIDE_NOBODY;
}

/* A priority, or a name search's sequence number; caproto's servers send 1. */
static caw_side version_speaker(const caw_header *header, caw_transport transport) {
    return when(transport == CAW_TRANSPORT_TCP && (header->type > 1 || header->param1 > 1), false);
}

static caw_side search_speaker(const caw_header *header) {
    bool count = header->count > 0;
    return when(count && header->param1 == header->param2, !count);
}

/* The payload of this row can have this size. */
static bool fits_size(const caw_message_row *row, const caw_header *header) {
    switch (row->payload) {
    case CAW_PAYLOAD_NOTHING:
        return !header->payload_size;
    case CAW_PAYLOAD_STRING:
        return header->payload_size;
    case CAW_PAYLOAD_DBR:
        return header->payload_size || !header->count;
    default:
        return true;
    }
}

/* Where the row has a status, there is one. */
static bool fits_status(const caw_message_row *row, const caw_header *header) {
    return (row->param1 != CAW_FIELD_STATUS || caw_is_status(header->param1)) &&
           (row->param2 != CAW_FIELD_STATUS || caw_is_status(header->param2));
}

/* The side of a set that has only one. */
static caw_side only_side(unsigned sides) {
    return when(sides == 1u << CAW_SIDE_CLIENT, sides == 1u << CAW_SIDE_SERVER);
}

/* The only side that sends the command, or else that could have sent this size, or this status. */
static caw_side speaker_of_rows(const caw_header *header) {
    unsigned all = 0, sized = 0, fitting = 0;
    for (const caw_message_row *row = caw_first_row(header->command); row;
         row = caw_next_row(row)) {
        bool size = fits_size(row, header);
        all |= 1u << row->speaker;
        sized |= (unsigned)size << row->speaker;
        fitting |= (unsigned)(size && fits_status(row, header)) << row->speaker;
    }
    caw_side side = only_side(all);
    if (side == CAW_SIDE_NOBODY)
        side = only_side(sized);
    return side == CAW_SIDE_NOBODY ? only_side(fitting) : side;
}

caw_side caw_speaker(const uint8_t *bytes, size_t available, caw_transport transport) {
    caw_header header;
    caw_view view = view_of(bytes, available);
    uint32_t size = caw_read_header(view, &header);
    if (size == CAW_MORE)
        return CAW_SIDE_NOBODY;
    switch (header.command) {
    case CAW_COMMAND_VERSION:
        return version_speaker(&header, transport);
    case CAW_COMMAND_EVENT_ADD:
        return event_add_speaker(&header, wire_sub(view, size, header.payload_size));
    case CAW_COMMAND_SEARCH:
        return search_speaker(&header);
    default:
        return speaker_of_rows(&header);
    }
}

/* ---- rows --------------------------------------------------------------------------------- */

const caw_message_row *caw_request_row(uint16_t command) {
    for (const caw_message_row *row = caw_first_row(command); row; row = caw_next_row(row))
        if (row->speaker == CAW_SIDE_CLIENT)
            return row;
    return &caw_message_rows[caw_message_row_count - 1];
}
