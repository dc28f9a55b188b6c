/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: bytes as a stream of messages, each decoded and asked everything. The first
 * byte says what the caller knows: bit 0 UDP, bits 1 and 2 the speaker, bit 3 the first message
 * of a datagram, bit 4 a cancel is waiting.
 */
#include "caw.h"

#include "../core/walk.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(walk_fault fault) {
    if (fault) {
        fprintf(stderr, "decode: %s\n", fault);
        abort();
    }
}

static caw_context context_of(uint8_t control) {
    caw_context context = {.transport = control & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP,
                           .speaker = (caw_side)((control >> 1 & 3) % 3),
                           .starts = control >> 3 & 1,
                           .cancel_pending = control >> 4 & 1};
    return context;
}

static walk_fault agree(const caw_message *all, const caw_message *own) {
    bool same = all->row == own->row && all->speaker == own->speaker &&
                caw_flaws(all) == caw_flaws(own) && all->elements == own->elements &&
                all->whole.len == own->whole.len;
    return same ? NULL : "a message that depends on what follows it";
}

/* The first message of the stream, in memory of its own. Returns its length, 0 at the end. */
static size_t decode_one(const uint8_t *data, size_t len, const caw_context *context) {
    caw_message within, own;
    int64_t size = caw_decode(data, len, context, &within);
    require(size == caw_size(data, len) ? NULL : "caw_size and caw_decode disagree");
    if (size <= 0)
        return 0;
    size_t there = (uint64_t)size < len ? (size_t)size : len;
    uint8_t *copy = malloc(there);
    memcpy(copy, data, there);
    require(caw_decode(copy, there, context, &own) == size ? NULL : "another size");
    require(agree(&within, &own));
    require(walk_message(&own));
    caw_speaker(copy, there, context->transport);
    free(copy);
    return there;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len == 0)
        return 0;
    caw_context context = context_of(*data++);
    len--;
    for (size_t used; (used = decode_one(data, len, &context)) > 0; len -= used) {
        data += used;
        context.starts = false;
    }
    return 0;
}
