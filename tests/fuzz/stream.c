/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: a stream cut at random places. What TCP delivers has no regard for
 * messages, and a capture may begin or break off anywhere, lack segments, have them twice or late.
 *
 * The first byte says what the caller knows: bit 0 UDP, bits 1 and 2 the speaker, bit 3 that a
 * piece is all that was sent at once, bit 4 that messages begin at multiples of 8, bit 5 that the
 * stream's beginning is known, bit 6 that bytes are kept, bit 7 that captured are a few of each
 * segment. The second is the seed of the cuts and places, the third how many pieces of memory
 * there are (0: enough).
 */
#include "caw_history.h"

#include "../core/counted.h"
#include "../core/walk.h"
#include "printing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Bytes in memory of their own, so that reading past them is seen. */
static uint8_t *own(const uint8_t *bytes, size_t len) {
    uint8_t *copy = malloc(len);
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

/* Sizes from 1 byte up; small ones are most frequent. */
static size_t next_cut(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return 1 + (*state >> 24) % (1u << (*state >> 20) % 8);
}

/* What is here of the stream says the same as all of it, or that it needs more. */
static void check_size(const uint8_t *data, size_t here, size_t len) {
    uint8_t *piece = own(data, here);
    int64_t size = caw_size(piece, here), all = caw_size(data, len);
    require(size == all || size == CAW_MORE, "a size that more bytes change");
    require(size != CAW_MORE || here < CAW_EXTENDED_HEADER_SIZE, "a header without an end");
    free(piece);
}

/* The message at the start of what is here, which may not be all of it. */
static void check_cut(const uint8_t *data, size_t here, const caw_context *context) {
    uint8_t *piece = own(data, here);
    caw_message message;
    if (caw_decode(piece, here, context, &message) > 0) {
        walk_fault fault = walk_message(&message);
        require(!fault, fault);
        require(message.whole.len <= here, "bytes that are not there");
        require(caw_is_cut(&message) == (message.size > here), "cut, or not");
    }
    free(piece);
}

/* Where messages begin again in a piece of which nothing is known. */
static void check_resync(const uint8_t *data, size_t here, uint8_t control) {
    uint8_t *piece = own(data, here);
    size_t step = control & 16 ? 8 : 1;
    bool all = control & 8;
    size_t at = caw_resync(piece, here, 0, step, all);
    require(at == here || (at + CAW_HEADER_SIZE <= here && at % step == 0), "a place outside");
    require(at == here || caw_chain(piece + at, here - at, all && !at) >= CAW_PROOF, "no proof");
    require(at == here || caw_evidence(piece + at, here - at), "a message that cannot be one");
    caw_begins(piece, here);
    caw_speaker(piece, here, control & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP);
    free(piece);
}

/* ---- segments ----------------------------------------------------------------------------- */

#define STEPS 64

/* One direction of a connection, with the bytes of it that were added so far. */
typedef struct {
    counted count;
    caw_stream *stream;
    uint8_t control;
    uint32_t state; /* of the random places */
    uint32_t start; /* sequence number of the first byte */
    const uint8_t *data;
    uint32_t len;
    bool *seen;
    uint32_t highest; /* the first byte after all that were added */
} play;

static uint32_t random_below(play *self, uint32_t most) {
    self->state = self->state * 1664525 + 1013904223;
    return (self->state >> 8) % most;
}

static void require_seen(const play *self, uint32_t from, uint32_t count, bool seen) {
    for (uint32_t at = from; at < from + count; at++)
        require(self->seen[at] == seen, seen ? "repeated, and new" : "new, and seen before");
}

/* Where messages are told, messages are. */
static void check_messages(const caw_segment *segment, uint32_t at, uint32_t length) {
    for (uint32_t end = at + length; at < end && at < segment->captured;) {
        int64_t size = caw_size(segment->bytes + at, segment->captured - at);
        require(size > 0, "a message without a size");
        at += (uint32_t)(size < end - at ? size : end - at);
    }
}

static void check_stretch(const play *self, const caw_segment *segment, uint32_t at,
                          const caw_stretch *stretch) {
    uint32_t from = segment->sequence - self->start + at, first = caw_stretch_first(stretch);
    require(stretch->length > 0 && stretch->length <= segment->length - at, "outside the segment");
    require(stretch->length == first + stretch->messages + stretch->tail, "bytes are not told");
    require((stretch->tail_kind != CAW_TAIL_NONE) == (stretch->tail > 0), "a tail of no kind");
    require(!stretch->tail || at + stretch->length == segment->length, "a tail, and more");
    require(stretch->tail_kind != CAW_TAIL_KEPT || segment->keep, "kept against the caller's word");
    check_messages(segment, at + first, stretch->messages);
    if (self->count.good >= 0)
        return; /* gaps may be forgotten */
    require_seen(self, from, stretch->repeated, true);
    require_seen(self, from + stretch->repeated, first - stretch->repeated, false);
    require(!stretch->missing || stretch->missing == from - self->highest, "a gap of another size");
}

static void note_seen(play *self, uint32_t from, uint32_t count) {
    memset(self->seen + from, true, count);
    self->highest = from + count > self->highest ? from + count : self->highest;
}

static void add(play *self, uint32_t from, uint32_t length) {
    caw_segment segment = {.sequence = self->start + from, .length = length, .captured = length};
    if (self->control & 128)
        segment.captured = random_below(self, length + 1);
    segment.keep = self->control & 64;
    uint8_t *copy = own(self->data + from, segment.captured);
    segment.bytes = copy;
    for (uint32_t at = 0; at < length;) {
        caw_stretch stretch = caw_stream_add(self->stream, &segment, at);
        check_stretch(self, &segment, at, &stretch);
        note_seen(self, from + at, stretch.length);
        at += stretch.length;
    }
    free(copy);
}

/* Without a beginning, what is older than the first segment is not looked at. */
static void begin(play *self) {
    if (self->control & 32)
        caw_stream_begin(self->stream, self->start);
    else
        note_seen(self, 0, random_below(self, self->len));
    add(self, self->highest, 1);
}

/* Segments in order, ahead, and anywhere; then all bytes at once. */
static void play_segments(play *self) {
    begin(self);
    for (int step = 0; step < STEPS; step++) {
        uint32_t next = caw_stream_next(self->stream) - self->start;
        uint32_t kind = random_below(self, 4);
        if (kind == 2)
            next += random_below(self, 40);
        if (kind == 3 || next >= self->len)
            next = random_below(self, self->len);
        uint32_t cut = (uint32_t)next_cut(&self->state) + random_below(self, 30);
        add(self, next, cut < self->len - next ? cut : self->len - next);
    }
    add(self, 0, self->len);
}

static void check_segments(const uint8_t *data, size_t len, uint8_t control, uint8_t seed,
                           uint8_t pieces) {
    play self = {.count = {.good = pieces ? pieces - 1 : -1},
                 .control = control,
                 .state = seed,
                 .start = seed % 2 ? UINT32_MAX - seed : seed,
                 .data = data,
                 .len = (uint32_t)len};
    caw_memory memory = counted_memory(&self.count);
    self.stream = caw_stream_new(&memory, 200);
    if (self.stream) {
        self.seen = calloc(len, sizeof *self.seen);
        play_segments(&self);
        free(self.seen);
    }
    caw_stream_free(self.stream);
    require(!self.count.live, "memory is left");
}

/* ---- all ---------------------------------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len < 4)
        return 0;
    uint8_t control = data[0];
    uint32_t state = data[1];
    caw_context context = {.transport = control & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP,
                           .speaker = (caw_side)((control >> 1 & 3) % 3)};
    check_segments(data + 3, len - 3, control, data[1], data[2]);
    data += 3;
    len -= 3;
    size_t start = 0; /* of the message that is being collected */
    for (size_t at = 0, end; at < len; at = end) {
        size_t cut = next_cut(&state);
        end = cut < len - at ? at + cut : len;
        check_resync(data + at, end - at, control);
        check_size(data + start, end - start, len - start);
        check_cut(data + start, end - start, &context);
        for (int64_t size;
             (size = caw_size(data + start, end - start)) > 0 && size <= (int64_t)(end - start);)
            start += (size_t)size;
    }
    return 0;
}
