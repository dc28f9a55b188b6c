/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of a TCP connection: bytes in the order of their sequence numbers.
 *
 * What is next in order is told at once, straight from its segment. What comes early waits in
 * pieces, each with a copy of its bytes, in an array in the order of the stream: a place is found
 * by halving, and the usual early segment, which comes after all others, is put last. The bytes
 * that were recorded first win. The last bytes that were told are remembered, so that a copy that
 * differs from them is told as well.
 */
#ifndef CAW_ORDERED_H
#define CAW_ORDERED_H

#include "tcp.h"

typedef struct {
    uint64_t from;
    uint8_t *bytes;
    uint32_t length;
    uint32_t captured;
    uint32_t packet; /* when it was put: the connection's packets before it */
    caw_moment when;
} caw_piece;

/* Begins zeroed, but for `setup` and `end`. Positions are sequence numbers that do not wrap. */
typedef struct {
    const caw_tcp_setup *setup;
    int end;
    bool placed;   /* `next` means something */
    bool at_start; /* the first byte after the SYN is the next one */
    bool held;     /* no bytes are told until caw_ordered_release or caw_ordered_drop */
    uint64_t next; /* position of the first byte that was not told */
    caw_piece *pieces;
    uint32_t first; /* of the pieces, in the array */
    uint32_t count;
    uint32_t room;
    uint64_t waiting;   /* memory that the pieces take, in bytes */
    uint8_t *past;      /* the last bytes before `next`, each at its position modulo the room */
    uint32_t past_room; /* a power of two, or 0 */
    uint32_t past_count;
} caw_ordered;

/* The next byte is the one with this number. */
void caw_ordered_place(caw_ordered *self, uint32_t sequence, bool at_start);

/* The position that is nearest to `next`. */
uint64_t caw_ordered_position(const caw_ordered *self, uint32_t sequence);

/* After the last byte that was recorded. */
uint64_t caw_ordered_end(const caw_ordered *self);

/* The first piece that waits, or NULL. */
const caw_piece *caw_ordered_first(const caw_ordered *self);

/* Of this packet and those of the first `most` pieces, the one that was recorded first. */
uint32_t caw_ordered_earliest(const caw_ordered *self, uint32_t most, uint32_t packet);

/*
 * Puts these bytes of a segment where they belong and tells what has become next. Returns how many
 * of them are new.
 */
uint32_t caw_ordered_put(caw_ordered *self, const caw_tcp_segment *segment, uint32_t length,
                         uint32_t packet);

/* What is missing before this position does not come any more. */
void caw_ordered_give_up(caw_ordered *self, uint64_t to, const caw_moment *when, bool tell);

/* Of what is held, one piece is told, if it is next. */
bool caw_ordered_tell_first(caw_ordered *self);

/* What was held is told; or forgotten. */
void caw_ordered_release(caw_ordered *self);
void caw_ordered_drop(caw_ordered *self);

/* Gives all memory back. */
void caw_ordered_free(caw_ordered *self);

#endif
