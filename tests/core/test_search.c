/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches: who asked, who answered first, where servers say they are. */
#include "counted.h"
#include "talk.h"
#include "test.h"

#define UDP(side) .context = {.transport = CAW_TRANSPORT_UDP, .speaker = side}
#define CLIENT    caw_endpoint(0x0a010002, 40001)
#define OTHER     caw_endpoint(0x0a010002, 40002)
#define SERVER    caw_endpoint(0x0a010001, 5064)
#define SECOND    caw_endpoint(0x0a010003, 5064)
#define ALL       caw_endpoint(0x0a0100ff, 5064)

/* caw_endpoint() where a constant is needed */
#define AT(host, port) ((uint64_t)(host) << 16 | (port))

static uint32_t frame;

static caw_note see(caw_searches *searches, uint64_t from, uint64_t to, const draft *made) {
    static uint8_t bytes[MADE_MOST];
    caw_message message = talk_decode(NULL, 0, made, bytes);
    frame++;
    caw_moment now = {.frame = frame, .seconds = frame};
    caw_note note;
    caw_searches_observe(searches, from, to, &message, now, &note);
    return note;
}

static caw_note ask(caw_searches *searches, uint64_t client, uint32_t cid, const char *name) {
    draft made = {UDP(CAW_SIDE_CLIENT), .command = 6, .type = 5, .count = 13, .p1 = cid, .p2 = cid,
                  .payload = name,      .size = 8};
    return see(searches, client, ALL, &made);
}

static caw_note tell(caw_searches *searches, uint64_t server, uint64_t client, uint32_t cid) {
    draft made = {
        UDP(CAW_SIDE_SERVER),          .command = 6, .type = 5064, .p1 = 0xffffffff, .p2 = cid,
        .payload = "\0\x0d\0\0\0\0\0", .size = 8};
    return see(searches, server, client, &made);
}

static void number(caw_searches *searches, uint64_t client, uint32_t sequence) {
    draft made = {UDP(CAW_SIDE_CLIENT), .command = 0, .type = 1, .count = 13, .p1 = sequence};
    see(searches, client, ALL, &made);
}

static void test_question_and_answer(caw_searches *searches) {
    caw_note first = ask(searches, CLIENT, 1, "t:a\0\0\0\0");
    caw_note other = ask(searches, OTHER, 1, "t:b\0\0\0\0");
    caw_note again = ask(searches, CLIENT, 1, "t:a\0\0\0\0");
    CHECK(first.turn == CAW_TURN_REQUEST && !first.repeated, "a question");
    CHECK(again.repeated && again.exchange == first.exchange, "the same question");
    CHECK(other.exchange != first.exchange, "another client");

    caw_note answer = tell(searches, SERVER, CLIENT, 1);
    CHECK(answer.turn == CAW_TURN_RESPONSE && answer.exchange == first.exchange, "its answer");
    CHECK(!answer.repeated && !answer.flaws, "the first one");
    CHECK_TEXT(caw_pv(&answer), "t:a");
    CHECK(first.exchange->server == SERVER, "where it is");
    CHECK(first.exchange->answer.frame == frame, "answered now");
    CHECK(first.exchange->request.frame == frame - 3, "asked first then");

    caw_note route = tell(searches, SERVER, CLIENT, 1);
    CHECK(route.repeated && !route.flaws, "the same server over another route");
    caw_note twice = tell(searches, SECOND, CLIENT, 1);
    CHECK(twice.flaws == 1u << CAW_HISTORY_DUPLICATE_PV, "another server");
    caw_note unasked = tell(searches, SERVER, CLIENT, 9);
    CHECK(unasked.flaws == 1u << CAW_HISTORY_NOT_SEARCHED && !unasked.exchange, "nobody asked");
    CHECK(!other.exchange->answer.frame, "the other client's question is open");
}

static void link(caw_searches *searches, uint32_t client, caw_note *note) {
    frame++;
    caw_moment now = {.frame = frame, .seconds = frame};
    caw_searches_link(searches, caw_endpoint(client, 40001), now, note);
}

static void test_numbered_datagrams(caw_searches *searches) {
    number(searches, CLIENT, 7);
    caw_note first = ask(searches, CLIENT, 5, "t:c\0\0\0\0");
    tell(searches, SERVER, CLIENT, 5);
    number(searches, CLIENT, 7);
    CHECK(ask(searches, CLIENT, 5, "t:c\0\0\0\0").exchange == first.exchange, "a copy");
    number(searches, CLIENT, 8);
    CHECK(ask(searches, CLIENT, 5, "t:c\0\0\0\0").exchange != first.exchange, "a new question");
    number(searches, CLIENT, 9);
    CHECK(ask(searches, CLIENT, 5, "t:d\0\0\0\0").exchange != first.exchange, "a new name");
}

static void test_by_name(caw_searches *searches) {
    uint32_t client = (uint32_t)(CLIENT >> 16);
    caw_note asked = ask(searches, CLIENT, 20, "t:e\0\0\0\0");
    CHECK(caw_searches_find(searches, client, "t:e") == asked.exchange, "the name");
    CHECK(!caw_searches_find(searches, client + 1, "t:e"), "another host");
    CHECK(!caw_searches_find(searches, client, "t:f"), "another name");

    caw_exchange search = {.command = CAW_COMMAND_SEARCH, .pv = "t:g"};
    caw_exchange creation = {.command = CAW_COMMAND_CREATE_CHAN, .pv = "t:g"};
    caw_note over_tcp = {.exchange = &search, .turn = CAW_TURN_REQUEST};
    caw_note create = {.exchange = &creation, .turn = CAW_TURN_REQUEST};
    link(searches, client + 1, &over_tcp);
    link(searches, client, &create);
    CHECK(!creation.search, "another host searched");
    link(searches, client, &over_tcp);
    link(searches, client, &create);
    CHECK(creation.search == &search, "searched over TCP");
}

/* ---- where servers are -------------------------------------------------------------------- */

static const struct {
    const char *what;
    uint64_t where;
    draft message;
} announced[] = {
    {"a search answer with its own address",
     AT(0x0a010001, 5065),
     {UDP(CAW_SIDE_SERVER), .command = 6, .type = 5065, .p1 = 0xffffffff, .payload = "\0\x0d",
      .size = 8}},
    {"with another",
     AT(0x0a020304, 5065),
     {UDP(CAW_SIDE_SERVER), .command = 6, .type = 5065, .p1 = 0x0a020304, .payload = "\0\x0d",
      .size = 8}},
    {"minor 7 has no address",
     AT(0x0a010001, 5065),
     {UDP(CAW_SIDE_SERVER), .command = 6, .type = 5065, .p1 = 0x0a020304, .payload = "\0\7",
      .size = 8}},
    {"minor 4 has no port",
     AT(0x0a010001, 5064),
     {UDP(CAW_SIDE_SERVER), .command = 6, .type = 6, .p1 = 3, .payload = "\0\4", .size = 8}},
    {"a name server that has the PV",
     AT(0x0a010001, 5064),
     {.context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER},
      .command = 6,
      .type = 9999,
      .p1 = 0xffffffff}},
    {"a name server that knows who has",
     AT(0x0a020304, 9999),
     {.context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER},
      .command = 6,
      .type = 9999,
      .p1 = 0x0a020304}},
    {"a beacon",
     AT(0x0a010001, 4321),
     {UDP(CAW_SIDE_SERVER), .command = 13, .type = 13, .count = 4321, .p1 = 1}},
    {"a beacon with an address and no port",
     AT(0x0a020304, 5064),
     {UDP(CAW_SIDE_SERVER), .command = 13, .type = 13, .p1 = 1, .p2 = 0x0a020304}},
    {"a search", 0, {UDP(CAW_SIDE_CLIENT), .command = 6, .type = 5, .count = 13, .size = 8}},
    {"an echo",
     0,
     {.context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER}, .command = 23}},
};

static void test_announced(void) {
    static uint8_t bytes[MADE_MOST];
    for (size_t i = 0; i < sizeof announced / sizeof *announced; i++) {
        draft made = announced[i].message;
        static char payload[8];
        memset(payload, 0, sizeof payload);
        if (made.payload) {
            memcpy(payload, made.payload, 2);
            made.payload = payload;
        }
        caw_message message = talk_decode(NULL, 0, &made, bytes);
        uint64_t where = caw_announced_server(&message, SERVER);
        CHECK(where == announced[i].where, "%s: %llx", announced[i].what,
              (unsigned long long)where);
    }
}

static void search_without_memory(counted *count) {
    caw_memory memory = counted_memory(count);
    caw_searches *searches = caw_searches_new(&memory);
    CHECK(!searches == (count->good == 0), "%ld pieces", count->good);
    if (searches) {
        ask(searches, CLIENT, 1, "t:a\0\0\0\0");
        caw_note answer = tell(searches, SERVER, CLIENT, 1);
        CHECK(!caw_pv(&answer) || strcmp(caw_pv(&answer), "t:a") == 0, "%ld pieces", count->good);
        tell(searches, SECOND, CLIENT, 1);
    }
    caw_searches_free(searches);
    CHECK(count->live == 0, "%ld pieces: %ld left", count->good, count->live);
}

int main(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_searches *searches = caw_searches_new(&memory);
    test_question_and_answer(searches);
    test_numbered_datagrams(searches);
    test_by_name(searches);
    caw_searches_free(searches);
    CHECK(count.live == 0, "%ld pieces left", count.live);
    test_announced();
    counted_fail_each(search_without_memory);
    return test_summary();
}
