/* SPDX-License-Identifier: BSD-3-Clause */
/* Flaws in the light of what came before and after: what has each of them, and what nearly has. */
#include "test.h"
#include "world.h"

#define DATA .payload = "\x40\x0a\0\0\0\0\0\0", .size = 8

static bool has(const world *self, caw_history_flaw flaw) {
    return caw_event_flaws(&self->event) >> flaw & 1;
}

#define HAS(flaw)                                                                                  \
    CHECK(has(self, CAW_HISTORY_##flaw), "%s", caw_history_rows[CAW_HISTORY_##flaw].key)
#define LACKS(flaw)                                                                                \
    CHECK(!has(self, CAW_HISTORY_##flaw), "no %s", caw_history_rows[CAW_HISTORY_##flaw].key)

static draft request(uint16_t command, uint32_t elements, uint32_t sid, uint32_t id) {
    return (draft){.command = command, .type = 6, .count = elements, .p1 = sid, .p2 = id};
}

/* A channel of seven elements, with a server of this version. */
static void connect(world *self, uint32_t version) {
    caw_circuit_set_server(self->circuit, S);
    say(self, S, (draft){.command = 0, .count = version});
    say(self, C, create(1, "t:a\0\0\0\0"));
    say(self, S, rights(1, 3));
    LACKS(RIGHTS_CHANGED);
    say(self, S, created(1, 10));
}

static void test_counts(world *self) {
    connect(self, 12);
    say(self, C, request(15, 0, 10, 1));
    HAS(COUNT_ZERO_OLD);
    say(self, C, request(15, 7, 10, 2));
    LACKS(COUNT_ZERO_OLD);
    LACKS(MORE_THAN_CHANNEL);
    say(self, C, request(15, 8, 10, 3));
    HAS(MORE_THAN_CHANNEL);
    say(self, S, (draft){.command = 0, .count = 13});
    say(self, C, request(15, 0, 10, 4));
    LACKS(COUNT_ZERO_OLD);
}

static void test_rights(world *self) {
    draft put = {.command = 19, .type = 6, .count = 1, .p1 = 10, .p2 = 5, DATA};
    connect(self, 13);
    say(self, C, put);
    LACKS(WRITE_WITHOUT_RIGHT);
    say(self, S, rights(1, 3));
    LACKS(RIGHTS_CHANGED);
    say(self, S, rights(1, 1));
    HAS(RIGHTS_CHANGED);
    put.p2 = 6;
    say(self, C, put);
    HAS(WRITE_WITHOUT_RIGHT);
    say(self, C, request(15, 1, 10, 7));
    LACKS(WRITE_WITHOUT_RIGHT);
}

static void test_updates(world *self) {
    draft empty = update(7);
    empty.count = empty.size = 0;
    connect(self, 13);
    say(self, C, subscribe(10, 7));
    LACKS(DUPLICATE_SUBSCRIPTION);
    say(self, C, subscribe(10, 8));
    HAS(DUPLICATE_SUBSCRIPTION);
    LACKS(DUPLICATE_CHANNEL);
    say(self, C, create(2, "t:a\0\0\0\0"));
    HAS(DUPLICATE_CHANNEL);
    say(self, S, empty);
    HAS(EMPTY_UPDATE);
    say(self, C, request(2, 1, 10, 7));
    say(self, S, update(7));
    LACKS(EMPTY_UPDATE);
    LACKS(UPDATE_AFTER_CANCEL);
    say(self, S, request(1, 1, 10, 7));
    say(self, S, update(7));
    HAS(UPDATE_AFTER_CANCEL);
    LACKS(UNKNOWN_ID);
    LACKS(UNKNOWN_NAME);
    say(self, C, subscribe(10, 7));
    say(self, S, update(7));
    LACKS(UPDATE_AFTER_CANCEL);
    say(self, S, update(9));
    LACKS(UPDATE_AFTER_CANCEL);
    HAS(UNKNOWN_ID);
}

/* Ten seconds before, and half a second more. */
static void test_old_time(world *self) {
    draft stamped = update(7);
    stamped.type = 20;
    stamped.payload = "\0\3\0\1\0\0\0\2\0\0\0\0\0\0\0\0\x40\x0a\0\0\0\0\0\0";
    stamped.size = 24;
    connect(self, 13);
    say(self, C, subscribe(10, 7));
    self->now.seconds = 631152000 + 20;
    self->now.nanoseconds = 0;
    say(self, S, stamped);
    LACKS(OLD_TIME); /* the first */
    say(self, S, stamped);
    HAS(OLD_TIME);
    self->now.seconds = 631152000 + 11;
    self->now.nanoseconds = 500000000;
    say(self, S, stamped);
    LACKS(OLD_TIME);
}

static void test_unknown_name(world *self) {
    caw_circuit_gap(self->circuit);
    caw_circuit_set_server(self->circuit, S);
    say(self, C, request(15, 1, 10, 1));
    HAS(UNKNOWN_NAME);
    LACKS(UNKNOWN_SID);
    say(self, C, (draft){.command = 23});
    LACKS(UNKNOWN_NAME);
    say(self, C, create(1, "t:a\0\0\0\0"));
    LACKS(UNKNOWN_NAME);
}

static void test_searches(world *self) {
    draft bare = found(1), other = found(1);
    bare.context.starts = true;
    send(self, CLIENT, ALL + 1, search(1, "t:a\0\0\0\0"));
    HAS(SEARCH_TO_REPEATER);
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    LACKS(SEARCH_TO_REPEATER);
    send(self, SERVER, CLIENT, found(1));
    LACKS(REPLY_WITHOUT_VERSION);
    LACKS(DUPLICATE_PV);
    send(self, SERVER, CLIENT, bare);
    HAS(REPLY_WITHOUT_VERSION);
    LACKS(DUPLICATE_PV);
    other.type = 5070;
    send(self, SERVER, CLIENT, other);
    HAS(DUPLICATE_PV_HOST);
    LACKS(DUPLICATE_PV);
    other.type = 5064;
    other.p1 = 0x0a010009;
    send(self, SERVER, CLIENT, other);
    HAS(DUPLICATE_PV);
    LACKS(DUPLICATE_PV_HOST);
    char text[CAW_FLAW_TEXT];
    caw_event_flaw_text(&self->event, CAW_HISTORY_DUPLICATE_PV, text, sizeof text);
    CHECK_TEXT(text, "Another server has this PV too: 10.1.0.1:5064 and 10.1.0.9:5064");
    caw_fact_value first;
    CHECK(caw_fact(&self->event, CAW_FACT_DUPLICATE_PV_IN, &first, NULL, 0) && first.number == 3,
          "frame %d", (int)first.number);
}

static void test_claims(world *self) {
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    send(self, SERVER, CLIENT, found(1)); /* 4.11 */
    LACKS(VERSION_MISMATCH);
    caw_circuit_set_server(self->circuit, S);
    say(self, S, (draft){.command = 0, .count = 11});
    LACKS(VERSION_MISMATCH);
    say(self, S, (draft){.command = 0, .count = 13});
    HAS(VERSION_MISMATCH);
    say(self, C, (draft){.command = 0, .count = 12});
    LACKS(VERSION_MISMATCH);
    draft host = {.command = 21, .payload = "console\0", .size = 8};
    say(self, C, host);
    LACKS(SAME_HOST_NAME);
    say(self, C, host);
    LACKS(SAME_HOST_NAME);
}

static void test_beacons(world *self) {
    uint64_t there = caw_endpoint(0x0a010003, 50000), alone = caw_endpoint(0x0a010004, 50000);
    draft fixed = beacon(1);
    fixed.p2 = 0x0a010001;
    self->now.seconds = 1000;
    send(self, SERVER, ALL, fixed);
    LACKS(BEACON_IDENTITY);
    send(self, there, ALL, fixed); /* half a second later: by another way */
    LACKS(BEACON_IDENTITY);
    fixed.p1 = 2;
    send(self, SERVER, ALL, fixed);
    LACKS(BEACON_IDENTITY);
    LACKS(BEACON_LOST);
    fixed.p1 = 900;
    send(self, there, ALL, fixed);
    HAS(BEACON_IDENTITY);

    for (uint32_t i = 1; i < 9; i++) {
        self->now.seconds += 14;
        send(self, alone, ALL, beacon(i));
        LACKS(BEACON_ANOMALY);
    }
    send(self, alone, ALL, beacon(9));
    HAS(BEACON_ANOMALY); /* half a second is too early */
    send(self, alone, ALL, beacon(11));
    HAS(BEACON_LOST);
    LACKS(BEACON_RESTART);
    send(self, alone, ALL, beacon(0));
    HAS(BEACON_RESTART);
    LACKS(BEACON_LOST);
    send(self, alone, ALL, beacon(0));
    LACKS(BEACON_RESTART);
}

static void look_again(world *self, int64_t later) {
    self->event.last = self->now;
    self->event.last.seconds += later;
}

static void test_answers(world *self) {
    connect(self, 13);
    say(self, C, (draft){.command = 23});
    LACKS(UNANSWERED);
    look_again(self, 0);
    LACKS(UNANSWERED);
    look_again(self, 4);
    HAS(UNANSWERED);
    LACKS(ECHO_UNANSWERED);
    look_again(self, 5);
    HAS(ECHO_UNANSWERED);
    LACKS(NO_FIRST_UPDATE);
    say(self, S, (draft){.command = 23});
    say(self, C, subscribe(10, 7));
    look_again(self, 4);
    LACKS(NO_FIRST_UPDATE);
    look_again(self, 5);
    HAS(NO_FIRST_UPDATE);
    LACKS(ECHO_UNANSWERED);
    caw_event asked = self->event;
    caw_note note = self->note;
    asked.note = &note;
    say(self, S, update(7));
    CHECK(caw_event_flaws(&asked) == 0, "it came");
}

/* Only where all is kept is it known later. */
static void test_connection(world *self) {
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    send(self, SERVER, CLIENT, found(1));
    look_again(self, 0);
    LACKS(REPLY_WITHOUT_CONNECTION);
    look_again(self, 1);
    HAS(REPLY_WITHOUT_CONNECTION);
    caw_event answered = self->event;
    caw_note note = self->note;
    answered.note = &note;
    say(self, C, create(1, "t:b\0\0\0\0"));
    CHECK(caw_event_flaws(&answered) != 0, "another PV");
    say(self, C, create(2, "t:a\0\0\0\0"));
    CHECK(caw_event_flaws(&answered) == 0, "it has asked for a channel");
}

int main(void) {
    static test *const tests[] = {test_counts,   test_rights,       test_updates,
                                  test_old_time, test_unknown_name, test_searches,
                                  test_claims,   test_beacons,      test_answers};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        run(tests[i]);
        run_forgetting(tests[i]);
    }
    run(test_connection);
    CHECK(count.live == 0, "memory is given back");
    return test_summary();
}
