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

static bool is_status(uint32_t value) {
    return caw_name_of(caw_status_names, value) != NULL;
}

/* A request of 16 bytes (mask and three unused floats) against an update of as many. */
static caw_side event_add_speaker(const caw_header *header, caw_view payload) {
    if (header->payload_size != 16)
        return CAW_SIDE_SERVER;
    if (!is_status(header->param1))
        return CAW_SIDE_CLIENT;
    const caw_dbr_row *dbr = caw_dbr(header->type);
    bool one_string = header->type == 0 && header->count == 1;
    if (dbr && !one_string && (caw_dbr_need(dbr, header->count) + 7) / 8 != 2)
        return CAW_SIDE_CLIENT;
    if (wire_has(payload, 0, 16)) {
        uint16_t mask = wire_u16(payload, 12);
        if (mask == 0 || mask > 15 || wire_u16(payload, 14))
            return CAW_SIDE_SERVER;
    }
    return CAW_SIDE_NOBODY;
}

/* The only side that sends a command, or nobody when both do. */
static caw_side only_side(uint16_t command) {
    caw_side side = CAW_SIDE_NOBODY;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        if (row->command != command)
            continue;
        if (side != CAW_SIDE_NOBODY && side != row->speaker)
            return CAW_SIDE_NOBODY;
        side = row->speaker;
    }
    return side;
}

caw_side caw_speaker(const uint8_t *bytes, size_t available, caw_transport transport) {
    caw_header header;
    caw_view view = view_of(bytes, available);
    uint32_t size = caw_read_header(view, &header);
    if (size == CAW_MORE)
        return CAW_SIDE_NOBODY;
    bool payload = header.payload_size > 0;
    bool count = header.count > 0;

    switch (header.command) {
    case CAW_COMMAND_VERSION: /* a priority, or a name search's sequence number; caproto servers
                                 send 1 */
        return when(transport == CAW_TRANSPORT_TCP && (header.type > 1 || header.param1 > 1),
                    false);
    case CAW_COMMAND_EVENT_ADD:
        return event_add_speaker(&header, wire_sub(view, size, header.payload_size));
    case CAW_COMMAND_READ:
        return when(!payload && count, payload);
    case CAW_COMMAND_SEARCH:
        return when(count && header.param1 == header.param2, !count);
    case CAW_COMMAND_READ_NOTIFY: /* an answer without data carries a status where a request has the
                                     sid */
        return when(!payload && (count || !is_status(header.param1)), payload);
    case CAW_COMMAND_CREATE_CHAN:
        return when(payload, !payload);
    case CAW_COMMAND_WRITE_NOTIFY:
        return when(payload, !payload && count);
    default:
        return only_side(header.command);
    }
}
