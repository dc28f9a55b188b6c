/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: segments of a connection with any flags, numbers and order, small bounds,
 * memory that runs out.
 *
 * The first byte: how many pieces of memory there are (0: enough). Then eight bytes a segment:
 * end and flags; number (two, from around the wrap); acknowledgment (one, from the other's
 * number); bytes of data; how many were captured; time; checksum, options. What is told must be in
 * order, within what was sent, and end in memory that is all given back.
 */
#include "packet/tcp.h"

#include "../core/counted.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SEGMENT 8
#define START   (UINT32_MAX - 100)

static void require(bool holds, const char *fault) {
    if (!holds) {
        fprintf(stderr, "%s\n", fault);
        abort();
    }
}

typedef struct {
    counted count;
    uint64_t held;
    bool began[2];
    uint32_t next[2];
    unsigned sum; /* of all bytes: they are there to be read */
} seen;

static void see_bytes(seen *self, const caw_told *told) {
    require(told->length > 0, "nothing, told");
    require(!self->began[told->end] || told->sequence == self->next[told->end], "out of order");
    self->began[told->end] = true;
    self->next[told->end] = told->sequence + told->length;
    for (uint32_t i = 0; told->kind == CAW_TOLD_BYTES && i < told->length; i++) {
        uint8_t byte = told->bytes[i];
        self->sum += byte;
        require(told->kind != CAW_TOLD_BYTES || byte < 255, "a byte that nobody sent");
    }
}

static void tell(void *user, const caw_told *told) {
    seen *self = user;
    require(told->end == 0 || told->end == 1, "a third end");
    if (told->kind == CAW_TOLD_ANEW)
        self->began[0] = self->began[1] = false;
    else if (told->kind == CAW_TOLD_IGNORED)
        require(*caw_ignored_text(told->reason), "without a reason");
    else if (told->kind == CAW_TOLD_BYTES || told->kind == CAW_TOLD_CUT ||
             told->kind == CAW_TOLD_GAP)
        see_bytes(self, told);
    else if (told->kind == CAW_TOLD_SIGN)
        require(told->flags & (CAW_TCP_SYN | CAW_TCP_FIN | CAW_TCP_RST), "a sign of nothing");
}

static void add(caw_tcp *tcp, const uint8_t *at, caw_moment *now) {
    static const unsigned flags[] = {CAW_TCP_ACK,
                                     CAW_TCP_ACK,
                                     CAW_TCP_SYN,
                                     CAW_TCP_SYN | CAW_TCP_ACK,
                                     CAW_TCP_FIN | CAW_TCP_ACK,
                                     CAW_TCP_RST,
                                     CAW_TCP_RST | CAW_TCP_ACK,
                                     CAW_TCP_URG | CAW_TCP_FIN};
    uint32_t length = at[4] % 64, captured = at[5] % 128 < length ? at[5] % 128 : length;
    uint8_t *bytes = malloc(captured ? captured : 1); /* reading past it is seen */
    memset(bytes, at[1] % 255, captured ? captured : 1);
    now->seconds += (int8_t)at[6] / 16;
    now->nanoseconds = at[6] * 3000000;
    caw_tcp_segment segment = {.end = at[0] & 1,
                               .flags = flags[at[0] >> 1 & 7],
                               .sequence = START + at[1] + (at[2] > 250 ? at[2] << 23 : at[2] & 1),
                               .acknowledgment = START + at[3],
                               .window = at[2],
                               .has_scale = at[7] & 1,
                               .scale = at[7] >> 4,
                               .has_timestamp = at[7] & 2,
                               .timestamp = at[6],
                               .bytes = bytes,
                               .captured = captured,
                               .length = length,
                               .checksum = (caw_checksum)((at[7] >> 2 & 3) % 3),
                               .when = *now};
    if (at[0] & 64)
        segment.length += (uint32_t)at[7] << 21; /* cut, below 2^30 */
    caw_tcp_add(tcp, &segment);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (!len)
        return 0;
    seen self = {.count = {.good = *data - 1, .once = len % 2}};
    caw_tcp_setup setup = {.memory = counted_memory(&self.count),
                           .tell = tell,
                           .user = &self,
                           .most = 400,
                           .held = &self.held,
                           .most_of_all = 4000,
                           .packets = 6,
                           .nanoseconds = 50000000};
    caw_tcp *tcp = caw_tcp_new(&setup);
    caw_moment now = {0};
    for (size_t at = 1; tcp && at + SEGMENT <= len; at += SEGMENT) {
        if ((data[at] & 0xb0) == 0xb0)
            caw_tcp_tick(tcp, (int64_t)(at + 1) * 10000000);
        else
            add(tcp, data + at, &now);
        require(!caw_tcp_waits(tcp) || self.held < 8000, "more waits than may");
    }
    if (tcp) {
        caw_tcp_flush(tcp);
        require(!caw_tcp_waits(tcp), "bytes wait after the end");
    }
    caw_tcp_free(tcp);
    require(!self.held && !self.count.live, "memory is left");
    return 0;
}
