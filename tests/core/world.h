/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A circuit and the searches beside it: what is said and sent becomes events, in a reader that
 * keeps all and in one that forgets.
 */
#ifndef WORLD_H
#define WORLD_H

#include "counted.h"
#include "talk.h"

#define C CLIENT_END
#define S SERVER_END

#define UDP(side) .context = {.transport = CAW_TRANSPORT_UDP, .speaker = side}
#define CLIENT    caw_endpoint(0x0a010002, 40001)
#define OTHER     caw_endpoint(0x0a010002, 40002)
#define SERVER    caw_endpoint(0x0a010001, 5064)
#define ALL       caw_endpoint(0x0a0100ff, 5064)

typedef struct {
    caw_circuit *circuit;
    caw_searches *searches;
    caw_moment now;
    caw_moment last; /* of the capture, when it is read again */
    caw_note note;
    caw_event event;
} world;

static inline caw_end end_of(uint64_t endpoint) {
    uint32_t address = (uint32_t)(endpoint >> 16);
    return (caw_end){.size = 4,
                     .bytes = {(uint8_t)(address >> 24), (uint8_t)(address >> 16),
                               (uint8_t)(address >> 8), (uint8_t)address},
                     .port = (uint16_t)endpoint};
}

/* Each message is half a second after the one before, in the next frame. */
static inline void pass(world *self) {
    self->now.frame++;
    self->now.nanoseconds += 500000000;
    self->now.seconds += self->now.nanoseconds / 1000000000;
    self->now.nanoseconds %= 1000000000;
}

static inline void tell(world *self, const caw_message *message, uint64_t from, uint64_t to) {
    self->event =
        (caw_event){.kind = CAW_EVENT_MESSAGE,
                    .now = self->now,
                    .last = self->last,
                    .source = end_of(from),
                    .target = end_of(to),
                    .circuit = message->transport == CAW_TRANSPORT_TCP ? self->circuit : NULL,
                    .message = *message,
                    .note = &self->note};
}

static inline void say(world *self, int end, draft made) {
    static uint8_t bytes[MADE_MOST];
    pass(self);
    caw_message message = talk_decode(self->circuit, end, &made, bytes);
    caw_circuit_observe(self->circuit, end, &message, self->now, &self->note);
    uint64_t from = end == C ? CLIENT : SERVER;
    tell(self, &message, from, end == C ? SERVER : CLIENT);
    caw_searches_compare(self->searches, from, &message, &self->note);
    if (self->note.turn == CAW_TURN_REQUEST)
        caw_searches_link(self->searches, from, self->now, &self->note);
}

static inline void send(world *self, uint64_t from, uint64_t to, draft made) {
    static uint8_t bytes[MADE_MOST];
    pass(self);
    caw_message message = talk_decode(NULL, 0, &made, bytes);
    caw_searches_observe(self->searches, from, to, &message, self->now, &self->note);
    tell(self, &message, from, to);
}

/* ---- messages ----------------------------------------------------------------------------- */

static inline draft search(uint32_t cid, const char *name) {
    return (draft){UDP(CAW_SIDE_CLIENT), .command = 6, .type = 5, .count = 13, .p1 = cid, .p2 = cid,
                   .payload = name,      .size = 8};
}

static inline draft found(uint32_t cid) {
    return (draft){
        UDP(CAW_SIDE_SERVER),          .command = 6, .type = 5064, .p1 = 0xffffffff, .p2 = cid,
        .payload = "\0\x0b\0\0\0\0\0", .size = 8};
}

static inline draft beacon(uint32_t number) {
    return (draft){UDP(CAW_SIDE_SERVER), .command = 13, .type = 13, .count = 5066, .p1 = number};
}

static inline draft create(uint32_t cid, const char *name) {
    return (draft){.command = 18, .p1 = cid, .p2 = 13, .payload = name, .size = 8};
}

static inline draft rights(uint32_t cid, uint32_t bits) {
    return (draft){.command = 22, .p1 = cid, .p2 = bits};
}

static inline draft created(uint32_t cid, uint32_t sid) {
    return (draft){.command = 18, .type = 6, .count = 7, .p1 = cid, .p2 = sid};
}

static const char mask[] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0";

static inline draft subscribe(uint32_t sid, uint32_t id) {
    return (draft){
        .command = 1, .type = 6, .count = 1, .p1 = sid, .p2 = id, .payload = mask, .size = 16};
}

static inline draft update(uint32_t id) {
    return (draft){.command = 1,
                   .type = 6,
                   .count = 1,
                   .p1 = 1,
                   .p2 = id,
                   .payload = "\x40\x0a\0\0\0\0\0\0",
                   .size = 8};
}

/* ---- readers ------------------------------------------------------------------------------ */

typedef void test(world *self);

static counted count = {.good = -1};

static inline void run_forgetting(test *tried) {
    caw_memory memory = counted_memory(&count);
    caw_ages *ages = caw_ages_new(&memory);
    world self = {.circuit = caw_circuit_new_forgetting(ages, true),
                  .searches = caw_searches_new_forgetting(ages)};
    tried(&self);
    caw_circuit_free(self.circuit);
    caw_searches_free(self.searches);
    caw_ages_free(ages);
}

static inline void run(test *tried) {
    caw_memory memory = counted_memory(&count);
    world self = {.circuit = caw_circuit_new(&memory, true), .searches = caw_searches_new(&memory)};
    tried(&self);
    caw_circuit_free(self.circuit);
    caw_searches_free(self.searches);
}

#endif
