/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: a stream cut at random places. What TCP delivers has no regard for
 * messages, and a capture may begin or break off anywhere.
 *
 * The first byte says what the caller knows: bit 0 UDP, bits 1 and 2 the speaker, bit 3 that a
 * piece is all that was sent at once, bit 4 that messages begin at multiples of 8. The second is
 * the seed of the cuts.
 */
#include "caw_history.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len < 3)
        return 0;
    uint8_t control = data[0];
    uint32_t state = data[1];
    caw_context context = {.transport = control & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP,
                           .speaker = (caw_side)((control >> 1 & 3) % 3)};
    data += 2;
    len -= 2;
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
