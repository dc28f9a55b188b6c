/* SPDX-License-Identifier: BSD-3-Clause */
#include "request_key.h"

caw_header caw_header_of_message(const caw_message *message) {
    return (caw_header){.command = message->command,
                        .type = message->type,
                        .count = message->count,
                        .param1 = message->param1,
                        .param2 = message->param2};
}

uint32_t caw_word_of_header(const caw_message_row *row, const caw_header *header, caw_field_id id) {
    if (id == row->param2)
        return header->param2;
    if (id == row->param1)
        return header->param1;
    return id == row->count ? header->count : header->type;
}

/*
 * WRITE has no id of its own, for libca puts the cid where others have an ioid: writes to a channel
 * can be told apart by what they write.
 */
caw_key caw_request_key(const caw_message_row *row, const caw_header *header) {
    caw_key key = {caw_asked_command(row), 0};
    for (size_t i = 0; i < 2 && row->repeats[i] != CAW_FIELD_RESERVED; i++)
        key.id = key.id << 32 | caw_word_of_header(row, header, row->repeats[i]);
    if (header->command == CAW_COMMAND_WRITE)
        key.scope |= (uint64_t)header->type << 16 | (uint64_t)header->count << 32;
    return key;
}

caw_key caw_request_key_of(const caw_message *message) {
    caw_header header = caw_header_of_message(message);
    return caw_request_key(message->row, &header);
}
