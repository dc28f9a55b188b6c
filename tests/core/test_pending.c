/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that wait for the answer to their request: what decides each, and in which order. */
#include "caw_capture.h"
#include "counted.h"
#include "test.h"

#define MOST 65536

typedef struct {
    counted count;
    caw_where *where;
    caw_pending *pending;
    caw_moment now;
    char told[256]; /* the letters of the lines */
    caw_note note;
} world;

static void hear(void *user, const char *text, size_t length) {
    strncat(((world *)user)->told, text, length);
}

static void begin(world *self, const char *expression, uint64_t most) {
    caw_where_verdict verdict;
    *self = (world){.count = {.good = -1}, .now = {1, 0, 1000}};
    caw_memory memory = counted_memory(&self->count);
    self->where = caw_where_new(expression, &memory, &verdict);
    caw_pending_setup setup = {memory, self->where, most, hear, self};
    self->pending = caw_pending_new(&setup);
}

static void end(world *self) {
    caw_pending_free(self->pending);
    caw_where_free(self->where);
    CHECK(!self->count.live, "%ld pieces left", self->count.live);
}

static void pass(world *self, int64_t seconds) {
    self->now.seconds += seconds;
    self->now.frame++;
}

static caw_event event_of(world *self, caw_exchange *exchange, caw_turn turn,
                          caw_transport transport, uint32_t connection) {
    self->note =
        (caw_note){.exchange = exchange, .channel = exchange->channel, .turn = (uint8_t)turn};
    return (caw_event){.kind = CAW_EVENT_MESSAGE,
                       .now = self->now,
                       .transport = transport,
                       .connection = connection,
                       .message = {.row = caw_request_row(exchange->command)},
                       .note = &self->note};
}

/* A request is told, and its line waits; what is printed at once is told in lower case. */
static void show(world *self, caw_event event, const char *letter) {
    caw_where_rest rest;
    char now[2] = {(char)(letter[0] + 'a' - 'A'), '\0'};
    caw_pending_observe(self->pending, &event);
    caw_where_answer answer = caw_where_ask(self->where, &event, &rest);
    if (answer == CAW_WHERE_YES ||
        (answer == CAW_WHERE_LATER && !caw_pending_add(self->pending, &event, &rest, letter, 1)))
        strcat(self->told, now);
}

static void ask(world *self, caw_exchange *exchange, const char *letter) {
    exchange->request = self->now;
    show(self, event_of(self, exchange, CAW_TURN_REQUEST, CAW_TRANSPORT_TCP, 1), letter);
}

static void answer(world *self, caw_exchange *exchange) {
    exchange->answer = self->now;
    caw_event event = event_of(self, exchange, CAW_TURN_RESPONSE, CAW_TRANSPORT_TCP, 1);
    caw_pending_observe(self->pending, &event);
}

static void find(world *self, caw_exchange *exchange) {
    exchange->answer = self->now;
    caw_event event = event_of(self, exchange, CAW_TURN_RESPONSE, CAW_TRANSPORT_UDP, 0);
    caw_pending_observe(self->pending, &event);
}

static void search(world *self, caw_exchange *exchange, bool repeated, const char *letter) {
    if (!repeated)
        exchange->request = self->now;
    caw_event event = event_of(self, exchange, CAW_TURN_REQUEST, CAW_TRANSPORT_UDP, 0);
    self->note.repeated = repeated;
    show(self, event, letter);
}

static void close(world *self, caw_by by, uint32_t connection, caw_side speaker) {
    caw_event event = {.kind = by ? CAW_EVENT_CLOSED : CAW_EVENT_ASKED,
                       .by = by,
                       .now = self->now,
                       .connection = connection,
                       .speaker = speaker};
    caw_pending_observe(self->pending, &event);
}

static void lose(world *self, caw_by by, uint32_t connection) {
    close(self, by, connection, CAW_SIDE_CLIENT);
}

static caw_exchange a, b, c;
static caw_channel one, two;

static void forget_all(void) {
    one = two = (caw_channel){0};
    a = (caw_exchange){.command = 15, .channel = &one};
    b = (caw_exchange){.command = 15, .channel = &two};
    c = (caw_exchange){.command = 15, .channel = &two};
}

/* In the order of the answers, and each by its own time. */
static void test_answers(void) {
    world self;
    begin(&self, "time > 2", MOST);
    forget_all();
    ask(&self, &a, "A");
    ask(&self, &b, "B");
    pass(&self, 2);
    ask(&self, &c, "C");
    pass(&self, 1);
    answer(&self, &b);
    CHECK_TEXT(self.told, "B");
    answer(&self, &c);
    pass(&self, 1);
    answer(&self, &a);
    CHECK_TEXT(self.told, "BA");
    end(&self);
}

static void test_closed(void) {
    world self;
    begin(&self, "unanswered", MOST);
    forget_all();
    ask(&self, &a, "A");
    ask(&self, &b, "B");
    ask(&self, &c, "C");
    answer(&self, &b);
    two.closed = true;
    answer(&self, &b); /* any message of the channel shows that it is closed */
    CHECK_TEXT(self.told, "C");
    lose(&self, CAW_BY_RST, 2);
    CHECK_TEXT(self.told, "C");
    lose(&self, CAW_BY_RST, 1);
    CHECK_TEXT(self.told, "CA");
    end(&self);
}

/* What came before a FIN is still answered, for some time. */
static void test_half_closed(void) {
    world self;
    begin(&self, "unanswered or time > 2", MOST);
    forget_all();
    ask(&self, &a, "A");
    ask(&self, &b, "B");
    lose(&self, CAW_BY_FIN, 1);
    pass(&self, 3);
    answer(&self, &b);
    CHECK_TEXT(self.told, "B");
    pass(&self, 58);
    lose(&self, CAW_BY_NOTHING, 7);
    CHECK_TEXT(self.told, "BA");
    end(&self);
}

/* What a server has not answered before its FIN stays so. */
static void test_server_closes(void) {
    world self;
    begin(&self, "unanswered", MOST);
    forget_all();
    ask(&self, &a, "A");
    close(&self, CAW_BY_FIN, 2, CAW_SIDE_SERVER);
    CHECK_TEXT(self.told, "");
    close(&self, CAW_BY_FIN, 1, CAW_SIDE_SERVER);
    CHECK_TEXT(self.told, "A");
    end(&self);
}

/* A request of another connection that lies where a forgotten one lay decides nothing. */
static void test_memory_used_again(void) {
    world self;
    begin(&self, "unanswered", MOST);
    forget_all();
    ask(&self, &a, "A");
    lose(&self, CAW_BY_FIN, 1);
    caw_event event = event_of(&self, &a, CAW_TURN_REQUEST, CAW_TRANSPORT_TCP, 2);
    show(&self, event, "B");
    event = event_of(&self, &a, CAW_TURN_RESPONSE, CAW_TRANSPORT_TCP, 2);
    caw_pending_observe(self.pending, &event);
    CHECK_TEXT(self.told, "");
    lose(&self, CAW_BY_RST, 1);
    CHECK_TEXT(self.told, "A");
    end(&self);
}

static void test_end(void) {
    world self;
    begin(&self, "unanswered", MOST);
    forget_all();
    ask(&self, &a, "A");
    pass(&self, 1);
    ask(&self, &b, "B");
    self.now.nanoseconds = 999999999;
    caw_pending_end(self.pending, self.now);
    CHECK_TEXT(self.told, "A");
    end(&self);
}

/* Of the last second it is not said, so neither is that it was answered. */
static void test_young(void) {
    world self;
    begin(&self, "not unanswered and not time < 5", MOST);
    forget_all();
    ask(&self, &a, "A");
    caw_pending_end(self.pending, self.now);
    CHECK_TEXT(self.told, "A");
    end(&self);
}

static void test_searches(void) {
    world self;
    begin(&self, "unanswered", MOST);
    forget_all();
    a = (caw_exchange){.command = 6};
    b = (caw_exchange){.command = 6};
    search(&self, &a, false, "A");
    search(&self, &b, false, "B");
    pass(&self, 50);
    search(&self, &a, true, "R");
    pass(&self, 11);
    lose(&self, CAW_BY_NOTHING, 7); /* time passes with any event */
    CHECK_TEXT(self.told, "B");
    find(&self, &a);
    CHECK_TEXT(self.told, "B");
    caw_pending_end(self.pending, (caw_moment){9, 0, 9999});
    CHECK_TEXT(self.told, "B");
    end(&self);
}

/* History forgets, and its memory comes to be another request. */
static void test_used_again(void) {
    world self;
    begin(&self, "unanswered", MOST);
    forget_all();
    ask(&self, &a, "A");
    pass(&self, 5);
    ask(&self, &a, "N");
    CHECK_TEXT(self.told, "A");
    answer(&self, &a);
    CHECK_TEXT(self.told, "A");
    end(&self);
}

static void test_bound(void) {
    world self;
    begin(&self, "not unanswered", 0);
    forget_all();
    ask(&self, &a, "A");
    CHECK_TEXT(self.told, "A");
    ask(&self, &b, "B");
    CHECK_TEXT(self.told, "AB");
    CHECK(caw_pending_hurried(self.pending) == 2, "counted");
    end(&self);
}

/* Whatever memory there is: a line is told once, late or at once, and all is given back. */
static void test_without_memory(void) {
    for (long good = 2; good < 12; good++) {
        world self;
        begin(&self, "unanswered", MOST);
        forget_all();
        self.count.good = good;
        ask(&self, &a, "A");
        ask(&self, &b, "B");
        caw_pending_end(self.pending, (caw_moment){9, 0, 9999});
        CHECK(strlen(self.told) == 2, "%ld: %s", good, self.told);
        CHECK(strpbrk(self.told, "aA") && strpbrk(self.told, "bB"), "%s", self.told);
        end(&self);
    }
}

int main(void) {
    test_answers();
    test_closed();
    test_half_closed();
    test_server_closes();
    test_memory_used_again();
    test_end();
    test_young();
    test_searches();
    test_used_again();
    test_bound();
    test_without_memory();
    return test_summary();
}
