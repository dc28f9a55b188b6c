/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of a TCP connection. Of the end of what was seen, and of the start of each gap, it
 * is kept what is known of the next message there. A segment is put where it belongs, its first
 * message found from there, and the others walked by their sizes.
 */
#include "gaps.h"

#include <string.h>

#define FAR (1u << 20) /* bytes: no segment comes as late as that */

struct caw_stream {
    caw_gaps gaps; /* before `seen` */
    uint64_t largest;
    bool placed;     /* `seen` means something */
    bool begun;      /* a segment was added */
    bool proven;     /* a message was found */
    bool refused;    /* what was found first is no message */
    bool in_order;   /* what is missing never comes */
    bool aligned;    /* `grid` is known */
    uint64_t grid;   /* position of a message: all begin at multiples of 8 from there */
    uint64_t seen;   /* position after the last byte */
    caw_place place; /* there */
    uint32_t kept;   /* bytes before there that are to be added again */
};

/* How far a stretch of a segment is understood. */
typedef struct {
    const caw_segment *segment;
    uint64_t start;  /* position of the segment's first byte */
    uint32_t at;     /* offset of the first byte that is not understood yet ... */
    caw_place place; /* ... and what is known there */
    uint32_t until;  /* offset after its new bytes: no message begins from there on */
    uint32_t there;  /* the same of those that were captured */
    bool newest;     /* no byte after the segment's last was seen */
} caw_walk;

static const caw_place lost = {.lost = true};

static uint32_t smaller(uint64_t a, uint64_t b) {
    return (uint32_t)(a < b ? a : b);
}

/* ---- places ------------------------------------------------------------------------------- */

/* After these bytes, with which a message begins. */
static caw_place inside(const uint8_t *bytes, uint32_t length) {
    int64_t size = caw_size(bytes, length);
    caw_place place = {.rest = (uint64_t)size - length};
    if (size == CAW_MORE) {
        place = (caw_place){.held = (uint8_t)length};
        memcpy(place.header, bytes, length);
    }
    return place;
}

/* Adds the next bytes to a held header, to know how many of them belong to its message. */
static caw_place finish_header(caw_place place, const uint8_t *bytes, uint32_t length) {
    uint32_t held = place.held;
    uint32_t added = smaller(length, sizeof place.header - held);
    memcpy(place.header + held, bytes, added);
    int64_t size = caw_size(place.header, held + added);
    if (size == CAW_MORE) {
        place.held = (uint8_t)(held + added);
        return place;
    }
    return size > held ? (caw_place){.rest = (uint64_t)size - held} : lost;
}

/* After a gap: known as long as all that is missing is of one message. */
static caw_place cross(caw_place place, uint64_t gap) {
    if (!gap)
        return place;
    if (place.lost || place.held || gap > place.rest)
        return lost;
    return (caw_place){.rest = place.rest - gap};
}

/* ---- where a segment belongs -------------------------------------------------------------- */

/* What was kept comes again, and more with it. */
static bool is_kept(const caw_stream *stream, uint64_t from, uint64_t end) {
    return stream->kept && stream->seen - from == stream->kept && end > stream->seen;
}

/* Bytes of a gap: those that were seen before it are repeated, it may end before they do. */
static void put_into(const caw_gap *gap, caw_walk *walk, caw_stretch *stretch) {
    uint64_t from = walk->start + walk->at;
    walk->until = smaller(walk->segment->length, gap->to - walk->start);
    if (from < gap->from)
        stretch->repeated = (uint32_t)(gap->from - from);
    walk->place = from < gap->from ? gap->place : cross(gap->place, from - gap->from);
}

/* Bytes after all that was seen: those that come right there, or after a new gap. */
static void put_last(caw_stream *stream, caw_walk *walk, caw_stretch *stretch) {
    uint64_t from = walk->start + walk->at + stretch->repeated;
    stretch->missing = (uint32_t)(from - stream->seen);
    stretch->given_up = stream->kept;
    stretch->after_loss = stretch->missing || stream->kept || (stream->place.lost && stream->begun);
    if (stretch->missing && !stream->in_order)
        caw_gaps_open(&stream->gaps, stream->seen, from, stream->place);
    walk->place = cross(stream->place, stretch->missing);
}

/* Puts what begins at `at` where it belongs: its place, what is repeated, and how much is new. */
static void put(caw_stream *stream, caw_walk *walk, caw_stretch *stretch) {
    uint64_t from = walk->start + walk->at, end = walk->start + walk->segment->length;
    walk->until = walk->segment->length;
    walk->newest = end > stream->seen;
    if (is_kept(stream, from, end))
        return;
    const caw_gap *gap = caw_gaps_find(&stream->gaps, from);
    if (gap && gap->from < end) {
        put_into(gap, walk, stretch);
        return;
    }
    if (from < stream->seen)
        stretch->repeated = smaller(stream->seen - from, end - from);
    if (walk->newest)
        put_last(stream, walk, stretch);
}

/* ---- its messages ------------------------------------------------------------------------- */

/*
 * How many bytes there are no proven message. The SYN of another connection between the same ports
 * says nothing of where messages begin: a grid is not relied on before one was found.
 */
static uint32_t skip(const caw_stream *stream, const caw_walk *walk) {
    const uint8_t *bytes = walk->segment->bytes + walk->at;
    size_t left = walk->there - walk->at, found = left;
    uint32_t first = (stream->grid - (walk->start + walk->at)) % 8;
    bool whole = walk->at == 0 && walk->there == walk->segment->length;
    if (stream->aligned)
        found = caw_resync(bytes, left, first, 8, whole);
    if (!stream->aligned || (found == left && !stream->proven))
        found = caw_resync(bytes, left, 0, 1, whole);
    return (uint32_t)found;
}

/* What comes before the first message. */
static void find_first(const caw_stream *stream, caw_walk *walk, caw_stretch *stretch) {
    uint32_t left = walk->until - walk->at;
    uint32_t there = walk->there - smaller(walk->at, walk->there);
    if (walk->place.held && there)
        walk->place = finish_header(walk->place, walk->segment->bytes + walk->at, there);
    if (walk->place.held) {
        stretch->continued = left;
        walk->place = there < left ? lost : walk->place;
    } else if (!walk->place.lost) {
        stretch->continued = smaller(walk->place.rest, left);
        walk->place.rest -= stretch->continued;
    } else if (there) {
        stretch->skipped = skip(stream, walk);
    }
    walk->at += stretch->continued + stretch->skipped;
}

/*
 * No message begins here. What would need more than is here must be a known command: the text of a
 * web browser asks for 21 kB.
 */
static bool is_foreign(const uint8_t *bytes, uint32_t left, int64_t size) {
    return size == CAW_MALFORMED || (size > left && caw_command_at(bytes, left) >= CAW_COMMANDS);
}

static void end_with(caw_walk *walk, caw_stretch *stretch, caw_tail kind, caw_place place) {
    stretch->tail_kind = kind;
    stretch->tail = walk->segment->length - walk->at;
    walk->place = place;
}

/* The captured bytes end before a message does, or before it is known where it does. */
static void end_inside(caw_walk *walk, caw_stretch *stretch, bool keep) {
    const caw_segment *segment = walk->segment;
    if (segment->captured < segment->length) {
        end_with(walk, stretch, CAW_TAIL_CUT, lost);
        return;
    }
    uint32_t left = segment->length - walk->at;
    end_with(walk, stretch, keep ? CAW_TAIL_KEPT : CAW_TAIL_HEADER,
             inside(segment->bytes + walk->at, left));
}

/* The message that begins here is counted; or false, and the stretch ends here. */
static bool take_message(caw_stream *stream, caw_walk *walk, caw_stretch *stretch) {
    const caw_segment *segment = walk->segment;
    const uint8_t *bytes = segment->bytes + walk->at;
    uint32_t left = segment->captured - walk->at;
    int64_t size = caw_size(bytes, left);
    bool keep = segment->keep && walk->newest && segment->captured == segment->length &&
                size <= (int64_t)stream->largest;
    if (is_foreign(bytes, left, size)) {
        end_with(walk, stretch, CAW_TAIL_FOREIGN, lost);
        return false;
    }
    if (size == CAW_MORE || (size > left && keep)) {
        end_inside(walk, stretch, keep);
        return false;
    }
    uint32_t used = smaller((uint64_t)size, segment->length - walk->at);
    walk->place = (caw_place){.rest = (uint64_t)size - used};
    walk->at += used;
    stretch->messages += used;
    stream->proven = stream->aligned = true;
    return true;
}

static void take_messages(caw_stream *stream, caw_walk *walk, caw_stretch *stretch) {
    const caw_segment *segment = walk->segment;
    bool by_place = !stream->proven && !stretch->continued && !walk->place.lost;
    if (walk->at < walk->there)
        stream->grid = walk->start + walk->at;
    if (walk->at < walk->there && by_place &&
        !caw_begins(segment->bytes + walk->at, segment->captured - walk->at))
        end_with(walk, stretch, CAW_TAIL_FOREIGN, lost);
    while (!stretch->tail && walk->at < walk->there && take_message(stream, walk, stretch))
        ;
    if (!stretch->tail && walk->at < walk->until)
        end_with(walk, stretch, CAW_TAIL_CUT, lost);
    if (stretch->tail_kind == CAW_TAIL_FOREIGN) {
        stream->aligned = false; /* it may have been wrong */
        stream->refused = !stream->proven;
    }
}

/* ---- the stream --------------------------------------------------------------------------- */

caw_stream *caw_stream_new(const caw_memory *memory, uint64_t largest) {
    caw_stream *stream = memory->alloc(memory->user, sizeof *stream);
    if (stream)
        *stream = (caw_stream){.gaps.memory = *memory, .largest = largest, .place = lost};
    return stream;
}

void caw_stream_free(caw_stream *stream) {
    if (!stream)
        return;
    caw_memory memory = stream->gaps.memory;
    caw_gaps_free(&stream->gaps);
    memory.release(memory.user, stream);
}

/* Positions begin so far up that what is older than the first has one too. */
static void place_at(caw_stream *stream, uint32_t sequence) {
    stream->seen = stream->grid = UINT64_C(1) << 32 | sequence;
    stream->placed = true;
}

void caw_stream_begin(caw_stream *stream, uint32_t sequence) {
    if (stream->placed)
        return;
    place_at(stream, sequence);
    stream->place = (caw_place){.rest = 0};
    stream->aligned = true;
}

void caw_stream_in_order(caw_stream *stream) {
    stream->in_order = true;
}

static uint64_t position_of(const caw_stream *stream, uint32_t sequence) {
    return stream->seen + (uint64_t)(int64_t)(int32_t)(sequence - (uint32_t)stream->seen);
}

/*
 * Bytes far before others that are no Channel Access are not repeated ones: they are of another
 * connection between the same ports, whose SYN is not here.
 */
static void forget_foreign(caw_stream *stream, uint32_t sequence) {
    if (!stream->refused || stream->proven || position_of(stream, sequence) + FAR >= stream->seen)
        return;
    caw_gaps_free(&stream->gaps);
    stream->kept = 0;
    stream->place = lost;
    stream->placed = false;
}

caw_stretch caw_stream_add(caw_stream *stream, const caw_segment *segment, uint32_t at) {
    caw_stretch stretch = {.tail_kind = CAW_TAIL_NONE};
    if (at >= segment->length)
        return stretch;
    if (at == 0)
        forget_foreign(stream, segment->sequence);
    if (!stream->placed)
        place_at(stream, segment->sequence + at);
    caw_walk walk = {.segment = segment, .start = position_of(stream, segment->sequence), .at = at};
    put(stream, &walk, &stretch);
    walk.there = smaller(walk.until, segment->captured);
    walk.at += stretch.repeated;
    uint32_t first = walk.at;
    stream->begun = true;
    if (walk.at < walk.until) {
        find_first(stream, &walk, &stretch);
        take_messages(stream, &walk, &stretch);
    }
    uint64_t end = walk.start + walk.at + stretch.tail;
    caw_gaps_fill(&stream->gaps, walk.start + first, end, walk.place);
    if (end > stream->seen) {
        stream->seen = end;
        stream->place = walk.place;
        stream->kept = stretch.tail_kind == CAW_TAIL_KEPT ? stretch.tail : 0;
    }
    stretch.length = walk.at + stretch.tail - at;
    return stretch;
}

uint32_t caw_stream_next(const caw_stream *stream) {
    return (uint32_t)stream->seen - stream->kept;
}

caw_contents caw_stream_contents(const caw_stream *stream) {
    if (stream->proven)
        return CAW_CONTENTS_MESSAGES;
    return stream->refused ? CAW_CONTENTS_FOREIGN : CAW_CONTENTS_UNKNOWN;
}
