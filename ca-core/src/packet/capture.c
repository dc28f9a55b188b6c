/* SPDX-License-Identifier: BSD-3-Clause */
/* From frames to events: what a frame carries, and who reads it. */
#include "conversations.h"
#include "copies.h"
#include "network.h"
#include "strangers.h"
#include "udp.h"

/* IP datagrams that are not whole: so many at once, and their share of what may be held. */
#define MOST_FRAGMENTED    4096
#define SHARE_OF_FRAGMENTS 16

/* What may wait for copies: a share of what may be held, and no more than this. */
#define SHARE_OF_COPIES      16
#define MOST_BYTES_OF_COPIES (4 << 20)

struct caw_capture {
    caw_memory memory;
    caw_reader reader;
    caw_network *network;
    caw_conversations *conversations;
    caw_copies *copies;
    caw_strangers strangers; /* as long as there is no message */
    uint32_t unknown;        /* interfaces */
    int64_t held_since;      /* a clock has seen copies waiting; 0: it has not */
};

/* ---- a frame ---------------------------------------------------------------------------- */

static caw_recorded recorded_of(const caw_capture *self, const caw_frame *frame) {
    uint32_t number = (uint32_t)self->reader.counts.packets;
    return (caw_recorded){.now = {number, frame->nanoseconds, frame->seconds},
                          .exact = frame->exact,
                          .frame = {frame->bytes, 0, frame->captured},
                          .link = caw_link_class(frame->link)};
}

/*
 * What is told until the next part is read, as bytes that wait no longer, is told at this moment
 * too, so that none goes back in time; but not with this frame's bytes.
 */
static void read_part(caw_capture *self, const caw_recorded *recorded, const caw_packet_part *part,
                      uint32_t copies) {
    self->reader.frame = *recorded;
    switch (part->kind) {
    case CAW_PACKET_TCP:
        caw_conversations_segment(self->conversations, part);
        break;
    case CAW_PACKET_UDP:
        caw_udp_read(&self->reader, part, copies);
        break;
    case CAW_PACKET_ICMP:
        if (part->quoted == CAW_TRANSPORT_TCP)
            caw_conversations_error(self->conversations, &part->error);
        else
            caw_udp_refused(&self->reader, &part->error);
        break;
    }
    self->reader.frame.frame = (caw_view){NULL, 0, 0};
}

/* Reads what has waited for copies; `all`: whether its time has come or not. */
static void read_held(caw_capture *self, bool all) {
    caw_held held;
    if (!caw_copies_wait(self->copies))
        return;
    while (caw_copies_take(self->copies, &held, all))
        read_part(self, &held.recorded, &held.part, held.copies);
}

/*
 * Where a packet was recorded. Cooked captures of version 1 do not say; they are of all interfaces,
 * so there each record may be of another one.
 */
static uint64_t interface_of(caw_capture *self, const caw_packet_part *part, uint32_t interface) {
    const caw_origin *origin = &part->origin;
    bool is_unknown = origin->interface == 0 && origin->way != CAW_WAY_UNKNOWN;
    uint32_t index = is_unknown ? ++self->unknown : origin->interface;
    return (uint64_t)interface << 32 | index;
}

/* What would count twice when it is recorded again: a datagram, and a question for a connection. */
static bool may_count_twice(const caw_capture *self, const caw_packet_part *part) {
    if (part->kind == CAW_PACKET_TCP)
        return (part->flags & (CAW_TCP_SYN | CAW_TCP_ACK)) == CAW_TCP_SYN;
    return part->kind == CAW_PACKET_UDP && caw_udp_is_ours(&self->reader, part);
}

/* Now, or when it is known how often it was recorded. */
static void take_part(caw_capture *self, const caw_recorded *recorded, const caw_packet_part *part,
                      uint32_t interface) {
    uint64_t recorded_on = interface_of(self, part, interface);
    bool may_wait = may_count_twice(self, part);
    switch (caw_copies_add(self->copies, recorded, part, recorded_on, may_wait)) {
    case CAW_COPIES_NOW:
        read_held(self, true);
        read_part(self, recorded, part, 1);
        break;
    case CAW_COPIES_AGAIN:
        self->reader.counts.copies++;
        break;
    case CAW_COPIES_HELD:
        self->held_since = 0;
        break;
    }
    read_held(self, false);
}

/* What has ended goes first, then what was not used for the longest time. */
static void bound(caw_capture *self) {
    caw_ages *ages = self->reader.ages;
    while (caw_ages_bytes(ages) > self->reader.setup.most &&
           (caw_conversations_drop_ended(self->conversations) || caw_ages_drop_oldest(ages)))
        ;
}

void caw_capture_frame(caw_capture *self, const caw_frame *frame) {
    caw_span span = {{frame->bytes, 0, frame->captured}, frame->length};
    caw_packet_part part;
    self->reader.counts.packets++;
    self->reader.counts.cut += frame->captured < frame->length;
    caw_recorded recorded = recorded_of(self, frame);
    if (!self->reader.began.frame && frame->timed)
        self->reader.began = recorded.now;
    caw_searches_expire(self->reader.searches, recorded.now);
    if (caw_network_frame(self->network, frame->link, span, recorded.now, &part)) {
        if (!self->reader.counts.messages)
            caw_strangers_see(&self->strangers, &part);
        take_part(self, &recorded, &part, frame->interface_id);
    }
    bound(self);
}

void caw_capture_tick(caw_capture *self, int64_t nanoseconds) {
    if (!self->held_since)
        self->held_since = nanoseconds;
    else if (nanoseconds - self->held_since > CAW_COPIES_APART)
        read_held(self, true);
    caw_conversations_tick(self->conversations, nanoseconds);
    bound(self);
}

bool caw_capture_waits(const caw_capture *self) {
    return caw_conversations_wait(self->conversations) || caw_copies_wait(self->copies);
}

void caw_capture_end(caw_capture *self) {
    read_held(self, true);
    caw_network_end(self->network);
    caw_conversations_end(self->conversations);
}

/* ---- counts ----------------------------------------------------------------------------- */

caw_capture_counts caw_capture_counted(const caw_capture *self) {
    caw_capture_counts counts = self->reader.counts;
    caw_open_counts open = caw_ages_counts(self->reader.ages);
    for (int kind = 0; kind < CAW_OPEN_KINDS; kind++) {
        counts.open[kind] = open.open[kind];
        counts.dropped[kind] = open.dropped[kind];
    }
    for (int kind = 0; kind < CAW_HELD_KINDS; kind++)
        counts.held[kind] = caw_ages_held(self->reader.ages, (caw_held_kind)kind);
    return counts;
}

bool caw_capture_trouble(const caw_capture *self, size_t index, const char **what,
                         uint64_t *times) {
    size_t problem = index + 1; /* the first one is none */
    if (problem < CAW_PROBLEMS) {
        *what = caw_problem_texts[problem];
        *times = caw_network_problems(self->network)[problem];
        return true;
    }
    size_t reason = problem - CAW_PROBLEMS;
    if (reason >= CAW_IGNORED_REASONS)
        return false;
    *what = caw_ignored_text((caw_ignored)reason);
    *times = self->reader.ignored[reason];
    return true;
}

bool caw_capture_stranger(const caw_capture *self, size_t index, caw_stranger *stranger) {
    return !self->reader.counts.messages && caw_strangers_at(&self->strangers, index, stranger);
}

/* ---- life ------------------------------------------------------------------------------- */

static bool make_parts(caw_capture *self) {
    caw_reader *reader = &self->reader;
    reader->ages = caw_ages_new(&reader->setup.memory);
    if (!reader->ages)
        return false;
    caw_fragments_limits limits = {MOST_FRAGMENTED, reader->setup.most / SHARE_OF_FRAGMENTS};
    reader->searches = caw_searches_new_forgetting(reader->ages);
    reader->endpoints = caw_endpoints_new_forgetting(reader->ages);
    self->network = caw_network_new(caw_ages_memory(reader->ages, CAW_HELD_FRAGMENTS), limits,
                                    reader->setup.seed);
    self->conversations = caw_conversations_new(reader);
    uint64_t share = reader->setup.most / SHARE_OF_COPIES;
    self->copies = caw_copies_new(caw_ages_memory(reader->ages, CAW_HELD_FRAGMENTS),
                                  share < MOST_BYTES_OF_COPIES ? share : MOST_BYTES_OF_COPIES,
                                  reader->setup.seed);
    return reader->searches && reader->endpoints && self->network && self->conversations &&
           self->copies;
}

caw_capture *caw_capture_new(const caw_capture_setup *setup) {
    caw_capture *self = setup->memory.alloc(setup->memory.user, sizeof *self);
    if (!self)
        return NULL;
    *self = (caw_capture){.memory = setup->memory, .reader = {.setup = *setup}};
    if (make_parts(self))
        return self;
    caw_capture_free(self);
    return NULL;
}

void caw_capture_free(caw_capture *self) {
    if (!self)
        return;
    caw_copies_free(self->copies);
    caw_conversations_free(self->conversations);
    caw_network_free(self->network);
    caw_searches_free(self->reader.searches);
    caw_endpoints_free(self->reader.endpoints);
    caw_ages_free(self->reader.ages);
    self->memory.release(self->memory.user, self);
}
