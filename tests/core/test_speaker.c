/* SPDX-License-Identifier: BSD-3-Clause */
/* Who speaks, by the message alone: every row of the protocol's table, the ambiguous ones too. */
#include "caw.h"
#include "make.h"
#include "test.h"

#define TCP         .context = {.transport = CAW_TRANSPORT_TCP}
#define UDP         .context = {.transport = CAW_TRANSPORT_UDP}
#define EVENT(mask) .payload = "\0\0\0\0\0\0\0\0\0\0\0\0\0" mask "\0\0", .size = 16

static const struct {
    const char *what;
    caw_side side;
    draft message;
} cases[] = {
    {"VERSION with priority 0", CAW_SIDE_NOBODY, {TCP, .command = 0, .count = 13}},
    {"VERSION with 1 and 1: a name search or a caproto server",
     CAW_SIDE_NOBODY,
     {TCP, .command = 0, .type = 1, .count = 13, .p1 = 1}},
    {"VERSION with priority 2", CAW_SIDE_CLIENT, {TCP, .command = 0, .type = 2, .count = 13}},
    {"VERSION with sequence number 2",
     CAW_SIDE_CLIENT,
     {TCP, .command = 0, .type = 1, .count = 13, .p1 = 2}},
    {"VERSION in a datagram",
     CAW_SIDE_NOBODY,
     {UDP, .command = 0, .type = 1, .count = 13, .p1 = 99}},
    {"all-zero VERSION", CAW_SIDE_NOBODY, {UDP, .command = 0}},

    {"EVENT_ADD of another size",
     CAW_SIDE_SERVER,
     {TCP, .command = 1, .type = 20, .count = 1, .p1 = 1, .size = 24}},
    {"EVENT_ADD without payload",
     CAW_SIDE_SERVER,
     {TCP, .command = 1, .type = 20, .count = 1, .p1 = 451}},
    {"EVENT_ADD, p1 is no status",
     CAW_SIDE_CLIENT,
     {TCP, .command = 1, .type = 20, .p1 = 451, EVENT("\5")}},
    {"EVENT_ADD, 16 bytes do not fit the type",
     CAW_SIDE_CLIENT,
     {TCP, .command = 1, .type = 20, .count = 1, .p1 = 1, EVENT("\5")}},
    {"EVENT_ADD, 16 bytes fit, mask 0",
     CAW_SIDE_SERVER,
     {TCP, .command = 1, .type = 19, .count = 1, .p1 = 1, EVENT("\0")}},
    {"EVENT_ADD, 16 bytes fit, a mask of 16",
     CAW_SIDE_SERVER,
     {TCP, .command = 1, .type = 19, .count = 1, .p1 = 1, EVENT("\x10")}},
    {"EVENT_ADD, sid 1, two doubles or a request",
     CAW_SIDE_NOBODY,
     {TCP, .command = 1, .type = 6, .count = 2, .p1 = 1, EVENT("\5")}},
    {"EVENT_ADD, sid 1, a request or an empty TIME_DOUBLE",
     CAW_SIDE_NOBODY,
     {TCP, .command = 1, .type = 20, .count = 0, .p1 = 1, EVENT("\5")}},
    {"EVENT_ADD, one short string",
     CAW_SIDE_SERVER,
     {TCP, .command = 1, .type = 0, .count = 1, .p1 = 1, .payload = "fifteen letters", .size = 16}},
    {"EVENT_ADD, two strings do not fit in 16 bytes",
     CAW_SIDE_CLIENT,
     {TCP, .command = 1, .type = 0, .count = 2, .p1 = 1, EVENT("\5")}},

    {"EVENT_CANCEL", CAW_SIDE_CLIENT, {TCP, .command = 2}},
    {"READ with a count", CAW_SIDE_CLIENT, {TCP, .command = 3, .type = 6, .count = 1, .p1 = 1}},
    {"READ with data",
     CAW_SIDE_SERVER,
     {TCP, .command = 3, .type = 6, .count = 1, .p1 = 1, .size = 8}},
    {"READ with neither", CAW_SIDE_NOBODY, {TCP, .command = 3, .type = 6, .p1 = 1}},
    {"WRITE", CAW_SIDE_CLIENT, {TCP, .command = 4, .type = 6, .count = 1, .size = 8}},
    {"SNAPSHOT", CAW_SIDE_NOBODY, {TCP, .command = 5}},

    {"SEARCH",
     CAW_SIDE_CLIENT,
     {UDP, .command = 6, .type = 5, .count = 13, .p1 = 9, .p2 = 9, .payload = "t:ai\0\0\0",
      .size = 8}},
    {"SEARCH answer",
     CAW_SIDE_SERVER,
     {UDP, .command = 6, .type = 5064, .p1 = 0xffffffff, .p2 = 9, .payload = "\0\x0d\0\0\0\0\0",
      .size = 8}},
    {"SEARCH answer whose address equals the cid",
     CAW_SIDE_SERVER,
     {TCP, .command = 6, .type = 5064, .p1 = 9, .p2 = 9}},
    {"BUILD", CAW_SIDE_NOBODY, {TCP, .command = 7}},
    {"EVENTS_OFF", CAW_SIDE_CLIENT, {TCP, .command = 8}},
    {"EVENTS_ON", CAW_SIDE_CLIENT, {TCP, .command = 9}},
    {"READ_SYNC", CAW_SIDE_NOBODY, {TCP, .command = 10}},
    {"ERROR", CAW_SIDE_SERVER, {TCP, .command = 11, .size = 24}},
    {"CLEAR_CHANNEL", CAW_SIDE_NOBODY, {TCP, .command = 12, .p1 = 451, .p2 = 2}},
    {"RSRV_IS_UP", CAW_SIDE_SERVER, {UDP, .command = 13, .count = 5064}},
    {"NOT_FOUND", CAW_SIDE_SERVER, {TCP, .command = 14, .type = 10, .count = 13}},

    {"READ_NOTIFY with data",
     CAW_SIDE_SERVER,
     {TCP, .command = 15, .type = 6, .count = 1, .p1 = 1, .size = 8}},
    {"READ_NOTIFY with a count only",
     CAW_SIDE_CLIENT,
     {TCP, .command = 15, .type = 6, .count = 1, .p1 = 1}},
    {"READ_NOTIFY, autosize, p1 is no status",
     CAW_SIDE_CLIENT,
     {TCP, .command = 15, .type = 6, .p1 = 451}},
    {"READ_NOTIFY, autosize, p1 is a status",
     CAW_SIDE_NOBODY,
     {TCP, .command = 15, .type = 6, .p1 = 152}},
    {"READ_BUILD", CAW_SIDE_NOBODY, {TCP, .command = 16}},
    {"REPEATER_CONFIRM", CAW_SIDE_SERVER, {UDP, .command = 17}},
    {"CREATE_CHAN", CAW_SIDE_CLIENT, {TCP, .command = 18, .p1 = 1, .p2 = 13, .size = 8}},
    {"CREATE_CHAN answer", CAW_SIDE_SERVER, {TCP, .command = 18, .type = 6, .count = 1, .p1 = 1}},
    {"WRITE_NOTIFY",
     CAW_SIDE_CLIENT,
     {TCP, .command = 19, .type = 6, .count = 1, .p1 = 1, .size = 8}},
    {"WRITE_NOTIFY answer", CAW_SIDE_SERVER, {TCP, .command = 19, .type = 6, .count = 1, .p1 = 1}},
    {"WRITE_NOTIFY of nothing, or its answer",
     CAW_SIDE_NOBODY,
     {TCP, .command = 19, .type = 6, .p1 = 1}},
    {"WRITE_NOTIFY of nothing, p1 is no status",
     CAW_SIDE_CLIENT,
     {TCP, .command = 19, .type = 6, .p1 = 451}},
    {"CLIENT_NAME", CAW_SIDE_CLIENT, {TCP, .command = 20, .size = 8}},
    {"HOST_NAME", CAW_SIDE_CLIENT, {TCP, .command = 21, .size = 8}},
    {"ACCESS_RIGHTS", CAW_SIDE_SERVER, {TCP, .command = 22}},
    {"ECHO", CAW_SIDE_NOBODY, {TCP, .command = 23}},
    {"REPEATER_REGISTER", CAW_SIDE_CLIENT, {UDP, .command = 24}},
    {"SIGNAL", CAW_SIDE_NOBODY, {TCP, .command = 25}},
    {"CREATE_CH_FAIL", CAW_SIDE_SERVER, {TCP, .command = 26}},
    {"SERVER_DISCONN", CAW_SIDE_SERVER, {TCP, .command = 27}},
    {"an unknown command", CAW_SIDE_NOBODY, {TCP, .command = 28, .size = 8}},
    {"an extended header alone", CAW_SIDE_NOBODY, {TCP, .command = 23, .extended = true}},
    {"an extended CREATE_CHAN answer",
     CAW_SIDE_SERVER,
     {TCP, .command = 18, .type = 6, .count = 100000, .extended = true}},
};

int main(void) {
    static uint8_t bytes[MADE_MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const draft *made = &cases[i].message;
        size_t len = make_message(made, bytes);
        caw_side side = caw_speaker(bytes, len, made->context.transport);
        CHECK(side == cases[i].side, "%s: %d", cases[i].what, (int)side);
        for (size_t cut = 0; cut < 16; cut++)
            CHECK(caw_speaker(bytes, cut, made->context.transport) == CAW_SIDE_NOBODY,
                  "%s, %zu bytes", cases[i].what, cut);

        caw_message message;
        caw_decode(bytes, len, &made->context, &message);
        CHECK(message.speaker == side, "%s: decode finds it as well", cases[i].what);
        CHECK(!(caw_flaws(&message) >> CAW_FLAW_WRONG_SIDE & 1), "%s: no wrong side",
              cases[i].what);
    }
    return test_summary();
}
