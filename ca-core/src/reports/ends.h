/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ends and names as keys of an index, which are told apart by what they stand for where they meet;
 * and what events say of ends.
 */
#ifndef CAW_REPORTS_ENDS_H
#define CAW_REPORTS_ENDS_H

#include "report.h"

/* FNV-1a, 64 bits. */
static inline uint64_t caw_hash(const void *bytes, size_t length) {
    const uint8_t *byte = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static inline uint64_t caw_hash_of_end(const caw_end *end) {
    return caw_hash(end->bytes, end->size) + end->port;
}

static inline bool caw_same_end(const caw_end *a, const caw_end *b) {
    return a->size == b->size && a->port == b->port && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Whatever the ports are. */
static inline bool caw_same_address(const caw_end *a, const caw_end *b) {
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Of an event's connection. Wireshark does not number all: those are told apart by their ends. */
static inline caw_key caw_key_of_connection(const caw_event *event) {
    if (event->connection)
        return (caw_key){event->connection, 0};
    return (caw_key){0, caw_hash_of_end(&event->source) ^ caw_hash_of_end(&event->target)};
}

/* The address alone. */
static inline caw_end caw_address_of(caw_end end) {
    end.port = 0;
    return end;
}

/* Where a search answer or a beacon says that the server is. */
caw_end caw_announced_end(const caw_event *event);

/*
 * A datagram that a host sends itself, and not to a port of the protocol's own. A repeater sends
 * its clients what it passes on so; and so may a host be searched where servers have another port.
 */
bool caw_is_relayed(const caw_event *event);

/* A beacon that a repeater has passed on: it then says where the server is. */
bool caw_is_relayed_beacon(const caw_event *event);

/* An end with its text, kept once for all that name it; NULL, which is counted, without memory. */
typedef struct {
    caw_end end;
    char text[CAW_END_PORT_TEXT];
} caw_kept_end;

const caw_kept_end *caw_report_keep_end(caw_report *report, caw_idmap *ends, const caw_end *end);

/* A datagram that a repeater passes on to one of these ends: of clients that search. */
bool caw_is_passed_on(const caw_idmap *clients, const caw_event *event);

#endif
