/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reports on searches and servers where no capture leads: without memory, at the most rows, at
 * the most ends of a row, with connections without end; and the median of very many numbers.
 */
#include "heap.h"
#include "make.h"
#include "printed.h"
#include "reports/median.h"

#include <stdint.h>

#define CHECK_NUMBER(got, want)                                                                    \
    CHECK((int64_t)(got) == (want), "%lld, not %lld", (long long)(got), (long long)(want))

static const caw_memory heap = {take, give_back, NULL};

static const char *const names[] = {"search", "servers"};

typedef struct {
    caw_report *report;
    caw_searches *searches;
    caw_circuit *circuit;
    uint32_t connection;
    uint32_t frame;
} talk;

static const char *asked_for;

static const caw_end client = {4, {10, 1, 0, 2}, 40001}, server = {4, {10, 1, 0, 1}, 5064};
static const caw_end everybody = {4, {10, 1, 0, 255}, 5064}, all = {4, {10, 1, 0, 255}, 5065};

static uint64_t endpoint(const caw_end *end) {
    return caw_endpoint((uint32_t)end->bytes[0] << 24 | (uint32_t)end->bytes[1] << 16 |
                            (uint32_t)end->bytes[2] << 8 | end->bytes[3],
                        end->port);
}

/* ---- what is told -------------------------------------------------------------------------- */

static caw_event next_event(talk *self, caw_event_kind kind, caw_end source, caw_end target) {
    self->frame++;
    return (caw_event){.kind = kind,
                       .now = {self->frame, 0, self->frame},
                       .transport = CAW_TRANSPORT_UDP,
                       .source = source,
                       .target = target};
}

static void datagram(talk *self, caw_end source, caw_end target, caw_side speaker, draft made) {
    static uint8_t bytes[MADE_MOST];
    caw_event event = next_event(self, CAW_EVENT_MESSAGE, source, target);
    caw_note note;
    made.context = (caw_context){.transport = CAW_TRANSPORT_UDP, .speaker = speaker};
    caw_decode(bytes, make_message(&made, bytes), &made.context, &event.message);
    caw_searches_observe(self->searches, endpoint(&source), endpoint(&target), &event.message,
                         event.now, &note);
    event.note = &note;
    event.speaker = speaker;
    caw_report_observe(self->report, &event);
}

static void search(talk *self, caw_end from, caw_end to, uint32_t cid, const char *name) {
    datagram(self, from, to, CAW_SIDE_CLIENT,
             (draft){.command = 6,
                     .type = 5,
                     .count = 13,
                     .p1 = cid,
                     .p2 = cid,
                     .payload = name,
                     .size = 8});
}

static void found(talk *self, caw_end where, caw_end by, uint32_t cid) {
    datagram(self, where, by, CAW_SIDE_SERVER,
             (draft){.command = 6,
                     .type = 5064,
                     .p1 = UINT32_MAX,
                     .p2 = cid,
                     .payload = "\0\x0d\0\0\0\0\0\0",
                     .size = 8});
}

static void beacon(talk *self, caw_end from, uint32_t number, uint16_t minor) {
    datagram(self, from, all, CAW_SIDE_SERVER,
             (draft){.command = 13, .type = minor, .count = 5064, .p1 = number});
}

static void version_of_server(talk *self, uint32_t connection) {
    static uint8_t bytes[MADE_MOST];
    draft made = {.context = {CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER}, .count = 13};
    caw_event event = next_event(self, CAW_EVENT_MESSAGE, server, client);
    caw_note note;
    caw_decode(bytes, make_message(&made, bytes), &made.context, &event.message);
    caw_circuit_observe(self->circuit, 1, &event.message, event.now, &note);
    event.note = &note;
    event.transport = CAW_TRANSPORT_TCP;
    event.connection = connection;
    event.speaker = CAW_SIDE_SERVER;
    caw_report_observe(self->report, &event);
}

static void happen(talk *self, caw_event_kind kind, uint32_t connection) {
    caw_event event = next_event(self, kind, client, server);
    event.transport = CAW_TRANSPORT_TCP;
    event.connection = connection;
    event.speaker = CAW_SIDE_CLIENT;
    caw_report_observe(self->report, &event);
}

static void strange(talk *self, caw_end from) {
    caw_event event = next_event(self, CAW_EVENT_MALFORMED, from, server);
    caw_event_malformed(&event, CAW_MALFORMED_FOREIGN, (caw_view){(const uint8_t *)"GET /", 0, 5},
                        0, 5);
    caw_report_observe(self->report, &event);
}

/* One of each kind of row. */
static void tell_story(talk *self) {
    caw_end gateway = {4, {10, 1, 0, 5}, 5064}, of_gateway = {4, {10, 1, 0, 5}, 40500};
    search(self, client, everybody, 1, "t:a\033\0\0\0");
    search(self, client, all, 2, "t:b\0\0\0\0");
    found(self, gateway, client, 1);
    search(self, of_gateway, everybody, 9, "t:a\033\0\0\0");
    found(self, server, of_gateway, 9);
    for (uint32_t number = 5; number < 9; number++)
        beacon(self, server, number, 13);
    happen(self, CAW_EVENT_ASKED, 1);
    version_of_server(self, 1);
    happen(self, CAW_EVENT_CLOSED, 1);
    strange(self, (caw_end){4, {10, 1, 0, 66}, 41000});
}

static talk begin(const caw_memory *own, size_t most) {
    talk self = {.report = caw_report_new(caw_report_find(asked_for), own, most),
                 .searches = caw_searches_new(&heap),
                 .circuit = caw_circuit_new(&heap, true),
                 .connection = 1};
    caw_circuit_set_server(self.circuit, 1);
    return self;
}

static void end(talk *self) {
    caw_report_free(self->report);
    caw_searches_free(self->searches);
    caw_circuit_free(self->circuit);
}

/* ---- tests --------------------------------------------------------------------------------- */

static void tell_without_memory(counted *count) {
    caw_memory own = counted_memory(count);
    talk of = begin(&own, SIZE_MAX);
    bool complete = count->good >= count->asked;
    if (of.report) {
        tell_story(&of);
        complete = count->good >= count->asked;
        CHECK(complete == (caw_report_totals(of.report).dropped == 0), "%s: %ld of %ld", asked_for,
              count->good, count->asked);
        CHECK(strncmp(printed_json(of.report), "{\"table\": \"totals\"", 18) == 0, "whole lines");
    }
    end(&of);
    CHECK(count->live == 0, "%s, %ld pieces: %ld left", asked_for, count->good, count->live);
}

static void test_most_rows(void) {
    talk of = begin(&heap, 1);
    tell_story(&of);
    CHECK(caw_report_totals(of.report).dropped > 0, "%s: others are counted", asked_for);
    end(&of);
}

/* Names, ends and servers that come when there is no room for rows take no memory. */
static void test_names_without_end(void) {
    static counted count;
    count = (counted){.good = -1};
    caw_memory own = counted_memory(&count);
    asked_for = "search";
    talk of = begin(&own, 10);
    for (uint16_t i = 0; i < 2000; i++) {
        char name[8] = {'t', ':', (char)('a' + i % 26), (char)('a' + i / 26 % 26),
                        (char)('a' + i / 676)};
        caw_end from = {4, {10, 1, (uint8_t)(i >> 8), (uint8_t)i}, 40001};
        search(&of, from, everybody, i, name);
        search(&of, from, (caw_end){4, {10, 9, (uint8_t)(i >> 8), (uint8_t)i}, 5064}, i,
               "t:a\0\0\0\0");
        found(&of, from, client, 1);
    }
    CHECK_NUMBER(count_of(printed_json(of.report), "\"table\": \"search\""), 10);
    CHECK(count.live < 200, "%ld pieces of memory", count.live);
    CHECK(caw_report_totals(of.report).dropped > 3000, "they are counted");
    end(&of);
}

/* However many servers answer, and destinations are asked: a row keeps 64 of each. */
static void test_most_ends(void) {
    asked_for = "search";
    talk of = begin(&heap, SIZE_MAX);
    for (uint8_t i = 0; i < 100; i++) {
        search(&of, client, (caw_end){4, {10, 2, i, 255}, 5064}, 1, "t:a\0\0\0\0");
        found(&of, (caw_end){4, {10, 3, 0, i}, 5064}, client, 1);
    }
    const char *text = printed_json(of.report);
    CHECK_NUMBER(count_of(text, "10.2."), 64);
    CHECK_NUMBER(count_of(text, "10.3."), 64);
    CHECK_NUMBER(caw_report_totals(of.report).dropped, 72);
    CHECK(strstr(text, "\"searches\": 100"), "all are counted");
    end(&of);
}

static void test_most_versions_and_senders(void) {
    asked_for = "servers";
    talk of = begin(&heap, SIZE_MAX);
    for (uint8_t i = 0; i < 100; i++) {
        draft made = {.command = 13, .type = (uint16_t)(100 + i), .count = 5064, .p2 = 0x0a010001};
        datagram(&of, (caw_end){4, {10, 3, 0, i}, 50000}, all, CAW_SIDE_SERVER, made);
    }
    const char *text = printed_json(of.report);
    CHECK_NUMBER(count_of(text, "\"4."), 64);
    CHECK_NUMBER(count_of(text, "10.3."), 64);
    CHECK_NUMBER(caw_report_totals(of.report).dropped, 72);
    end(&of);
}

/* Each counts once, also when its messages are told after its end; none is kept for ever. */
static void test_connections_without_end(void) {
    static counted count;
    count = (counted){.good = -1};
    caw_memory own = counted_memory(&count);
    asked_for = "servers";
    talk of = begin(&own, SIZE_MAX);
    for (uint32_t connection = 1; connection <= 10000; connection++) {
        version_of_server(&of, connection);
        happen(&of, CAW_EVENT_CLOSED, connection);
        version_of_server(&of, connection);
        if (connection > 10)
            version_of_server(&of, connection - 10);
    }
    CHECK(strstr(printed_json(of.report), "\"circuits\": 10000,"), "%s", printed_json(of.report));
    CHECK(count.live < 30, "%ld pieces of memory", count.live);
    end(&of);
}

/* ---- the median ---------------------------------------------------------------------------- */

static void test_median(void) {
    static const int64_t numbers[] = {5, -3, INT64_MAX, 9, INT64_MIN, 5, 0};
    static const int64_t medians[] = {5, 1, 5, 7, 5, 5, 5};
    caw_median median = {.come = 0};
    CHECK_NUMBER(caw_median_of(&median), 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CHECK(caw_median_add(&median, &heap, numbers[i]), "memory");
        CHECK(caw_median_of(&median) == medians[i], "%zu: %lld", i,
              (long long)caw_median_of(&median));
    }
    caw_median_free(&median, &heap);
}

/* Exact as long as there is room, then near. Of 2^16 numbers all are kept, of 2^20 each 16th. */
static void test_median_of_many(void) {
    caw_median median = {.come = 0};
    uint32_t random = 1;
    for (int64_t count = 1; count <= 1000000; count++) {
        random = random * 1664525 + 1013904223;
        caw_median_add(&median, &heap, random >> 8);
        if (count == CAW_MEDIAN_MOST - 1)
            CHECK(median.low.count + median.high.count == CAW_MEDIAN_MOST - 1, "all are kept");
    }
    double half = 1 << 23, got = (double)caw_median_of(&median);
    CHECK(got > half * 0.99 && got < half * 1.01, "%f", got);
    CHECK(median.low.count + median.high.count < CAW_MEDIAN_MOST, "not more");
    CHECK(median.stride == 16, "%llu", (unsigned long long)median.stride);
    caw_median_free(&median, &heap);
}

int main(void) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        asked_for = names[i];
        counted_fail_each(tell_without_memory);
        test_most_rows();
    }
    test_names_without_end();
    test_most_ends();
    test_most_versions_and_senders();
    test_connections_without_end();
    test_median();
    test_median_of_many();
    return test_summary();
}
