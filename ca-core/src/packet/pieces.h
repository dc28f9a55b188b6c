/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes that come in pieces of any size, taken in the sizes that the taker wants.
 *
 * What lies whole in the last piece is taken from there without a copy. What does not is collected
 * in memory that grows with the bytes that have come, and is given back after something large.
 */
#ifndef CAW_PIECES_H
#define CAW_PIECES_H

#include "caw_history.h"

typedef struct {
    caw_memory memory;
    const uint8_t *bytes; /* the rest of the piece that was fed last, borrowed from the caller */
    size_t left;
    uint8_t *held; /* what came before it of what is wanted */
    size_t length, room;
    bool taken;        /* what is held was taken, and is in use until something else is wanted */
    bool starved;      /* there was no memory to hold what came */
    uint64_t position; /* bytes taken and skipped since the beginning */
    uint64_t skip;     /* bytes to skip before anything is taken */
} caw_pieces;

caw_pieces caw_pieces_begin(const caw_memory *memory);
void caw_pieces_free(caw_pieces *pieces);

/* The next piece, borrowed until caw_pieces_take returns false: then all of it was taken in. */
void caw_pieces_feed(caw_pieces *pieces, const uint8_t *bytes, size_t length);

/* The next bytes will not be taken. */
void caw_pieces_skip(caw_pieces *pieces, uint64_t length);

/*
 * Takes the next `want` bytes, borrowed until the next call. False: they have not come yet, or
 * pieces.starved.
 */
bool caw_pieces_take(caw_pieces *pieces, size_t want, const uint8_t **bytes);

/* How many bytes have come of what is wanted next. */
size_t caw_pieces_waiting(const caw_pieces *pieces);

#endif
