/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses as text: RFC 5952's own examples, and what the C library's inet_ntop writes. */
#include "caw_capture.h"
#include "test.h"

#include <arpa/inet.h>
#include <stdlib.h>

static void check_as_libc(const caw_end *end) {
    char want[INET6_ADDRSTRLEN], got[CAW_END_TEXT];
    inet_ntop(end->size == 4 ? AF_INET : AF_INET6, end->bytes, want, sizeof want);
    size_t length = caw_end_text(end, got, sizeof got);
    CHECK_TEXT(got, want);
    CHECK(length == strlen(want), "%s: %zu", want, length);
}

static void test_text(const char *address, const char *want) {
    bool is_ip6 = strchr(address, ':') != NULL;
    caw_end end = {.size = is_ip6 ? 16 : 4, .port = 5064};
    char got[CAW_END_TEXT];
    CHECK(inet_pton(is_ip6 ? AF_INET6 : AF_INET, address, end.bytes) == 1, "%s", address);
    caw_end_text(&end, got, sizeof got);
    CHECK_TEXT(got, want);
    check_as_libc(&end);
}

/* Every pattern of groups that are zero or not. */
static void test_all_zeros(void) {
    static const uint8_t groups[][2] = {{0, 0}, {0x01, 0x0a}, {0xff, 0xff}, {0, 0x0b}};
    for (unsigned pattern = 0; pattern < 1 << 16; pattern++) {
        caw_end end = {.size = 16};
        for (unsigned i = 0; i < 8; i++)
            memcpy(end.bytes + 2 * i, groups[pattern >> 2 * i & 3], 2);
        check_as_libc(&end);
    }
}

static void check_with_port(caw_end end, const char *want) {
    char text[CAW_END_PORT_TEXT];
    size_t length = caw_end_port_text(&end, text, sizeof text);
    CHECK_TEXT(text, want);
    CHECK(length == strlen(want), "%zu", length);
}

static void test_with_a_port(void) {
    check_with_port((caw_end){4, {10, 1, 0, 2}, 5064}, "10.1.0.2:5064");
    check_with_port((caw_end){4, {10, 1, 0, 2}, 0}, "10.1.0.2");
    check_with_port((caw_end){16, {0xfe, 0x80, [15] = 1}, 65535}, "[fe80::1]:65535");
    check_with_port((caw_end){16, {0xfe, 0x80, [15] = 1}, 0}, "fe80::1");
    check_with_port((caw_end){.size = 0}, "");
}

int main(void) {
    test_with_a_port();
    test_text("10.77.0.1", "10.77.0.1");
    test_text("255.255.255.255", "255.255.255.255");
    test_text("2001:db8:0:0:0:0:2:1", "2001:db8::2:1");        /* 4.2.1 */
    test_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"); /* 4.2.2 */
    test_text("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");          /* 4.2.3 */
    test_text("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");    /* 4.2.3 */
    test_text("2001:DB8::AAAA", "2001:db8::aaaa");             /* 4.3 */
    test_text("::ffff:192.0.2.1", "::ffff:192.0.2.1");         /* 5 */
    test_text("::", "::");
    test_text("::1", "::1");
    test_text("fe80::", "fe80::");
    test_text("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8");
    test_all_zeros();

    const caw_end none = {.port = 5064};
    const caw_end longest = {
        16, {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, 0};
    char text[CAW_END_TEXT] = "before", three[4];
    CHECK(caw_end_text(&none, text, sizeof text) == 0, "no address");
    CHECK_TEXT(text, "");
    CHECK(caw_end_text(&longest, three, sizeof three) == 39, "as snprintf: the whole length");
    CHECK_TEXT(three, "fff");
    CHECK(caw_end_text(&longest, NULL, 0) == 39, "without room");
    return test_summary();
}
