/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: a capture file. The first byte is the seed of the cuts, the second how many
 * pieces of memory there are (0: enough), the rest the file. In whatever pieces it comes, the same
 * packets and the same problem are told, and a packet's bytes can be read.
 */
#include "caw_capture.h"

#include "../core/counted.h"
#include "printing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Sizes from 1 byte up; small ones are most frequent. No seed: everything at once. */
static size_t next_cut(uint32_t *state, size_t left) {
    if (!*state)
        return left;
    *state = *state * 1664525 + 1013904223;
    size_t cut = 1 + (*state >> 24) % (1u << (*state >> 20) % 8);
    return cut < left ? cut : left;
}

static uint64_t mix(uint64_t sum, uint64_t number) {
    return (sum ^ number) * UINT64_C(0x100000001b3);
}

static uint64_t mix_frame(uint64_t sum, const caw_frame *frame) {
    require(frame->nanoseconds >= 0 && frame->nanoseconds < 1000000000, "nanoseconds");
    require(frame->timed || (!frame->seconds && !frame->nanoseconds), "a time without a time");
    sum = mix(mix(sum, (uint64_t)frame->seconds), (uint64_t)frame->nanoseconds);
    sum = mix(mix(sum, frame->exact), frame->link);
    sum = mix(mix(sum, frame->interface_id), frame->length);
    for (uint32_t i = 0; i < frame->captured; i++)
        sum = mix(sum, frame->bytes[i]);
    return sum;
}

static uint64_t mix_problem(uint64_t sum, const caw_file *file, size_t len) {
    uint64_t at = 0;
    const char *problem = caw_file_problem(file, &at);
    require(problem || !caw_file_is_damaged(file), "damaged, but no problem");
    if (!problem)
        return sum;
    check_text(problem);
    require(at <= len, "a problem after the end");
    for (; *problem; problem++)
        sum = mix(sum, (uint8_t)*problem);
    return mix(sum, at);
}

/* A sum over all that is told of the file. */
static uint64_t read_file(const uint8_t *bytes, size_t len, uint32_t cuts, long pieces) {
    counted count = {.good = pieces};
    caw_memory memory = counted_memory(&count);
    caw_file *file = caw_file_new(&memory);
    uint64_t sum = 0;
    for (size_t at = 0, cut; file && at < len; at += cut) {
        caw_frame frame;
        cut = next_cut(&cuts, len - at);
        uint8_t *own = malloc(cut);
        memcpy(own, bytes + at, cut);
        caw_file_feed(file, own, cut);
        while (caw_file_next(file, &frame))
            sum = mix_frame(sum, &frame);
        free(own);
    }
    if (file) {
        caw_file_end(file);
        sum = mix_problem(sum, file, len);
    }
    caw_file_free(file);
    require(count.live == 0, "memory left");
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len < 2)
        return 0;
    uint32_t cuts = 1 + data[0];
    uint64_t whole = read_file(data + 2, len - 2, 0, -1);
    require(read_file(data + 2, len - 2, cuts, -1) == whole, "other pieces, other packets");
    if (data[1])
        read_file(data + 2, len - 2, cuts, data[1] - 1);
    return 0;
}
