/* SPDX-License-Identifier: BSD-3-Clause */
#include "pieces.h"

#include <string.h>

enum { LEAST_ROOM = 2048, KEPT_ROOM = 1 << 18 };

static const uint8_t nothing[1];

static size_t smaller(uint64_t a, size_t b) {
    return a < b ? (size_t)a : b;
}

caw_pieces caw_pieces_begin(const caw_memory *memory) {
    return (caw_pieces){.memory = *memory, .bytes = nothing};
}

static void let_go(caw_pieces *pieces) {
    if (pieces->held)
        pieces->memory.release(pieces->memory.user, pieces->held);
    pieces->held = NULL;
    pieces->room = 0;
}

void caw_pieces_free(caw_pieces *pieces) {
    let_go(pieces);
}

void caw_pieces_feed(caw_pieces *pieces, const uint8_t *bytes, size_t length) {
    pieces->bytes = length ? bytes : nothing;
    pieces->left = length;
}

void caw_pieces_skip(caw_pieces *pieces, uint64_t length) {
    pieces->skip += length;
}

static void pass(caw_pieces *pieces, size_t length) {
    pieces->bytes += length;
    pieces->left -= length;
}

/* What was taken is no longer in use. */
static void forget_taken(caw_pieces *pieces) {
    if (!pieces->taken)
        return;
    pieces->taken = false;
    pieces->length = 0;
    if (pieces->room > KEPT_ROOM)
        let_go(pieces);
}

static bool make_room(caw_pieces *pieces, size_t needed) {
    if (needed <= pieces->room)
        return true;
    size_t room = needed < LEAST_ROOM ? LEAST_ROOM : 2 * needed;
    uint8_t *held = pieces->memory.alloc(pieces->memory.user, room);
    if (!held)
        return false;
    if (pieces->length)
        memcpy(held, pieces->held, pieces->length);
    let_go(pieces);
    pieces->held = held;
    pieces->room = room;
    return true;
}

/* Holds what has come of what is wanted; true when that is all. */
static bool hold(caw_pieces *pieces, size_t want) {
    size_t come = smaller(want - pieces->length, pieces->left);
    if (come && !make_room(pieces, pieces->length + come)) {
        pieces->starved = true;
        return false;
    }
    if (come)
        memcpy(pieces->held + pieces->length, pieces->bytes, come);
    pieces->length += come;
    pass(pieces, come);
    return pieces->length == want;
}

bool caw_pieces_take(caw_pieces *pieces, size_t want, const uint8_t **bytes) {
    forget_taken(pieces);
    size_t skipped = smaller(pieces->skip, pieces->left);
    pass(pieces, skipped);
    pieces->skip -= skipped;
    pieces->position += skipped;
    if (pieces->skip)
        return false;
    if (!pieces->length && want <= pieces->left) {
        *bytes = pieces->bytes;
        pass(pieces, want);
    } else if (hold(pieces, want)) {
        *bytes = pieces->held;
        pieces->taken = true;
    } else {
        return false;
    }
    pieces->position += want;
    return true;
}

size_t caw_pieces_waiting(const caw_pieces *pieces) {
    return pieces->taken ? 0 : pieces->length;
}
