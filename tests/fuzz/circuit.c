/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: both ends of a circuit, and searches between them, shown to the history: to
 * one that keeps, and beside it to one that forgets, which must say the same as long as it may.
 *
 * The first byte says whether the circuit's beginning is known (bit 0) and names of channels are
 * given (bit 1), the second how many pieces of memory there are (0: enough). Then messages: a byte
 * of what happens (see below), command, type, count, both parameters, size and payload. The ids are
 * single bytes, so equal ones are frequent.
 */
#include "caw_capture.h"

#include "../core/counted.h"
#include "../core/make.h"
#include "../core/same.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define MOST 256 /* messages */
#define HEAD 7   /* bytes of one without its payload */

/* Bits of what happens. */
enum {
    FROM_SERVER = 1,
    GAP = 2,
    SETTLE = 4,
    DATAGRAM = 8,
    SAME_FRAME = 16,
    EXTENDED = 32,
    DROP = 64,
    EXPIRE = 128
};

typedef struct {
    counted count;
    caw_ages *ages;
    caw_circuit *circuit;
    caw_searches *searches;
    caw_endpoints *endpoints;
    bool alike; /* says what the other says: nothing had to be dropped, or has succeeded unseen */
} forgetting;

typedef struct {
    forgetting other;
    counted count;
    caw_circuit *circuit;
    caw_searches *searches;
    caw_moment now;
    caw_note notes[MOST];
    const char *names[MOST]; /* what was told when the message came */
    size_t seen;
    uint32_t numbers[MOST]; /* the frames of what the circuit was shown */
    size_t asked;
    size_t told;
} play;

static void require(bool fact, const char *what) {
    if (!fact) {
        fprintf(stderr, "circuit: %s\n", what);
        abort();
    }
}

/* Reads the name too: it must be there. */
static void check_note(const caw_note *note, const caw_moment *now) {
    const caw_exchange *exchange = note->exchange;
    const char *pv = caw_pv(note);
    require(!pv || strlen(pv) < 256, "a name longer than any that was sent");
    require(note->flaws >> CAW_HISTORY_FLAWS == 0, "an unknown flaw");
    require(note->turn != CAW_TURN_RESPONSE || exchange, "an answer to nothing");
    if (!exchange)
        return;
    require(exchange->request.frame && exchange->request.frame <= now->frame, "a late request");
    require(!exchange->answer.frame || exchange->answer.frame >= exchange->request.frame,
            "answered before it was asked");
    require(note->turn != CAW_TURN_RESPONSE || exchange->answer.frame,
            "an answer that answered not");
}

/* Reads what is told: all bytes of the message must be there. */
static void check_event(const caw_event *event, const caw_moment *now) {
    static char text[1 << 12];
    check_note(event->note, now);
    caw_line(&event->message, text, sizeof text);
}

/* Events are told once, in order, and not before it is known who serves. */
static void tell(play *self, int end, const caw_message *message, caw_note *note) {
    const caw_event event = {
        .kind = CAW_EVENT_MESSAGE, .message = *message, .now = self->now, .note = note};
    const caw_event *kept;
    self->numbers[self->asked++] = self->now.frame;
    if (caw_circuit_keep(self->circuit, end, &event, note))
        return;
    while ((kept = caw_circuit_kept(self->circuit))) {
        require(kept->now.frame == self->numbers[self->told++], "out of order");
        check_event(kept, &self->now);
    }
    require(self->told + 1 == self->asked, "not told");
    self->told++;
    check_event(&event, &self->now);
}

/* ---- the one that forgets ----------------------------------------------------------------- */

static void begin_forgetting(forgetting *self, bool complete, long good) {
    *self = (forgetting){.count.good = good, .alike = good < 0};
    caw_memory memory = counted_memory(&self->count);
    self->ages = caw_ages_new(&memory);
    if (!self->ages)
        return;
    self->circuit = caw_circuit_new_forgetting(self->ages, complete);
    self->searches = caw_searches_new_forgetting(self->ages);
    self->endpoints = caw_endpoints_new_forgetting(self->ages);
}

static void end_forgetting(forgetting *self) {
    caw_circuit_free(self->circuit);
    caw_searches_free(self->searches);
    caw_endpoints_free(self->endpoints);
    require(!self->ages || !caw_ages_bytes(self->ages), "bytes that were not given back");
    caw_ages_free(self->ages);
    require(self->count.live == 0, "memory that was not given back");
}

static bool has_forgetting(const forgetting *self) {
    return self->circuit && self->searches && self->endpoints;
}

static void tell_forgetting(forgetting *self, int end, const caw_message *message, caw_moment now,
                            caw_note *note) {
    const caw_event event = {
        .kind = CAW_EVENT_MESSAGE, .message = *message, .now = now, .note = note};
    if (caw_circuit_keep(self->circuit, end, &event, NULL))
        return;
    for (const caw_event *kept; (kept = caw_circuit_kept(self->circuit));)
        check_event(kept, &now);
    check_event(&event, &now);
}

/* Shows it the message too; `said` is what the one that keeps has said. */
static void show_forgetting(forgetting *self, int happens, const uint8_t *bytes, size_t length,
                            caw_moment now, const caw_note *said) {
    int end = happens & FROM_SERVER;
    caw_note note;
    caw_message message;
    caw_context context = {.transport = CAW_TRANSPORT_UDP,
                           .speaker = end ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT};
    if (!(happens & DATAGRAM))
        context = caw_circuit_context(self->circuit, end, bytes, length);
    if (caw_decode(bytes, length, &context, &message) <= 0)
        return;
    if (happens & DATAGRAM) {
        caw_searches_observe(self->searches, (uint64_t)end, (uint64_t)!end, &message, now, &note);
        caw_endpoints_learn_server(self->endpoints, &message, message.param1);
        caw_endpoints_learn_client(self->endpoints, &message, message.param1);
        check_note(&note, &now);
    } else {
        caw_circuit_observe(self->circuit, end, &message, now, &note);
        caw_searches_compare(self->searches, (uint64_t)end << 16, &message, &note);
        caw_searches_link(self->searches, 0, now, &note);
        tell_forgetting(self, end, &message, now, &note);
    }
    bool put_failed = message.command == CAW_COMMAND_ERROR && message.payload.len > 1 &&
                      message.payload.bytes[1] == CAW_COMMAND_WRITE;
    self->alike &= !put_failed;
    require(!self->alike || same_note(said, &note), "the one that forgets says another thing");
}

/* What happens before the message. */
static void prepare_forgetting(forgetting *self, int happens, caw_moment now) {
    if (happens & GAP)
        caw_circuit_gap(self->circuit);
    if (happens & DROP)
        self->alike &= !caw_ages_drop_oldest(self->ages);
    if (happens & EXPIRE) {
        now.seconds += (int64_t)now.frame * 61;
        caw_searches_expire(self->searches, now);
        self->alike = false;
    }
    if (happens & SETTLE)
        caw_circuit_set_server(self->circuit, 1);
}

/* ---- the one that keeps ------------------------------------------------------------------- */

static void show(play *self, int happens, const draft *made) {
    static uint8_t bytes[MADE_MOST];
    int end = happens & FROM_SERVER;
    size_t length = make_message(made, bytes);
    caw_note *note = &self->notes[self->seen];
    caw_message message;
    if (happens & DATAGRAM) {
        caw_context context = {.transport = CAW_TRANSPORT_UDP,
                               .speaker = end ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT};
        if (caw_decode(bytes, length, &context, &message) <= 0)
            return;
        caw_searches_observe(self->searches, (uint64_t)end, (uint64_t)!end, &message, self->now,
                             note);
    } else {
        caw_context context = caw_circuit_context(self->circuit, end, bytes, length);
        if (caw_decode(bytes, length, &context, &message) <= 0)
            return;
        caw_circuit_observe(self->circuit, end, &message, self->now, note);
        caw_searches_compare(self->searches, (uint64_t)end << 16, &message, note);
        caw_searches_link(self->searches, 0, self->now, note);
        tell(self, end, &message, note);
    }
    check_note(note, &self->now);
    self->names[self->seen++] = caw_pv(note);
    if (has_forgetting(&self->other))
        show_forgetting(&self->other, happens, bytes, length, self->now, note);
}

/* The next message of the script; the bytes it takes. */
static size_t step(play *self, const uint8_t *data, size_t len) {
    int happens = data[0];
    uint32_t size = data[6] < len - HEAD ? data[6] : (uint32_t)(len - HEAD);
    draft made = {.command = data[1] % (CAW_COMMANDS + 1),
                  .type = data[2],
                  .count = data[3],
                  .p1 = data[4] == 0xff ? UINT32_MAX : data[4],
                  .p2 = data[5],
                  .payload = (const char *)data + HEAD,
                  .size = size,
                  .extended = happens & EXTENDED};
    if (has_forgetting(&self->other))
        prepare_forgetting(&self->other, happens, self->now);
    if (happens & GAP)
        caw_circuit_gap(self->circuit);
    if (happens & SETTLE)
        caw_circuit_set_server(self->circuit, 1);
    self->now.frame += !(happens & SAME_FRAME) || !self->now.frame;
    self->now.nanoseconds = (int32_t)self->now.frame * 1000000;
    show(self, happens, &made);
    return HEAD + size;
}

/* What was told stays: an id that is used again renames nothing. */
static void check_all(const play *self) {
    for (size_t i = 0; i < self->seen; i++) {
        check_note(&self->notes[i], &self->now);
        require(!self->names[i] || caw_pv(&self->notes[i]) == self->names[i], "another name");
    }
}

/* Of some ids, to both. */
static caw_names *give_names(play *self) {
    static const char text[] = "10.0.0.5 sid 1 t:a\n10.0.0.5 sid 2 t:b\n"
                               "10.0.0.5 subscription 1 t:c\n10.0.0.5 subscription 3 t:d\n";
    static counted enough = {.good = -1};
    static caw_memory memory;
    const char *problem;
    uint64_t server = caw_endpoint(UINT32_C(0x0a000005), CAW_SERVER_PORT);
    memory = counted_memory(&enough);
    caw_names *names = caw_names_new(&memory);
    require(!caw_names_read(names, caw_view_of(text), &problem), "names");
    if (self->circuit)
        caw_circuit_give_names(self->circuit, names, 1, server);
    if (self->other.circuit)
        caw_circuit_give_names(self->other.circuit, names, 1, server);
    return names;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static play self;
    if (len < 2)
        return 0;
    memset(&self, 0, sizeof self);
    self.count.good = data[1] ? data[1] : -1;
    caw_memory memory = counted_memory(&self.count);
    self.circuit = caw_circuit_new(&memory, data[0] & 1);
    self.searches = caw_searches_new(&memory);
    begin_forgetting(&self.other, data[0] & 1, self.count.good);
    caw_names *names = data[0] & 2 ? give_names(&self) : NULL;
    data += 2;
    len -= 2;
    for (size_t used; self.circuit && self.searches && len >= HEAD && self.seen < MOST;
         data += used, len -= used)
        used = step(&self, data, len);
    check_all(&self);
    caw_searches_free(self.searches);
    caw_circuit_free(self.circuit);
    end_forgetting(&self.other);
    caw_names_free(names);
    require(self.count.live == 0, "memory that was not given back");
    return 0;
}
