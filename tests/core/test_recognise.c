/* SPDX-License-Identifier: BSD-3-Clause */
/* Which segments and datagrams of unnamed ports are Channel Access, and who has sent them. */
#include "caw_history.h"
#include "make.h"
#include "test.h"

#define VERSION                                                                                    \
    { .command = CAW_COMMAND_VERSION, .count = 13 }
#define SEARCH                                                                                     \
    {                                                                                              \
        .command = CAW_COMMAND_SEARCH, .type = 5, .count = 13, .p1 = 7, .p2 = 7,                   \
        .payload = "t:a\0\0\0\0", .size = 8                                                        \
    }
#define BEACON                                                                                     \
    { .command = CAW_COMMAND_RSRV_IS_UP, .type = 13, .count = 5064, .p1 = 3 }
#define CONFIRM                                                                                    \
    { .command = CAW_COMMAND_REPEATER_CONFIRM, .p2 = 0x7f000001 }
#define USER                                                                                       \
    { .command = CAW_COMMAND_CLIENT_NAME, .payload = "operator\0\0\0\0\0\0\0", .size = 16 }
#define ECHO                                                                                       \
    { .command = CAW_COMMAND_ECHO }
#define READ                                                                                       \
    { .command = CAW_COMMAND_READ_NOTIFY, .type = 20, .count = 1, .p1 = 451, .p2 = 1 }

static size_t put_all(uint8_t *to, const draft *made, size_t count) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += make_message(&made[i], to + length);
    return length;
}

static const struct {
    const char *what;
    draft messages[3];
    size_t count;
    bool circuit, first_of_circuit, datagram; /* whole; of whole segments that are the first */
} cases[] = {
    {"a bare VERSION begins a circuit, and proves nothing elsewhere", {VERSION}, 1, 0, 1, 0},
    {"a client that says who it is", {VERSION, USER, READ}, 3, 1, 1, 0},
    {"one ECHO among other bytes", {ECHO}, 1, 0, 0, 0},
    {"a search with its VERSION", {VERSION, SEARCH}, 2, 1, 1, 1},
    {"relayed beacons", {BEACON, BEACON}, 2, 0, 0, 1},
    {"a confirmation of the repeater", {CONFIRM}, 1, 0, 0, 1},
    {"a beacon and a read", {BEACON, READ}, 2, 0, 0, 0},
};

static void test_cases(void) {
    static uint8_t bytes[3 * MADE_MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = put_all(bytes, cases[i].messages, cases[i].count);
        const char *what = cases[i].what;
        CHECK(caw_is_circuit(bytes, length, true, false) == cases[i].circuit, "%s", what);
        CHECK(caw_is_circuit(bytes, length, true, true) == cases[i].first_of_circuit, "%s", what);
        CHECK(caw_is_datagram(bytes, length) == cases[i].datagram, "%s", what);
        CHECK(!caw_is_datagram(bytes, length - 1), "%s, cut", what);
    }
    CHECK(!caw_is_datagram(bytes, 0), "nothing");
    CHECK(!caw_is_circuit((const uint8_t *)"GET / HTTP/1.1\r\nHost: a\r\n", 25, true, true),
          "HTTP");
}

static void test_speakers(void) {
    static const draft ambiguous[] = {ECHO, ECHO};
    static const draft decided[] = {ECHO, READ};
    static uint8_t bytes[3 * MADE_MOST];
    size_t length = put_all(bytes, ambiguous, 2);
    CHECK(caw_speaker_of_all(bytes, length, CAW_TRANSPORT_TCP) == CAW_SIDE_NOBODY, "either");
    length = put_all(bytes, decided, 2);
    CHECK(caw_speaker_of_all(bytes, length, CAW_TRANSPORT_TCP) == CAW_SIDE_CLIENT, "the second");
    CHECK(caw_speaker_of_all(bytes, 0, CAW_TRANSPORT_TCP) == CAW_SIDE_NOBODY, "nothing");
}

int main(void) {
    test_cases();
    test_speakers();
    return test_summary();
}
