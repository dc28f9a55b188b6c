/* SPDX-License-Identifier: BSD-3-Clause */
/* Each flaw: a message that has it, and its legal neighbour, which has not. */
#include "caw.h"
#include "make.h"
#include "test.h"

#define FROM(transport_, speaker_) .context = {.transport = transport_, .speaker = speaker_}
#define TO_SERVER                  FROM(CAW_TRANSPORT_TCP, CAW_SIDE_CLIENT)
#define TO_CLIENT                  FROM(CAW_TRANSPORT_TCP, CAW_SIDE_SERVER)
#define SEARCHING                  FROM(CAW_TRANSPORT_UDP, CAW_SIDE_CLIENT)
#define FINDING                    FROM(CAW_TRANSPORT_UDP, CAW_SIDE_SERVER)

#define BYTES(text) .payload = text, .size = sizeof(text) - 1
#define NAME_60     "123456789_123456789_123456789_123456789_123456789_123456789_"
#define NAME_480    NAME_60 NAME_60 NAME_60 NAME_60 NAME_60 NAME_60 NAME_60 NAME_60

/* the header of a READ_NOTIFY that failed */
#define FAILED "\0\x0f\0\0\0\x06\0\1\0\0\0\7\0\0\0\x12"

#define VERSION(minor) .command = CAW_COMMAND_VERSION, .count = minor
#define READ_ANSWER(dbr)                                                                           \
    .command = CAW_COMMAND_READ_NOTIFY, .type = dbr, .count = 1, .p1 = 1, .p2 = 9
#define WRITES(dbr, many) .command = CAW_COMMAND_WRITE, .type = dbr, .count = many, .p1 = 1, .p2 = 9
#define SUBSCRIBES        .command = CAW_COMMAND_EVENT_ADD, .type = 20, .count = 1, .p1 = 451, .p2 = 9
#define SEARCHES(id, flag)                                                                         \
    .command = CAW_COMMAND_SEARCH, .type = flag, .count = 13, .p1 = 9, .p2 = id
#define CREATES          .command = CAW_COMMAND_CREATE_CHAN, .p1 = 9, .p2 = 13
#define ERROR_OF(status) .command = CAW_COMMAND_ERROR, .p1 = 9, .p2 = status

/* DBR_CTRL_ENUM: alarm, number of states, room for 16 of them, value */
#define ROOM_26(text)        text "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ROOMS_4              ROOM_26("aaaa") ROOM_26("aaaa") ROOM_26("aaaa") ROOM_26("aaaa")
#define STATES(count, value) "\0\0\0\0\0" count ROOMS_4 ROOMS_4 ROOMS_4 ROOMS_4 "\0" value

#define STAMP(status, severity, nanoseconds)                                                       \
    "\0" status "\0" severity "\0\0\0\1" nanoseconds "\0\0\0\0"

static const struct {
    caw_flaw flaw;
    draft bad, good;
} cases[] = {
    {CAW_FLAW_UNALIGNED,
     {TO_SERVER, .command = CAW_COMMAND_CLIENT_NAME, BYTES("four\0")},
     {TO_SERVER, .command = CAW_COMMAND_CLIENT_NAME, BYTES("four\0\0\0\0")}},
    {CAW_FLAW_TOO_SHORT,
     {TO_CLIENT, READ_ANSWER(6), BYTES("")},
     {TO_CLIENT, READ_ANSWER(6), .size = 8}},
    {CAW_FLAW_TOO_LONG,
     {TO_CLIENT, READ_ANSWER(6), .size = 16},
     {TO_CLIENT, READ_ANSWER(6), .size = 8}},
    {CAW_FLAW_TOO_LONG, /* a message without payload */
     {TO_SERVER, .command = CAW_COMMAND_CLEAR_CHANNEL, .size = 8},
     {TO_SERVER, .command = CAW_COMMAND_CLEAR_CHANNEL}},
    {CAW_FLAW_TOO_LONG, /* an empty array may come in the room of one element, not of two */
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 6, .p1 = 1, .size = 16},
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 6, .p1 = 1, .size = 8}},
    {CAW_FLAW_TOO_SHORT, /* one string may be short, not the first of two */
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 0, .count = 2, .p1 = 1, .size = 40},
     {TO_CLIENT, READ_ANSWER(0), .size = 8}},
    {CAW_FLAW_TOO_SHORT,
     {TO_SERVER, SUBSCRIBES, .size = 8},
     {TO_SERVER, SUBSCRIBES, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0")}},
    {CAW_FLAW_TOO_SHORT,
     {TO_CLIENT, ERROR_OF(142), BYTES("\0\x0f\0\0\0\0\0\0")},
     {TO_CLIENT, ERROR_OF(142), BYTES(FAILED "why\0\0\0\0\0")}},
    {CAW_FLAW_TOO_SHORT, /* half a version */
     {FINDING, .command = CAW_COMMAND_SEARCH, .type = 5064, .p1 = 0xffffffff, .size = 1},
     {FINDING, .command = CAW_COMMAND_SEARCH, .type = 5064, .p1 = 0xffffffff}},
    {CAW_FLAW_UNKNOWN_COMMAND,
     {TO_SERVER, .command = 28, .size = 8},
     {TO_SERVER, .command = 21, .size = 8}},
    {CAW_FLAW_OBSOLETE,
     {TO_SERVER, .command = CAW_COMMAND_SNAPSHOT},
     {TO_SERVER, .command = CAW_COMMAND_ECHO}},
    {CAW_FLAW_OLD,
     {TO_SERVER, .command = CAW_COMMAND_READ, .type = 6, .count = 1},
     {TO_SERVER, .command = CAW_COMMAND_READ_NOTIFY, .type = 6, .count = 1}},
    {CAW_FLAW_OLD,
     {TO_CLIENT, .command = CAW_COMMAND_READ_SYNC},
     {TO_CLIENT, .command = CAW_COMMAND_ECHO}},
    {CAW_FLAW_WRONG_SIDE,
     {TO_SERVER, .command = CAW_COMMAND_NOT_FOUND},
     {TO_CLIENT, .command = CAW_COMMAND_NOT_FOUND}},
    {CAW_FLAW_WRONG_TRANSPORT,
     {SEARCHING, .command = CAW_COMMAND_READ_NOTIFY, .type = 6, .count = 1},
     {TO_SERVER, .command = CAW_COMMAND_READ_NOTIFY, .type = 6, .count = 1}},
    {CAW_FLAW_BAD_TYPE,
     {TO_SERVER, .command = CAW_COMMAND_READ_NOTIFY, .type = 39, .count = 1},
     {TO_SERVER, .command = CAW_COMMAND_READ_NOTIFY, .type = 38, .count = 1}},
    {CAW_FLAW_BAD_NATIVE_TYPE,
     {TO_CLIENT, .command = CAW_COMMAND_CREATE_CHAN, .type = 7, .count = 1},
     {TO_CLIENT, .command = CAW_COMMAND_CREATE_CHAN, .type = 6, .count = 1}},
    {CAW_FLAW_EXTENDED_UDP,
     {SEARCHING, .command = CAW_COMMAND_VERSION, .extended = true},
     {SEARCHING, .command = CAW_COMMAND_VERSION}},
    {CAW_FLAW_BAD_MARKER,
     {TO_CLIENT, READ_ANSWER(6), .size = 8, .extended = true, .marker = 1},
     {TO_CLIENT, READ_ANSWER(6), .size = 8, .extended = true}},
    {CAW_FLAW_HUGE,
     {TO_CLIENT, READ_ANSWER(6), .extended = true, .declared = (16 << 20) + 8},
     {TO_CLIENT, READ_ANSWER(6), .extended = true, .declared = 16 << 20}},
    {CAW_FLAW_UNKNOWN_STATUS,
     {TO_CLIENT, .command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 369},
     {TO_CLIENT, .command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 368}},
    {CAW_FLAW_FAILURE,
     {TO_CLIENT, .command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 368},
     {TO_CLIENT, .command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 1}},
    {CAW_FLAW_ERROR_MESSAGE,
     {TO_CLIENT, ERROR_OF(142), BYTES(FAILED "why\0\0\0\0\0")},
     {TO_CLIENT, .command = CAW_COMMAND_ECHO}},
    {CAW_FLAW_UNTERMINATED_ERROR,
     {TO_CLIENT, ERROR_OF(142), BYTES(FAILED "whywhywh")},
     {TO_CLIENT, ERROR_OF(142), BYTES(FAILED "whywhyw\0")}},
    {CAW_FLAW_PRIORITY,
     {TO_SERVER, VERSION(13), .type = 100},
     {TO_SERVER, VERSION(13), .type = 99}},
    {CAW_FLAW_VERSION_TOO_OLD, {TO_SERVER, VERSION(3)}, {TO_SERVER, VERSION(4)}},
    {CAW_FLAW_VERSION_TOO_OLD, {TO_SERVER, VERSION(0)}, {SEARCHING, VERSION(0)}},
    {CAW_FLAW_VERSION_OLDER, {TO_CLIENT, VERSION(12)}, {TO_CLIENT, VERSION(13)}},
    {CAW_FLAW_VERSION_NEWER, {TO_CLIENT, VERSION(14)}, {TO_CLIENT, VERSION(13)}},
    {CAW_FLAW_NO_VERSION,
     {.context = {CAW_TRANSPORT_UDP, CAW_SIDE_CLIENT, true, false},
      SEARCHES(9, 5),
      BYTES("a\0\0\0\0\0\0\0")},
     {SEARCHING, SEARCHES(9, 5), BYTES("a\0\0\0\0\0\0\0")}},
    {CAW_FLAW_SEARCH_IDS,
     {SEARCHING, SEARCHES(8, 5), BYTES("a\0\0\0\0\0\0\0")},
     {SEARCHING, SEARCHES(9, 5), BYTES("a\0\0\0\0\0\0\0")}},
    {CAW_FLAW_SEARCH_REPLY,
     {SEARCHING, SEARCHES(9, 6), BYTES("a\0\0\0\0\0\0\0")},
     {SEARCHING, SEARCHES(9, 5), BYTES("a\0\0\0\0\0\0\0")}},
    {CAW_FLAW_SEARCH_DOREPLY,
     {SEARCHING, SEARCHES(9, 10), BYTES("a\0\0\0\0\0\0\0")},
     {TO_SERVER, SEARCHES(9, 10), BYTES("a\0\0\0\0\0\0\0")}},
    {CAW_FLAW_NO_NAME, {TO_SERVER, CREATES}, {TO_SERVER, CREATES, BYTES("a\0\0\0\0\0\0\0")}},
    {CAW_FLAW_NO_NAME,
     {TO_SERVER, CREATES, BYTES("\0a\0\0\0\0\0\0")},
     {TO_SERVER, CREATES, BYTES("a\0a\0\0\0\0\0")}},
    {CAW_FLAW_UNTERMINATED_NAME,
     {TO_SERVER, CREATES, BYTES("aaaaaaaa")},
     {TO_SERVER, CREATES, BYTES("aaaaaaa\0")}},
    {CAW_FLAW_ODD_NAME,
     {TO_SERVER, CREATES, BYTES("a b\0\0\0\0\0")},
     {TO_SERVER, CREATES, BYTES("a_b\0\0\0\0\0")}},
    {CAW_FLAW_ODD_NAME,
     {TO_SERVER, CREATES, BYTES("a.b.c\0\0\0")},
     {TO_SERVER, CREATES, BYTES("a.b{\"d\":1.5}\0\0\0\0")}},
    {CAW_FLAW_ODD_NAME,
     {TO_SERVER, CREATES, BYTES("\xb5m\0\0\0\0\0\0")},
     {TO_SERVER, CREATES, BYTES("#a:$-;<>[]\0\0\0\0\0\0")}},
    {CAW_FLAW_LONG_NAME,
     {TO_SERVER, CREATES, BYTES(NAME_60 "a\0\0\0")},
     {TO_SERVER, CREATES, BYTES(NAME_60 ".V\0\0")}},
    {CAW_FLAW_LONG_NAME,
     {TO_SERVER, CREATES, BYTES("a." NAME_480 "123456789_123456789\0\0\0")},
     {TO_SERVER, CREATES, BYTES("a." NAME_480 "123456789_12345678\0\0\0\0")}},
    {CAW_FLAW_CREATE_FAILED,
     {TO_CLIENT, .command = CAW_COMMAND_CREATE_CH_FAIL},
     {TO_CLIENT, .command = CAW_COMMAND_CREATE_CHAN}},
    {CAW_FLAW_SERVER_DISCONN,
     {TO_CLIENT, .command = CAW_COMMAND_SERVER_DISCONN},
     {TO_CLIENT, .command = CAW_COMMAND_CLEAR_CHANNEL}},
    {CAW_FLAW_MASK,
     {TO_SERVER, SUBSCRIBES, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0")},
     {TO_SERVER, SUBSCRIBES, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f\0\0")}},
    {CAW_FLAW_MASK,
     {TO_SERVER, SUBSCRIBES, .size = 16},
     {TO_SERVER, SUBSCRIBES, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\1\xff\xff")}},
    {CAW_FLAW_DELTAS,
     {TO_SERVER, SUBSCRIBES, BYTES("\0\0\0\0\0\0\0\0\0\0\0\1\0\1\0\0")},
     {TO_SERVER, SUBSCRIBES, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0")}},
    {CAW_FLAW_EMPTY_WRITE, {TO_SERVER, WRITES(6, 0)}, {TO_SERVER, WRITES(6, 1), .size = 8}},
    {CAW_FLAW_WRITE_TYPE,
     {TO_SERVER, WRITES(13, 1), .size = 16},
     {TO_SERVER, WRITES(36, 1), .size = 8}},
    {CAW_FLAW_UNTERMINATED_STRING,
     {TO_SERVER, WRITES(0, 1), BYTES("12345678")},
     {TO_SERVER, WRITES(0, 1), BYTES("1234567\0")}},
    {CAW_FLAW_UNTERMINATED_STRING, /* the second string of 40 bytes; the bytes after a NUL */
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 0, .count = 2, .p1 = 1,
      BYTES("a\0______________________________________"
            "________________________________________")},
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 0, .count = 2, .p1 = 1,
      BYTES("a\0______________________________________"
            "_______________________________________\0")}},
    {CAW_FLAW_UNTERMINATED_STRING, /* units */
     {TO_CLIENT, READ_ANSWER(25), BYTES("\0\0\0\0furlongs\0\0\0\0\0\0\0\0\0\0\0\0")},
     {TO_CLIENT, READ_ANSWER(25), BYTES("\0\0\0\0furlong\0\0\0\0\0\0\0\0\0\0\0\0\0")}},
    {CAW_FLAW_STATES,
     {TO_CLIENT, READ_ANSWER(31), BYTES(STATES("\x11", "\0"))},
     {TO_CLIENT, READ_ANSWER(31), BYTES(STATES("\x10", "\0"))}},
    {CAW_FLAW_ENUM_VALUE,
     {TO_CLIENT, READ_ANSWER(24), BYTES(STATES("\3", "\3"))},
     {TO_CLIENT, READ_ANSWER(24), BYTES(STATES("\3", "\2"))}},
    {CAW_FLAW_ENUM_VALUE, /* without states any value goes */
     {TO_CLIENT, READ_ANSWER(24), BYTES(STATES("\1", "\1"))},
     {TO_CLIENT, READ_ANSWER(24), BYTES(STATES("\0", "\7"))}},
    {CAW_FLAW_ALARM,
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\x16", "\0", "\0\0\0\0"))},
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\x15", "\0", "\0\0\0\0"))}},
    {CAW_FLAW_ALARM,
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\0", "\4", "\0\0\0\0"))},
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\0", "\3", "\0\0\0\0"))}},
    {CAW_FLAW_NANOSECONDS,
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\0", "\0", "\x3b\x9a\xca\x00"))},
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\0", "\0", "\x3b\x9a\xc9\xff"))}},
    {CAW_FLAW_INVALID,
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\x11", "\3", "\0\0\0\0"))},
     {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\x11", "\2", "\0\0\0\0"))}},
    {CAW_FLAW_DIRTY_PADDING,
     {TO_CLIENT, READ_ANSWER(5), BYTES("\0\0\0\1\0\0\0\1")},
     {TO_CLIENT, READ_ANSWER(5), BYTES("\0\0\0\1\0\0\0\0")}},
    {CAW_FLAW_DIRTY_PADDING, /* RISC padding is never clean, nor what is after a NUL */
     {TO_CLIENT, READ_ANSWER(11), BYTES("\0\0\0\0\0\7\1\0")},
     {TO_CLIENT, READ_ANSWER(11), BYTES("\0\0\0\0\xff\7\0\0")}},
    {CAW_FLAW_TIME_LAYOUT,
     {TO_CLIENT, READ_ANSWER(28), .size = 56},
     {TO_CLIENT, READ_ANSWER(28), .size = 48}},
    {CAW_FLAW_TOO_LONG,
     {TO_CLIENT, READ_ANSWER(28), .size = 64},
     {TO_CLIENT, READ_ANSWER(28), .size = 56}},
    {CAW_FLAW_UNTERMINATED_STRING, /* what is after a class name is none */
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 37, .count = 1, .p1 = 1,
      BYTES("\0\0\0\0\0\0\0\0________________________________________")},
     {TO_CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 38, .count = 2, .p1 = 1,
      BYTES("ai\0_____________________________________"
            "________________________________________")}},
    {CAW_FLAW_RESERVED,
     {TO_SERVER, .command = CAW_COMMAND_EVENTS_ON, .p2 = 1},
     {TO_SERVER, .command = CAW_COMMAND_CLEAR_CHANNEL, .p2 = 1}},
    {CAW_FLAW_LONG_IDENTITY,
     {TO_SERVER, .command = CAW_COMMAND_HOST_NAME,
      BYTES(NAME_480 "123456789_123456789_123456789_12\0\0\0\0\0\0\0\0")},
     {TO_SERVER, .command = CAW_COMMAND_HOST_NAME,
      BYTES(NAME_480 "123456789_123456789_123456789_1\0")}},
    {CAW_FLAW_EVENTS_OFF,
     {TO_SERVER, .command = CAW_COMMAND_EVENTS_OFF},
     {TO_SERVER, .command = CAW_COMMAND_EVENTS_ON}},
    {CAW_FLAW_BEACON_PORT,
     {FINDING, .command = CAW_COMMAND_RSRV_IS_UP, .type = 13},
     {FINDING, .command = CAW_COMMAND_RSRV_IS_UP, .type = 13, .count = 5064}},
    {CAW_FLAW_NO_ACCESS,
     {TO_CLIENT, .command = CAW_COMMAND_ACCESS_RIGHTS, .p2 = 0},
     {TO_CLIENT, .command = CAW_COMMAND_ACCESS_RIGHTS, .p2 = 2}},
    {CAW_FLAW_RIGHTS,
     {TO_CLIENT, .command = CAW_COMMAND_ACCESS_RIGHTS, .p2 = 4},
     {TO_CLIENT, .command = CAW_COMMAND_ACCESS_RIGHTS, .p2 = 3}},
};

static uint64_t flaws_of(const draft *made) {
    static uint8_t bytes[MADE_MOST];
    caw_message message;
    size_t len = make_message(made, bytes);
    int64_t used = caw_decode(bytes, len, &made->context, &message);
    CHECK(used > 0, "command %u: %lld", made->command, (long long)used);
    return used > 0 ? caw_flaws(&message) : 0;
}

/* The zeros of a failed read are no value: nothing about them is wrong. */
static void test_failed_read(void) {
    draft made = {TO_CLIENT, READ_ANSWER(19), BYTES(STAMP("\x16", "\3", "\xff\xff\xff\xff"))};
    made.p1 = 152;
    CHECK(flaws_of(&made) == UINT64_C(1) << CAW_FLAW_FAILURE, "only the failure");
}

/* What a capture cut off says nothing about what was sent. */
static void test_cut(void) {
    static uint8_t bytes[MADE_MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = make_message(&cases[i].good, bytes);
        uint64_t whole = flaws_of(&cases[i].good);
        for (size_t cut = cases[i].good.extended ? 24 : 16; cut < len; cut++) {
            caw_message message;
            caw_decode(bytes, cut, &cases[i].good.context, &message);
            uint64_t more = caw_flaws(&message) & ~whole;
            CHECK(!more, "%s, neighbour cut at %zu: %llx more", caw_flaw_rows[cases[i].flaw].key,
                  cut, (unsigned long long)more);
        }
    }
}

int main(void) {
    uint64_t seen = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t bit = UINT64_C(1) << cases[i].flaw;
        const char *key = caw_flaw_rows[cases[i].flaw].key;
        CHECK(flaws_of(&cases[i].bad) & bit, "%zu: %s is not seen", i, key);
        CHECK(!(flaws_of(&cases[i].good) & bit), "%zu: %s where it is not", i, key);
        seen |= bit;
    }
    for (int flaw = 0; flaw < CAW_FLAWS; flaw++)
        CHECK(seen >> flaw & 1, "%s has no case", caw_flaw_rows[flaw].key);
    test_failed_read();
    test_cut();
    return test_summary();
}
