/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One circuit: conversations as tables, each message with the PV, the frame of its request and
 * the warnings it must get. What the rules are is told in tests/tshark; here is what only the
 * core's caller sees: roles settled late, gaps, beginnings that were not captured, no memory.
 */
#include "counted.h"
#include "talk.h"
#include "test.h"

#define MOST     24
#define FLAG(x)  (1u << CAW_HISTORY_##x)
#define C        CLIENT_END
#define S        SERVER_END
#define NAME(pv) .payload = pv "\0\0\0\0\0\0\0", .size = 8
#define DATA     .type = 6, .count = 1, .size = 8

typedef struct {
    int end;
    draft message;
    const char *pv; /* NULL: not known */
    uint32_t to;    /* frame of its request, from 1; 0: answers nothing */
    uint32_t in;    /* frame of its answer, once all is seen */
    uint32_t flaws;
    bool gap; /* bytes are missing before it */
} line;

#define VERSION(end_)                                                                              \
    { end_, {.command = 0, .count = 13}, .to = 0 }

static caw_note notes[MOST];

static void check_lines(const char *what, const line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const caw_note *note = &notes[i];
        const char *pv = caw_pv(note), *want = lines[i].pv;
        CHECK(!pv == !want && (!pv || strcmp(pv, want) == 0), "%s, %zu: %s", what, i + 1,
              pv ? pv : "no name");
        bool answers = note->turn == CAW_TURN_RESPONSE && note->exchange;
        uint32_t to = answers ? note->exchange->request.frame : 0;
        CHECK(to == lines[i].to, "%s, %zu: answers %u", what, i + 1, to);
        bool asks = !answers && note->exchange && lines[i].end == C; /* else it is an update */
        uint32_t in = asks ? note->exchange->answer.frame : 0;
        CHECK(in == lines[i].in, "%s, %zu: answered in %u", what, i + 1, in);
        CHECK(note->flaws == lines[i].flaws, "%s, %zu: flaws %x", what, i + 1, note->flaws);
    }
}

static void converse(caw_circuit *circuit, const line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (lines[i].gap)
            caw_circuit_gap(circuit);
        talk_say(circuit, lines[i].end, &lines[i].message, (uint32_t)i + 1, &notes[i]);
    }
}

static void test_lines(const char *what, bool complete, const line *lines, size_t count) {
    counted memory_count = {.good = -1};
    caw_memory memory = counted_memory(&memory_count);
    caw_circuit *circuit = caw_circuit_new(&memory, complete);
    if (complete)
        caw_circuit_set_server(circuit, SERVER_END);
    converse(circuit, lines, count);
    check_lines(what, lines, count);
    caw_circuit_free(circuit);
    CHECK(memory_count.live == 0, "%s: %ld pieces left", what, memory_count.live);
}

#define TEST(what, complete, lines) test_lines(what, complete, lines, sizeof lines / sizeof *lines)

/* ---- conversations ------------------------------------------------------------------------ */

static const line life[] = {
    VERSION(S),
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:a")}, .pv = "t:a", .in = 4},
    {S, {.command = 22, .p1 = 1, .p2 = 3}, .pv = "t:a"},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 0}, .pv = "t:a", .to = 2},
    {C, {.command = 1, .type = 6, .count = 1, .p1 = 0, .p2 = 7, .size = 16}, .pv = "t:a", .in = 6},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, .pv = "t:a", .to = 5},
    {C,
     {.command = 15, .type = 6, .count = 1, .p1 = 0, .p2 = 7},
     .pv = "t:a",
     .in = 8,
     .flaws = FLAG(REFRESH)},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 7}, .pv = "t:a", .to = 7},
    {C, {.command = 2, .type = 6, .count = 1, .p1 = 0, .p2 = 7}, .pv = "t:a", .in = 11},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, .pv = "t:a"},
    {S, {.command = 1, .type = 6, .count = 1, .p1 = 0, .p2 = 7}, .pv = "t:a", .to = 9},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, .flaws = FLAG(UPDATE_AFTER_CANCEL)},
    {C, {.command = 12, .p1 = 0, .p2 = 1}, .pv = "t:a", .in = 14},
    {S, {.command = 12, .p1 = 0, .p2 = 1}, .pv = "t:a", .to = 13},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 0, .p2 = 8}, .flaws = FLAG(UNKNOWN_SID)},
};

static const line warnings[] = {
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 9, .p2 = 1}, .flaws = FLAG(UNKNOWN_SID)},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 2}, .flaws = FLAG(UNKNOWN_ID)},
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:a")}, .pv = "t:a", .in = 4},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 5}, .pv = "t:a", .to = 3},
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:b")}, .pv = "t:b", .flaws = FLAG(CID_IN_USE)},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 3}, .pv = "t:a", .in = 8},
    {C,
     {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 3},
     .pv = "t:a",
     .flaws = FLAG(ID_IN_USE)},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 3}, .pv = "t:a", .to = 6},
    {C,
     {.command = 2, .type = 6, .count = 1, .p1 = 5, .p2 = 4},
     .pv = "t:a",
     .flaws = FLAG(UNKNOWN_SUBSCRIPTION)},
    {C, {.command = 1, .type = 6, .count = 1, .p1 = 5, .p2 = 6, .size = 16}, .pv = "t:a"},
    {C,
     {.command = 1, .type = 6, .count = 1, .p1 = 5, .p2 = 6, .size = 16},
     .pv = "t:a",
     .flaws = FLAG(ID_IN_USE)},
};

/* Nothing is wrong with ids whose beginning was not captured. */
static const line middle[] = {
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 9, .p2 = 1}, .in = 3},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, .to = 0},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 1}, .to = 1},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 2}, .to = 0},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 9}, .to = 0},
    {C, {.command = 2, .type = 6, .count = 1, .p1 = 9, .p2 = 7}, .in = 7},
    {S, {.command = 1, .type = 6, .count = 1, .p1 = 9, .p2 = 7}, .to = 6},
};

/* The end that speaks first is not known until frame 5; then all frames before are. */
static const line settled_late[] = {
    VERSION(S),
    {C, {.command = 23}, .in = 3},
    {S, {.command = 23}, .to = 2},
    {C, {.command = 15, .type = 6, .p1 = 1, .p2 = 7}, .in = 6},
    {S, {.command = 26, .p1 = 3}, .to = 0},
    {S, {.command = 15, .type = 6, .p1 = 1, .p2 = 7}, .to = 4},
};

/* Two cids in a search that differ: it could be an answer. Its name is kept all the same. */
static const line search_settled_late[] = {
    {C,
     {.command = 6, .type = 5, .count = 13, .p1 = 1, .p2 = 2, NAME("t:a")},
     .pv = "t:a",
     .in = 3},
    {C, {.command = 20, NAME("me")}, .to = 0},
    {S, {.command = 6, .type = 5064, .p1 = 0xffffffff, .p2 = 2}, .pv = "t:a", .to = 1},
};

/* After a gap nothing is unknown for sure, and what was asked before it may have been answered. */
static const line gaps[] = {
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:a")}, .pv = "t:a", .in = 2},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 5}, .pv = "t:a", .to = 1},
    {C, {.command = 23}, .to = 0},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 3}, .pv = "t:a"},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 4}, .pv = "t:a", .in = 10},
    {C, {.command = 23}, .in = 9, .gap = true},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 3}, .pv = "t:a", .in = 8},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 3}, .pv = "t:a", .to = 7},
    {S, {.command = 23}, .to = 6},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 4}, .pv = "t:a", .to = 5},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 77}, .to = 0},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 8, .p2 = 5}, .to = 0},
};

/* The first update after a gap need not be the first of the subscription. */
static const line updates_after_a_gap[] = {
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:a")}, .pv = "t:a", .in = 2},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 5}, .pv = "t:a", .to = 1},
    {C, {.command = 1, .type = 6, .count = 1, .p1 = 5, .p2 = 7, .size = 16}, .pv = "t:a"},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, .pv = "t:a", .gap = true},
    {C, {.command = 1, .type = 6, .count = 1, .p1 = 5, .p2 = 8, .size = 16}, .pv = "t:a", .in = 6},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 8}, .pv = "t:a", .to = 5},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, .pv = "t:a"},
};

/* The embedded header has a foreign sid, and the ERROR the cid of its circuit: not ours. */
static const line foreign[] = {
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:a")}, .pv = "t:a", .in = 2},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 5}, .pv = "t:a", .to = 1},
    {S,
     {.command = 11,
      .p1 = 1,
      .p2 = 376,
      .size = 24,
      .payload = "\0\4\0\0\0\6\0\1\0\0\0\x63\0\0\0\1"
                 "t:other"},
     .to = 0},
    {S,
     {.command = 11,
      .p1 = 1,
      .p2 = 376,
      .size = 24,
      .payload = "\0\4\0\0\0\6\0\1\0\0\0\5\0\0\0\1"
                 "t:a\0\0\0\0"},
     .pv = "t:a"},
};

/* ---- the circuit itself ------------------------------------------------------------------- */

static void test_identity(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_circuit *circuit = caw_circuit_new(&memory, true);
    const draft user = {.command = 20, NAME("me")}, host = {.command = 21, NAME("here")};
    const draft other = {.command = 20, NAME("you")};
    const draft create = {.command = 18, .p1 = 1, .p2 = 13, NAME("t:a")};
    CHECK(!caw_circuit_user(circuit) && !caw_circuit_host(circuit), "nobody yet");
    CHECK(caw_circuit_speaker(circuit, C) == CAW_SIDE_NOBODY, "not settled");
    talk_say(circuit, C, &user, 1, &notes[0]);
    talk_say(circuit, C, &host, 2, &notes[1]);
    CHECK_TEXT(caw_circuit_user(circuit), "me");
    CHECK_TEXT(caw_circuit_host(circuit), "here");
    CHECK(caw_circuit_speaker(circuit, C) == CAW_SIDE_CLIENT, "settled by its name");
    CHECK(caw_circuit_speaker(circuit, S) == CAW_SIDE_SERVER, "and so is the other end");
    caw_circuit_set_server(circuit, C);
    CHECK(caw_circuit_speaker(circuit, C) == CAW_SIDE_CLIENT, "the first word stands");
    talk_say(circuit, C, &create, 3, &notes[2]);
    talk_say(circuit, C, &other, 4, &notes[3]);
    CHECK_TEXT(caw_circuit_user(circuit), "me");
    caw_circuit_free(circuit);
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

/* Whatever piece of memory is not there: no crash, no wrong name, nothing left. */
static void converse_without_memory(counted *memory_count, const line *lines, size_t count) {
    caw_memory memory = counted_memory(memory_count);
    caw_circuit *circuit = caw_circuit_new(&memory, true);
    CHECK(!circuit == (memory_count->good == 0), "%ld pieces", memory_count->good);
    if (circuit)
        converse(circuit, lines, count);
    for (size_t i = 0; circuit && i < count; i++) {
        const char *pv = caw_pv(&notes[i]);
        CHECK(!pv || (lines[i].pv && strcmp(pv, lines[i].pv) == 0), "%ld pieces, %zu: %s",
              memory_count->good, i + 1, pv);
    }
    caw_circuit_free(circuit);
    CHECK(memory_count->live == 0, "%ld pieces: %ld left", memory_count->good, memory_count->live);
}

static void live_without_memory(counted *count) {
    converse_without_memory(count, life, sizeof life / sizeof *life);
}

static void warn_without_memory(counted *count) {
    converse_without_memory(count, warnings, sizeof warnings / sizeof *warnings);
}

int main(void) {
    TEST("life", true, life);
    TEST("warnings", true, warnings);
    TEST("middle", false, middle);
    TEST("settled late", false, settled_late);
    TEST("search settled late", false, search_settled_late);
    TEST("gaps", true, gaps);
    TEST("updates after a gap", true, updates_after_a_gap);
    TEST("foreign", true, foreign);
    test_identity();
    counted_fail_each(live_without_memory);
    counted_fail_each(warn_without_memory);
    return test_summary();
}
