/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events of a circuit of which nobody knows who serves: kept, told later, in order, once. ECHO is
 * the message that both sides send alike; READ_NOTIFY with a payload is an answer.
 */
#include "caw_capture.h"
#include "counted.h"
#include "make.h"
#include "test.h"

#define C 0
#define S 1

static const draft echo = {.command = 23};
static const draft answer = {.command = 15, .type = 6, .count = 1, .p1 = 1, .p2 = 7, .size = 8};

typedef struct {
    counted *count;
    caw_memory memory;
    caw_circuit *circuit;
    caw_note notes[100]; /* by frame: for those who read messages again */
    char told[4000];     /* the frames that were told, each with the class of its line */
} play;

static void begin_with(play *self, counted *count) {
    memset(self, 0, sizeof *self);
    self->count = count;
    self->memory = counted_memory(count);
    self->circuit = caw_circuit_new(&self->memory, false);
}

static void begin(play *self) {
    static counted plenty;
    plenty = (counted){.good = -1};
    begin_with(self, &plenty);
}

static void end(play *self) {
    caw_circuit_free(self->circuit);
    CHECK(self->count->live == 0, "%ld pieces: %ld left", self->count->good, self->count->live);
}

static void tell(play *self, const caw_event *event) {
    char line[200], word[240];
    if (event->kind == CAW_EVENT_MALFORMED)
        caw_malformed_line(event->reason, event->bytes, line, sizeof line);
    else
        caw_line(&event->message, line, sizeof line);
    *strchr(line, '(') = 0;
    snprintf(word, sizeof word, "%u %s; ", event->now.frame, line);
    strcat(self->told, word);
    CHECK(event->frame.len == 5 && memcmp(event->frame.bytes, "frame", 5) == 0, "its frame");
    CHECK(!event->user || strcmp(event->user, "me") == 0, "its user");
}

static void tell_kept(play *self) {
    for (const caw_event *kept; (kept = caw_circuit_kept(self->circuit));)
        tell(self, kept);
}

/* The bytes are gone when this returns. */
static void show(play *self, int from, caw_event *event) {
    char frame[] = "frame", user[] = "me";
    event->frame = (caw_view){(const uint8_t *)frame, 0, 5};
    event->user = user;
    if (!caw_circuit_keep(self->circuit, from, event,
                          event->note ? &self->notes[event->now.frame] : NULL)) {
        tell_kept(self);
        tell(self, event);
    }
    memset(frame, 'x', sizeof frame);
    memset(user, 'x', sizeof user);
}

static void say(play *self, int from, const draft *made, uint32_t frame) {
    uint8_t bytes[MADE_MOST];
    caw_note note;
    size_t length = make_message(made, bytes);
    caw_context context = caw_circuit_context(self->circuit, from, bytes, length);
    caw_event event = {.kind = CAW_EVENT_MESSAGE, .now = {.frame = frame, .seconds = frame}};
    caw_decode(bytes, length, &context, &event.message);
    caw_circuit_observe(self->circuit, from, &event.message, event.now, &note);
    event.note = &note;
    show(self, from, &event);
    memset(bytes, 'x', length);
}

static void break_off(play *self, uint32_t frame) {
    caw_event event = {
        .kind = CAW_EVENT_MALFORMED, .reason = "odd", .bytes = 3, .now = {.frame = frame}};
    show(self, S, &event);
}

/* ---- what is told, and when --------------------------------------------------------------- */

static void test_settled_by_the_third(void) {
    play self;
    begin(&self);
    say(&self, C, &echo, 1);
    say(&self, S, &echo, 2);
    CHECK_TEXT(self.told, "");
    say(&self, S, &answer, 3);
    CHECK_TEXT(self.told, "1 EchoRequest; 2 EchoResponse; 3 ReadNotifyResponse; ");
    CHECK(self.notes[2].turn == CAW_TURN_RESPONSE, "the echo of frame 2 is an answer");
    CHECK(self.notes[2].exchange->request.frame == 1, "to frame 1");
    say(&self, C, &echo, 4);
    CHECK_TEXT(self.told + strlen("1 EchoRequest; 2 EchoResponse; 3 ReadNotifyResponse; "),
               "4 EchoRequest; ");
    end(&self);
}

/* By a port, say: what was kept is told before the next. */
static void test_settled_by_the_caller(void) {
    play self;
    begin(&self);
    say(&self, C, &echo, 1);
    caw_circuit_set_server(self.circuit, S);
    CHECK_TEXT(self.told, "");
    say(&self, S, &echo, 2);
    CHECK_TEXT(self.told, "1 EchoRequest; 2 EchoResponse; ");
    end(&self);
}

static void test_order_with_malformed(void) {
    play self;
    begin(&self);
    break_off(&self, 1);
    CHECK_TEXT(self.told, "1 Malformed; "); /* nothing waits before it */
    say(&self, C, &echo, 2);
    break_off(&self, 3);
    CHECK_TEXT(self.told, "1 Malformed; ");
    say(&self, S, &answer, 4);
    CHECK_TEXT(self.told, "1 Malformed; 2 EchoRequest; 3 Malformed; 4 ReadNotifyResponse; ");
    end(&self);
}

static void test_the_65th(void) {
    play self;
    begin(&self);
    for (uint32_t frame = 1; frame <= 64; frame++)
        say(&self, frame % 2 ? S : C, &echo, frame);
    CHECK_TEXT(self.told, "");
    say(&self, S, &echo, 65);
    CHECK(strncmp(self.told, "1 EchoRequest; 2 EchoRequest; 3 ", 32) == 0, "%s", self.told);
    CHECK(strstr(self.told, "63 EchoRequest; 64 EchoRequest; 65 EchoRequest; "), "%s", self.told);
    self.told[0] = 0;
    say(&self, C, &echo, 66); /* does not wait any more */
    CHECK_TEXT(self.told, "66 EchoRequest; ");
    say(&self, S, &answer, 67);
    CHECK_TEXT(self.told, "66 EchoRequest; 67 ReadNotifyResponse; ");
    CHECK(!self.notes[2].exchange, "the note of a told event is not touched again");
    end(&self);
}

static void test_too_large(void) {
    static draft large = {.command = 99, .size = 65000};
    play self;
    begin(&self);
    for (uint32_t frame = 1; frame <= 16; frame++)
        say(&self, C, &large, frame);
    CHECK_TEXT(self.told, "");
    say(&self, C, &large, 17); /* more than CAW_KEPT_BYTES */
    CHECK(strstr(self.told, "17 UnknownMessage; "), "%s", self.told);
    end(&self);
}

static void test_end(void) {
    play self;
    begin(&self);
    say(&self, S, &echo, 1);
    say(&self, C, &echo, 2);
    tell_kept(&self);
    CHECK_TEXT(self.told, "");
    caw_circuit_stop_keeping(self.circuit);
    tell_kept(&self);
    CHECK_TEXT(self.told, "1 EchoRequest; 2 EchoRequest; ");
    tell_kept(&self);
    CHECK_TEXT(self.told, "1 EchoRequest; 2 EchoRequest; "); /* once */
    end(&self);
}

static void test_freed_with_what_it_keeps(void) {
    play self;
    begin(&self);
    say(&self, S, &echo, 1);
    say(&self, C, &echo, 2);
    end(&self);
}

/* Whichever piece of memory fails: each is told once, in order, whether it was kept or not. */
static void tell_without_memory(counted *count) {
    play self;
    begin_with(&self, count);
    CHECK(self.circuit || !count->good, "only the first piece is the circuit's");
    if (!self.circuit)
        return;
    say(&self, C, &echo, 1);
    break_off(&self, 2);
    say(&self, S, &echo, 3);
    say(&self, S, &answer, 4);
    char frames[20] = "";
    size_t number = 0;
    for (const char *at = self.told; *at && number + 1 < sizeof frames; at = strstr(at, "; ") + 2)
        frames[number++] = *at;
    CHECK_TEXT(frames, "1234");
    end(&self);
}

static void free_without_memory(counted *count) {
    play self;
    begin_with(&self, count);
    if (!self.circuit)
        return;
    say(&self, C, &echo, 1);
    say(&self, S, &echo, 2);
    end(&self);
}

static void end_without_memory(counted *count) {
    play self;
    begin_with(&self, count);
    if (!self.circuit)
        return;
    say(&self, C, &echo, 1);
    break_off(&self, 2);
    say(&self, S, &echo, 3);
    caw_circuit_stop_keeping(self.circuit);
    tell_kept(&self);
    CHECK(strstr(self.told, "1 ") && strstr(self.told, "2 ") && strstr(self.told, "3 "), "%s",
          self.told);
    end(&self);
}

static void test_copy(void) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    char host[] = "here";
    const caw_event event = {.kind = CAW_EVENT_CLOSED, .host = host, .by = CAW_BY_FIN};
    caw_event *copy = caw_event_copy(&event, &memory);
    host[0] = 'x';
    CHECK(copy->kind == CAW_EVENT_CLOSED && copy->by == CAW_BY_FIN, "its members");
    CHECK_TEXT(copy->host, "here");
    CHECK(!copy->user && !copy->note && !copy->frame.len, "what is not there");
    memory.release(memory.user, copy);
    count.good = 0;
    CHECK(!caw_event_copy(&event, &memory), "without memory");
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

int main(void) {
    test_settled_by_the_third();
    test_settled_by_the_caller();
    test_order_with_malformed();
    test_the_65th();
    test_too_large();
    test_end();
    test_freed_with_what_it_keeps();
    counted_fail_each(tell_without_memory);
    counted_fail_each(end_without_memory);
    counted_fail_each(free_without_memory);
    test_copy();
    return test_summary();
}
