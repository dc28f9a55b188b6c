/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames in, events out. What is expected was worked out from the protocols: who sends what in
 * which frame, and when that is known.
 *
 * An event is written as its frame, the number of its connection (or u: UDP) and end, what it is,
 * and the PV: "4#1C CreateChanRequest t:a; ".
 */
#include "caw_capture.h"
#include "counted.h"
#include "packets.h"
#include "test.h"

#define C 0
#define S 1

#define FIN 1u
#define SYN 2u
#define RST 4u
#define ACK 16u

#define SLL2     276
#define ETHERNET 1

#define CA_PORT 5064
#define STRANGE 7000 /* a port that nobody has named */

static const draft version = {.command = 0, .count = 13};
static const draft echo = {.command = 23};
static const draft create = {.command = 18, .p1 = 1, .p2 = 13, .payload = "t:a\0\0\0\0", .size = 8};
static const draft created = {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 7};
static const draft read_it = {.command = 15, .type = 6, .count = 1, .p1 = 7, .p2 = 3};
static const draft answer = {.command = 15, .type = 6, .count = 1, .p1 = 1, .p2 = 3, .size = 8};
static const draft large = {.command = 15, .type = 6, .count = 50, .p1 = 1, .p2 = 3, .size = 400};

typedef struct {
    packet_end ends[2];
    uint32_t begins[2]; /* sequence numbers of the SYNs */
    uint32_t sent[2];
} line;

typedef struct {
    counted count;
    caw_capture *capture;
    int64_t time;          /* nanoseconds from the first frame */
    uint32_t interface;    /* 0: Ethernet; else SLL2's index */
    uint32_t interface_id; /* of a pcapng file */
    uint32_t snaplen;
    char told[40000];
    const caw_circuit *circuit; /* of the last event that had one */
} world;

/* ---- what is told ------------------------------------------------------------------------ */

static const char *const by_texts[] = {[CAW_BY_NOTHING] = "?",
                                       [CAW_BY_FIN] = "FIN",
                                       [CAW_BY_RST] = "RST",
                                       [CAW_BY_SYN] = "SYN",
                                       [CAW_BY_ICMP] = "ICMP"};

static void describe(const caw_event *event, char *text, size_t size) {
    const char *pv = event->note ? caw_pv(event->note) : NULL;
    switch (event->kind) {
    case CAW_EVENT_MESSAGE:
        snprintf(text, size, "%s%s%s", event->message.row->name, pv ? " " : "", pv ? pv : "");
        break;
    case CAW_EVENT_MALFORMED:
        snprintf(text, size, "Malformed %u", (unsigned)event->bytes);
        break;
    case CAW_EVENT_ASKED:
        snprintf(text, size, "ASKED %u", event->times);
        break;
    case CAW_EVENT_ACCEPTED:
        snprintf(text, size, "ACCEPTED");
        break;
    case CAW_EVENT_REFUSED:
        snprintf(text, size, "REFUSED %s %u/%u", by_texts[event->by], event->icmp_type,
                 event->icmp_code);
        break;
    case CAW_EVENT_CLOSED:
        snprintf(text, size, "CLOSED %s", by_texts[event->by]);
        break;
    }
}

/* Clients are 10.0.0.1, servers are not. */
static void tell(void *user, const caw_event *event) {
    world *self = user;
    char what[100], copies[20] = "", who[20] = "u";
    char end = event->source.bytes[3] == 1 ? 'C' : 'S';
    describe(event, what, sizeof what);
    if (event->copies > 1)
        snprintf(copies, sizeof copies, " x%u", event->copies);
    if (event->connection)
        snprintf(who, sizeof who, "#%u", event->connection);
    size_t length = strlen(self->told);
    snprintf(self->told + length, sizeof self->told - length, "%u%s%c %s%s; ", event->now.frame,
             who, end, what, copies);
    if (event->circuit)
        self->circuit = event->circuit;
}

/* What was told since the last time. */
static void expect(world *self, const char *want) {
    CHECK_TEXT(self->told, want);
    self->told[0] = '\0';
}

/* ---- life ---------------------------------------------------------------------------------- */

static void begin_with(world *self, uint64_t most) {
    *self = (world){.count = {.good = -1}, .snaplen = UINT32_MAX};
    caw_capture_setup setup = {.memory = counted_memory(&self->count),
                               .tell = tell,
                               .user = self,
                               .most = most,
                               .largest = 1 << 20,
                               .seed = 42};
    self->capture = caw_capture_new(&setup);
}

static void begin(world *self) {
    begin_with(self, 1 << 30);
}

static void end(world *self, const char *want) {
    caw_capture_end(self->capture);
    CHECK(!caw_capture_waits(self->capture), "waits after the end");
    expect(self, want);
    caw_capture_free(self->capture);
    CHECK(self->count.live == 0, "%ld pieces are left", self->count.live);
}

static caw_capture_counts counts_of(const world *self) {
    return caw_capture_counted(self->capture);
}

static uint64_t held(const world *self) {
    caw_capture_counts counts = counts_of(self);
    uint64_t sum = 0;
    for (int i = 0; i < CAW_HELD_KINDS; i++)
        sum += counts.held[i];
    return sum;
}

#define COUNT(name, want)                                                                          \
    CHECK(counts_of(&self).name == (want), "%s: %u", #name, (unsigned)counts_of(&self).name)

/* ---- packets ------------------------------------------------------------------------------- */

static packet_frame made; /* the last one */

static void pass(world *self, int64_t microseconds) {
    self->time += microseconds * 1000;
}

/* Gives the last packet, as it was made. */
static void give(world *self) {
    packet_frame given = made;
    if (self->interface)
        packet_cook(&given, self->interface);
    caw_frame frame = {.seconds = 1700000000 + self->time / 1000000000,
                       .nanoseconds = (int32_t)(self->time % 1000000000),
                       .timed = true,
                       .link = self->interface ? SLL2 : ETHERNET,
                       .interface_id = self->interface_id,
                       .bytes = given.bytes,
                       .captured = given.length < self->snaplen ? given.length : self->snaplen,
                       .length = given.length};
    caw_capture_frame(self->capture, &frame);
    pass(self, 10);
}

static line line_of(uint16_t client, uint16_t server) {
    return (line){.ends = {{1, client}, {2, server}}, .begins = {1000, UINT32_MAX - 20}};
}

/* A segment of what an end sends from a place in its stream. */
static void segment(world *self, const line *on, int end, unsigned flags, uint32_t from,
                    const uint8_t *bytes, size_t length) {
    packet_tcp(&made, on->ends[end], on->ends[!end], flags, on->begins[end] + 1 + from,
               on->begins[!end] + 1 + on->sent[!end], bytes, length);
    give(self);
}

static void next(world *self, line *on, int end, unsigned flags, const uint8_t *bytes,
                 size_t length) {
    segment(self, on, end, flags, on->sent[end], bytes, length);
    on->sent[end] += (uint32_t)length;
}

static void say(world *self, line *on, int end, const draft *what) {
    static uint8_t bytes[MADE_MOST];
    next(self, on, end, ACK, bytes, make_message(what, bytes));
}

/* It is sent, and not recorded. */
static void lose(line *on, int end, const draft *what) {
    static uint8_t bytes[MADE_MOST];
    on->sent[end] += (uint32_t)make_message(what, bytes);
}

/* The last message that an end sent, once more. */
static void say_again(world *self, const line *on, int end, const draft *what) {
    static uint8_t bytes[MADE_MOST];
    size_t length = make_message(what, bytes);
    segment(self, on, end, ACK, on->sent[end] - (uint32_t)length, bytes, length);
}

static void acknowledge(world *self, line *on, int end) {
    next(self, on, end, ACK, NULL, 0);
}

static void ask(world *self, const line *on) {
    segment(self, on, C, SYN, UINT32_MAX, NULL, 0);
}

static void accept(world *self, const line *on) {
    segment(self, on, S, SYN | ACK, UINT32_MAX, NULL, 0);
}

static void finish(world *self, line *on, int end) {
    next(self, on, end, FIN | ACK, NULL, 0);
    on->sent[end]++;
}

static void datagram(world *self, int end, const draft *what) {
    static uint8_t bytes[MADE_MOST];
    const packet_end client = {1, 50000}, server = {2, CA_PORT};
    size_t length = make_message(what, bytes);
    packet_udp(&made, end ? server : client, end ? client : server, bytes, length);
    give(self);
}

static draft search_of(uint32_t cid) {
    return (draft){.command = 6,
                   .type = 5,
                   .count = 13,
                   .p1 = cid,
                   .p2 = cid,
                   .payload = "t:a\0\0\0\0",
                   .size = 8};
}

static void search(world *self, uint32_t cid) {
    draft what = search_of(cid);
    datagram(self, C, &what);
}

/* The server of a search's answer has this TCP port. */
static void found(world *self, uint32_t cid, uint16_t port) {
    draft what = {.command = 6,
                  .type = port,
                  .p1 = UINT32_MAX,
                  .p2 = cid,
                  .payload = "\0\x0d\0\0\0\0\0",
                  .size = 8};
    datagram(self, S, &what);
}

static void tick(world *self, int64_t milliseconds) {
    caw_capture_tick(self->capture, milliseconds * 1000000);
}

/* ---- circuits ------------------------------------------------------------------------------ */

static void open_circuit(world *self, line *on) {
    ask(self, on);
    accept(self, on);
    say(self, on, C, &create);
    say(self, on, S, &created);
}

static void test_circuit(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    say(&self, &on, C, &read_it);
    say(&self, &on, S, &answer);
    finish(&self, &on, C);
    COUNT(open[CAW_OPEN_CONNECTIONS], 1);
    finish(&self, &on, S);
    COUNT(open[CAW_OPEN_CONNECTIONS], 0);
    COUNT(open[CAW_OPEN_CHANNELS], 0);
    COUNT(messages, 4);
    COUNT(unnamed, 0);
    COUNT(packets, 8);
    end(&self, "1#1C ASKED 1; 2#1S ACCEPTED; 3#1C CreateChanRequest t:a; "
               "4#1S CreateChanResponse t:a; 5#1C ReadNotifyRequest t:a; "
               "6#1S ReadNotifyResponse t:a; 7#1C CLOSED FIN; ");
}

/* A message belongs to the frame that completes it. */
static void test_split(void) {
    static uint8_t bytes[MADE_MOST];
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    say(&self, &on, C, &read_it);
    self.told[0] = '\0';
    size_t length = make_message(&large, bytes), first = make_message(&echo, bytes + length);
    for (size_t at = 0; at < length + first; at += 100) /* 416 and 16 bytes */
        next(&self, &on, S, ACK, bytes + at, at + 100 > length + first ? 32 : 100);
    expect(&self, "10#1S ReadNotifyResponse t:a; 10#1S EchoResponse; ");
    for (size_t at = 0; at < 14; at += 7)
        next(&self, &on, C, ACK, bytes + length + at, 7);
    next(&self, &on, C, ACK, bytes + length + 14, 2);
    end(&self, "13#1C EchoRequest; ");
}

/* The same ports again: another connection and circuit, which knows nothing of the last one's. */
static void test_next_connection(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    const caw_circuit *first = self.circuit;
    CHECK(first != NULL, "no circuit");
    line again = line_of(40000, CA_PORT);
    again.begins[C] += 1 << 20;
    again.begins[S] += 1 << 20;
    self.told[0] = '\0';
    ask(&self, &again);
    accept(&self, &again);
    say(&self, &again, C, &read_it);
    COUNT(unnamed, 1);
    end(&self, "5#1C CLOSED SYN; 5#2C ASKED 1; 6#2S ACCEPTED; 7#2C ReadNotifyRequest; ");
}

/* ---- beginnings and ends ------------------------------------------------------------------- */

static void test_refused(void) {
    world self;
    line on = line_of(40000, CA_PORT), other = line_of(40001, CA_PORT);
    packet_frame syn;
    begin(&self);
    ask(&self, &on);
    ask(&self, &on);
    segment(&self, &on, S, RST | ACK, 0, NULL, 0);
    expect(&self, "1#1C ASKED 1; 2#1C ASKED 2; 3#1S REFUSED RST 0/0; ");
    ask(&self, &other);
    syn = made;
    packet_icmp(&made, 9, 3, 10, &syn); /* a router: administratively prohibited */
    give(&self);
    give(&self);
    end(&self, "4#2C ASKED 1; 5#2S REFUSED ICMP 3/10; ");
}

/* On a port that nobody has named the beginning waits until it is known what begins. */
static void test_kept_beginning(void) {
    world self;
    line on = line_of(40000, STRANGE), other = line_of(40001, STRANGE);
    begin(&self);
    ask(&self, &on);
    ask(&self, &on);
    accept(&self, &on);
    ask(&self, &other);
    expect(&self, "");
    say(&self, &on, C, &version);
    expect(&self, "1#1C ASKED 1; 2#1C ASKED 2; 3#1S ACCEPTED; 5#1C VersionRequest; ");
    segment(&self, &on, S, RST, 0, NULL, 0);
    end(&self, "6#1S CLOSED RST; "); /* and nothing of the other one */
}

/* ---- who serves ---------------------------------------------------------------------------- */

/* ECHO is the message that both sides send alike. */
static void test_who_serves(void) {
    world self;
    line by_syn = line_of(CA_PORT, STRANGE), by_port = line_of(40001, CA_PORT);
    line announced = line_of(40002, 6000), nobody = line_of(40003, 6001);
    begin(&self);
    ask(&self, &by_syn); /* the client's port looks like a server's */
    say(&self, &by_syn, C, &echo);
    expect(&self, "1#1C ASKED 1; 2#1C EchoRequest; ");
    say(&self, &by_port, S, &echo);
    expect(&self, "3#2S EchoResponse; ");
    search(&self, 1);
    found(&self, 1, 6000);
    say(&self, &announced, S, &echo);
    say(&self, &nobody, S, &echo);
    end(&self, "4uC SearchRequest t:a; 5uS SearchResponse t:a; 6#3S EchoResponse; ");
}

/* Between two ports of servers nothing but a message says who serves. */
static void test_kept_messages(void) {
    world self;
    line on = line_of(CA_PORT, CA_PORT), other = line_of(CA_PORT, CA_PORT);
    other.ends[S].host = 3;
    begin(&self);
    say(&self, &on, C, &echo);
    say(&self, &on, S, &echo);
    say(&self, &other, C, &echo);
    expect(&self, "");
    say(&self, &on, S, &answer);
    expect(&self, "1#1C EchoRequest; 2#1S EchoResponse; 4#1S ReadNotifyResponse; ");
    end(&self, "3#2C EchoRequest; ");
}

/* Bytes that do not speak for themselves, and then some that do. */
static void test_unclaimed(void) {
    static uint8_t bytes[MADE_MOST];
    world self;
    line on = line_of(40000, STRANGE);
    begin(&self);
    memset(bytes, 'x', 40);
    next(&self, &on, C, ACK, bytes, 40);
    COUNT(unclaimed, 0); /* so far it is anybody's */
    size_t length = make_message(&create, bytes);
    length += make_message(&read_it, bytes + length);
    length += make_message(&read_it, bytes + length);
    next(&self, &on, C, ACK, bytes, length);
    COUNT(unclaimed, 40);
    end(&self, "2#1C CreateChanRequest t:a; 2#1C ReadNotifyRequest; 2#1C ReadNotifyRequest; ");
}

/* ---- copies -------------------------------------------------------------------------------- */

static void test_copies(void) {
    world self;
    begin(&self);
    self.interface = 2;
    search(&self, 1);
    for (self.interface = 3; self.interface <= 6; self.interface++)
        give(&self);
    expect(&self, "");
    CHECK(caw_capture_waits(self.capture), "does not wait for copies");
    COUNT(copies, 4);
    tick(&self, 100);
    expect(&self, ""); /* the clock begins here */
    tick(&self, 102);
    expect(&self, "1uC SearchRequest t:a x5; ");
    CHECK(!caw_capture_waits(self.capture), "still waits");
    end(&self, "");
}

/* A SYN is asked once for each time it was sent, not for each interface it was recorded on. */
static void test_copies_of_a_syn(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    for (int times = 0; times < 2; times++) {
        self.interface = 2;
        ask(&self, &on);
        for (self.interface = 3; self.interface <= 4; self.interface++)
            give(&self);
        pass(&self, 1100000);
    }
    COUNT(copies, 4);
    self.interface = 2;
    segment(&self, &on, S, RST | ACK, 0, NULL, 0);
    self.interface = 3;
    give(&self);
    end(&self, "1#1C ASKED 1; 4#1C ASKED 2; 7#1S REFUSED RST 0/0; ");
}

/* A pcapng file names its interfaces; the end of the capture ends all waiting. */
static void test_copies_in_pcapng(void) {
    world self;
    begin(&self);
    self.interface_id = 1;
    search(&self, 1);
    self.interface_id = 0;
    give(&self);
    search(&self, 2);
    COUNT(copies, 1);
    expect(&self, "");
    end(&self, "1uC SearchRequest t:a x2; 3uC SearchRequest t:a; ");
}

/* What comes after a datagram that waits is told after it. */
static void test_order_of_copies(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    self.interface = 2;
    search(&self, 1);
    packet_frame first = made;
    say(&self, &on, C, &echo);
    expect(&self, "");
    self.interface = 3;
    made = first;
    give(&self);
    pass(&self, 1100);
    acknowledge(&self, &on, S);
    end(&self, "1uC SearchRequest t:a x2; 2#1C EchoRequest; ");
}

static void test_no_copies(void) {
    world self;
    begin(&self);
    self.interface = 2;
    search(&self, 1);
    give(&self); /* the same interface */
    self.interface = 3;
    pass(&self, 1100); /* too late */
    give(&self);
    search(&self, 2); /* another one */
    COUNT(copies, 0);
    end(&self, "1uC SearchRequest t:a; 2uC SearchRequest t:a; 3uC SearchRequest t:a; "
               "4uC SearchRequest t:a; ");
}

/* The first datagram of a capture is told at once: others of its interfaces are not known. */
static void test_first_copies(void) {
    world self;
    begin(&self);
    search(&self, 1);
    expect(&self, "1uC SearchRequest t:a; ");
    self.interface = 3;
    give(&self);
    self.interface = 4;
    give(&self);
    COUNT(copies, 2);
    search(&self, 2);
    end(&self, "4uC SearchRequest t:a; ");
}

/* What a tick tells of a connection does not overtake a datagram that waits. */
static void test_tick_with_copies(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    lose(&on, S, &answer);
    say(&self, &on, S, &echo);
    acknowledge(&self, &on, C);
    self.told[0] = '\0';
    tick(&self, 1000);
    self.interface = 2;
    search(&self, 1);
    tick(&self, 1060);
    tick(&self, 1062);
    end(&self, "6#1S EchoResponse; 7uC SearchRequest t:a; ");
}

/* ---- what the capture lacks ---------------------------------------------------------------- */

static void test_gap(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    lose(&on, S, &answer);
    say(&self, &on, S, &echo);
    acknowledge(&self, &on, C);
    self.told[0] = '\0';
    CHECK(caw_capture_waits(self.capture), "does not wait for the gap");
    tick(&self, 1000);
    tick(&self, 1049);
    expect(&self, "");
    COUNT(missing, 0);
    tick(&self, 1051);
    expect(&self, "6#1S EchoResponse; "); /* the last frame was the acknowledgment */
    COUNT(missing, 24);
    COUNT(acknowledgments, 3); /* frames 4 to 6; before them nobody had sent data */
    COUNT(unseen, 0);          /* what was acknowledged last is there */
    end(&self, "");
}

/* A connection whose end waits for a gap is over when a tick gives it up. */
static void test_tick_ends(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    lose(&on, S, &answer);
    finish(&self, &on, S);
    finish(&self, &on, C);
    self.told[0] = '\0';
    COUNT(open[CAW_OPEN_CONNECTIONS], 1);
    tick(&self, 1000);
    tick(&self, 1051);
    COUNT(open[CAW_OPEN_CONNECTIONS], 0);
    COUNT(open[CAW_OPEN_CHANNELS], 0);
    COUNT(missing, 24);
    end(&self, "6#1S CLOSED FIN; "); /* the first of both, though it waited */
}

/* A mirror port records the acknowledgment first: nothing is lost. */
static void test_early_acknowledgment(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    self.told[0] = '\0';
    lose(&on, S, &answer);
    acknowledge(&self, &on, C);
    COUNT(unseen, 1);
    say_again(&self, &on, S, &answer);
    COUNT(unseen, 0);
    lose(&on, S, &answer);
    acknowledge(&self, &on, C);
    say(&self, &on, S, &answer);
    COUNT(unseen, 1);
    end(&self, "6#1S ReadNotifyResponse; 8#1S ReadNotifyResponse; ");
}

static void test_end_of_gap(void) {
    static uint8_t bytes[MADE_MOST];
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    make_message(&answer, bytes);
    next(&self, &on, S, ACK, bytes, 20); /* of 24 */
    on.sent[S] += 4;
    lose(&on, S, &echo);
    acknowledge(&self, &on, C); /* of more than was recorded */
    say(&self, &on, S, &echo);
    self.told[0] = '\0';
    COUNT(partial, 0);
    COUNT(unseen, 1);
    caw_capture_end(self.capture);
    COUNT(partial, 20);
    COUNT(missing, 20);
    end(&self, "7#1S EchoResponse; ");
}

static void test_counts(void) {
    static uint8_t bytes[MADE_MOST];
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    say(&self, &on, S, &answer);
    size_t length = make_message(&answer, bytes);
    bytes[16] = bytes[20] = 1;
    segment(&self, &on, S, ACK, on.sent[S] - (uint32_t)length, bytes, length);
    COUNT(conflicts, 2);
    self.told[0] = '\0';
    self.snaplen = 54 + 30;
    say(&self, &on, C, &read_it); /* 16 bytes: whole */
    COUNT(cut, 0);
    say(&self, &on, S, &large);
    COUNT(cut, 1);
    end(&self, "7#1C ReadNotifyRequest t:a; 8#1S ReadNotifyResponse t:a; ");
}

/* Text of something else where a server of Channel Access is. */
static void test_foreign(void) {
    static const char text[] = "GET / HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n";
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    ask(&self, &on);
    next(&self, &on, C, ACK, (const uint8_t *)text, sizeof text - 1);
    COUNT(malformed, 1);
    COUNT(skipped, sizeof text - 1);
    end(&self, "1#1C ASKED 1; 2#1C Malformed 34; ");
}

/* ---- forgetting ---------------------------------------------------------------------------- */

static void test_late_copies(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin(&self);
    open_circuit(&self, &on);
    say(&self, &on, S, &answer);
    finish(&self, &on, S);
    finish(&self, &on, C);
    on.sent[S]--;
    self.told[0] = '\0';
    uint64_t before = held(&self);
    say_again(&self, &on, S, &answer);
    finish(&self, &on, S);
    acknowledge(&self, &on, C);
    CHECK(held(&self) == before, "%u bytes became %u", (unsigned)before, (unsigned)held(&self));
    COUNT(open[CAW_OPEN_CONNECTIONS], 0);
    end(&self, "");
}

/* Many connections, one after another, take no more memory than some. */
static void test_many_ended(void) {
    world self;
    uint64_t before = 0;
    begin(&self);
    for (uint16_t i = 0; i < 4000; i++) {
        line on = line_of((uint16_t)(20000 + i), CA_PORT);
        open_circuit(&self, &on);
        finish(&self, &on, C);
        finish(&self, &on, S);
        self.told[0] = '\0';
        if (i == 2000)
            before = held(&self);
    }
    CHECK(held(&self) == before, "%u bytes became %u", (unsigned)before, (unsigned)held(&self));
    COUNT(dropped[CAW_OPEN_CONNECTIONS], 0);
    end(&self, "");
}

/* When memory is short, what has ended goes before what is open, however old. */
static void test_ended_first(void) {
    enum { MOST = 64 << 10 };
    world self;
    line oldest = line_of(40000, CA_PORT);
    begin_with(&self, MOST);
    open_circuit(&self, &oldest);
    for (uint16_t i = 0; i < 500; i++) {
        line on = line_of((uint16_t)(20000 + i), CA_PORT);
        ask(&self, &on);
        segment(&self, &on, S, RST | ACK, 0, NULL, 0);
        if (held(&self) > MOST)
            CHECK(false, "%u bytes after connection %u", (unsigned)held(&self), i);
    }
    COUNT(dropped[CAW_OPEN_CONNECTIONS], 0);
    COUNT(dropped[CAW_OPEN_CHANNELS], 0);
    COUNT(open[CAW_OPEN_CONNECTIONS], 1);
    self.told[0] = '\0';
    say(&self, &oldest, C, &read_it);
    end(&self, "1005#1C ReadNotifyRequest t:a; ");
}

/* Reads that nobody answers: the oldest are dropped, and counted. */
static void test_bound(void) {
    enum { MOST = 128 << 10, READS = 5000 };
    world self;
    line on = line_of(40000, CA_PORT);
    begin_with(&self, MOST);
    open_circuit(&self, &on);
    for (uint32_t i = 0; i < READS; i++) {
        draft one = read_it;
        one.p2 = 100 + i;
        say(&self, &on, C, &one);
        acknowledge(&self, &on, S);
        if (held(&self) > MOST)
            CHECK(false, "%u bytes after read %u", (unsigned)held(&self), i);
        self.told[0] = '\0';
    }
    caw_capture_counts counts = counts_of(&self);
    CHECK(counts.dropped[CAW_OPEN_REQUESTS] > 0, "nothing was dropped");
    CHECK(counts.dropped[CAW_OPEN_REQUESTS] + counts.open[CAW_OPEN_REQUESTS] == READS,
          "%u and %u are not %u", (unsigned)counts.dropped[CAW_OPEN_REQUESTS],
          (unsigned)counts.open[CAW_OPEN_REQUESTS], READS);
    CHECK(counts.open[CAW_OPEN_CONNECTIONS] == 1, "the connection was in use");
    end(&self, "");
}

/* A connection that is dropped tells first what has waited on it. */
static void test_dropped_gap(void) {
    world self;
    line on = line_of(40000, CA_PORT);
    begin_with(&self, 64 << 10);
    open_circuit(&self, &on);
    lose(&on, S, &answer);
    say(&self, &on, S, &echo);
    self.told[0] = '\0';
    for (uint16_t i = 0; i < 200; i++) {
        line scan = line_of((uint16_t)(20000 + i), STRANGE);
        ask(&self, &scan);
    }
    CHECK(strstr(self.told, "#1S EchoResponse; ") != NULL, "what was told: %s", self.told);
    CHECK(counts_of(&self).dropped[CAW_OPEN_CONNECTIONS] > 0, "nothing was dropped");
    COUNT(dropped[CAW_OPEN_CHANNELS], 1);
    COUNT(missing, 24);
    self.told[0] = '\0';
    end(&self, "");
}

/* ---- files --------------------------------------------------------------------------------- */

/* A file of one packet, in which a client says this: draft-ietf-opsawg-pcap. */
static size_t write_pcap(uint8_t *file, line *on, const draft *what) {
    static const uint32_t header[] = {0xa1b2c3d4, 0x00020004, 0, 0, 65535, ETHERNET};
    static uint8_t bytes[MADE_MOST];
    uint8_t *at = file;
    size_t length = make_message(what, bytes);
    packet_tcp(&made, on->ends[C], on->ends[S], ACK, on->begins[C] + 1 + on->sent[C], 1, bytes,
               length);
    on->sent[C] += (uint32_t)length;
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        at = make_number(at, header[i], 4);
    at = make_number(at, 1700000000, 4);
    at = make_number(at, on->sent[C], 4);
    at = make_number(at, made.length, 4);
    at = make_number(at, made.length, 4);
    memcpy(at, made.bytes, made.length);
    return (size_t)(at - file) + made.length;
}

/* What is known of one file holds in the next; frames and connections are numbered on. */
static void test_files(void) {
    static uint8_t bytes[1000];
    world self;
    line on = line_of(40000, CA_PORT), other = line_of(40001, CA_PORT);
    caw_frame frame;
    begin(&self);
    caw_memory memory = counted_memory(&self.count);
    caw_file *file = caw_file_new(&memory);
    for (int number = 0; number < 3; number++) {
        caw_file_begin(file);
        size_t length =
            write_pcap(bytes, number == 1 ? &other : &on, number == 0 ? &version : &create);
        caw_file_feed(file, bytes, length);
        while (caw_file_next(file, &frame))
            caw_capture_frame(self.capture, &frame);
    }
    caw_file_free(file);
    say(&self, &on, S, &created);
    end(&self, "1#1C VersionRequest; 2#2C CreateChanRequest t:a; 3#1C CreateChanRequest t:a; "
               "4#1S CreateChanResponse t:a; ");
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Whatever fails, nothing is left and nothing breaks. */
static void one_run(counted *count) {
    static world self;
    line on = line_of(40000, CA_PORT);
    self = (world){.snaplen = UINT32_MAX};
    caw_capture_setup setup = {.memory = counted_memory(count),
                               .tell = tell,
                               .user = &self,
                               .most = 1 << 20,
                               .largest = 1 << 20,
                               .seed = 42};
    self.capture = caw_capture_new(&setup);
    if (self.capture) {
        self.interface = 2;
        search(&self, 1);
        self.interface = 3;
        give(&self);
        open_circuit(&self, &on);
        lose(&on, S, &answer);
        say(&self, &on, S, &large);
        pass(&self, 2000);
        acknowledge(&self, &on, C);
        caw_capture_end(self.capture);
    }
    caw_capture_free(self.capture);
    CHECK(count->live == 0, "%ld pieces: %ld are left", count->good, count->live);
}

int main(void) {
    test_circuit();
    test_split();
    test_next_connection();
    test_refused();
    test_kept_beginning();
    test_who_serves();
    test_kept_messages();
    test_unclaimed();
    test_copies();
    test_copies_of_a_syn();
    test_copies_in_pcapng();
    test_order_of_copies();
    test_no_copies();
    test_first_copies();
    test_tick_with_copies();
    test_gap();
    test_tick_ends();
    test_early_acknowledgment();
    test_end_of_gap();
    test_counts();
    test_foreign();
    test_late_copies();
    test_many_ended();
    test_ended_first();
    test_bound();
    test_dropped_gap();
    test_files();
    counted_fail_each(one_run);
    return test_summary();
}
