/* SPDX-License-Identifier: BSD-3-Clause */
/* Facts: what is known of a message by what came before it. */
#include "test.h"
#include "world.h"

/* ---- what is expected --------------------------------------------------------------------- */

/* Numbers, frames and marks; milliseconds of durations; -1 when there is none. */
static long fact(const world *self, caw_fact_id id) {
    caw_fact_value value;
    if (!caw_fact(&self->event, id, &value, NULL, 0))
        return -1;
    return caw_fact_rows[id].kind == CAW_FACT_IS_DURATION ? (long)(value.nanoseconds / 1000000)
                                                          : (long)value.number;
}

static const char *text(const world *self, caw_fact_id id) {
    static char made[CAW_FACT_TEXT];
    caw_fact_value value;
    return caw_fact(&self->event, id, &value, made, sizeof made) ? made : "nothing";
}

#define EXPECT(id, want)                                                                           \
    CHECK(fact(self, id) == want, "%s: %ld", caw_fact_rows[id].key, fact(self, id))

/* ---- searches and connecting ---------------------------------------------------------------- */

static void test_searches(world *self) {
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_SEARCH, 1);
    EXPECT(CAW_FACT_SEARCH_COUNT, 1);
    EXPECT(CAW_FACT_SEARCH_INTERVAL, -1);
    EXPECT(CAW_FACT_CLIENT_VERSION, 13);
    EXPECT(CAW_FACT_UPDATE_INTERVAL, -1);
    send(self, OTHER, ALL, search(1, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_SEARCH_COUNT, 1);
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_SEARCH_COUNT, 2);
    EXPECT(CAW_FACT_SEARCH_INTERVAL, 1000);
    send(self, SERVER, CLIENT, found(1));
    EXPECT(CAW_FACT_SEARCH, -1);
    EXPECT(CAW_FACT_SEARCH_TIME, 1500);
    EXPECT(CAW_FACT_SERVER_VERSION, 11);
    send(self, CLIENT, ALL, search(2, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_SEARCH_COUNT, 3);
    EXPECT(CAW_FACT_SEARCH_INTERVAL, 1000);
}

static void test_connecting(world *self) {
    caw_circuit_set_server(self->circuit, S);
    say(self, C, (draft){.command = 0, .count = 12});
    EXPECT(CAW_FACT_CLIENT_VERSION, 12);
    EXPECT(CAW_FACT_SERVER_VERSION, -1);
    say(self, S, (draft){.command = 0, .count = 11});
    say(self, C, create(5, "t:b\0\0\0\0"));
    EXPECT(CAW_FACT_CREATE, 1);
    EXPECT(CAW_FACT_DUPLICATE_OF, -1);
    EXPECT(CAW_FACT_CLIENT_VERSION, 12);
    EXPECT(CAW_FACT_SERVER_VERSION, 11);
    CHECK_TEXT(text(self, CAW_FACT_CHANNEL_RIGHTS), "nothing");
    say(self, S, rights(5, 3));
    CHECK_TEXT(text(self, CAW_FACT_CHANNEL_RIGHTS), "read write");
    say(self, S, created(5, 50));
    EXPECT(CAW_FACT_CONNECT_TIME, -1); /* nobody has searched */
    EXPECT(CAW_FACT_CHANNEL_COUNT, 7);
    say(self, S, rights(5, 1));
    CHECK_TEXT(text(self, CAW_FACT_CHANNEL_RIGHTS), "read");
    send(self, CLIENT, ALL, search(6, "t:c\0\0\0\0"));
    say(self, C, create(6, "t:c\0\0\0\0"));
    say(self, S, created(6, 60));
    EXPECT(CAW_FACT_CONNECT_TIME, 1000);
    CHECK_TEXT(text(self, CAW_FACT_CHANNEL_RIGHTS), "nothing");
}

/* ---- twice ---------------------------------------------------------------------------------- */

static void test_twice(world *self) {
    say(self, C, create(1, "t:a\0\0\0\0"));
    uint32_t first = self->now.frame;
    say(self, C, create(2, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_DUPLICATE_OF, (long)first);
    uint32_t second = self->now.frame;
    say(self, C, create(3, "t:b\0\0\0\0"));
    EXPECT(CAW_FACT_DUPLICATE_OF, -1);
    say(self, S, created(1, 10));
    say(self, S, created(2, 20));
    say(self, C, (draft){.command = 12, .p1 = 20, .p2 = 2});
    say(self, C, create(4, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_DUPLICATE_OF, (long)second);
    say(self, S, (draft){.command = 26, .p1 = 4});
    say(self, S, (draft){.command = 12, .p1 = 20, .p2 = 2});
    say(self, C, create(5, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_DUPLICATE_OF, (long)first); /* the others are closed, or were refused */

    say(self, C, subscribe(10, 7));
    uint32_t asked = self->now.frame;
    EXPECT(CAW_FACT_DUPLICATE_OF, -1);
    say(self, C, subscribe(10, 8));
    EXPECT(CAW_FACT_DUPLICATE_OF, (long)asked);
    draft other = subscribe(10, 9);
    other.count = 2;
    say(self, C, other);
    EXPECT(CAW_FACT_DUPLICATE_OF, -1);
    other = subscribe(10, 11);
    other.payload = "\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0";
    say(self, C, other);
    EXPECT(CAW_FACT_DUPLICATE_OF, -1);
    say(self, S, (draft){.command = 27, .p1 = 1});
    say(self, C, create(1, "t:a\0\0\0\0"));
    say(self, S, created(1, 10));
    say(self, C, subscribe(10, 7));
    EXPECT(CAW_FACT_DUPLICATE_OF, -1); /* the channel had been dropped by the server */
}

/* ---- updates and values --------------------------------------------------------------------- */

static void test_updates(world *self) {
    say(self, C, create(1, "t:a\0\0\0\0"));
    say(self, S, created(1, 10));
    say(self, C, subscribe(10, 7));
    long asked = self->now.frame;
    EXPECT(CAW_FACT_UPDATE, -1);
    say(self, S, update(7));
    EXPECT(CAW_FACT_UPDATE, 1);
    EXPECT(CAW_FACT_UPDATE_NO, 1);
    EXPECT(CAW_FACT_UPDATE_INTERVAL, -1);
    EXPECT(CAW_FACT_SUBSCRIBED_IN, asked);
    CHECK_TEXT(text(self, CAW_FACT_VALUE), "3.25");
    EXPECT(CAW_FACT_DATA_AGE, -1);
    say(self, S, update(9)); /* of a subscription before the capture */
    EXPECT(CAW_FACT_UPDATE, 1);
    EXPECT(CAW_FACT_UPDATE_NO, -1);
    EXPECT(CAW_FACT_SUBSCRIBED_IN, -1);
    say(self, S, update(7));
    EXPECT(CAW_FACT_UPDATE_NO, 2);
    EXPECT(CAW_FACT_UPDATE_INTERVAL, 1000);
    EXPECT(CAW_FACT_SUBSCRIBED_IN, asked);
    say(self, C, (draft){.command = 2, .type = 6, .count = 1, .p1 = 10, .p2 = 7});
    say(self, S, (draft){.command = 1, .type = 6, .count = 1, .p1 = 10, .p2 = 7});
    EXPECT(CAW_FACT_UPDATE, -1); /* the cancel's confirmation */
    EXPECT(CAW_FACT_UPDATE_NO, -1);
    EXPECT(CAW_FACT_SUBSCRIBED_IN, -1);
}

/* DBR_TIME_DOUBLE: 2.5 s after 1990 and, of the capture, an hour later. */
static void test_data_age(world *self) {
    draft made = update(7);
    made.type = 20;
    made.payload = "\0\3\0\1\0\0\0\2\x1d\xcd\x65\0\0\0\0\0\x40\x0a\0\0\0\0\0\0";
    made.size = 24;
    self->now = (caw_moment){1, 0, 631152000 + 3600};
    say(self, S, made); /* half a second later */
    EXPECT(CAW_FACT_DATA_AGE, 3598000);
    CHECK_TEXT(text(self, CAW_FACT_VALUE), "3.25 MINOR/HIHI");
    made.payload = "\0\3\0\1\0\0\0\0\0\0\0\0\0\0\0\0\x40\x0a\0\0\0\0\0\0";
    say(self, S, made);
    EXPECT(CAW_FACT_DATA_AGE, -1);
}

/* ---- outcomes ------------------------------------------------------------------------------- */

static void test_puts(world *self) {
    draft put = {.command = 19,
                 .type = 6,
                 .count = 1,
                 .p1 = 10,
                 .p2 = 77,
                 .payload = "\x40\x0a\0\0\0\0\0\0",
                 .size = 8};
    say(self, C, put);
    EXPECT(CAW_FACT_PUT, 1);
    EXPECT(CAW_FACT_PUT_STATUS, -1);
    EXPECT(CAW_FACT_UNANSWERED, -1);
    world asked = *self;
    asked.event.note = &asked.note;
    say(self, S, (draft){.command = 19, .type = 6, .count = 1, .p1 = 160, .p2 = 77});
    EXPECT(CAW_FACT_PUT_STATUS, 160);
    EXPECT(CAW_FACT_PUT, -1);
    EXPECT(CAW_FACT_ECA_SEVERITY, 0);
    CHECK(fact(&asked, CAW_FACT_PUT_STATUS) == 160, "the request, looked at again");
    put.command = 4;
    say(self, C, put);
    asked.note = self->note;
    asked.event = self->event;
    asked.event.note = &asked.note;
    say(self, S,
        (draft){.command = 11,
                .p1 = 0xffffffff,
                .p2 = 376,
                .payload = "\0\4\0\x8\0\6\0\1\0\0\0\x0a\0\0\0\x4dt:a\0\0\0\0\0",
                .size = 24});
    EXPECT(CAW_FACT_PUT_STATUS, 376);
    CHECK(fact(&asked, CAW_FACT_PUT_STATUS) == 376, "the plain put, looked at again");
    say(self, C, (draft){.command = 15, .type = 6, .count = 1, .p1 = 10, .p2 = 78});
    EXPECT(CAW_FACT_GET, 1);
    EXPECT(CAW_FACT_PUT, -1);
    EXPECT(CAW_FACT_PUT_STATUS, -1);
}

static void test_unanswered(world *self) {
    draft get = {.command = 15, .type = 6, .count = 1, .p1 = 10, .p2 = 78};
    self->last = (caw_moment){100, 0, 2};
    say(self, C, get); /* at 0.5 s */
    EXPECT(CAW_FACT_UNANSWERED, 1);
    get.p2 = 79;
    say(self, C, get);
    EXPECT(CAW_FACT_UNANSWERED, 1); /* at 1 s */
    get.p2 = 80;
    say(self, C, get);
    EXPECT(CAW_FACT_UNANSWERED, -1); /* too young */
    self->last.frame = 0;
    get.p2 = 81;
    say(self, C, get);
    EXPECT(CAW_FACT_UNANSWERED, -1); /* more may come */
}

/* ---- beacons: bhe.cpp ------------------------------------------------------------------------ */

static void test_beacons(world *self) {
    send(self, SERVER, ALL, beacon(7));
    EXPECT(CAW_FACT_BEACON_PERIOD, -1);
    EXPECT(CAW_FACT_BEACON_AVERAGE, -1);
    CHECK_TEXT(text(self, CAW_FACT_BEACON_SERVER), "10.1.0.1:5066");
    send(self, SERVER, ALL, beacon(8)); /* 0.5 s */
    EXPECT(CAW_FACT_BEACON_PERIOD, 500);
    EXPECT(CAW_FACT_BEACON_AVERAGE, 500);
    pass(self);
    send(self, SERVER, ALL, beacon(9)); /* 1 s */
    EXPECT(CAW_FACT_BEACON_PERIOD, 1000);
    EXPECT(CAW_FACT_BEACON_AVERAGE, 562); /* 0.125 + 0.875 * 0.5 */
    send(self, SERVER, ALL, beacon(9));   /* another route: nothing of it counts */
    EXPECT(CAW_FACT_BEACON_PERIOD, -1);
    EXPECT(CAW_FACT_BEACON_AVERAGE, -1);
    send(self, SERVER, ALL, beacon(12)); /* two were lost: the number counts, the time does not */
    EXPECT(CAW_FACT_BEACON_PERIOD, -1);
    send(self, SERVER, ALL, beacon(13)); /* 1.5 s */
    EXPECT(CAW_FACT_BEACON_PERIOD, 1500);
    EXPECT(CAW_FACT_BEACON_AVERAGE, 679); /* 0.1875 + 0.875 * 0.5625 */
    send(self, SERVER, ALL, beacon(17));  /* more than a few */
    EXPECT(CAW_FACT_BEACON_PERIOD, 500);
    send(self, SERVER, ALL, beacon(16)); /* just before */
    EXPECT(CAW_FACT_BEACON_PERIOD, -1);
    draft old = beacon(16);
    old.type = 9; /* without numbers */
    send(self, SERVER, ALL, old);
    EXPECT(CAW_FACT_BEACON_PERIOD, 1000);
    EXPECT(CAW_FACT_UPDATE_NO, -1);
    EXPECT(CAW_FACT_SEARCH_COUNT, -1);
}

/* ---- all of them, in a reader that keeps and in one that forgets ------------------------------
 */

/* A client that waits for minutes between searches is counted on, and after an hour it is not. */
static void test_patient_client(world *self) {
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    self->now.seconds += 262;
    caw_searches_expire(self->searches, self->now);
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_SEARCH_COUNT, 2);
    EXPECT(CAW_FACT_SEARCH_INTERVAL, 262500);
    for (int i = 0; i < 3; i++) {
        self->now.seconds += 1500;
        caw_searches_expire(self->searches, self->now);
    }
    send(self, CLIENT, ALL, search(1, "t:a\0\0\0\0"));
    EXPECT(CAW_FACT_SEARCH_COUNT, 1);
}

static void test_table(void) {
    for (int id = 0; id < CAW_FACTS; id++) {
        const caw_fact_row *row = &caw_fact_rows[id];
        CHECK(row->key && row->title && row->meaning, "row %d", id);
        CHECK(caw_fact_find(row->key) == (caw_fact_id)id, "%s is there once", row->key);
    }
    CHECK(caw_fact_find("nothing") == CAW_FACTS, "no such fact");
    CHECK_TEXT(caw_fact_name(CAW_FACT_ECA_SEVERITY, &(caw_fact_value){.number = 6}), "FATAL");
}

int main(void) {
    static test *const tests[] = {test_searches, test_connecting, test_twice,      test_updates,
                                  test_data_age, test_puts,       test_unanswered, test_beacons};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        run(tests[i]);
        run_forgetting(tests[i]);
    }
    run_forgetting(test_patient_client);
    test_table();
    CHECK(count.live == 0, "memory is given back");
    return test_summary();
}
