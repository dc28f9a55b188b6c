/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames written as hexadecimal digits, and what a network makes of them. The packets were put
 * together, with their checksums, by the Python library dpkt.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include "counted.h"
#include "guard.h"
#include "packet/network.h"
#include "test.h"

#define MACS "02ca00000001 02ca00000002 "

/* 10.1.0.2:40100 -> 10.1.0.1:5064, id 0x1234, TTL 64, "abcd", time 0x11223344, echo 0x55667788 */
#define IP4_OF_TCP "45000038 12340000 40065488 0a010002 0a010001 "
#define TCP        "9ca413c8 01020304 05060708 80182000 ac100000 0101080a 11223344 55667788 "
#define TCP_PACKET IP4_OF_TCP TCP "61626364"

/* 10.1.0.2:40001 -> 10.1.0.255:5064, id 7, TTL 63, "hello" */
#define IP4_OF_UDP "45000021 00070000 3f1166c3 0a010002 0a0100ff "
#define UDP_PACKET IP4_OF_UDP "9c4113c8 000df6f5 68656c6c 6f"

/* [fd00::2]:40001 -> [fd00::1]:5064, hop limit 9, "hello" */
#define ADDRESSES6  "fd000000000000000000000000000002 fd000000000000000000000000000001 "
#define UDP6        "9c4113c8 000d11f4 68656c6c 6f"
#define UDP6_PACKET "60000000 000d1109 " ADDRESSES6 UDP6

typedef struct {
    uint8_t bytes[4096];
    size_t length;
} made_frame;

static inline void frame_add(made_frame *frame, const char *hex) {
    while (*hex) {
        unsigned byte = 0;
        if (*hex == ' ') {
            hex++;
            continue;
        }
        if (frame->length == sizeof frame->bytes || sscanf(hex, "%2x", &byte) != 1)
            abort();
        frame->bytes[frame->length++] = (uint8_t)byte;
        hex += 2;
    }
}

static inline made_frame frame_of(const char *hex) {
    made_frame frame = {.length = 0};
    frame_add(&frame, hex);
    return frame;
}

static inline void frame_set16(made_frame *frame, size_t at, size_t value) {
    frame->bytes[at] = (uint8_t)(value >> 8);
    frame->bytes[at + 1] = (uint8_t)value;
}

static inline caw_span span_of(const made_frame *frame) {
    uint32_t length = (uint32_t)frame->length;
    return (caw_span){{frame->bytes, 0, length}, length};
}

/* A network, and what it said last. */
typedef struct {
    counted count;
    caw_memory memory;
    caw_network *network;
    caw_packet_part part;
    bool has_part;
} reader;

#define MANY ((caw_fragments_limits){64, 1 << 20})

static inline void reader_begin_with(reader *self, caw_fragments_limits limits) {
    *self = (reader){.count = {.good = -1}};
    self->memory = counted_memory(&self->count);
    self->network = caw_network_new(&self->memory, limits, 42);
}

static inline void reader_begin(reader *self) {
    reader_begin_with(self, MANY);
}

static inline void reader_end(reader *self) {
    caw_network_free(self->network);
    CHECK(self->count.live == 0, "%ld pieces of memory are left", self->count.live);
}

static inline bool reader_read(reader *self, uint32_t link, const made_frame *frame) {
    caw_moment now = {.frame = 1, .seconds = 1700000000};
    self->has_part = caw_network_frame(self->network, link, span_of(frame), now, &self->part);
    return self->has_part;
}

static inline uint64_t reader_count(const reader *self, caw_problem problem) {
    return caw_network_problems(self->network)[problem];
}

static inline uint64_t reader_problems(const reader *self) {
    uint64_t sum = 0;
    for (size_t i = 0; i < CAW_PROBLEMS; i++)
        sum += caw_network_problems(self->network)[i];
    return sum;
}

static inline bool payload_is(const caw_packet_part *part, const char *text) {
    return part->payload.bytes.len == strlen(text) && part->payload.length == strlen(text) &&
           memcmp(part->payload.bytes.bytes, text, strlen(text)) == 0;
}

static inline bool end_is(const caw_end *end, const char *text, uint16_t port) {
    char got[CAW_END_TEXT];
    caw_end_text(end, got, sizeof got);
    return strcmp(got, text) == 0 && end->port == port;
}

#endif
