/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments, as Linux takes them (net/ipv4/inet_fragment.c, RFC 5722 and 8200): a row is what
 * arrives, in units of 8 bytes of one datagram, and whether and when it is delivered.
 */
#include "frames.h"

#include "packet/ip.h"
#include "packet/protocols.h"

enum { MOST = 65536 };

/* A datagram of UDP, whose payload is told apart by place. */
static uint8_t data[MOST];

static void make_data(void) {
    made_frame header = frame_of("9c41 13c8 0000 0000");
    for (size_t i = 0; i < MOST; i++)
        data[i] = (uint8_t)(i * 31 + i / 256);
    memcpy(data, header.bytes, header.length);
}

typedef struct {
    counted count;
    caw_memory memory;
    uint64_t problems[CAW_PROBLEMS];
    caw_fragments *fragments;
    caw_ip ip; /* of the last fragment, or its datagram */
    caw_moment now;
} heap;

static void begin_with(heap *self, caw_fragments_limits limits) {
    *self = (heap){.count = {.good = -1}, .now = {1, 0, 1000}};
    self->memory = counted_memory(&self->count);
    self->fragments = caw_fragments_new(&self->memory, limits, 7, self->problems);
}

static void begin(heap *self) {
    begin_with(self, MANY);
}

static void end(heap *self) {
    caw_fragments_free(self->fragments);
    CHECK(self->count.live == 0, "%ld pieces of memory are left", self->count.live);
}

static uint64_t problems_of(const heap *self) {
    uint64_t sum = 0;
    for (size_t i = 0; i < CAW_PROBLEMS; i++)
        sum += self->problems[i];
    return sum;
}

/* from..to in bytes of a datagram of IPv4 or IPv6 with this identification. */
static bool add_bytes(heap *self, uint8_t size, uint32_t id, const uint8_t *bytes, uint32_t from,
                      uint32_t to, bool more) {
    self->ip = (caw_ip){.source = {.size = size, .bytes = {10, 1, 0, 2}},
                        .target = {.size = size, .bytes = {10, 1, 0, 1}},
                        .protocol = CAW_IP_UDP,
                        .fragment = true,
                        .more = more,
                        .offset = (uint16_t)from,
                        .id = id,
                        .header = size == 4 ? 20 : 0,
                        .payload = {{bytes + from, 0, to - from}, to - from}};
    return caw_fragments_add(self->fragments, &self->ip, self->now);
}

static bool add(heap *self, uint32_t id, uint32_t from, uint32_t to, bool more) {
    return add_bytes(self, 4, id, data, from, to, more);
}

static bool is_whole(const heap *self, uint32_t length) {
    const caw_ip *ip = &self->ip;
    return !ip->fragment && !ip->more && !ip->offset && ip->protocol == CAW_IP_UDP &&
           ip->payload.length == length && ip->payload.bytes.len == length &&
           memcmp(ip->payload.bytes.bytes, data, length) == 0;
}

/* ---- in every order ------------------------------------------------------------------------ */

/* Fragments "from-to" in units of 8 bytes, the last with a dot: it ends 3 bytes earlier. */
static const struct {
    const char *name;
    const char *fragments;
    int whole; /* units of the datagram that the last of them completes; 0: none is delivered */
    caw_problem problem;
} rows[] = {
    {"in order", "0-2 2-4 4-6.", 6, 0},
    {"reversed", "4-6. 2-4 0-2", 6, 0},
    {"the middle last", "0-2 4-6. 2-4", 6, 0},
    {"two", "0-3 3-4.", 4, 0},
    {"duplicated", "0-2 0-2 2-4 2-4 0-2 4-6.", 6, 0},
    {"the last duplicated", "2-4. 2-4. 0-2", 4, 0},
    {"one covered by the first", "0-4 1-3 4-6.", 6, 0},
    {"covered by two", "0-2 2-4 1-3 4-6.", 6, 0},
    {"the last one's end covered", "2-6. 3-5 0-2", 6, 0},
    {"only the first", "0-2", 0, CAW_PROBLEM_FRAGMENTS_MISSING},
    {"only the last", "4-6.", 0, CAW_PROBLEM_FRAGMENTS_MISSING},
    {"without the first", "2-4 4-6.", 0, CAW_PROBLEM_FRAGMENTS_MISSING},
    {"without the last", "0-2 2-4", 0, CAW_PROBLEM_FRAGMENTS_MISSING},
    {"without the middle", "0-2 4-6.", 0, CAW_PROBLEM_FRAGMENTS_MISSING},
    {"partial overlap", "0-3 2-4 4-6.", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"partial overlap, reversed", "4-6. 2-5 0-2", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"one covers the first", "1-2 0-4 4-6.", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"teardrop", "0-4 1-2. 4-6.", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"teardrop, the rest comes again", "0-4 3-6. 0-4 4-6.", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"two ends", "0-2 4-6. 2-4. 2-4", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"beyond the end", "4-6. 6-8 0-4", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"over the end", "4-6. 5-8 0-4", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
    {"an end before what is there", "2-6 0-1. 0-2", 0, CAW_PROBLEM_FRAGMENTS_OVERLAP},
};

static void play_row(size_t row, uint8_t size) {
    heap self;
    int from, to, used;
    bool whole = false;
    begin(&self);
    for (const char *at = rows[row].fragments; sscanf(at, " %d-%d%n", &from, &to, &used) == 2;) {
        CHECK(!whole, "%s: delivered too early", rows[row].name);
        at += used;
        bool last = *at == '.';
        at += last;
        whole = add_bytes(&self, size, 1, data, (uint32_t)from * 8,
                          (uint32_t)to * 8 - (last ? 3 : 0), !last);
    }
    CHECK(whole == (rows[row].whole > 0), "%s", rows[row].name);
    CHECK(!whole || is_whole(&self, (uint32_t)rows[row].whole * 8 - 3), "%s", rows[row].name);
    caw_fragments_end(self.fragments);
    CHECK(problems_of(&self) == (rows[row].problem != CAW_PROBLEM_NONE), "%s: %d problems",
          rows[row].name, (int)problems_of(&self));
    CHECK(!rows[row].problem || self.problems[rows[row].problem] == 1, "%s", rows[row].name);
    CHECK(caw_fragments_bytes(self.fragments) == 0, "%s: all is given back", rows[row].name);
    end(&self);
}

static void test_rows(void) {
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        play_row(row, 4);
        play_row(row, 16);
    }
}

/* ---- fragments that are invalid alone ------------------------------------------------------ */

static void test_invalid(void) {
    static const struct {
        const char *name;
        uint32_t from, to;
        bool more;
        bool valid; /* with 20 bytes of header */
    } cases[] = {
        {"no data", 8, 8, true, false},
        {"no data at the end", 16, 16, false, false},
        {"cut at 9", 0, 9, true, false},
        {"ends at 9", 0, 9, false, true}, /* a datagram alone, for the sake of the table */
        {"65535 bytes", 65504, 65515, false, true},
        {"65536 bytes", 65504, 65516, false, false},
        {"ping of death", 65528, 65535, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heap self;
        begin(&self);
        add(&self, 1, cases[i].from, cases[i].to, cases[i].more);
        CHECK(self.problems[CAW_PROBLEM_FRAGMENT] == !cases[i].valid, "%s", cases[i].name);
        end(&self);
    }
}

static void test_not_captured_whole(void) {
    heap self;
    begin(&self);
    add(&self, 1, 0, 16, true);
    self.ip = (caw_ip){.source = {.size = 4}, .offset = 16, .fragment = true};
    self.ip.payload = (caw_span){{data, 0, 7}, 8};
    CHECK(!caw_fragments_add(self.fragments, &self.ip, self.now), "cut");
    CHECK(self.problems[CAW_PROBLEM_FRAGMENT_CUT] == 1, "is told");
    end(&self);
}

static void test_largest(void) {
    heap self;
    begin(&self);
    for (uint32_t from = 0; from < 65512; from += 8)
        CHECK(!add(&self, 1, from, from + 8, true), "%u", from);
    CHECK(add(&self, 1, 65512, 65515, false) && is_whole(&self, 65515), "65535 with the header");
    end(&self);
}

/* ---- which datagram ------------------------------------------------------------------------ */

static void test_apart(void) {
    heap self;
    begin(&self);
    CHECK(!add(&self, 1, 0, 16, true) && !add(&self, 2, 16, 20, false), "two identifications");
    CHECK(add(&self, 2, 0, 16, true) && is_whole(&self, 20), "the second");
    CHECK(!add_bytes(&self, 16, 1, data, 16, 20, false), "IPv6 is another");
    CHECK(add(&self, 1, 16, 20, false) && is_whole(&self, 20), "the first");
    end(&self);
}

/* IPv4's protocol tells datagrams apart; in IPv6 that of the first fragment holds. */
static void test_protocol(void) {
    for (uint8_t size = 4; size <= 16; size += 12) {
        heap self;
        begin(&self);
        add_bytes(&self, size, 1, data, 0, 16, true);
        self.ip = (caw_ip){.source = {.size = size, .bytes = {10, 1, 0, 2}},
                           .target = {.size = size, .bytes = {10, 1, 0, 1}},
                           .protocol = CAW_IP_TCP,
                           .offset = 16,
                           .id = 1,
                           .payload = {{data + 16, 0, 4}, 4}};
        bool whole = caw_fragments_add(self.fragments, &self.ip, self.now);
        CHECK(whole == (size == 16), "IP with %d bytes of address", size);
        CHECK(!whole || self.ip.protocol == CAW_IP_UDP, "that of the first");
        end(&self);
    }
}

static void test_used_again(void) {
    static uint8_t other[32] = "another datagram, at once";
    heap self;
    begin(&self);
    add(&self, 1, 0, 16, true);
    CHECK(add(&self, 1, 16, 24, false), "the first");
    CHECK(!add_bytes(&self, 4, 1, other, 0, 16, true), "the second begins");
    CHECK(add_bytes(&self, 4, 1, other, 16, 24, false), "and is whole");
    CHECK(memcmp(self.ip.payload.bytes.bytes, other, 24) == 0, "with its own bytes");
    CHECK(problems_of(&self) == 0, "no problem");
    end(&self);
}

/* A bridge with five ports: all is recorded five times, together or one after the other. */
static void test_copies(void) {
    heap self;
    begin(&self);
    unsigned whole = 0;
    for (int i = 0; i < 5; i++)
        whole += add(&self, 1, 0, 16, true);
    for (int i = 0; i < 5; i++)
        whole += add(&self, 1, 16, 24, false);
    for (int i = 0; i < 5; i++)
        whole += add(&self, 1, 0, 16, true) + add(&self, 1, 16, 24, false);
    CHECK(whole == 1, "%u times", whole);
    caw_fragments_end(self.fragments);
    CHECK(problems_of(&self) == 0, "no problem");
    self.now.nanoseconds += CAW_FRAGMENTS_COPIES + 1;
    CHECK(!add(&self, 1, 0, 16, true), "later it is another");
    CHECK(add(&self, 1, 16, 24, false), "with the same bytes");
    end(&self);
}

/* ---- time ----------------------------------------------------------------------------------- */

static void test_time(void) {
    static const struct {
        const char *name;
        int64_t seconds; /* until the second fragment */
        int32_t nanoseconds;
        bool whole;
    } cases[] = {
        {"at once", 0, 0, true},
        {"30 s", 30, 0, true},
        {"30 s and a bit", 30, 1, false},
        {"an hour", 3600, 0, false},
        {"backwards", -1, 0, true},
        {"years backwards", -100000000, 0, true},
        {"years ahead", 100000000, 0, true},
        {"as far as numbers go", INT64_MAX - 1000, 0, true},
        {"as far back as they go", INT64_MIN, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        heap self;
        begin(&self);
        add(&self, 1, 0, 16, true);
        self.now.seconds += cases[i].seconds;
        self.now.nanoseconds += cases[i].nanoseconds;
        CHECK(add(&self, 1, 16, 24, false) == cases[i].whole, "%s", cases[i].name);
        CHECK(self.problems[CAW_PROBLEM_FRAGMENTS_MISSING] == !cases[i].whole, "%s", cases[i].name);
        end(&self);
    }
}

/* Time alone gives memory back. */
static void test_expire(void) {
    heap self;
    begin(&self);
    for (uint32_t id = 0; id < 10; id++) {
        add(&self, id, 0, 16, true);
        self.now.seconds++;
    }
    self.now.seconds += 26; /* the first is 36 s old */
    caw_fragments_expire(self.fragments, self.now);
    CHECK(self.problems[CAW_PROBLEM_FRAGMENTS_MISSING] == 6, "%d",
          (int)self.problems[CAW_PROBLEM_FRAGMENTS_MISSING]);
    self.now.seconds += 100;
    caw_fragments_expire(self.fragments, self.now);
    CHECK(caw_fragments_bytes(self.fragments) == 0, "all is given back");
    CHECK(self.count.live == 2, "but the object and its table");
    end(&self);
}

/* ---- bounds --------------------------------------------------------------------------------- */

static void test_many_first_fragments(void) {
    heap self;
    begin_with(&self, (caw_fragments_limits){100, 1 << 20});
    add(&self, 0, 16, 24, false);
    for (uint32_t id = 1; id <= 10000000; id++)
        add(&self, id, 0, 16, true);
    CHECK(caw_fragments_bytes(self.fragments) <= 1 << 20, "bytes");
    CHECK(self.count.live == 2 + 2 * 100, "%ld pieces", self.count.live);
    CHECK(self.problems[CAW_PROBLEM_FRAGMENTS_BOUND] == 10000000 + 1 - 100, "told");
    CHECK(!add(&self, 0, 0, 16, true), "the oldest is gone");
    CHECK(add(&self, 10000000, 16, 24, false), "the newest is there");
    end(&self);
}

/* One byte at the far end costs a whole datagram's memory, and counts so. */
static void test_bytes_bound(void) {
    heap self;
    size_t limit = 1 << 18, most = 0;
    begin_with(&self, (caw_fragments_limits){1000, limit});
    for (uint32_t id = 0; id < 1000; id++) {
        add(&self, id, 65504, 65512, true);
        most =
            caw_fragments_bytes(self.fragments) > most ? caw_fragments_bytes(self.fragments) : most;
    }
    CHECK(most <= limit && most > limit / 2, "%zu bytes", most);
    CHECK(self.problems[CAW_PROBLEM_FRAGMENTS_BOUND] == 1000 - 3, "%d",
          (int)self.problems[CAW_PROBLEM_FRAGMENTS_BOUND]);
    end(&self);
}

/* A datagram that has no room even alone. */
static void test_too_large(void) {
    heap self;
    begin_with(&self, (caw_fragments_limits){1, 4096});
    add(&self, 1, 0, 16, true);
    CHECK(add(&self, 1, 16, 24, false), "a small one has room");
    add(&self, 2, 0, 16, true);
    CHECK(!add(&self, 2, 8000, 8008, false), "a large one has none");
    CHECK(self.problems[CAW_PROBLEM_FRAGMENTS_BOUND] == 1, "is told");
    CHECK(caw_fragments_bytes(self.fragments) == 0, "and gone");
    end(&self);
}

/* Whatever fails: nothing is lost without a word, nothing is left. */
static void without_memory(counted *count) {
    heap self = {.now = {1, 0, 1000}};
    caw_memory memory = counted_memory(count);
    self.fragments = caw_fragments_new(&memory, MANY, 7, self.problems);
    if (self.fragments) {
        unsigned whole = 0;
        for (uint32_t id = 1; id < 3; id++)
            for (uint32_t from = 0; from < 6400; from += 640)
                whole += add(&self, id, from, from + 640, from + 640 < 6400);
        caw_fragments_end(self.fragments);
        CHECK(whole == 2 || self.problems[CAW_PROBLEM_MEMORY] > 0, "%ld: %u", count->good, whole);
    }
    caw_fragments_free(self.fragments);
    CHECK(count->live == 0, "%ld pieces of memory are left", count->live);
}

/* ---- in frames (cases 25 and 26) ------------------------------------------------------------ */

/* The headers before IP, and how the packet of a fragment follows them. */
static const struct {
    const char *name;
    uint32_t link;
    const char *headers;
} ways[] = {
    {"raw", 101, ""},
    {"VLAN", 1, MACS "8100 002a 0800"},
    {"PPP", 9, "ff03 0021"},
    {"GRE", 101, "45000000 00010000 402f0000 c0a80001 c0a80002 00000800"},
    {"VXLAN", 101,
     "45000000 00010000 40110000 c0a80001 c0a80002 c00012b5 00000000 08000000 00002a00" MACS
     "0800"},
};

/* A fragment of TCP_PACKET: from..to of its payload of 36 bytes. */
static made_frame tcp_fragment(size_t way, size_t from, size_t to) {
    made_frame whole = frame_of(TCP_PACKET), made = frame_of(ways[way].headers);
    size_t ip = made.length;
    memcpy(made.bytes + ip, whole.bytes, 20);
    memcpy(made.bytes + ip + 20, whole.bytes + 20 + from, to - from);
    made.length += 20 + to - from;
    frame_set16(&made, ip + 2, 20 + to - from);
    frame_set16(&made, ip + 6, from / 8 | (to < 36 ? 0x2000 : 0));
    frame_set16(&made, ip + 10, 0);
    return made;
}

/* The TCP header ends in the second fragment. */
static void test_tiny(void) {
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        reader self;
        made_frame first = tcp_fragment(way, 0, 8), second = tcp_fragment(way, 8, 36);
        reader_begin(&self);
        CHECK(!reader_read(&self, ways[way].link, &first), "%s: 8 bytes", ways[way].name);
        CHECK(reader_read(&self, ways[way].link, &second), "%s", ways[way].name);
        CHECK(payload_is(&self.part, "abcd") && self.part.reassembled, "%s", ways[way].name);
        CHECK(self.part.source.port == 40100 && self.part.echo == 0x55667788, "its header");
        CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "%s", ways[way].name);
        CHECK(reader_problems(&self) == 0, "%s", ways[way].name);
        reader_end(&self);
    }
}

/* By two tags: VLANs tell nothing apart. */
static void test_another_vlan(void) {
    reader self;
    made_frame first = tcp_fragment(1, 0, 8), second = tcp_fragment(1, 8, 36);
    second.bytes[15] = 0x2b;
    reader_begin(&self);
    reader_read(&self, 1, &first);
    CHECK(reader_read(&self, 1, &second), "another VLAN");
    reader_end(&self);
}

/* A tunnel's packet in fragments, and the packet inside in fragments too. */
static void test_fragments_in_fragments(void) {
    reader self;
    reader_begin(&self);
    for (size_t half = 0; half < 2; half++) {
        made_frame inner = tcp_fragment(0, half ? 16 : 0, half ? 36 : 16);
        for (size_t part = 0; part < 2; part++) {
            made_frame outer = frame_of("45000000 00010000 40040000 c0a80001 c0a80002");
            size_t from = part ? 24 : 0, to = part ? inner.length : 24;
            outer.bytes[5] = (uint8_t)half;
            memcpy(outer.bytes + 20, inner.bytes + from, to - from);
            outer.length += to - from;
            frame_set16(&outer, 2, outer.length);
            frame_set16(&outer, 6, part ? 3 : 0x2000);
            CHECK(reader_read(&self, 101, &outer) == (half && part), "%zu, %zu", half, part);
        }
    }
    CHECK(payload_is(&self.part, "abcd") && self.part.depth == 1, "in the end");
    CHECK(reader_problems(&self) == 0, "no problem");
    reader_end(&self);
}

/* A fragment with a header that is damaged could be any datagram's. */
static void test_damaged(void) {
    reader self;
    made_frame first = tcp_fragment(0, 0, 8), second = tcp_fragment(0, 8, 36);
    frame_set16(&first, 10, 0x1111);
    reader_begin(&self);
    reader_read(&self, 101, &first);
    CHECK(!reader_read(&self, 101, &second), "the first does not count");
    CHECK(reader_count(&self, CAW_PROBLEM_IP_CHECKSUM) == 1, "and is told");
    caw_network_end(self.network);
    CHECK(reader_count(&self, CAW_PROBLEM_FRAGMENTS_MISSING) == 1, "one is missing");
    reader_end(&self);
}

/* Options before and after the fragment header, which only the first fragment says are there. */
static void test_ip6(void) {
    reader self;
    made_frame first = frame_of("60000000 00180009 " ADDRESSES6 "2c000104 00000000"
                                "3c000001 00000063 11000104 00000000");
    made_frame second = frame_of("60000000 001d0009 " ADDRESSES6 "2c000104 00000000"
                                 "3b000008 00000063 " UDP6);
    reader_begin(&self);
    CHECK(!reader_read(&self, 101, &first), "the first has options only");
    CHECK(reader_read(&self, 101, &second) && payload_is(&self.part, "hello"), "the second");
    CHECK(self.part.id == 0x63 && self.part.kind == CAW_PACKET_UDP, "its header");
    CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "checksum");
    CHECK(reader_problems(&self) == 0, "no problem");
    reader_end(&self);
}

/* A datagram that is a fragment once more. */
static void test_ip6_twice(void) {
    reader self;
    made_frame first = frame_of("60000000 00102c09 " ADDRESSES6 "2c000001 00000063"
                                "11000001 00000064");
    made_frame second = frame_of("60000000 00152c09 " ADDRESSES6 "2c000008 00000063 " UDP6);
    reader_begin(&self);
    reader_read(&self, 101, &first);
    CHECK(!reader_read(&self, 101, &second), "nothing");
    CHECK(reader_count(&self, CAW_PROBLEM_FRAGMENT) == 1, "is told");
    reader_end(&self);
}

/* The network gives up on time alone, and at the end. */
static void test_network_time(void) {
    reader self;
    made_frame first = tcp_fragment(0, 0, 8);
    reader_begin(&self);
    reader_read(&self, 101, &first);
    CHECK(caw_network_bytes(self.network) > 0, "is held");
    caw_network_tick(self.network, (caw_moment){.seconds = 1700000031});
    CHECK(caw_network_bytes(self.network) == 0, "is given back");
    CHECK(reader_count(&self, CAW_PROBLEM_FRAGMENTS_MISSING) == 1, "and told");
    reader_end(&self);
}

int main(void) {
    make_data();
    test_rows();
    test_invalid();
    test_not_captured_whole();
    test_largest();
    test_apart();
    test_protocol();
    test_used_again();
    test_copies();
    test_time();
    test_expire();
    test_many_first_fragments();
    test_bytes_bound();
    test_too_large();
    counted_fail_each(without_memory);
    test_tiny();
    test_another_vlan();
    test_fragments_in_fragments();
    test_damaged();
    test_ip6();
    test_ip6_twice();
    test_network_time();
    return test_summary();
}
