/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv4 and IPv6 headers, TCP, UDP and ICMP on them, written by hand after RFC 791, 8200, 9293, 768
 * and 792; checksums by the Python library dpkt.
 */
#include "frames.h"

#include "packet/protocols.h"

enum { RAW = 101, ETHERNET = 1 };

/* The frame with two bytes changed. */
static made_frame changed(const char *hex, size_t at, size_t value) {
    made_frame frame = frame_of(hex);
    frame_set16(&frame, at, value);
    return frame;
}

/* Of a frame that was cut, or that says so, all but the first `left` bytes are missing. */
static bool read_cut(reader *self, const made_frame *frame, uint32_t left) {
    caw_span span = span_of(frame);
    span.bytes.len = left;
    return caw_network_frame(self->network, RAW, span, (caw_moment){0}, &self->part);
}

/* ---- IPv4 --------------------------------------------------------------------------------- */

static void test_ip4_lengths(void) {
    static const struct {
        const char *name;
        size_t length; /* as the header says it, of 56 bytes and 4 more in the frame */
        bool has_part;
        uint32_t captured, payload;
        caw_problem problem;
    } cases[] = {
        {"right", 56, true, 4, 4, 0},
        {"0, by segmentation offload", 0, true, 8, 8, 0},
        {"padding belongs to it", 60, true, 8, 8, 0},
        {"longer than its frame", 100, true, 8, 48, 0},
        {"no payload", 52, true, 0, 0, 0},
        {"within the options of TCP", 51, false, 0, 0, CAW_PROBLEM_TCP},
        {"within TCP", 39, false, 0, 0, CAW_PROBLEM_TCP},
        {"no TCP at all", 20, false, 0, 0, CAW_PROBLEM_TCP},
        {"below the header", 19, false, 0, 0, CAW_PROBLEM_IP},
        {"1", 1, false, 0, 0, CAW_PROBLEM_IP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reader self;
        made_frame frame = changed(TCP_PACKET "65666768", 2, cases[i].length);
        frame_set16(&frame, 10, 0); /* no checksum */
        reader_begin(&self);
        CHECK(reader_read(&self, RAW, &frame) == cases[i].has_part, "%s", cases[i].name);
        CHECK(reader_problems(&self) == (cases[i].problem != CAW_PROBLEM_NONE), "%s",
              cases[i].name);
        CHECK(!cases[i].problem || reader_count(&self, cases[i].problem), "%s", cases[i].name);
        if (cases[i].has_part) {
            CHECK(self.part.payload.bytes.len == cases[i].captured, "%s: %u", cases[i].name,
                  self.part.payload.bytes.len);
            CHECK(self.part.payload.length == cases[i].payload, "%s: %u", cases[i].name,
                  self.part.payload.length);
            CHECK(self.part.below == CAW_CHECKSUM_ABSENT, "%s", cases[i].name);
        }
        reader_end(&self);
    }
}

/* Length 0 of a frame that was cut: its length on the wire is the only one there is. */
static void test_offload_cut(void) {
    reader self;
    made_frame frame = changed(TCP_PACKET, 2, 0);
    reader_begin(&self);
    CHECK(read_cut(&self, &frame, 54), "a cut payload");
    CHECK(self.part.payload.bytes.len == 2 && self.part.payload.length == 4, "%u of %u",
          self.part.payload.bytes.len, self.part.payload.length);
    reader_end(&self);
}

/* A receiver that puts segments together (GRO) gives more than any wire carries at once. */
static void test_large(void) {
    reader self;
    made_frame frame = changed(TCP_PACKET, 2, 52 + 3004);
    reader_begin(&self);
    for (int i = 0; i < 3000; i++)
        frame_add(&frame, "65");
    CHECK(reader_read(&self, RAW, &frame), "3004 bytes");
    CHECK(self.part.payload.bytes.len == 3004, "%u", self.part.payload.bytes.len);
    reader_end(&self);
}

static void test_ethernet_padding(void) {
    reader self;
    made_frame frame = frame_of(MACS "0800" UDP_PACKET "00000000 00000000 00000000 000000");
    reader_begin(&self);
    CHECK(reader_read(&self, ETHERNET, &frame) && payload_is(&self.part, "hello"), "padding");
    CHECK(end_is(&self.part.target, "10.1.0.255", 5064), "its target");
    CHECK(self.part.kind == CAW_PACKET_UDP && self.part.ttl == 63 && self.part.id == 7, "header");
    CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "checksum");
    reader_end(&self);
}

static void test_ip4_options(void) {
    reader self;
    reader_begin(&self);
    for (uint32_t words = 5; words < 16; words++) {
        made_frame frame = changed(IP4_OF_TCP, 2, 36 + 4 * words);
        frame.bytes[0] = (uint8_t)(0x40 | words);
        frame_set16(&frame, 10, 0);
        for (uint32_t i = 5; i < words; i++)
            frame_add(&frame, "01010101");
        frame_add(&frame, TCP "61626364");
        CHECK(reader_read(&self, RAW, &frame) && payload_is(&self.part, "abcd"), "%u", words);
        CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "%u words", words);
    }
    reader_end(&self);
}

static void test_ip4_invalid(void) {
    static const int firsts[] = {0x00, 0x35, 0x40, 0x44, 0x55, 0x65, 0xf5};
    reader self;
    reader_begin(&self);
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        made_frame frame = frame_of(MACS "0800" TCP_PACKET);
        frame.bytes[14] = (uint8_t)firsts[i];
        CHECK(!reader_read(&self, ETHERNET, &frame), "%02x", firsts[i]);
        CHECK(reader_count(&self, CAW_PROBLEM_IP) == i + 1, "%02x", firsts[i]);
    }
    reader_end(&self);
}

static void test_ip4_checksum(void) {
    reader self;
    made_frame frame = changed(TCP_PACKET, 10, 0x5489);
    reader_begin(&self);
    CHECK(reader_read(&self, RAW, &frame) && self.part.below == CAW_CHECKSUM_BAD, "wrong");
    CHECK(reader_count(&self, CAW_PROBLEM_IP_CHECKSUM) == 1, "is told");
    CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "TCP's is another");
    reader_end(&self);
}

/* ---- IPv6 --------------------------------------------------------------------------------- */

#define HOP(NEXT)   NEXT "000104 00000000 "
#define ROUTE(NEXT) NEXT "000000 00000000 "
#define AH6(NEXT)   NEXT "040000 00000001 00000002 0102030405060708090a0b0c "

static void test_ip6(void) {
    static const struct {
        const char *name;
        const char *hex;
        bool has_part;
        caw_problem problem;
    } cases[] = {
        {"plain", "60000000 000d1109 " ADDRESSES6 UDP6, true, 0},
        {"hop-by-hop", "60000000 00150009 " ADDRESSES6 HOP("11") UDP6, true, 0},
        {"options", "60000000 00153c09 " ADDRESSES6 HOP("11") UDP6, true, 0},
        {"routing, arrived", "60000000 00152b09 " ADDRESSES6 ROUTE("11") UDP6, true, 0},
        {"AH", "60000000 00253309 " ADDRESSES6 AH6("11") UDP6, true, 0},
        {"atomic fragment", "60000000 00152c09 " ADDRESSES6 "11000000 00000063" UDP6, true, 0},
        {"all of them",
         "60000000 00450009 " ADDRESSES6 HOP("2b") ROUTE("3c") HOP("33")
             AH6("2c") "11000000 00000063" UDP6,
         true, 0},
        {"length 0", "60000000 00001109 " ADDRESSES6 UDP6, true, 0},
        {"length 0, options", "60000000 00000009 " ADDRESSES6 HOP("11") UDP6, true, 0},
        {"ESP", "60000000 000d3209 " ADDRESSES6 UDP6, false, 0},
        {"nothing next", "60000000 000d3b09 " ADDRESSES6 UDP6, false, 0},
        {"options beyond the packet", "60000000 000d3c09 " ADDRESSES6 "11ff0104 00000000" UDP6,
         false, CAW_PROBLEM_IP},
        {"a header and no more", "60000000 00080009 " ADDRESSES6 HOP("11"), false, CAW_PROBLEM_UDP},
        {"an unfinished header", "60000000 00040009 " ADDRESSES6 "11000104", false, CAW_PROBLEM_IP},
        {"version 4", "45000000 000d1109 " ADDRESSES6 UDP6, false, CAW_PROBLEM_IP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reader self;
        made_frame frame = frame_of(MACS "86dd");
        frame_add(&frame, cases[i].hex);
        reader_begin(&self);
        CHECK(reader_read(&self, ETHERNET, &frame) == cases[i].has_part, "%s", cases[i].name);
        CHECK(reader_problems(&self) == (cases[i].problem != CAW_PROBLEM_NONE), "%s",
              cases[i].name);
        CHECK(!cases[i].problem || reader_count(&self, cases[i].problem), "%s", cases[i].name);
        if (cases[i].has_part) {
            CHECK(end_is(&self.part.source, "fd00::2", 40001), "%s", cases[i].name);
            CHECK(end_is(&self.part.target, "fd00::1", 5064), "%s", cases[i].name);
            CHECK(payload_is(&self.part, "hello") && self.part.ttl == 9, "%s", cases[i].name);
            CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "%s", cases[i].name);
            CHECK(!self.part.reassembled, "%s", cases[i].name);
        }
        reader_end(&self);
    }
}

/* The checksum covers the last target, which is not the header's. */
static void test_ip6_routed(void) {
    reader self;
    made_frame frame = frame_of("60000000 00152b09 " ADDRESSES6 "11000001 00000000 " UDP6);
    reader_begin(&self);
    CHECK(reader_read(&self, RAW, &frame), "segments left");
    CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_UNKNOWN, "cannot be judged");
    reader_end(&self);
}

/* Headers that follow each other up to the end of the packet. */
static void test_ip6_chain(void) {
    reader self;
    made_frame frame = frame_of("60000000 00000009 " ADDRESSES6);
    reader_begin(&self);
    for (int i = 0; i < 400; i++)
        frame_add(&frame, HOP("00"));
    frame_set16(&frame, 4, frame.length - 40);
    CHECK(!reader_read(&self, RAW, &frame), "nothing but options");
    CHECK(reader_count(&self, CAW_PROBLEM_IP) == 1, "is told");
    reader_end(&self);
}

/* ---- TCP ---------------------------------------------------------------------------------- */

/* A segment with these options on 4 bytes of data. */
static void read_options(reader *self, unsigned flags, const char *options) {
    made_frame frame = frame_of(IP4_OF_TCP "9ca413c8 01020304 05060708 00002000 00000000");
    frame_add(&frame, options);
    size_t header = frame.length - 20;
    frame.bytes[32] = (uint8_t)(header / 4 << 4);
    frame.bytes[33] = (uint8_t)flags;
    frame_add(&frame, "61626364");
    frame_set16(&frame, 2, frame.length);
    CHECK(reader_read(self, RAW, &frame) && payload_is(&self->part, "abcd"), "%s", options);
}

static void test_tcp_options(void) {
    static const struct {
        const char *options;
        unsigned flags;
        uint32_t time; /* 0: none */
        uint16_t mss;
        uint8_t scale;
    } cases[] = {
        {"", CAW_TCP_SYN, 0, 0, CAW_TCP_NO_SCALE},
        {"020405b4 01030307 01010402", CAW_TCP_SYN, 0, 1460, 7},
        {"020405b4 01030307 01010402", CAW_TCP_SYN | CAW_TCP_ACK, 0, 1460, 7},
        {"020405b4 01030307 01010402", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE}, /* not of a SYN */
        {"01030310 01010101", CAW_TCP_SYN, 0, 0, 14},                        /* RFC 7323, 2.3 */
        {"080a0000 00050000 00060000", CAW_TCP_ACK, 5, 0, CAW_TCP_NO_SCALE},
        {"0000080a 00000005 00000006", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE}, /* after the end */
        {"fd000101 080a0000 00050000 00060000", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE}, /* of 0 */
        {"fd010101 080a0000 00050000 00060000", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE}, /* of 1 */
        {"fd040101 080a0000 00050000 00060000", CAW_TCP_ACK, 5, 0, CAW_TCP_NO_SCALE},
        {"08090000 00050000 00060101", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE},
        {"010101fd", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE},
        {"0101fdff", CAW_TCP_ACK, 0, 0, CAW_TCP_NO_SCALE},
        {"02030101", CAW_TCP_SYN, 0, 0, CAW_TCP_NO_SCALE},
    };
    reader self;
    reader_begin(&self);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_options(&self, cases[i].flags, cases[i].options);
        CHECK(self.part.flags == cases[i].flags, "%s", cases[i].options);
        CHECK(self.part.has_time == (cases[i].time != 0), "%s", cases[i].options);
        CHECK(self.part.time == cases[i].time, "%s: %u", cases[i].options, self.part.time);
        CHECK(self.part.echo == (cases[i].time ? 6 : 0), "%s", cases[i].options);
        CHECK(self.part.mss == cases[i].mss, "%s: %d", cases[i].options, self.part.mss);
        CHECK(self.part.scale == cases[i].scale, "%s: %d", cases[i].options, self.part.scale);
    }
    reader_end(&self);
}

static void test_tcp_header(void) {
    reader self;
    reader_begin(&self);
    for (size_t words = 0; words < 16; words++) {
        made_frame frame = changed(TCP_PACKET, 32, words << 12 | 0x1ff);
        bool valid = words >= 5 && words <= 9; /* 36 bytes are there */
        CHECK(reader_read(&self, RAW, &frame) == valid, "%zu words", words);
        if (valid) {
            CHECK(self.part.flags == 0x1ff, "%x", self.part.flags); /* all of them at once */
            CHECK(self.part.payload.length == 36 - 4 * words, "%zu words", words);
        }
    }
    CHECK(reader_count(&self, CAW_PROBLEM_TCP) == 11, "of 0 to 4, and of 10 to 15 words");
    made_frame frame = frame_of(TCP_PACKET);
    frame_set16(&frame, 32, 0x8029); /* FIN, PSH, URG */
    frame_set16(&frame, 38, 0x1234);
    CHECK(reader_read(&self, RAW, &frame) && self.part.urgent == 0x1234, "urgent");
    CHECK(self.part.flags == (CAW_TCP_FIN | CAW_TCP_PSH | CAW_TCP_URG), "%x", self.part.flags);
    CHECK(self.part.window == 0x2000 && self.part.echo == 0x55667788, "window, echo");
    reader_end(&self);
}

/* ---- UDP ---------------------------------------------------------------------------------- */

static void test_udp_lengths(void) {
    static const struct {
        size_t length;
        bool has_part;
        uint32_t payload;
    } cases[] = {{13, true, 5}, {12, true, 4},  {8, true, 0},     {7, false, 0},
                 {0, false, 0}, {14, false, 0}, {65535, false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reader self;
        made_frame frame = changed(UDP_PACKET, 24, cases[i].length);
        reader_begin(&self);
        CHECK(reader_read(&self, RAW, &frame) == cases[i].has_part, "%zu", cases[i].length);
        CHECK(reader_count(&self, CAW_PROBLEM_UDP) == !cases[i].has_part, "%zu", cases[i].length);
        CHECK(!self.has_part || self.part.payload.length == cases[i].payload, "%zu: %u",
              cases[i].length, self.part.payload.length);
        reader_end(&self);
    }
}

/* Neither IP nor UDP says a length: segmentation offload, or a jumbogram. */
static void test_udp_open(void) {
    reader self;
    made_frame frame = changed("60000000 00001109 " ADDRESSES6 UDP6, 44, 0);
    reader_begin(&self);
    CHECK(reader_read(&self, RAW, &frame) && payload_is(&self.part, "hello"), "IPv6");
    frame = changed(UDP_PACKET, 24, 0);
    frame_set16(&frame, 2, 0);
    CHECK(reader_read(&self, RAW, &frame) && payload_is(&self.part, "hello"), "IPv4");
    reader_end(&self);
}

/* ---- checksums ---------------------------------------------------------------------------- */

static caw_checksum checksum_of(const made_frame *frame, uint32_t left) {
    reader self;
    reader_begin(&self);
    bool has = read_cut(&self, frame, left);
    caw_checksum is = has ? caw_packet_checksum(&self.part) : CAW_CHECKSUM_UNKNOWN;
    CHECK(has, "a part");
    reader_end(&self);
    return is;
}

static void test_checksums(void) {
    made_frame tcp = frame_of(TCP_PACKET), udp = frame_of(UDP_PACKET);
    CHECK(checksum_of(&tcp, 56) == CAW_CHECKSUM_GOOD, "TCP");
    CHECK(checksum_of(&tcp, 55) == CAW_CHECKSUM_UNKNOWN, "TCP, cut");
    for (uint32_t at = 52; at < 56; at++) {
        made_frame bad = tcp;
        bad.bytes[at] ^= 0x10;
        CHECK(checksum_of(&bad, 56) == CAW_CHECKSUM_BAD, "byte %u", at);
    }
    frame_set16(&tcp, 36, 0x142f); /* 0a01 + 0002 + 0a01 + 0001 + protocol 6 + 36 bytes */
    CHECK(checksum_of(&tcp, 56) == CAW_CHECKSUM_PARTIAL, "TCP, left to the card");
    frame_set16(&tcp, 36, 0);
    CHECK(checksum_of(&tcp, 56) == CAW_CHECKSUM_ABSENT, "TCP, left to the card as zero");
    CHECK(checksum_of(&udp, 33) == CAW_CHECKSUM_GOOD, "UDP, an odd length");
    CHECK(checksum_of(&udp, 32) == CAW_CHECKSUM_UNKNOWN, "UDP, cut");
    frame_set16(&udp, 26, 0xf6f6);
    CHECK(checksum_of(&udp, 33) == CAW_CHECKSUM_BAD, "UDP");
    frame_set16(&udp, 26, 0x1521); /* 0a01 + 0002 + 0a01 + 00ff + protocol 17 + 13 bytes */
    CHECK(checksum_of(&udp, 33) == CAW_CHECKSUM_PARTIAL, "UDP, left to the card");
    frame_set16(&udp, 26, 0);
    CHECK(checksum_of(&udp, 33) == CAW_CHECKSUM_ABSENT, "UDP without");
}

/* ---- the same packet once more (case 32) -------------------------------------------------- */

static uint64_t digest_of(uint32_t link, const made_frame *frame, uint64_t seed) {
    reader self;
    reader_begin(&self);
    CHECK(reader_read(&self, link, frame), "a part");
    uint64_t digest = caw_packet_digest(&self.part, seed);
    reader_end(&self);
    return digest;
}

static void test_digest(void) {
    made_frame first = frame_of(TCP_PACKET);
    made_frame tagged = frame_of(MACS "8100 002a 0800" TCP_PACKET);
    made_frame inside = frame_of("4500004c 00010000 40040000 c0a80001 c0a80002" TCP_PACKET);
    uint64_t digest = digest_of(RAW, &first, 1);
    CHECK(digest_of(ETHERNET, &tagged, 1) == digest, "with a tag");
    CHECK(digest_of(RAW, &inside, 1) == digest, "in a tunnel");
    CHECK(digest_of(RAW, &first, 2) != digest, "with another seed");
    for (size_t at = 4; at < first.length; at++) {
        static const char same[] = {8, 10, 11, 36, 37}; /* TTL, checksums */
        static const char other[] = {6, 7, 9};          /* fragments, another protocol */
        made_frame altered = first;
        altered.bytes[at] ^= 1;
        if (!memchr(other, (int)at, sizeof other))
            CHECK((digest_of(RAW, &altered, 1) == digest) ==
                      (memchr(same, (int)at, sizeof same) != NULL),
                  "byte %zu", at);
    }
}

/* ---- ICMP --------------------------------------------------------------------------------- */

/* From a router, 10.0.0.254, about 10.0.0.2:40000 -> 10.0.0.9:5064. */
#define ICMP4             "45000038 00000000 40010000 0a0000fe 0a000002 "
#define QUOTED4(PROTOCOL) "4500003c 00000000 40" PROTOCOL "0000 0a000002 0a000009 9c4013c8 01020304"

static void test_icmp(void) {
    reader self;
    made_frame frame = frame_of(ICMP4 "03010000 00000000" QUOTED4("06"));
    reader_begin(&self);
    CHECK(reader_read(&self, RAW, &frame) && self.part.kind == CAW_PACKET_ICMP, "an error");
    CHECK(self.part.quoted == CAW_TRANSPORT_TCP && self.part.error.sequence == 0x01020304, "TCP");
    CHECK(self.part.error.type == 3 && self.part.error.code == 1, "type and code");
    CHECK(end_is(&self.part.error.source, "10.0.0.2", 40000), "its source");
    CHECK(end_is(&self.part.error.target, "10.0.0.9", 5064), "its target");
    CHECK(end_is(&self.part.source, "10.0.0.254", 0), "the router");
    CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_UNKNOWN, "checksum");
    CHECK(caw_packet_digest(&self.part, 1) == caw_packet_digest(&self.part, 1), "digest");
    frame = frame_of(ICMP4 "030a0000 00000000" QUOTED4("11"));
    CHECK(reader_read(&self, RAW, &frame) && self.part.quoted == CAW_TRANSPORT_UDP, "UDP");
    CHECK(self.part.error.sequence == 0 && self.part.error.code == 10, "UDP has no sequence");
    frame = frame_of(ICMP4 "08000000 00000000" QUOTED4("06"));
    CHECK(!reader_read(&self, RAW, &frame), "an echo");
    frame = frame_of(ICMP4 "03010000 00000000" QUOTED4("59"));
    CHECK(!reader_read(&self, RAW, &frame), "it quotes OSPF");
    CHECK(reader_problems(&self) == 0, "no problem");
    reader_end(&self);
}

int main(void) {
    test_ip4_lengths();
    test_offload_cut();
    test_large();
    test_ethernet_padding();
    test_ip4_options();
    test_ip4_invalid();
    test_ip4_checksum();
    test_ip6();
    test_ip6_routed();
    test_ip6_chain();
    test_tcp_options();
    test_tcp_header();
    test_udp_lengths();
    test_udp_open();
    test_checksums();
    test_digest();
    test_icmp();
    return test_summary();
}
