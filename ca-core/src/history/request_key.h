/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a message's header by what they mean, and the key under which a request waits for
 * its answer.
 */
#ifndef CAW_REQUEST_KEY_H
#define CAW_REQUEST_KEY_H

#include "idmap.h"
#include "message/header.h"

caw_header caw_header_of_message(const caw_message *message);

/* A header word by its field; of two equal ids the second, which is what answers repeat. */
uint32_t caw_word_of_header(const caw_message_row *row, const caw_header *header, caw_field_id id);

/* The key under which a request with this one id waits. */
static inline caw_key caw_request_key_of_id(uint16_t command, uint32_t id) {
    return (caw_key){command, id};
}

/* The key under which a request of this row waits, or one that a message of this row answers. */
caw_key caw_request_key(const caw_message_row *row, const caw_header *header);
caw_key caw_request_key_of(const caw_message *message);

#endif
