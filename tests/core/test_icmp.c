/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors that quote a TCP segment, written by hand after RFC 792 and RFC 4443. */
#include "caw_capture.h"
#include "guard.h"
#include "test.h"

/* From a router, 10.0.0.254, to the client: 10.0.0.2:40000 -> 10.0.0.9:5064, sequence 0x01020304 */
static const uint8_t ip4[] = {
    0x45, 0,    0,    56,   0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 254, 10, 0, 0, 2, /* IP */
    3,    1,    0,    0,    0, 0, 0, 0,                                          /* ICMP */
    0x45, 0,    0,    60,   0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 2,   10, 0, 0, 9, /* the quoted IP */
    0x9c, 0x40, 0x13, 0xc8, 1, 2, 3, 4,                                          /* and TCP */
};

/* [fe80::fe] to the client: [fd00::2]:40000 -> [fd00::9]:5064 */
static const uint8_t ip6[] = {
    0x60, 0,    0,    0,    0, 56, 58, 64,                            /* IP */
    0xfe, 0x80, 0,    0,    0, 0,  0,  0,  0, 0, 0, 0, 0, 0, 0, 0xfe, /* from */
    0xfd, 0,    0,    0,    0, 0,  0,  0,  0, 0, 0, 0, 0, 0, 0, 2,    /* to */
    1,    4,    0,    0,    0, 0,  0,  0,                             /* ICMPv6 */
    0x60, 0,    0,    0,    0, 20, 6,  64,                            /* the quoted IP */
    0xfd, 0,    0,    0,    0, 0,  0,  0,  0, 0, 0, 0, 0, 0, 0, 2,    /* from */
    0xfd, 0,    0,    0,    0, 0,  0,  0,  0, 0, 0, 0, 0, 0, 0, 9,    /* to */
    0x9c, 0x40, 0x13, 0xc8, 1, 2,  3,  4,                             /* and TCP */
};

static bool read_error(const uint8_t *bytes, size_t length, caw_icmp_error *error) {
    caw_packet packet;
    caw_packet_parse(bytes, (uint32_t)length, CAW_LINK_RAW_IP, &packet);
    return caw_packet_icmp_error(&packet, error);
}

static void test_whole(const char *what, const uint8_t *bytes, size_t length, int type, int code,
                       const char *source, const char *target) {
    caw_icmp_error error;
    char text[CAW_END_TEXT];
    CHECK(read_error(bytes, length, &error), "%s", what);
    CHECK(error.type == type && error.code == code, "%s: %d, %d", what, error.type, error.code);
    CHECK(error.source.port == 40000 && error.target.port == 5064, "%s: ports", what);
    CHECK(error.sequence == 0x01020304, "%s: sequence number %x", what, error.sequence);
    caw_end_text(&error.source, text, sizeof text);
    CHECK_TEXT(text, source);
    caw_end_text(&error.target, text, sizeof text);
    CHECK_TEXT(text, target);
}

/* No byte is read beyond the last that is there. */
static void test_cut(const uint8_t *bytes, size_t length) {
    guard_pages guard = guard_make(length);
    for (size_t left = 0; left < length; left++) {
        caw_icmp_error error;
        CHECK(!read_error(guard_copy(&guard, bytes, left), left, &error), "%zu bytes", left);
    }
    guard_free(&guard);
}

/* With one byte changed. */
static bool changed_is_error(const uint8_t *bytes, size_t length, size_t at, uint8_t value) {
    uint8_t copy[sizeof ip6];
    caw_icmp_error error;
    memcpy(copy, bytes, length);
    copy[at] = value;
    return read_error(copy, length, &error);
}

static void test_kinds(void) {
    static const bool errors4[] = {[3] = true, [11] = true, [12] = true, [40] = false};
    static const bool errors6[] = {[1] = true, [3] = true, [4] = true, [40] = false};
    for (uint8_t type = 0; type < 40; type++) {
        CHECK(changed_is_error(ip4, sizeof ip4, 20, type) == errors4[type], "ICMP %d", type);
        CHECK(changed_is_error(ip6, sizeof ip6, 40, type) == errors6[type], "ICMPv6 %d", type);
    }
    CHECK(!changed_is_error(ip4, sizeof ip4, 21, 4), "fragmentation needed");
    CHECK(!changed_is_error(ip4, sizeof ip4, 9, 17), "no ICMP");
    CHECK(!changed_is_error(ip4, sizeof ip4, 7, 8), "a later fragment");
    CHECK(!changed_is_error(ip4, sizeof ip4, 28 + 9, 17), "a quoted datagram");
    CHECK(!changed_is_error(ip4, sizeof ip4, 28 + 7, 8), "a quoted later fragment");
    CHECK(!changed_is_error(ip4, sizeof ip4, 28, 0x40), "a quoted header without length");
    CHECK(!changed_is_error(ip6, sizeof ip6, 6, 17), "no ICMPv6");
    CHECK(!changed_is_error(ip6, sizeof ip6, 48 + 6, 17), "a quoted datagram");
}

int main(void) {
    test_whole("IPv4", ip4, sizeof ip4, 3, 1, "10.0.0.2", "10.0.0.9");
    test_whole("IPv6", ip6, sizeof ip6, 1, 4, "fd00::2", "fd00::9");
    test_cut(ip4, sizeof ip4);
    test_cut(ip6, sizeof ip6);
    test_kinds();
    return test_summary();
}
