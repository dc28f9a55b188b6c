/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: frames, one after another, through link layers, tunnels and fragments.
 *
 * The first byte is the link layer, with bit 7 what follows are fragments; the second how many
 * pieces of memory there are (0: enough), the third the limits. Then frames: seconds that have
 * passed, two bytes of length, what was not captured of it, and the bytes. Or fragments: seconds
 * that have passed, identification, offset in units of 8 bytes, length in bytes; bit 7 of the
 * identification: there are more.
 */
#include "packet/network.h"

#include "../core/counted.h"
#include "input.h"
#include "printing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const uint32_t links[] = {1, 113, 276, 0, 101, 9, 50, 108, 228, 229, 12, 14, 105};

static uint8_t seen; /* keeps reads from being left out */

static void read_all(caw_span span) {
    require(span.bytes.len <= span.length, "more bytes than there were on the wire");
    for (uint32_t i = 0; i < span.bytes.len; i++)
        seen ^= span.bytes.bytes[i];
}

static void check_part(const caw_packet_part *part) {
    require(part->depth <= CAW_NETWORK_DEPTH, "too deep");
    require(part->source.size == part->target.size && part->source.size, "no addresses");
    require(caw_packet_digest(part, 1) == caw_packet_digest(part, 1), "another digest");
    read_all(part->segment);
    if (part->kind == CAW_PACKET_ICMP)
        return;
    read_all(part->payload);
    require(part->payload.length < part->segment.length, "a payload without header");
    caw_checksum checksum = caw_packet_checksum(part);
    require(part->segment.bytes.len == part->segment.length || checksum == CAW_CHECKSUM_UNKNOWN,
            "judges what is not there");
}

static void read_frames(caw_network *network, uint32_t link, input *from, size_t bytes) {
    caw_moment now = {.frame = 1};
    while (from->left) {
        caw_packet_part part;
        now.seconds += take(from);
        unsigned length = take(from) << 8;
        length |= take(from);
        uint32_t missing = take(from);
        uint32_t captured = length < from->left ? length : (uint32_t)from->left;
        uint8_t *own = malloc(captured);
        if (captured)
            memcpy(own, from->at, captured);
        from->at += captured;
        from->left -= captured;
        caw_span frame = {{own, 0, captured}, captured + missing};
        if (caw_network_frame(network, link, frame, now, &part))
            check_part(&part);
        require(caw_network_bytes(network) <= bytes, "beyond the limit");
        free(own);
    }
    caw_network_end(network);
    require(caw_network_bytes(network) == 0, "bytes of nothing");
}

/* Every datagram is the same bytes, so what is put together is known. */
static void read_fragments(caw_fragments *fragments, input *from, size_t bytes) {
    static uint8_t data[1 << 12];
    caw_moment now = {.frame = 1};
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 + i / 256);
    while (from->left) {
        now.seconds += take(from);
        unsigned id = take(from), at = take(from) * 8, length = take(from);
        uint8_t *own = malloc(length + 1);
        memcpy(own, data + at, length);
        caw_ip ip = {.source.size = 4, .target.size = 4, .fragment = true};
        ip.offset = (uint16_t)at;
        ip.more = id & 0x80;
        ip.id = id & 3;
        ip.payload = (caw_span){{own, 0, length}, length};
        bool whole = caw_fragments_add(fragments, &ip, now);
        free(own);
        require(!whole || (!ip.fragment && ip.payload.bytes.len == ip.payload.length), "not whole");
        require(!whole || memcmp(ip.payload.bytes.bytes, data, ip.payload.length) == 0,
                "other bytes");
        require(caw_fragments_bytes(fragments) <= bytes, "beyond the limit");
    }
    caw_fragments_end(fragments);
    require(caw_fragments_bytes(fragments) == 0, "bytes of nothing");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    input from = {data, len};
    unsigned control = take(&from), pieces = take(&from), limit = take(&from);
    counted count = {.good = pieces ? (long)pieces : -1};
    caw_memory memory = counted_memory(&count);
    caw_fragments_limits limits = {1 + limit % 16, (1 + limit / 16) << 13};
    uint64_t problems[CAW_PROBLEMS] = {0};
    if (control & 0x80) {
        caw_fragments *fragments = caw_fragments_new(&memory, limits, 1, problems);
        if (fragments)
            read_fragments(fragments, &from, limits.bytes);
        caw_fragments_free(fragments);
    } else {
        uint32_t link = links[control % (sizeof links / sizeof *links)];
        caw_network *network = caw_network_new(&memory, limits, 1);
        if (network)
            read_frames(network, link, &from, limits.bytes);
        caw_network_free(network);
    }
    require(count.live == 0, "memory is left");
    return 0;
}
