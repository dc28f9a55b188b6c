/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: a circuit's talk in order, and the same cut anywhere, doubled, split at other
 * borders and reordered within the grace, must give the same messages of each direction.
 *
 * The first byte: initial sequence numbers, and whether both ends finish. The second: how many
 * messages are said after the usual beginning; a byte for each, end, kind and id. Then three bytes
 * for each segment: its size (0: all that is said in one go), how much later it is recorded, and
 * how it is doubled. What a direction's messages are is known: those that were said.
 */
#include "caw_capture.h"

#include "../core/counted.h"
#include "../core/packets.h"
#include "input.h"
#include "printing.h"
#include "talks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define SYN 2u
#define FIN 1u
#define ACK 16u

#define MOST_PACKETS 2000
#define MOST_RUNS    100

/*
 * A gap is waited for as long as 64 packets of the circuit come. In so many places come as many
 * packets, and of the copies one of each kind: 60 in all.
 */
#define LATEST 12
static const uint32_t doubled_after[] = {1, 2, 30, 400};

/* ---- what is said -------------------------------------------------------------------------- */

/* Bytes that one end says in one go. */
typedef struct {
    int end;
    uint32_t length;
} run;

typedef struct {
    talk_side sides[2];
    run runs[MOST_RUNS]; /* of one message each, but for the first of each end */
    unsigned count;
    uint32_t begins[2];
    bool finish;
} talk;

static void add_run(talk *self, int end, uint32_t before) {
    if (self->sides[end].length > before)
        self->runs[self->count++] = (run){end, self->sides[end].length - before};
}

static void make_talk(talk *self, input *from) {
    static const uint32_t begins[] = {0, 1, UINT32_MAX, UINT32_MAX - 10};
    unsigned control = take(from), messages = take(from) % 64;
    self->begins[0] = begins[control & 3];
    self->begins[1] = begins[control >> 2 & 3] - (control >> 4 & 7);
    self->finish = control & 0x80;
    self->count = 0;
    talk_begin(self->sides);
    add_run(self, 0, 0);
    add_run(self, 1, 0);
    while (messages--) {
        unsigned what = take(from);
        int end = what & 1;
        uint32_t before = self->sides[end].length;
        talk_go_on(self->sides, end, what >> 1, 1 + (what >> 4));
        add_run(self, end, before);
    }
}

/* ---- packets ------------------------------------------------------------------------------- */

typedef struct {
    int end;
    unsigned flags;
    uint32_t from; /* of the end's bytes; of a SYN 0 */
    uint32_t length;
    uint32_t acknowledges;
    uint32_t place; /* in the capture */
    uint32_t made;  /* as so-many-th */
} packet;

typedef struct {
    const talk *talk;
    packet packets[MOST_PACKETS];
    unsigned count;
    uint32_t next; /* place, when nothing is late */
    uint32_t sent[2];
} recording;

static void add(recording *self, packet made) {
    if (self->count == MOST_PACKETS)
        return;
    made.made = self->count;
    self->packets[self->count++] = made;
}

static packet next_packet(recording *self, int end, unsigned flags, uint32_t length) {
    packet made = {.end = end,
                   .flags = flags,
                   .from = self->sent[end],
                   .length = length,
                   .acknowledges = self->sent[!end],
                   .place = self->next++};
    self->sent[end] += length;
    add(self, made);
    return made;
}

static void shake_hands(recording *self) {
    next_packet(self, 0, SYN, 0);
    next_packet(self, 1, SYN | ACK, 0);
    next_packet(self, 0, ACK, 0);
}

/* A copy, with bytes before and after it, as far as they were sent. */
static void repeat(recording *self, packet made, unsigned how) {
    uint32_t before = how >> 3 & 3, after = how >> 5;
    if (!(how & 4))
        return;
    before = made.from < before ? made.from : before;
    made.from -= before;
    made.length += before;
    after = self->sent[made.end] - (made.from + made.length) < after ? 0 : after;
    made.length += after;
    made.place += doubled_after[how & 3];
    made.flags = ACK;
    add(self, made);
}

/* The bytes in segments of the sizes that the input says, or in one. */
static void send(recording *self, int end, uint32_t length, input *from) {
    while (length) {
        unsigned size = from ? take(from) : 0, late = from ? take(from) : 0;
        uint32_t part = size && size < length ? size : length;
        unsigned last = self->count;
        packet made = next_packet(self, end, ACK, part);
        if (last < MOST_PACKETS)
            self->packets[last].place += late % (LATEST + 1);
        repeat(self, made, from ? take(from) : 0);
        if (late & 0x80)
            next_packet(self, !end, ACK, 0);
        length -= part;
    }
}

static void finish(recording *self, input *from) {
    for (int end = 0; end < 2; end++) {
        unsigned last = self->count;
        next_packet(self, end, FIN | ACK, 0);
        if (last < MOST_PACKETS && from)
            self->packets[last].place += take(from) % (LATEST + 1);
        self->sent[end]++; /* the FIN's number */
    }
    next_packet(self, 0, ACK, 0);
}

static int compare(const void *a, const void *b) {
    const packet *one = a, *other = b;
    if (one->place != other->place)
        return one->place < other->place ? -1 : 1;
    return one->made < other->made ? -1 : 1;
}

/* With an input, what one end says in a row is cut as it says; without, each message is alone. */
static void record(recording *self, const talk *said, input *from) {
    *self = (recording){.talk = said};
    shake_hands(self);
    for (unsigned i = 0; i < said->count; i++) {
        uint32_t length = said->runs[i].length;
        int end = said->runs[i].end;
        while (from && i + 1 < said->count && said->runs[i + 1].end == end)
            length += said->runs[++i].length;
        send(self, end, length, from);
    }
    if (said->finish)
        finish(self, from);
    qsort(self->packets, self->count, sizeof *self->packets, compare);
}

/* ---- reading ------------------------------------------------------------------------------- */

typedef struct {
    talk_side sides[2]; /* bytes of the messages */
    uint32_t ends[2][MOST_RUNS * 8];
    unsigned count[2];
} heard;

static void tell(void *user, const caw_event *event) {
    heard *self = user;
    int end = event->source.port == 5064;
    require(event->kind != CAW_EVENT_MALFORMED, "bytes are no message");
    if (event->kind != CAW_EVENT_MESSAGE)
        return;
    talk_side *side = &self->sides[end];
    caw_view whole = event->message.whole;
    require(side->length + whole.len <= sizeof side->bytes, "more than was said");
    memcpy(side->bytes + side->length, whole.bytes, whole.len);
    side->length += whole.len;
    self->ends[end][self->count[end]++] = side->length;
}

static void give(caw_capture *capture, const talk *said, const packet *one, int64_t time) {
    static const packet_end ends[] = {{1, 40000}, {2, 5064}};
    static packet_frame frame;
    bool syn = one->flags & SYN;
    packet_tcp(&frame, ends[one->end], ends[!one->end], one->flags,
               said->begins[one->end] + !syn + one->from,
               said->begins[!one->end] + 1 + one->acknowledges,
               one->length ? said->sides[one->end].bytes + one->from : NULL, one->length);
    uint8_t *own = malloc(frame.length); /* reading past it is seen */
    memcpy(own, frame.bytes, frame.length);
    caw_frame given = {.seconds = 1700000000,
                       .nanoseconds = (int32_t)time,
                       .timed = true,
                       .link = 1,
                       .bytes = own,
                       .captured = frame.length,
                       .length = frame.length};
    caw_capture_frame(capture, &given);
    free(own);
}

static void read(const recording *self, heard *to) {
    counted count = {.good = -1};
    caw_capture_setup setup = {.memory = counted_memory(&count),
                               .tell = tell,
                               .user = to,
                               .most = 1 << 30,
                               .largest = 64 << 20,
                               .seed = 1};
    caw_capture *capture = caw_capture_new(&setup);
    memset(to, 0, sizeof *to);
    for (unsigned i = 0; i < self->count; i++)
        give(capture, self->talk, &self->packets[i], 100000 * (int64_t)i);
    caw_capture_end(capture);
    caw_capture_free(capture);
    require(count.live == 0, "memory is left");
}

static void check(const talk *said, const heard *in_order, const heard *other) {
    for (int end = 0; end < 2; end++) {
        const talk_side *side = &said->sides[end];
        require(in_order->sides[end].length == side->length &&
                    memcmp(in_order->sides[end].bytes, side->bytes, side->length) == 0,
                "in order it is not what was said");
        require(other->sides[end].length == side->length &&
                    memcmp(other->sides[end].bytes, side->bytes, side->length) == 0,
                "out of order it is not what was said");
        require(in_order->count[end] == other->count[end] &&
                    memcmp(in_order->ends[end], other->ends[end],
                           in_order->count[end] * sizeof(uint32_t)) == 0,
                "out of order the messages are others");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static talk said;
    static recording good, bad;
    static heard in_order, other;
    input from = {data, len};
    make_talk(&said, &from);
    record(&good, &said, NULL);
    record(&bad, &said, &from);
    if (bad.count == MOST_PACKETS)
        return 0; /* not all of it was sent */
    read(&good, &in_order);
    read(&bad, &other);
    check(&said, &in_order, &other);
    return 0;
}
