/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reports on circuits and channels where no capture leads: without memory, at the most rows,
 * and with connections without end that carry nothing.
 */
#include "make.h"
#include "printed.h"

#include <stdint.h>

static const char *const names[] = {"circuits", "channels"};

typedef struct {
    caw_report *report;
    caw_circuit *circuit;
    uint32_t connection;
    uint32_t frame;
} talk;

static const char *asked_for;

static const caw_end ends[2] = {{4, {10, 1, 0, 2}, 40001}, {4, {10, 1, 0, 1}, 5064}};

static caw_event next_event(talk *self, caw_event_kind kind, caw_side speaker) {
    bool server = speaker == CAW_SIDE_SERVER;
    self->frame++;
    return (caw_event){.kind = kind,
                       .now = {self->frame, 0, self->frame},
                       .transport = CAW_TRANSPORT_TCP,
                       .source = ends[server],
                       .target = ends[!server],
                       .connection = self->connection,
                       .speaker = speaker};
}

static void happen(talk *self, caw_event_kind kind, caw_side speaker, caw_by by) {
    caw_event event = next_event(self, kind, speaker);
    event.by = by;
    event.times = kind == CAW_EVENT_ASKED;
    caw_report_observe(self->report, &event);
}

static void send(talk *self, caw_side speaker, draft made) {
    static uint8_t bytes[MADE_MOST];
    caw_event event = next_event(self, CAW_EVENT_MESSAGE, speaker);
    caw_note note;
    made.context = (caw_context){.transport = CAW_TRANSPORT_TCP, .speaker = speaker};
    caw_decode(bytes, make_message(&made, bytes), &made.context, &event.message);
    caw_circuit_observe(self->circuit, speaker == CAW_SIDE_SERVER, &event.message, event.now,
                        &note);
    event.note = &note;
    event.user = caw_circuit_user(self->circuit);
    event.host = caw_circuit_host(self->circuit);
    caw_report_observe(self->report, &event);
}

#define CLIENT(...) send(self, CAW_SIDE_CLIENT, (draft){__VA_ARGS__})
#define SERVER(...) send(self, CAW_SIDE_SERVER, (draft){__VA_ARGS__})

static void create(talk *self, uint32_t cid, const char *name) {
    CLIENT(.command = 18, .p1 = cid, .p2 = 13, .payload = name, .size = 8);
    SERVER(.command = 22, .p1 = cid, .p2 = 3);
    SERVER(.command = 18, .type = 6, .count = 1, .p1 = cid, .p2 = cid + 10);
}

static void subscribe(talk *self, uint32_t sid, uint32_t id) {
    CLIENT(.command = 1, .type = 6, .count = 1, .p1 = sid, .p2 = id,
           .payload = "\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0", .size = 16);
    SERVER(.command = 1, .type = 6, .count = 1, .p1 = 1, .p2 = id, .size = 8);
}

/* One of each kind of row, and of each end. */
static void tell_story(talk *self) {
    happen(self, CAW_EVENT_ASKED, CAW_SIDE_CLIENT, CAW_BY_NOTHING);
    happen(self, CAW_EVENT_ACCEPTED, CAW_SIDE_SERVER, CAW_BY_NOTHING);
    CLIENT(.command = 0, .count = 13);
    CLIENT(.command = 20, .payload = "me\033\0\0\0\0", .size = 8);
    CLIENT(.command = 21, .payload = "console", .size = 8);
    create(self, 1, "t:a\033\0\0\0");
    create(self, 2, "t:a\033\0\0\0");
    subscribe(self, 11, 1);
    subscribe(self, 11, 2);
    subscribe(self, 99, 3);
    SERVER(.command = 1, .type = 20, .count = 1, .p1 = 1, .p2 = 77, .size = 24);
    SERVER(.command = 27, .p1 = 1);
    happen(self, CAW_EVENT_CLOSED, CAW_SIDE_SERVER, CAW_BY_RST);
}

static talk begin(const caw_memory *history, const caw_memory *own, size_t most) {
    talk self = {.report = caw_report_new(caw_report_find(asked_for), own, most),
                 .circuit = caw_circuit_new(history, true),
                 .connection = 1};
    caw_circuit_set_server(self.circuit, 1);
    return self;
}

static void end(talk *self) {
    caw_report_free(self->report);
    caw_circuit_free(self->circuit);
}

/* ---- tests -------------------------------------------------------------------------------- */

static void test_without_memory(counted *count) {
    counted plenty = {.good = -1};
    caw_memory history = counted_memory(&plenty), own = counted_memory(count);
    talk self = begin(&history, &own, SIZE_MAX);
    if (self.report) {
        tell_story(&self);
        const char *json = printed_json(self.report);
        bool complete = count->good >= count->asked;
        bool dropped = caw_report_totals(self.report).dropped != 0;
        CHECK(complete != dropped, "%s, %ld of %ld", asked_for, count->good, count->asked);
        CHECK(json[strlen(json) - 1] == '\n', "whole lines");
    }
    end(&self);
    CHECK(count->live == 0 && plenty.live == 0, "%ld pieces left", count->live);
}

static void test_most_rows(void) {
    counted plenty = {.good = -1};
    caw_memory memory = counted_memory(&plenty);
    talk self = begin(&memory, &memory, 2);
    tell_story(&self);
    if (strcmp(asked_for, "channels") == 0) {
        const char *json = printed_json(self.report);
        CHECK(count_of(json, "{\"table\": \"channels\"") == 2, "two channels");
        CHECK(count_of(json, "{\"table\": \"subscriptions\"") == 2, "two subscriptions");
        CHECK(caw_report_totals(self.report).dropped > 0, "the others are counted");
    }
    end(&self);
    CHECK(plenty.live == 0, "%ld pieces left", plenty.live);
}

/* A port scan for months; then a connection that carries something has its beginning. */
static void test_connections_without_messages(void) {
    counted plenty = {.good = -1}, other = {.good = -1};
    caw_memory memory = counted_memory(&plenty), history = counted_memory(&other);
    talk self = begin(&history, &memory, SIZE_MAX);
    for (uint32_t i = 0; i < 100000; i++) {
        self.connection = 1000 + i;
        happen(&self, CAW_EVENT_ASKED, CAW_SIDE_CLIENT, CAW_BY_NOTHING);
        if (i % 3 == 0)
            happen(&self, CAW_EVENT_REFUSED, CAW_SIDE_SERVER, CAW_BY_RST);
    }
    CHECK(plenty.live < 20000, "%s holds %ld pieces", asked_for, plenty.live);
    self.connection = 1;
    tell_story(&self);
    if (strcmp(asked_for, "circuits") == 0)
        CHECK(!strstr(printed_json(self.report), "\"opened_ns\": null"),
              "it is known when it was opened");
    CHECK(caw_report_totals(self.report).dropped == 0, "nothing is missing");
    end(&self);
    CHECK(plenty.live == 0, "%ld pieces left", plenty.live);
}

int main(void) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        asked_for = names[i];
        counted_fail_each(test_without_memory);
        test_most_rows();
        test_connections_without_messages();
    }
    return test_summary();
}
