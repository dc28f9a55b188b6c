/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One TCP segment inside every link layer and tunnel, whole and cut at every byte. The headers are
 * written by hand after tcpdump.org/linktypes.html and the RFCs that link.h and tunnel.h name.
 */
#include "frames.h"

#include "packet/protocols.h"

/* Outer IP headers, 192.168.0.1 -> 192.168.0.2, without checksum: LENGTH and PROTOCOL in hex. */
#define OUTER(LENGTH, PROTOCOL) "4500" LENGTH " 00010000 40" PROTOCOL "0000 c0a80001 c0a80002 "
#define ETHERNET                MACS "0800 "
#define VXLAN                   "c00012b5 00560000 08000000 00002a00 "

static const struct {
    const char *name;
    uint32_t link;
    const char *headers;
    unsigned depth;
    caw_way way;
    uint32_t interface;
} rows[] = {
    {"Ethernet", 1, ETHERNET, 0, CAW_WAY_UNKNOWN, 0},
    {"802.1Q", 1, MACS "8100 002a 0800", 0, CAW_WAY_UNKNOWN, 0},
    {"802.1ad", 1, MACS "88a8 0064 8100 002a 0800", 0, CAW_WAY_UNKNOWN, 0},
    {"QinQ 9100", 1, MACS "9100 0064 9100 0065 8100 002a 0800", 0, CAW_WAY_UNKNOWN, 0},
    {"QinQ 9200", 1, MACS "9200 0064 8100 002a 0800", 0, CAW_WAY_UNKNOWN, 0},
    {"SLL", 113, "0004 0001 0006 02ca000000010000 0800", 0, CAW_WAY_FROM_US, 0},
    {"SLL, tagged", 113, "0001 0001 0006 02ca000000010000 8100 002a 0800", 0, CAW_WAY_BROADCAST, 0},
    {"SLL, odd way", 113, "0009 0001 0006 02ca000000010000 0800", 0, CAW_WAY_UNKNOWN, 0},
    {"SLL2", 276, "0800 0000 00000007 0001 02 06 02ca000000010000", 0, CAW_WAY_MULTICAST, 7},
    {"SLL2, tagged", 276, "8100 0000 00010002 0001 00 06 02ca000000010000 002a 0800", 0,
     CAW_WAY_TO_US, 0x10002},
    {"NULL, little endian", 0, "02000000", 0, CAW_WAY_UNKNOWN, 0},
    {"NULL, big endian", 0, "00000002", 0, CAW_WAY_UNKNOWN, 0},
    {"LOOP", 108, "00000002", 0, CAW_WAY_UNKNOWN, 0},
    {"RAW", 101, "", 0, CAW_WAY_UNKNOWN, 0},
    {"RAW 12", 12, "", 0, CAW_WAY_UNKNOWN, 0},
    {"RAW 14", 14, "", 0, CAW_WAY_UNKNOWN, 0},
    {"IPV4", 228, "", 0, CAW_WAY_UNKNOWN, 0},
    {"PPP", 9, "ff03 0021", 0, CAW_WAY_UNKNOWN, 0},
    {"PPP without address", 9, "0021", 0, CAW_WAY_UNKNOWN, 0},
    {"PPP, short protocol", 9, "ff03 21", 0, CAW_WAY_UNKNOWN, 0},
    {"PPP, MPLS", 9, "ff03 0281 00011140", 0, CAW_WAY_UNKNOWN, 0},
    {"PPP in HDLC", 50, "ff03 0021", 0, CAW_WAY_UNKNOWN, 0},
    {"Cisco HDLC", 50, "0f00 0800", 0, CAW_WAY_UNKNOWN, 0},
    {"PPPoE", 1, MACS "8864 11000001 003a 0021", 0, CAW_WAY_UNKNOWN, 0},
    {"MPLS", 1, MACS "8847 00010040 00011140", 0, CAW_WAY_UNKNOWN, 0},
    {"MPLS multicast", 1, MACS "8848 00011140", 0, CAW_WAY_UNKNOWN, 0},
    {"GRE", 1, ETHERNET OUTER("0050", "2f") "0000 0800", 1, CAW_WAY_UNKNOWN, 0},
    {"GRE, all options", 1, ETHERNET OUTER("005c", "2f") "b000 0800 00000000 0000002a 00000001", 1,
     CAW_WAY_UNKNOWN, 0},
    {"GRE, key", 1, ETHERNET OUTER("0054", "2f") "2000 0800 0000002a", 1, CAW_WAY_UNKNOWN, 0},
    {"GRE, Ethernet", 1, ETHERNET OUTER("005e", "2f") "0000 6558" ETHERNET, 1, CAW_WAY_UNKNOWN, 0},
    {"GRE, tagged", 1, ETHERNET OUTER("0062", "2f") "0000 6558" MACS "8100 002a 0800", 1,
     CAW_WAY_UNKNOWN, 0},
    {"GRE in IPv6 with options", 1,
     MACS "86dd 60000000 00443c40" ADDRESSES6 "2f000104 00000000 0000 0800", 1, CAW_WAY_UNKNOWN, 0},
    {"ERSPAN I", 1, ETHERNET OUTER("005e", "2f") "0000 88be" ETHERNET, 1, CAW_WAY_UNKNOWN, 0},
    {"ERSPAN II", 1, ETHERNET OUTER("006a", "2f") "1000 88be 00000001 1001000000000000" ETHERNET, 1,
     CAW_WAY_UNKNOWN, 0},
    {"ERSPAN III", 1,
     ETHERNET OUTER("006e", "2f") "1000 22eb 00000001 20010000 00000000 00000000" ETHERNET, 1,
     CAW_WAY_UNKNOWN, 0},
    {"ERSPAN III, subheader", 1,
     ETHERNET OUTER("0076", "2f") "1000 22eb 00000001 20010000 00000000 00000001"
                                  "0000000000000000" ETHERNET,
     1, CAW_WAY_UNKNOWN, 0},
    {"VXLAN", 1, ETHERNET OUTER("006a", "11") VXLAN ETHERNET, 1, CAW_WAY_UNKNOWN, 0},
    {"IP in IP", 1, ETHERNET OUTER("004c", "04"), 1, CAW_WAY_UNKNOWN, 0},
    {"IPv4 in IPv6", 229, "60000000 00380440" ADDRESSES6, 1, CAW_WAY_UNKNOWN, 0},
    {"AH", 101, OUTER("0068", "33") "04040000 00000001 00000002 0102030405060708090a0b0c", 1,
     CAW_WAY_UNKNOWN, 0},
};

#define ROWS (sizeof rows / sizeof *rows)

static void check_part(const char *name, const caw_packet_part *part) {
    CHECK(part->kind == CAW_PACKET_TCP, "%s", name);
    CHECK(end_is(&part->source, "10.1.0.2", 40100), "%s", name);
    CHECK(end_is(&part->target, "10.1.0.1", 5064), "%s", name);
    CHECK(part->sequence == 0x01020304 && part->acknowledgment == 0x05060708, "%s", name);
    CHECK(part->ttl == 64 && part->id == 0x1234 && !part->reassembled, "%s", name);
    CHECK(part->payload.length == 4, "%s: %u bytes on the wire", name, part->payload.length);
}

static void test_whole(void) {
    for (size_t i = 0; i < ROWS; i++) {
        reader self;
        made_frame frame = frame_of(rows[i].headers);
        frame_add(&frame, TCP_PACKET "eeeeeeee"); /* padding or FCS, at the end */
        reader_begin(&self);
        long asked = self.count.asked;
        CHECK(reader_read(&self, rows[i].link, &frame), "%s", rows[i].name);
        check_part(rows[i].name, &self.part);
        CHECK(payload_is(&self.part, "abcd"), "%s", rows[i].name);
        CHECK(self.part.depth == rows[i].depth, "%s: %d", rows[i].name, self.part.depth);
        CHECK(self.part.origin.way == rows[i].way, "%s: %d", rows[i].name, self.part.origin.way);
        CHECK(self.part.origin.interface == rows[i].interface, "%s", rows[i].name);
        CHECK(self.part.below == CAW_CHECKSUM_GOOD, "%s: IP", rows[i].name);
        CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_GOOD, "%s: TCP", rows[i].name);
        CHECK(reader_problems(&self) == 0, "%s", rows[i].name);
        CHECK(self.count.asked == asked, "%s asks for memory", rows[i].name);
        reader_end(&self);
    }
}

/* A segment is there from its fixed header on; before that the one problem is that it is cut. */
static void check_cut(size_t row, const uint8_t *bytes, uint32_t left, uint32_t length,
                      uint32_t headers) {
    reader self;
    const char *name = rows[row].name;
    caw_span span = {{bytes, 0, left}, length};
    reader_begin(&self);
    bool has = caw_network_frame(self.network, rows[row].link, span, (caw_moment){0}, &self.part);
    if (left >= headers + 40) {
        uint32_t data = left > headers + 52 ? left - headers - 52 : 0;
        CHECK(has, "%s, %u bytes", name, left);
        check_part(name, &self.part);
        CHECK(self.part.payload.bytes.len == data, "%s, %u bytes", name, left);
        CHECK(self.part.has_time == (left >= headers + 52), "%s, %u bytes", name, left);
        CHECK(caw_packet_checksum(&self.part) == CAW_CHECKSUM_UNKNOWN, "%s, %u", name, left);
    } else if (has) { /* VXLAN's own header is cut, or not reached: it is a datagram */
        CHECK(self.part.kind == CAW_PACKET_UDP && self.part.target.port == 4789, "%s", name);
    } else {
        CHECK(reader_count(&self, CAW_PROBLEM_CUT) == 1 && reader_problems(&self) == 1,
              "%s, %u bytes", name, left);
    }
    reader_end(&self);
}

static void test_cut(void) {
    guard_pages guard = guard_make(sizeof(made_frame));
    for (size_t i = 0; i < ROWS; i++) {
        made_frame frame = frame_of(rows[i].headers);
        uint32_t headers = (uint32_t)frame.length;
        frame_add(&frame, TCP_PACKET);
        for (uint32_t left = 0; left < frame.length; left++)
            check_cut(i, guard_copy(&guard, frame.bytes, left), left, (uint32_t)frame.length,
                      headers);
    }
    guard_free(&guard);
}

/* ---- what has no part --------------------------------------------------------------------- */

static void test_without_part(void) {
    static const struct {
        const char *name;
        uint32_t link;
        const char *hex;
        caw_problem problem;
    } cases[] = {
        {"ARP", 1, MACS "0806 0001080006040001", CAW_PROBLEM_NONE},
        {"802.3", 1, MACS "0026 42420300", CAW_PROBLEM_NONE},
        {"PPP, LCP", 9, "ff03 c021 01010004", CAW_PROBLEM_NONE},
        {"PPPoE discovery", 1, MACS "8863 11090000 0000", CAW_PROBLEM_NONE},
        {"NULL, another family", 0, "07000000" TCP_PACKET, CAW_PROBLEM_NONE},
        {"RAW, version 5", 101, "5500", CAW_PROBLEM_NONE},
        {"GRE, another type", 101, OUTER("0050", "2f") "0000 1234" TCP_PACKET, CAW_PROBLEM_NONE},
        {"OSPF", 101, OUTER("0018", "59") "02010000", CAW_PROBLEM_NONE},
        {"ESP", 101, OUTER("0018", "32") "02010000", CAW_PROBLEM_NONE},
        {"802.11", 105, "0800" TCP_PACKET, CAW_PROBLEM_LINK},
        {"a number that does not exist", 0xffffffff, TCP_PACKET, CAW_PROBLEM_LINK},
        {"GRE, routing", 101, OUTER("0054", "2f") "4000 0800 00000000" TCP_PACKET,
         CAW_PROBLEM_TUNNEL},
        {"GRE, PPTP", 101, OUTER("0054", "2f") "2001 880b 00000000" TCP_PACKET, CAW_PROBLEM_TUNNEL},
        {"MPLS, pseudo wire", 1, MACS "8847 00011140 00000000" ETHERNET TCP_PACKET,
         CAW_PROBLEM_TUNNEL},
        {"IPV6, version 4", 229, TCP_PACKET, CAW_PROBLEM_IP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reader self;
        made_frame frame = frame_of(cases[i].hex);
        reader_begin(&self);
        CHECK(!reader_read(&self, cases[i].link, &frame), "%s", cases[i].name);
        CHECK(reader_problems(&self) == (cases[i].problem != CAW_PROBLEM_NONE), "%s: %d problems",
              cases[i].name, (int)reader_problems(&self));
        CHECK(!cases[i].problem || reader_count(&self, cases[i].problem) == 1, "%s", cases[i].name);
        reader_end(&self);
    }
}

/* VXLAN needs its flag; and a datagram of another port is never VXLAN. */
static void test_not_vxlan(void) {
    reader self;
    made_frame frame = frame_of(OUTER("006a", "11") VXLAN ETHERNET TCP_PACKET);
    reader_begin(&self);
    frame.bytes[28] = 0;
    CHECK(reader_read(&self, 101, &frame) && self.part.kind == CAW_PACKET_UDP, "no flag");
    CHECK(self.part.payload.length == 78, "%u", self.part.payload.length);
    frame.bytes[28] = 8;
    frame_set16(&frame, 22, 5064);
    CHECK(reader_read(&self, 101, &frame) && self.part.kind == CAW_PACKET_UDP, "another port");
    reader_end(&self);
}

/* PPPoE's own length ends the packet, where IP does not say. */
static void test_pppoe_length(void) {
    reader self;
    made_frame frame = frame_of(MACS "8864 11000001 003a 0021" TCP_PACKET "00000000");
    reader_begin(&self);
    frame_set16(&frame, 14 + 8 + 2, 0);
    CHECK(reader_read(&self, 1, &frame), "IP length 0");
    CHECK(self.part.payload.length == 4, "%u", self.part.payload.length);
    reader_end(&self);
}

/* ---- nesting ------------------------------------------------------------------------------ */

/* Case 29: so many GRE headers in each other. */
static void test_nested(void) {
    for (unsigned depth = 0; depth <= 40; depth++) {
        reader self;
        made_frame frame = {.length = 0};
        reader_begin(&self);
        for (unsigned i = 0; i < depth; i++) {
            size_t at = frame.length;
            frame_add(&frame, OUTER("0000", "2f") "0000 0800");
            frame_set16(&frame, at + 2, 24 * (depth - i) + 56);
        }
        frame_add(&frame, TCP_PACKET);
        reader_read(&self, 101, &frame);
        CHECK(self.has_part == (depth <= 4), "%u", depth);
        CHECK(reader_count(&self, CAW_PROBLEM_NESTED) == (depth > 4), "%u", depth);
        CHECK(!self.has_part || self.part.depth == depth, "%u", depth);
        reader_end(&self);
    }
}

/* Tags need no limit but the frame's end. */
static void test_many_tags(void) {
    reader self;
    made_frame frame = frame_of(MACS);
    reader_begin(&self);
    for (int i = 0; i < 900; i++)
        frame_add(&frame, "8100 002a ");
    frame_add(&frame, "0800" TCP_PACKET);
    CHECK(reader_read(&self, 1, &frame) && payload_is(&self.part, "abcd"), "900 tags");
    reader_end(&self);
}

static void test_texts(void) {
    for (size_t i = 1; i < CAW_PROBLEMS; i++)
        CHECK(caw_problem_texts[i] && *caw_problem_texts[i], "problem %zu has no text", i);
}

static void make_one(counted *count) {
    caw_memory memory = counted_memory(count);
    caw_network *network = caw_network_new(&memory, MANY, 1);
    CHECK(network || count->good < 2, "with memory");
    caw_network_free(network);
    CHECK(count->live == 0, "%ld pieces are left", count->live);
}

int main(void) {
    test_whole();
    test_cut();
    test_without_part();
    test_not_vxlan();
    test_pppoe_length();
    test_nested();
    test_many_tags();
    test_texts();
    counted_fail_each(make_one);
    return test_summary();
}
