/* SPDX-License-Identifier: BSD-3-Clause */
/* What counts as Channel Access: single messages, chains of them, the way back into a stream. */
#include "caw_history.h"
#include "make.h"
#include "test.h"

static const draft version = {.command = CAW_COMMAND_VERSION, .count = 13};
static const draft echo = {.command = CAW_COMMAND_ECHO};
static const draft update = {.command = CAW_COMMAND_EVENT_ADD,
                             .type = 6,
                             .count = 1,
                             .p1 = 1,
                             .p2 = 7,
                             .payload = "\x40\x09\x21\xfb\x54\x44\x2d\x18",
                             .size = 8};

static const draft search_answer = {.command = CAW_COMMAND_SEARCH,
                                    .type = 5064,
                                    .p1 = 0xffffffff,
                                    .p2 = 7,
                                    .payload = "\0\15\0\0\0\0\0",
                                    .size = 8};

static size_t put(uint8_t *at, const draft *made) {
    uint8_t bytes[MADE_MOST];
    size_t length = make_message(made, bytes);
    memcpy(at, bytes, length);
    return length;
}

static unsigned evidence_of(const draft *made) {
    uint8_t bytes[MADE_MOST];
    return caw_evidence(bytes, make_message(made, bytes));
}

/* Real messages of every kind; captures of EPICS Base have such ones. */
static void messages_speak_for_themselves(void) {
    static const draft real[] = {
        {.command = CAW_COMMAND_VERSION, .count = 13},
        {.command = CAW_COMMAND_VERSION, .type = 1, .count = 13, .p1 = 1},
        {.command = CAW_COMMAND_EVENT_ADD, .type = 20, .count = 1, .p1 = 1, .p2 = 2, .size = 24},
        {.command = CAW_COMMAND_EVENT_ADD,
         .type = 20,
         .p1 = 451,
         .p2 = 2,
         .payload = "\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0",
         .size = 16},
        {.command = CAW_COMMAND_EVENT_ADD, .type = 20, .count = 1, .p1 = 451, .p2 = 2},
        {.command = CAW_COMMAND_EVENT_CANCEL, .type = 20, .count = 1, .p1 = 451, .p2 = 2},
        {.command = CAW_COMMAND_READ, .type = 6, .count = 1, .p1 = 451, .p2 = 2},
        {.command = CAW_COMMAND_WRITE, .type = 6, .count = 1, .p1 = 451, .p2 = 2, .size = 8},
        {.command = CAW_COMMAND_WRITE,
         .type = 0,
         .count = 1,
         .p1 = 451,
         .payload = "on\0\0\0\0\0",
         .size = 8},
        {.command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .p1 = 451, .p2 = 2},
        {.command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 1, .p2 = 2},
        {.command = CAW_COMMAND_READ_NOTIFY, .type = 20, .p1 = 451, .p2 = 2},
        {.command = CAW_COMMAND_READ_NOTIFY, .type = 6, .count = 2, .p1 = 1, .p2 = 2, .size = 16},
        {.command = CAW_COMMAND_READ_NOTIFY,
         .type = 4,
         .count = 70000,
         .p1 = 451,
         .extended = true},
        {.command = CAW_COMMAND_SEARCH,
         .type = 5,
         .count = 13,
         .p1 = 2,
         .p2 = 2,
         .payload = "t:ai\0\0\0",
         .size = 8},
        {.command = CAW_COMMAND_SEARCH, .type = 5064, .p1 = 0xffffffff, .p2 = 2},
        {.command = CAW_COMMAND_CREATE_CHAN, .p1 = 2, .p2 = 13, .payload = "t:ai\0\0\0", .size = 8},
        {.command = CAW_COMMAND_CREATE_CHAN, .type = 6, .count = 1, .p1 = 2, .p2 = 451},
        {.command = CAW_COMMAND_CREATE_CH_FAIL, .p1 = 2},
        {.command = CAW_COMMAND_SERVER_DISCONN, .p1 = 2},
        {.command = CAW_COMMAND_CLIENT_NAME, .payload = "me\0\0\0\0\0", .size = 8},
        {.command = CAW_COMMAND_HOST_NAME, .payload = "here\0\0\0", .size = 8},
        {.command = CAW_COMMAND_ACCESS_RIGHTS, .p1 = 2, .p2 = 3},
        {.command = CAW_COMMAND_CLEAR_CHANNEL, .p1 = 451, .p2 = 2},
        {.command = CAW_COMMAND_EVENTS_OFF},
        {.command = CAW_COMMAND_EVENTS_ON},
        {.command = CAW_COMMAND_ECHO},
        {.command = CAW_COMMAND_READ_SYNC},
        {.command = CAW_COMMAND_NOT_FOUND, .type = 10, .count = 13, .p1 = 2, .p2 = 2},
        {.command = CAW_COMMAND_ERROR,
         .p1 = 2,
         .p2 = 152,
         .payload = "\0\17\0\0\0\24\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
         .size = 24},
    };
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        CHECK(evidence_of(&real[i]) > 0, "message %zu, command %u", i, real[i].command);
}

static void what_cannot_be_has_no_evidence(void) {
    static const draft wrong[] = {
        {.command = 28},
        {.command = 99, .size = 8},
        {.command = 0x4745, .size = 8},
        {.command = CAW_COMMAND_VERSION}, /* zeros */
        {.command = CAW_COMMAND_VERSION, .count = 13, .size = 8},
        {.command = CAW_COMMAND_EVENT_ADD, .type = 39, .count = 1, .p1 = 1, .size = 8},
        {.command = CAW_COMMAND_EVENT_ADD, .type = 6, .count = 9, .p1 = 1, .size = 8},
        {.command = CAW_COMMAND_READ_NOTIFY, .type = 6, .count = 1, .p1 = 77, .size = 8},
        {.command = CAW_COMMAND_WRITE, .type = 6, .count = 1, .size = 7},
        {.command = CAW_COMMAND_CREATE_CHAN, .p2 = 13, .payload = "\1\2\3\4\5\6\7", .size = 8},
        {.command = CAW_COMMAND_CREATE_CHAN, .type = 7, .count = 1},
        {.command = CAW_COMMAND_ACCESS_RIGHTS, .p2 = 4},
        {.command = CAW_COMMAND_EVENTS_OFF, .p2 = 1},
        {.command = CAW_COMMAND_READ_SYNC, .type = 1},
        {.command = CAW_COMMAND_NOT_FOUND, .type = 10, .count = 13, .p1 = 2, .p2 = 3},
        {.command = CAW_COMMAND_RSRV_IS_UP, .type = 13, .count = 5064}, /* in datagrams only */
        {.command = CAW_COMMAND_SEARCH, .type = 7, .count = 13, .p1 = 2, .p2 = 2, .size = 16},
        {.command = CAW_COMMAND_ERROR, .p2 = 77, .size = 24},
        {.command = CAW_COMMAND_ERROR, .p2 = 152, .size = 8},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(evidence_of(&wrong[i]) == 0, "message %zu, command %u", i, wrong[i].command);
}

static void few_words_need_company(void) {
    uint8_t bytes[MADE_MOST];
    size_t one = put(bytes, &echo);
    CHECK(caw_chain(bytes, one, false) < CAW_PROOF, "an echo somewhere");
    CHECK(caw_chain(bytes, one, true) >= CAW_PROOF, "an echo alone in its segment");
    CHECK(caw_chain(bytes, one, true) < CAW_CLAIM, "an echo between strangers");
    size_t length = 0;
    for (int i = 0; i < 20; i++)
        length += put(bytes + length, &echo);
    CHECK(caw_chain(bytes, length + 3, false) >= CAW_PROOF, "twenty echoes");
    CHECK(caw_chain(bytes, length, true) < CAW_CLAIM, "twenty echoes between strangers");
    length = put(bytes, &update);
    CHECK(caw_chain(bytes, length, false) >= CAW_PROOF, "an update");
    CHECK(caw_chain(bytes, length, true) >= CAW_CLAIM, "an update alone in its segment");
    length = put(bytes, &search_answer);
    CHECK(caw_chain(bytes, length, true) >= CAW_CLAIM, "a search answer alone in its datagram");
    bytes[length - 1] = 1;
    CHECK(caw_chain(bytes, length, true) < CAW_CLAIM, "one with more than a version");
}

static void one_impossible_message_breaks_a_chain(void) {
    uint8_t bytes[MADE_MOST];
    size_t length = put(bytes, &update);
    length += put(bytes + length, &(draft){.command = 99, .size = 8});
    CHECK(caw_chain(bytes, length, true) == 0, "an unknown command after an update");
}

/* The tail of a message, whole ones, the head of another. */
static void the_way_back(void) {
    for (size_t tail = 0; tail < 64; tail++) {
        uint8_t bytes[1024];
        size_t length = tail;
        memset(bytes, 0x5a, tail);
        for (int i = 0; i < 4; i++) {
            uint8_t made[MADE_MOST];
            size_t size = make_message(&update, made);
            memcpy(bytes + length, made, size);
            length += size;
        }
        CHECK(caw_resync(bytes, length - 5, 0, 1, true) == tail, "tail of %zu bytes", tail);
        CHECK(caw_resync(bytes, length - 5, tail % 8, 8, true) == tail, "aligned, %zu", tail);
        CHECK(caw_resync(bytes, length - 5, (tail + 4) % 8, 8, true) == length - 5,
              "misaligned, %zu", tail);
    }
}

static unsigned roll(unsigned most) {
    static uint32_t state = 1;
    state = state * 1664525 + 1013904223;
    return (state >> 16) % most;
}

/* Waveforms full of zeros and small numbers: where no message is, none is found. */
static void arrays_are_no_messages(void) {
    uint8_t bytes[1448];
    for (int round = 0; round < 6000; round++) {
        int width = 2 << round % 3, often = 1 + round / 3 % 4;
        memset(bytes, 0, sizeof bytes);
        for (size_t at = (size_t)width - 1; at < sizeof bytes; at += (size_t)width)
            if (roll((unsigned)often) == 0)
                bytes[at] = (uint8_t)roll(40);
        size_t found = caw_resync(bytes, sizeof bytes, (size_t)(round % 2 * 4), 8, true);
        CHECK(found == sizeof bytes, "round %d: at %zu of words of %d", round, found, width);
    }
}

static bool begins(const void *bytes, size_t length) {
    return caw_begins(bytes, length);
}

static void how_streams_begin(void) {
    uint8_t bytes[MADE_MOST];
    size_t length = put(bytes, &version);
    for (size_t there = 1; there <= length; there++)
        CHECK(begins(bytes, there), "%zu bytes of a VERSION", there);
    length += put(bytes + length, &(draft){.command = 99, .size = 8});
    CHECK(begins(bytes, length), "an unknown command after a VERSION");
    CHECK(!begins("GET / HTTP/1.1\r\nHost: ioc\r\n\r\n", 29), "HTTP");
    CHECK(!begins("G", 1), "a letter");
    CHECK(!begins("SSH-2.0-OpenSSH_9.2\r\n", 21), "SSH");
    CHECK(!begins("\x16\3\1\1\0\1\0\0\xfc\3\3\0\0\0\0\0\0", 17), "TLS");
    memset(bytes, 0, 64);
    CHECK(!begins(bytes, 64), "zeros");
}

int main(void) {
    messages_speak_for_themselves();
    what_cannot_be_has_no_evidence();
    few_words_need_company();
    one_impossible_message_breaks_a_chain();
    the_way_back();
    arrays_are_no_messages();
    how_streams_begin();
    return test_summary();
}
