/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages for tests, written as the protocol's tables have them: words, then payload. */
#ifndef MAKE_H
#define MAKE_H

#include "caw.h"

#include <string.h>

#define MADE_MOST 70000

typedef struct {
    caw_context context;
    uint16_t command, type;
    uint32_t count, p1, p2;
    const char *payload; /* NULL: zeros */
    uint32_t size;       /* of the payload */
    bool extended;
    uint16_t marker;   /* the 16 bit count of an extended header */
    uint32_t declared; /* payload size to write, when it is not size */
} draft;

static inline uint8_t *make_number(uint8_t *at, uint32_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--)
        *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

/* Writes the message; its length. */
static inline size_t make_message(const draft *made, uint8_t bytes[MADE_MOST]) {
    uint32_t declared = made->declared ? made->declared : made->size;
    uint8_t *at = make_number(bytes, made->command, 2);
    at = make_number(at, made->extended ? 0xffff : declared, 2);
    at = make_number(at, made->type, 2);
    at = make_number(at, made->extended ? made->marker : made->count, 2);
    at = make_number(at, made->p1, 4);
    at = make_number(at, made->p2, 4);
    if (made->extended) {
        at = make_number(at, declared, 4);
        at = make_number(at, made->count, 4);
    }
    if (made->payload)
        memcpy(at, made->payload, made->size);
    else
        memset(at, 0, made->size);
    return (size_t)(at - bytes) + made->size;
}

#endif
