/* SPDX-License-Identifier: BSD-3-Clause */
#include "copies.h"

#include "history/ring.h"

#include <string.h>

/* More than a bridge has ports, and what may wait at once. */
#define MOST_INTERFACES 32
#define MOST_WAITING    1024

typedef struct {
    caw_ring node;
    caw_held held;
    uint64_t digest; /* of a datagram */
    bool may_have_copies;
    uint64_t interfaces[MOST_INTERFACES]; /* that it was recorded on: held.copies of them */
    size_t bytes;
    uint8_t copy[]; /* of the frame, and of a segment that does not lie in it */
} waiting;

/* A datagram that was read at once. */
typedef struct {
    bool is_there;
    uint64_t digest;
    uint64_t interface;
    caw_moment now;
} seen_once;

struct caw_copies {
    caw_memory memory;
    uint64_t most;
    uint64_t seed;
    bool several; /* interfaces were seen, or are there */
    seen_once last;
    caw_ring queue;
    uint32_t count;
    size_t bytes;
    caw_moment latest;
    waiting *taken; /* what the last caw_held borrows from */
};

/* ---- a copy of a packet ------------------------------------------------------------------- */

static bool lies_in(caw_view part, caw_view whole) {
    return part.len && part.bytes >= whole.bytes && part.bytes < whole.bytes + whole.len;
}

static size_t size_of(const caw_recorded *recorded, const caw_packet_part *part) {
    size_t size = recorded->frame.len;
    return lies_in(part->segment.bytes, recorded->frame) ? size : size + part->segment.bytes.len;
}

/* The same bytes, in the copy of what they lie in. */
static void rebase(caw_view *view, const uint8_t *from, const uint8_t *to) {
    if (view->len)
        view->bytes = to + (view->bytes - from);
}

static void copy_packet(waiting *made, const caw_recorded *recorded, const caw_packet_part *part) {
    caw_view frame = recorded->frame, segment = part->segment.bytes;
    const uint8_t *from = frame.bytes, *to = made->copy;
    if (frame.len)
        memcpy(made->copy, frame.bytes, frame.len);
    if (!lies_in(segment, frame)) {
        from = segment.bytes;
        to = made->copy + frame.len;
        if (segment.len)
            memcpy(made->copy + frame.len, segment.bytes, segment.len);
    }
    made->held = (caw_held){.recorded = *recorded, .part = *part, .copies = 1};
    made->held.recorded.frame.bytes = made->copy;
    rebase(&made->held.part.segment.bytes, from, to);
    rebase(&made->held.part.payload.bytes, from, to);
}

/* ---- the queue ---------------------------------------------------------------------------- */

static bool append(caw_copies *self, const caw_recorded *recorded, const caw_packet_part *part,
                   uint64_t interface, uint64_t digest, bool may_have_copies) {
    size_t bytes = sizeof(waiting) + size_of(recorded, part);
    waiting *made = self->memory.alloc(self->memory.user, bytes);
    if (!made)
        return false;
    memset(made, 0, sizeof *made);
    copy_packet(made, recorded, part);
    made->digest = digest;
    made->may_have_copies = may_have_copies;
    made->interfaces[0] = interface;
    made->bytes = bytes;
    caw_ring_add_last(&self->queue, &made->node);
    self->count++;
    self->bytes += bytes;
    return true;
}

static void free_taken(caw_copies *self) {
    if (self->taken)
        self->memory.release(self->memory.user, self->taken);
    self->taken = NULL;
}

/* Nanoseconds from one to the other; none when the clock was set back or far ahead. */
static int64_t between(caw_moment then, caw_moment now) {
    int64_t seconds = now.seconds - then.seconds;
    if (seconds < -1 || seconds > 1)
        return CAW_COPIES_APART + 1;
    int64_t apart = seconds * INT64_C(1000000000) + now.nanoseconds - then.nanoseconds;
    return apart < 0 ? -apart : apart;
}

/* It is a copy: of the same datagram, and from an interface that had none so far. */
static bool is_again(const waiting *first, uint64_t digest, uint64_t interface, caw_moment now) {
    if (!first->may_have_copies || first->digest != digest ||
        first->held.copies == MOST_INTERFACES ||
        between(first->held.recorded.now, now) > CAW_COPIES_APART)
        return false;
    for (uint32_t i = 0; i < first->held.copies; i++)
        if (first->interfaces[i] == interface)
            return false;
    return true;
}

static waiting *find(const caw_copies *self, uint64_t digest, uint64_t interface, caw_moment now) {
    for (caw_ring *at = self->queue.after; at != &self->queue; at = at->after) {
        waiting *first = CAW_RING_ENTRY(at, waiting, node);
        if (is_again(first, digest, interface, now))
            return first;
    }
    return NULL;
}

/* ---- packets ------------------------------------------------------------------------------ */

/* The last one before it was known that there are several interfaces. */
static bool is_last_again(const caw_copies *self, uint64_t digest, uint64_t interface,
                          caw_moment now) {
    const seen_once *last = &self->last;
    return last->is_there && last->digest == digest && last->interface != interface &&
           between(last->now, now) <= CAW_COPIES_APART;
}

static bool count_again(caw_copies *self, uint64_t digest, uint64_t interface, caw_moment now) {
    waiting *first = find(self, digest, interface, now);
    if (first)
        first->interfaces[first->held.copies++] = interface;
    return first || is_last_again(self, digest, interface, now);
}

caw_copies_verdict caw_copies_add(caw_copies *self, const caw_recorded *recorded,
                                  const caw_packet_part *part, uint64_t interface, bool may_wait) {
    uint64_t digest = may_wait ? caw_packet_digest(part, self->seed) : 0;
    self->several |= interface > 0;
    self->latest = recorded->now;
    if (may_wait && count_again(self, digest, interface, recorded->now))
        return CAW_COPIES_AGAIN;
    if (may_wait && !self->several)
        self->last = (seen_once){true, digest, interface, recorded->now};
    if (!self->several || (!may_wait && !self->count))
        return CAW_COPIES_NOW;
    return append(self, recorded, part, interface, digest, may_wait) ? CAW_COPIES_HELD
                                                                     : CAW_COPIES_NOW;
}

bool caw_copies_take(caw_copies *self, caw_held *held, bool all) {
    free_taken(self);
    if (!self->count)
        return false;
    waiting *first = CAW_RING_ENTRY(self->queue.after, waiting, node);
    bool full = self->count > MOST_WAITING || self->bytes > self->most;
    if (!all && !full && between(first->held.recorded.now, self->latest) <= CAW_COPIES_APART)
        return false;
    caw_ring_remove(&first->node);
    self->count--;
    self->bytes -= first->bytes;
    self->taken = first;
    *held = first->held;
    return true;
}

bool caw_copies_wait(const caw_copies *self) {
    return self->count > 0;
}

caw_copies *caw_copies_new(const caw_memory *memory, uint64_t most, uint64_t seed) {
    caw_copies *self = memory->alloc(memory->user, sizeof *self);
    if (!self)
        return NULL;
    *self = (caw_copies){.memory = *memory, .most = most, .seed = seed};
    caw_ring_begin(&self->queue);
    return self;
}

void caw_copies_free(caw_copies *self) {
    caw_held held;
    if (!self)
        return;
    while (caw_copies_take(self, &held, true))
        ;
    self->memory.release(self->memory.user, self);
}
