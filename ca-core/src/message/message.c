/* SPDX-License-Identifier: BSD-3-Clause */
/* One message: its row of the table, its header, what is there of its payload. */
#include "dbr.h"
#include "header.h"
#include "wire.h"

/*
 * An EVENT_ADD answer without payload: the confirmation of a cancel, or an update with an empty
 * array. rsrv puts the sid into a confirmation where an update has its status, and an update is
 * empty only in a plain type with count 0 (Base 7.0.5 and later).
 */
static bool confirms_cancel(const caw_message *message, bool cancel_pending) {
    if (message->payload_size || message->command != CAW_COMMAND_EVENT_ADD)
        return false;
    return cancel_pending || message->count || !caw_is_native(message->type) ||
           !caw_is_status(message->param1);
}

/* The row of the answer that confirms the end of a subscription; this one if there is none. */
static const caw_message_row *confirmation_row(const caw_message_row *row) {
    const caw_message_row *found = row;
    while (found && found->answers != CAW_COMMAND_EVENT_CANCEL)
        found = caw_next_row(found);
    return found ? found : row;
}

/* The best of a command's rows when none fits in all: of the right side, or else any. */
static const caw_message_row *poor_row(const caw_message_row *row, caw_side speaker) {
    const caw_message_row *first = row;
    if (first->speaker == CAW_SIDE_NOBODY)
        return first;
    while (row && row->speaker != speaker)
        row = caw_next_row(row);
    return row ? row : first;
}

/* By command, speaker and transport. */
static const caw_message_row *find_row(const caw_message *message) {
    caw_side speaker = message->speaker == CAW_SIDE_NOBODY ? CAW_SIDE_CLIENT : message->speaker;
    const caw_message_row *first = caw_first_row(message->command);
    const caw_message_row *row = first;
    while (row && (row->speaker != speaker || !(row->transport & message->transport)))
        row = caw_next_row(row);
    return row ? row : poor_row(first, speaker);
}

/* What follows from the header: who speaks, the row, and the layout of the payload. */
static void interpret(caw_message *message, const caw_context *context) {
    caw_view whole = message->whole;
    message->speaker = context->speaker;
    if (message->speaker == CAW_SIDE_NOBODY)
        message->speaker = caw_speaker(whole.bytes, whole.len, message->transport);
    message->row = find_row(message);
    message->dbr = NULL;
    message->elements = 0;
    if (message->row->payload != CAW_PAYLOAD_DBR)
        return;
    if (confirms_cancel(message, context->cancel_pending))
        message->row = confirmation_row(message->row);
    else
        message->dbr = caw_dbr(message->type);
    if (message->dbr)
        message->elements = caw_dbr_elements(message->dbr, message->payload, message->count);
}

int64_t caw_decode(const uint8_t *bytes, size_t available, const caw_context *context,
                   caw_message *message) {
    caw_view all = {bytes, 0, available > UINT32_MAX ? UINT32_MAX : (uint32_t)available};
    caw_header header;
    uint32_t header_size = caw_read_header(all, &header);
    if (header_size == CAW_MORE)
        return CAW_MORE;
    int64_t size = caw_size_of(&header);
    if (size == CAW_MALFORMED)
        return size;
    if (size < all.len)
        all.len = (uint32_t)size;
    message->transport = context->transport;
    message->starts = context->starts;
    message->extended = header.extended;
    message->command = header.command;
    message->type = header.type;
    message->payload_size = header.payload_size;
    message->count = header.count;
    message->param1 = header.param1;
    message->param2 = header.param2;
    message->size = (uint64_t)size;
    message->whole = all;
    message->payload = (caw_view){bytes + header_size, header_size, all.len - header_size};
    interpret(message, context);
    return size;
}

/* The header of the request inside an ERROR, and its size; CAW_MORE when it is not whole. */
static bool has_failed_request(const caw_message *message) {
    caw_header header;
    return caw_read_header(message->payload, &header) != CAW_MORE;
}

const char *caw_broken(const caw_message *message) {
    if (caw_is_cut(message))
        return "bytes are missing";
    switch (message->row->payload) {
    case CAW_PAYLOAD_EVENT:
        return message->payload_size < CAW_EVENT_SIZE ? "payload too short for an event mask"
                                                      : NULL;
    case CAW_PAYLOAD_MINOR:
        return message->payload_size == 1 ? "payload too short for a version" : NULL;
    case CAW_PAYLOAD_FAILURE:
        return has_failed_request(message) ? NULL : "payload too short for the failed request";
    case CAW_PAYLOAD_DBR:
        if (!message->dbr || message->payload_size >= message->dbr->meta)
            return NULL;
        if (message->command == CAW_COMMAND_EVENT_ADD && message->payload_size == 0)
            return NULL;
        return "payload too short for its metadata";
    default:
        return NULL;
    }
}
