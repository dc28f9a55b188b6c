/* SPDX-License-Identifier: BSD-3-Clause */
#include "conversations.h"

#include "digest.h"

#include <string.h>

/* Of what may be held: so much for bytes that wait in one direction, and in all. */
#define SHARE_OF_ONE 16
#define SHARE_OF_ALL 2

/* How long a gap that was acknowledged is waited for: see caw_tcp_setup. */
#define GRACE_PACKETS     64
#define GRACE_NANOSECONDS 50000000

struct caw_conversations {
    caw_reader *reader;
    caw_holder holder;
    caw_tcp_setup setup;
    uint64_t held; /* by what waits in all caw_tcp */
    caw_idmap by_ends;
    caw_ring all;   /* in the order in which they began, or have proven to be Channel Access */
    caw_ring ended; /* in that order */
    uint32_t ended_count;
    caw_ring waiting;          /* those with bytes that wait for others */
    caw_conversation *latest;  /* of a segment; NULL: none */
    caw_conversation *reading; /* whose TCP is telling */
};

static const caw_memory *memory_of(const caw_conversations *self) {
    return caw_ages_memory(self->reader->ages, CAW_HELD_STREAMS);
}

/* ---- life ------------------------------------------------------------------------------- */

static void set_waiting(caw_conversations *self, caw_conversation *conversation, bool waits) {
    if (!waits)
        caw_ring_remove(&conversation->wait);
    else if (!caw_ring_is_linked(&conversation->wait))
        caw_ring_add_last(&self->waiting, &conversation->wait);
}

static void free_conversation(caw_conversations *self, caw_conversation *conversation) {
    const caw_memory *memory = memory_of(self);
    set_waiting(self, conversation, false);
    self->ended_count -= conversation->over;
    if (self->latest == conversation)
        self->latest = NULL;
    caw_ages_remove(self->reader->ages, &conversation->open);
    caw_ring_remove(&conversation->node);
    caw_idmap_set(&self->by_ends, memory, conversation->key, NULL);
    caw_conversation_forget(self->reader, conversation);
    caw_tcp_free(conversation->tcp);
    memory->release(memory->user, conversation);
}

static void flush(caw_conversations *self, caw_conversation *conversation) {
    self->reading = conversation;
    caw_tcp_flush(conversation->tcp);
    set_waiting(self, conversation, false);
}

/* Memory has come to its end: what waits is told before it is lost. */
static void drop(void *owner, caw_open *open) {
    caw_conversations *self = owner;
    caw_conversation *conversation = CAW_RING_ENTRY(open, caw_conversation, open);
    flush(self, conversation);
    caw_conversation_rest(self->reader, conversation);
    free_conversation(self, conversation);
}

bool caw_conversations_drop_ended(caw_conversations *self) {
    if (caw_ring_is_empty(&self->ended))
        return false;
    free_conversation(self, CAW_RING_ENTRY(self->ended.after, caw_conversation, node));
    return true;
}

/* Nothing more is expected of it. */
static void end(caw_conversations *self, caw_conversation *conversation) {
    caw_conversation_rest(self->reader, conversation);
    caw_conversation_forget(self->reader, conversation);
    caw_ages_remove(self->reader->ages, &conversation->open);
    caw_ring_remove(&conversation->node);
    caw_ring_add_last(&self->ended, &conversation->node);
    conversation->over = true;
    self->ended_count++;
}

static void open_conversation(caw_conversations *self, caw_conversation *conversation) {
    self->ended_count -= conversation->over;
    conversation->over = false;
    caw_ring_remove(&conversation->node);
    caw_ring_add_last(&self->all, &conversation->node);
    caw_ages_add(self->reader->ages, &conversation->open, CAW_OPEN_CONNECTIONS, &self->holder);
}

/* A segment or a tick may have ended it, begun the next, or told what waited. */
static void settle(caw_conversations *self, caw_conversation *conversation) {
    bool over = caw_tcp_ended(conversation->tcp);
    caw_conversation_settle(self->reader, conversation);
    set_waiting(self, conversation, !over && caw_tcp_waits(conversation->tcp));
    if (over && !conversation->over)
        end(self, conversation);
    else if (!over && conversation->over)
        open_conversation(self, conversation);
    if (self->ended_count > CAW_MOST_ENDED)
        caw_conversations_drop_ended(self);
}

/* ---- finding ---------------------------------------------------------------------------- */

/* IPv4 addresses and ports fit; of others a digest stands for the addresses. */
static caw_key key_of(const caw_conversations *self, const caw_end *first, const caw_end *second) {
    caw_view one = {first->bytes, 0, first->size}, other = {second->bytes, 0, second->size};
    uint64_t ports = (uint64_t)first->port << 16 | second->port;
    if (first->size == 4)
        return (caw_key){(uint64_t)wire_u32(one, 0) << 32 | wire_u32(other, 0), ports};
    uint64_t digest = caw_digest(caw_digest(self->reader->setup.seed, one), other);
    return (caw_key){digest, UINT64_C(1) << 32 | ports};
}

static caw_conversation *make(caw_conversations *self, caw_key key, const caw_end *first,
                              const caw_end *second) {
    const caw_memory *memory = memory_of(self);
    caw_conversation *made = memory->alloc(memory->user, sizeof *made);
    if (!made)
        return NULL;
    *made = (caw_conversation){.ends = {*first, *second}, .key = key};
    made->tcp = caw_tcp_new(&self->setup);
    if (!made->tcp || !caw_idmap_set(&self->by_ends, memory, key, made)) {
        caw_tcp_free(made->tcp);
        memory->release(memory->user, made);
        return NULL;
    }
    made->number = ++self->reader->connections;
    open_conversation(self, made);
    return made;
}

static bool is_same(const caw_end *a, const caw_end *b) {
    return a->port == b->port && a->size == b->size &&
           memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static caw_conversation *find(caw_conversations *self, const caw_end *source, const caw_end *target,
                              int *end, bool or_make) {
    caw_conversation *latest = self->latest;
    *end = caw_conversation_end(source, target);
    const caw_end *first = *end ? target : source, *second = *end ? source : target;
    if (latest && is_same(&latest->ends[0], first) && is_same(&latest->ends[1], second))
        return latest;
    caw_key key = key_of(self, first, second);
    caw_conversation *found = caw_idmap_get(&self->by_ends, key);
    return found || !or_make ? found : make(self, key, first, second);
}

/* ---- reading ---------------------------------------------------------------------------- */

/* A receiver drops what IP has refused. */
static caw_checksum checksum_of(const caw_packet_part *part) {
    return part->below == CAW_CHECKSUM_BAD ? CAW_CHECKSUM_BAD : caw_packet_checksum(part);
}

static caw_tcp_segment segment_of(const caw_packet_part *part, int end, caw_moment now) {
    return (caw_tcp_segment){.end = end,
                             .flags = part->flags,
                             .sequence = part->sequence,
                             .acknowledgment = part->acknowledgment,
                             .window = part->window,
                             .has_scale = part->scale != CAW_TCP_NO_SCALE,
                             .scale = part->scale,
                             .has_timestamp = part->has_time,
                             .timestamp = part->time,
                             .bytes = part->payload.bytes.bytes,
                             .captured = part->payload.bytes.len,
                             .length = part->payload.length,
                             .checksum = checksum_of(part),
                             .when = now};
}

static void on_proven(void *user, caw_conversation *conversation) {
    caw_conversations *self = user;
    caw_ring_remove(&conversation->node);
    caw_ring_add_last(&self->all, &conversation->node);
}

static void on_told(void *user, const caw_told *told) {
    caw_conversations *self = user;
    caw_conversation_watch watch = {on_proven, self};
    caw_conversation_told(self->reader, self->reading, told, &watch);
}

void caw_conversations_segment(caw_conversations *self, const caw_packet_part *part) {
    int from;
    caw_conversation *conversation = find(self, &part->source, &part->target, &from, true);
    if (!conversation)
        return;
    caw_tcp_segment segment = segment_of(part, from, self->reader->frame.now);
    self->latest = self->reading = conversation;
    if (!conversation->over)
        caw_ages_touch(self->reader->ages, &conversation->open);
    caw_tcp_add(conversation->tcp, &segment);
    caw_conversation_count(self->reader, conversation, from, part);
    settle(self, conversation);
}

void caw_conversations_error(caw_conversations *self, const caw_icmp_error *error) {
    int client;
    caw_conversation *conversation = find(self, &error->source, &error->target, &client, false);
    if (conversation)
        caw_conversation_unreachable(self->reader, conversation, client, error);
}

/* ---- time ------------------------------------------------------------------------------- */

void caw_conversations_tick(caw_conversations *self, int64_t nanoseconds) {
    caw_ring *next;
    for (caw_ring *at = self->waiting.after; at != &self->waiting; at = next) {
        caw_conversation *conversation = CAW_RING_ENTRY(at, caw_conversation, wait);
        next = at->after; /* is not freed now: only what has ended is, and that does not wait */
        self->reading = conversation;
        caw_tcp_tick(conversation->tcp, nanoseconds);
        settle(self, conversation);
    }
}

bool caw_conversations_wait(const caw_conversations *self) {
    return !caw_ring_is_empty(&self->waiting);
}

void caw_conversations_end(caw_conversations *self) {
    caw_ring *next;
    caw_ring *last = self->all.before;
    for (caw_ring *at = self->all.after; at != &self->all; at = at == last ? &self->all : next) {
        next = at->after;
        flush(self, CAW_RING_ENTRY(at, caw_conversation, node));
    }
    for (caw_ring *at = self->all.after; at != &self->all; at = at->after)
        caw_conversation_rest(self->reader, CAW_RING_ENTRY(at, caw_conversation, node));
}

/* ---- the table -------------------------------------------------------------------------- */

caw_conversations *caw_conversations_new(caw_reader *reader) {
    const caw_memory *memory = caw_ages_memory(reader->ages, CAW_HELD_STREAMS);
    caw_conversations *self = memory->alloc(memory->user, sizeof *self);
    if (!self)
        return NULL;
    *self = (caw_conversations){.reader = reader, .holder = {drop, self}};
    self->setup = (caw_tcp_setup){.memory = *memory,
                                  .tell = on_told,
                                  .user = self,
                                  .most = reader->setup.most / SHARE_OF_ONE,
                                  .held = &self->held,
                                  .most_of_all = reader->setup.most / SHARE_OF_ALL,
                                  .packets = GRACE_PACKETS,
                                  .nanoseconds = GRACE_NANOSECONDS};
    caw_ring_begin(&self->all);
    caw_ring_begin(&self->ended);
    caw_ring_begin(&self->waiting);
    return self;
}

static void free_all(caw_conversations *self, const caw_ring *list) {
    while (!caw_ring_is_empty(list))
        free_conversation(self, CAW_RING_ENTRY(list->after, caw_conversation, node));
}

void caw_conversations_free(caw_conversations *self) {
    if (!self)
        return;
    const caw_memory *memory = memory_of(self);
    free_all(self, &self->all);
    free_all(self, &self->ended);
    caw_idmap_free(&self->by_ends, memory);
    memory->release(memory->user, self);
}
