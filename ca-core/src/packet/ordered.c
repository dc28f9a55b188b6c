/* SPDX-License-Identifier: BSD-3-Clause */
#include "ordered.h"

#include <string.h>

/* ---- memory ------------------------------------------------------------------------------- */

static void *take(const caw_ordered *self, size_t bytes) {
    const caw_memory *memory = &self->setup->memory;
    return memory->alloc(memory->user, bytes);
}

static void give_back(const caw_ordered *self, void *bytes) {
    if (bytes) /* before there is any, there may be no setup */
        self->setup->memory.release(self->setup->memory.user, bytes);
}

/* ---- telling ------------------------------------------------------------------------------ */

static caw_told new_told(const caw_ordered *self, caw_told_kind kind, const caw_moment *when) {
    return (caw_told){
        .kind = kind, .end = self->end, .when = *when, .sequence = (uint32_t)self->next};
}

static void tell(const caw_ordered *self, const caw_told *told) {
    self->setup->tell(self->setup->user, told);
}

static void tell_next(caw_ordered *self, caw_told told, uint32_t length) {
    if (!length)
        return;
    told.sequence = (uint32_t)self->next;
    told.length = length;
    told.at_start = self->at_start;
    self->at_start = false;
    self->next += length;
    tell(self, &told);
}

/* ---- the past ----------------------------------------------------------------------------- */

/* Room for this many more, if there is memory. */
static void widen_past(caw_ordered *self, uint32_t length) {
    uint32_t room = self->past_room ? self->past_room : 64;
    while (room < CAW_TCP_PAST && room < self->past_count + length)
        room *= 2;
    if (room == self->past_room)
        return;
    uint8_t *past = take(self, room);
    if (!past)
        return;
    for (uint64_t at = self->next - self->past_count; at < self->next; at++)
        past[at & (room - 1)] = self->past[at & (self->past_room - 1)];
    give_back(self, self->past);
    self->past = past;
    self->past_room = room;
}

/* These bytes are the next ones. */
static void remember(caw_ordered *self, const uint8_t *bytes, uint32_t length) {
    widen_past(self, length < CAW_TCP_PAST ? length : CAW_TCP_PAST);
    uint32_t room = self->past_room;
    uint32_t kept = length < room ? length : room;
    if (!kept)
        return;
    bytes += length - kept;
    uint32_t start = (uint32_t)(self->next + length - kept) & (room - 1);
    uint32_t until_wrap = kept < room - start ? kept : room - start;
    memcpy(self->past + start, bytes, until_wrap);
    memcpy(self->past, bytes + until_wrap, kept - until_wrap);
    self->past_count = self->past_count + length < room ? self->past_count + length : room;
}

/* How many bytes from this position on are other than those told. */
static uint32_t differ_from_past(const caw_ordered *self, uint64_t from, const uint8_t *bytes,
                                 uint32_t length) {
    uint64_t oldest = self->next - self->past_count;
    uint32_t differ = 0;
    for (uint64_t at = from > oldest ? from : oldest; at < self->next && at < from + length; at++)
        differ += self->past[at & (self->past_room - 1)] != bytes[at - from];
    return differ;
}

/* ---- pieces -------------------------------------------------------------------------------- */

static caw_piece *piece_at(const caw_ordered *self, uint32_t index) {
    return index < self->count ? &self->pieces[self->first + index] : NULL;
}

static uint64_t end_of(const caw_piece *piece) {
    return piece->from + piece->length;
}

/* Index of the first piece that ends after this position. */
static uint32_t find(const caw_ordered *self, uint64_t position) {
    uint32_t low = 0, high = self->count;
    if (high && end_of(piece_at(self, high - 1)) <= position)
        return high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (end_of(piece_at(self, middle)) > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The array can take one more at its end. */
static bool make_room(caw_ordered *self) {
    if (self->first + self->count < self->room)
        return true;
    caw_piece *pieces = self->pieces;
    uint32_t room = self->room;
    if (self->count >= room / 2) {
        room = room ? 2 * room : 4;
        pieces = take(self, room * sizeof *pieces);
        if (!pieces)
            return false;
    }
    if (self->count)
        memmove(pieces, self->pieces + self->first, self->count * sizeof *pieces);
    if (pieces != self->pieces)
        give_back(self, self->pieces);
    self->pieces = pieces;
    self->room = room;
    self->first = 0;
    return true;
}

/* It is given back with the last piece. */
static void give_array_back(caw_ordered *self) {
    give_back(self, self->pieces);
    self->pieces = NULL;
    self->first = self->room = 0;
}

/* What waits is counted: that of this direction, and that of all. */
static void count_waiting(caw_ordered *self, const caw_piece *piece, bool more) {
    uint64_t bytes = sizeof *piece + piece->captured;
    self->waiting += more ? bytes : -bytes;
    *self->setup->held += more ? bytes : -bytes;
}

static bool insert(caw_ordered *self, uint32_t index, caw_piece piece, const uint8_t *bytes) {
    if (!make_room(self))
        return false;
    if (piece.captured) {
        piece.bytes = take(self, piece.captured);
        if (!piece.bytes && !self->count)
            give_array_back(self);
        if (!piece.bytes)
            return false;
        memcpy(piece.bytes, bytes, piece.captured);
    }
    caw_piece *place = self->pieces + self->first + index;
    memmove(place + 1, place, (self->count - index) * sizeof *place);
    *place = piece;
    self->count++;
    count_waiting(self, &piece, true);
    return true;
}

static void remove_first(caw_ordered *self) {
    caw_piece *piece = piece_at(self, 0);
    count_waiting(self, piece, false);
    give_back(self, piece->bytes);
    self->first++;
    if (!--self->count)
        give_array_back(self);
}

/* How many bytes from this position on are other than the piece's. */
static uint32_t differ_from_piece(const caw_piece *piece, uint64_t from, const uint8_t *bytes,
                                  uint64_t end) {
    uint32_t differ = 0;
    if (end > piece->from + piece->captured)
        end = piece->from + piece->captured;
    for (uint64_t at = from; at < end; at++)
        differ += piece->bytes[at - piece->from] != bytes[at - from];
    return differ;
}

/* ---- bytes in order ----------------------------------------------------------------------- */

static void tell_piece(caw_ordered *self, const caw_piece *piece, const uint8_t *bytes) {
    caw_told told = new_told(self, CAW_TOLD_BYTES, &piece->when);
    if (piece->captured)
        remember(self, bytes, piece->captured);
    told.bytes = bytes;
    told.cut = piece->length - piece->captured;
    tell_next(self, told, piece->captured);
    if (piece->captured == piece->length)
        return;
    self->past_count = 0;
    tell_next(self, new_told(self, CAW_TOLD_CUT, &piece->when), piece->length - piece->captured);
}

bool caw_ordered_tell_first(caw_ordered *self) {
    if (!self->count || piece_at(self, 0)->from != self->next)
        return false;
    caw_piece piece = *piece_at(self, 0);
    tell_piece(self, &piece, piece.bytes);
    remove_first(self);
    return true;
}

static void drain(caw_ordered *self) {
    while (!self->held && caw_ordered_tell_first(self))
        ;
}

/* What of a segment is not put yet. */
typedef struct {
    const uint8_t *bytes;
    uint64_t from; /* position of its first byte */
    uint64_t at;
    uint64_t end;
    uint64_t captured_end;
    uint32_t differ;
    uint32_t added;
} caw_put;

/* Up to `end` nothing was recorded before. False without memory. */
static bool put_piece(caw_ordered *self, const caw_put *put, uint64_t end, uint32_t index,
                      caw_piece piece) {
    uint64_t captured = put->captured_end < end ? put->captured_end : end;
    const uint8_t *bytes = put->at < captured ? put->bytes + (put->at - put->from) : NULL;
    piece.from = put->at;
    piece.length = (uint32_t)(end - put->at);
    piece.captured = bytes ? (uint32_t)(captured - put->at) : 0;
    if (put->at != self->next || self->held)
        return insert(self, index, piece, bytes);
    tell_piece(self, &piece, bytes);
    return true;
}

/* The bytes that a piece has are compared, those before it put. False without memory. */
static bool put_next(caw_ordered *self, caw_put *put, uint32_t *index, const caw_piece *like) {
    const caw_piece *piece = piece_at(self, *index);
    uint64_t end = put->end;
    if (piece && piece->from <= put->at) {
        end = end_of(piece) < end ? end_of(piece) : end;
        uint64_t known = put->captured_end < end ? put->captured_end : end;
        if (put->at < known)
            put->differ +=
                differ_from_piece(piece, put->at, put->bytes + (put->at - put->from), known);
        ++*index;
    } else {
        if (piece && piece->from < end)
            end = piece->from;
        uint32_t count = self->count;
        if (!put_piece(self, put, end, *index, *like))
            return false;
        *index += self->count - count;
        put->added += (uint32_t)(end - put->at);
    }
    put->at = end;
    return true;
}

uint32_t caw_ordered_put(caw_ordered *self, const caw_tcp_segment *segment, uint32_t length,
                         uint32_t packet) {
    uint64_t from = caw_ordered_position(self, segment->sequence);
    uint32_t captured = segment->captured < length ? segment->captured : length;
    caw_put put = {segment->bytes, from, from, from + length, from + captured, 0, 0};
    caw_piece like = {.packet = packet, .when = segment->when};
    caw_told told = new_told(self, CAW_TOLD_CONFLICT, &segment->when);
    if (self->past_count)
        put.differ = differ_from_past(self, from, segment->bytes, captured);
    if (put.at < self->next)
        put.at = self->next;
    uint32_t index = find(self, put.at);
    while (put.at < put.end && put_next(self, &put, &index, &like))
        ;
    drain(self);
    told.sequence = segment->sequence;
    told.length = put.differ;
    if (put.differ)
        tell(self, &told);
    if (put.at < put.end) {
        told.kind = CAW_TOLD_IGNORED;
        told.reason = CAW_IGNORED_MEMORY;
        told.sequence = (uint32_t)put.at;
        told.length = (uint32_t)(put.end - put.at);
        tell(self, &told);
        put.added += told.length;
    }
    return put.added;
}

void caw_ordered_give_up(caw_ordered *self, uint64_t to, const caw_moment *when, bool told) {
    self->past_count = 0;
    if (told)
        tell_next(self, new_told(self, CAW_TOLD_GAP, when), (uint32_t)(to - self->next));
    self->next = to;
    drain(self);
}

void caw_ordered_release(caw_ordered *self) {
    self->held = false;
    drain(self);
}

void caw_ordered_drop(caw_ordered *self) {
    self->held = false;
    while (self->count)
        remove_first(self);
}

void caw_ordered_free(caw_ordered *self) {
    caw_ordered_drop(self);
    give_back(self, self->past);
    self->past = NULL;
    self->past_room = self->past_count = 0;
}

/* ---- places ------------------------------------------------------------------------------- */

/* Positions begin so far up that what is older than the first has one too. */
void caw_ordered_place(caw_ordered *self, uint32_t sequence, bool at_start) {
    self->next = UINT64_C(1) << 32 | sequence;
    self->placed = true;
    self->at_start = at_start;
}

uint64_t caw_ordered_position(const caw_ordered *self, uint32_t sequence) {
    return self->next + (uint64_t)(int64_t)(int32_t)(sequence - (uint32_t)self->next);
}

uint64_t caw_ordered_end(const caw_ordered *self) {
    return self->count ? end_of(piece_at(self, self->count - 1)) : self->next;
}

const caw_piece *caw_ordered_first(const caw_ordered *self) {
    return piece_at(self, 0);
}

uint32_t caw_ordered_earliest(const caw_ordered *self, uint32_t most, uint32_t packet) {
    const caw_piece *piece;
    for (uint32_t i = 0; i < most && (piece = piece_at(self, i)); i++)
        packet = piece->packet < packet ? piece->packet : packet;
    return packet;
}
