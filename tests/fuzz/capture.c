/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: whole captures, with memory that runs out and small bounds.
 *
 * The first byte says what follows, the second how many pieces of memory there are (0: enough), the
 * third the bound. Then a file of any kind that caw_file reads, or with bit 0 of the first byte a
 * script: steps of `enum step`, each with a byte that says of which connection and end, see `step`.
 * Bit 4 of the first byte has all told as JSON, too.
 *
 * No event goes back in time, but for those that waited until it was known who serves; what is
 * counted is what was told; what is held is less than the bound, and all is given back.
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
#define RST 4u
#define ACK 16u

#define CONNECTIONS 8
#define NUMBERED    8192 /* connections that are told apart */
#define STASHED     4

/* Beyond the bound: what is held when nothing is open, as tables and what waits for copies. */
#define SLACK (128 << 10)

/* ---- what is told ------------------------------------------------------------------------ */

typedef struct {
    counted count;
    caw_capture *capture;
    caw_lines *lines;
    caw_lines *json;
    uint64_t most;
    uint64_t given; /* frames */
    uint64_t messages, malformed, skipped;
    uint32_t latest;          /* frame of an event */
    bool caught_up[NUMBERED]; /* nothing of this connection waits for its server any more */
    uint32_t latest_of[NUMBERED];
    uint8_t seen; /* keeps reads from being left out */
} world;

static void read_view(world *self, caw_view view) {
    for (uint32_t i = 0; i < view.len; i++)
        self->seen ^= view.bytes[i];
}

static void read_text(world *self, const char *text) {
    if (text)
        self->seen ^= (uint8_t)strlen(text);
}

static void read_note(world *self, const caw_note *note) {
    read_text(self, caw_pv(note));
    if (note->channel)
        self->seen ^= (uint8_t)note->channel->sid;
    if (note->exchange) {
        self->seen ^= (uint8_t)note->exchange->answer.frame;
        if (note->exchange->search)
            read_text(self, note->exchange->search->pv);
    }
}

static void print_json(const world *self, const caw_event *event) {
    static char text[1 << 16];
    size_t length =
        self->json ? caw_lines_print(self->json, event, text, sizeof text) : sizeof text;
    if (length >= sizeof text || !length)
        return;
    text[length - 1] = '\0';
    check_text(text);
    check_json(text);
}

static void read_message(world *self, const caw_event *event) {
    char text[300];
    require(event->note != NULL, "a message without a note");
    require(event->message.row != NULL, "a message without a row");
    read_view(self, event->message.whole);
    read_note(self, event->note);
    if (self->lines)
        caw_lines_print(self->lines, event, text, sizeof text);
    print_json(self, event);
    self->messages++;
}

static bool is_of_bytes(const caw_event *event) {
    return event->kind == CAW_EVENT_MESSAGE || event->kind == CAW_EVENT_MALFORMED;
}

/*
 * A connection's own bytes are in order always. Among all events only those go back that have
 * waited: its beginning (that ends the one before), and bytes until one of them was told when it
 * was read.
 */
static void check_order(world *self, const caw_event *event) {
    uint32_t frame = event->now.frame, number = event->connection % NUMBERED;
    require(frame > 0 && frame <= self->given, "of no frame");
    bool back = frame < self->latest;
    bool ends = event->kind == CAW_EVENT_CLOSED && event->by != CAW_BY_SYN;
    bool waited = event->connection && !ends && !(is_of_bytes(event) && self->caught_up[number]);
    require(!back || waited, "an event goes back in time");
    if (!back)
        self->latest = frame;
    if (!event->connection || !is_of_bytes(event))
        return;
    require(frame >= self->latest_of[number], "bytes before others of their connection");
    self->latest_of[number] = frame;
    self->caught_up[number] |= !back;
}

static void tell(void *user, const caw_event *event) {
    world *self = user;
    check_order(self, event);
    require(event->source.size && event->source.size == event->target.size, "no addresses");
    require((event->transport == CAW_TRANSPORT_TCP) == (event->connection > 0), "no connection");
    read_view(self, event->frame);
    read_text(self, event->user);
    read_text(self, event->host);
    if (event->kind == CAW_EVENT_MESSAGE) {
        read_message(self, event);
    } else if (event->kind == CAW_EVENT_MALFORMED) {
        require(event->reason && event->bytes, "malformed for no reason");
        self->malformed++;
        self->skipped += event->bytes;
    }
}

/* ---- what holds between frames ------------------------------------------------------------ */

static uint64_t sum(const uint64_t *counts, int kinds) {
    uint64_t all = 0;
    for (int i = 0; i < kinds; i++)
        all += counts[i];
    return all;
}

static void check_counts(const world *self) {
    caw_capture_counts counts = caw_capture_counted(self->capture);
    require(counts.packets == self->given, "packets are counted wrong");
    require(counts.messages == self->messages, "messages are counted wrong");
    require(counts.malformed == self->malformed, "malformed ones are counted wrong");
    require(counts.skipped == self->skipped, "bytes are counted wrong");
    require(counts.unnamed <= counts.messages, "more without a name than there are");
    require(counts.unseen <= counts.acknowledgments, "more is lost than was sent");
    require(counts.cut + counts.copies <= 2 * counts.packets, "more packets than there are");
}

/* What is dropped last is all that is open. */
static void check_bound(const world *self) {
    caw_capture_counts counts = caw_capture_counted(self->capture);
    uint64_t held = sum(counts.held, CAW_HELD_KINDS), open = sum(counts.open, CAW_OPEN_KINDS);
    if (self->count.good < 0)
        require(held <= self->most || (!open && held < SLACK), "beyond the bound");
}

static void give(world *self, const caw_frame *frame) {
    uint8_t *own = malloc(frame->captured + 1u); /* reading past it is seen */
    caw_frame given = *frame;
    if (frame->captured)
        memcpy(own, frame->bytes, frame->captured);
    given.bytes = own;
    self->given++;
    caw_capture_frame(self->capture, &given);
    free(own);
    check_counts(self);
    check_bound(self);
}

/* ---- files -------------------------------------------------------------------------------- */

static void read_file(world *self, const caw_memory *memory, input *from) {
    caw_file *file = caw_file_new(memory);
    caw_frame frame;
    size_t piece = 1 + take(from);
    while (file && from->left) {
        size_t length = from->left < piece * 4 ? from->left : piece * 4;
        caw_file_feed(file, from->at, length);
        from->at += length;
        from->left -= length;
        while (caw_file_next(file, &frame))
            give(self, &frame);
    }
    caw_file_free(file);
}

/* ---- scripts ------------------------------------------------------------------------------ */

enum step {
    STEP_SYN,
    STEP_SYN_ACK,
    STEP_DATA,  /* so many bytes */
    STEP_AGAIN, /* so many, that many before the next ones */
    STEP_LOSE,  /* so many are sent, and not recorded */
    STEP_RAW,   /* so many bytes of the input are sent */
    STEP_FIN,   /* with so many bytes */
    STEP_RST,
    STEP_ERROR,  /* ICMP, that quotes the SYN */
    STEP_RENEW,  /* other numbers; see STEP_SYN */
    STEP_SEARCH, /* a datagram: which one */
    STEP_COPY,   /* the last frame again, on this interface */
    STEP_SPLIT,  /* the last frame again, in fragments */
    STEP_TIME,   /* passes, or goes back: so much, of which unit */
    STEP_TICK,   /* so many milliseconds */
    STEP_OTHER,  /* which one: see take_other */
    STEPS
};

typedef struct {
    packet_end ends[2];
    uint32_t begins[2]; /* sequence number of the SYN */
    uint32_t sent[2];   /* bytes */
    uint32_t acknowledged[2];
} connection;

typedef struct {
    world *world;
    input *from;
    talk_side talk[2];
    connection connections[CONNECTIONS];
    packet_frame frame; /* the last one */
    packet_frame stash[STASHED];
    uint32_t snaplen;
    uint32_t interface;
    int64_t time;  /* nanoseconds */
    int64_t clock; /* the real one, of ticks */
    bool stashes;  /* the next packet waits in the stash */
} script;

static void emit(script *self, const packet_frame *frame) {
    uint32_t captured = frame->length < self->snaplen ? frame->length : self->snaplen;
    caw_frame given = {.seconds = self->time / 1000000000,
                       .nanoseconds = (int32_t)(self->time % 1000000000),
                       .timed = true,
                       .link = 1,
                       .interface_id = self->interface,
                       .bytes = frame->bytes,
                       .captured = captured,
                       .length = frame->length};
    self->time += 100000;
    give(self->world, &given);
}

static void emit_or_stash(script *self, unsigned where) {
    if (self->stashes)
        self->stash[where % STASHED] = self->frame;
    else
        emit(self, &self->frame);
    self->stashes = false;
}

static void send(script *self, connection *of, int end, unsigned flags, uint32_t at,
                 const uint8_t *bytes, uint32_t length) {
    uint32_t next = of->begins[!end] + 1 + of->sent[!end];
    packet_tcp(&self->frame, of->ends[end], of->ends[!end], flags, at, next, bytes, length);
    emit_or_stash(self, at);
}

/* Bytes of the talk, which begins anew when it has come to its end. */
static void say(script *self, connection *of, int end, unsigned flags, uint32_t from,
                uint32_t length) {
    static uint8_t bytes[TALK_MOST];
    const talk_side *talk = &self->talk[end];
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = talk->bytes[(from + i) % talk->length];
    send(self, of, end, flags, of->begins[end] + 1 + from, bytes, length);
}

static void say_next(script *self, connection *of, int end, unsigned flags) {
    unsigned length = take(self->from);
    length = length < 200 ? length : (length - 199) * 48;
    say(self, of, end, flags, of->sent[end], length);
    of->sent[end] += length;
}

static void say_again(script *self, connection *of, int end) {
    uint32_t back = take(self->from), length = take(self->from);
    uint32_t from = of->sent[end] > back ? of->sent[end] - back : 0;
    say(self, of, end, ACK, from, length);
}

static void say_raw(script *self, connection *of, int end) {
    uint32_t length = take(self->from);
    length = length < self->from->left ? length : (uint32_t)self->from->left;
    send(self, of, end, ACK, of->begins[end] + 1 + of->sent[end], self->from->at, length);
    of->sent[end] += length;
    self->from->at += length;
    self->from->left -= length;
}

static void quote_syn(script *self, connection *of) {
    packet_frame syn;
    packet_tcp(&syn, of->ends[0], of->ends[1], SYN, of->begins[0], 0, NULL, 0);
    packet_icmp(&self->frame, of->ends[1].host, 3, 1, &syn);
    emit_or_stash(self, 0);
}

static void search(script *self, connection *of, unsigned which) {
    static const draft drafts[] = {
        {.command = 6,
         .type = 5,
         .count = 13,
         .p1 = 1,
         .p2 = 1,
         .payload = "t:a\0\0\0\0",
         .size = 8},
        {.command = 6,
         .type = 6000,
         .p1 = UINT32_MAX,
         .p2 = 1,
         .payload = "\0\x0d\0\0\0\0\0",
         .size = 8},
        {.command = 13, .type = 13, .count = 6000, .p1 = 1, .p2 = 0x0a000002},
        {.command = 6,
         .type = 10,
         .count = 13,
         .p1 = 2,
         .p2 = 2,
         .payload = "t:b\0\0\0\0",
         .size = 8}};
    uint8_t bytes[200];
    packet_end client = {of->ends[0].host, 50000}, server = {of->ends[1].host, 5064};
    bool answer = which % 4 == 1;
    draft version = {.command = 0, .count = 13};
    size_t length = which & 4 ? make_message(&version, bytes) : 0;
    length += make_message(&drafts[which % 4], bytes + length);
    packet_udp(&self->frame, answer ? server : client, answer ? client : server, bytes, length);
    emit_or_stash(self, which);
}

static void split(script *self) {
    static packet_frame second;
    packet_frame *first = &self->frame;
    if (first->length < PACKET_AT + PACKET_IP + 16 || first->bytes[PACKET_AT + 6] != 0x40)
        return;
    packet_split(first, &second, 8);
    emit_or_stash(self, 1);
    emit(self, &second);
}

static void pass(script *self) {
    static const int64_t units[] = {1000, 100000, 1000000, 10000000, 1000000000, 60000000000};
    int8_t much = (int8_t)take(self->from);
    self->time += much * units[take(self->from) % (sizeof units / sizeof *units)];
    if (self->time < 0)
        self->time = 0;
}

static void take_other(script *self, unsigned which) {
    packet_frame *last = &self->frame;
    unsigned value = take(self->from);
    if (which % 4 == 0)
        emit(self, &self->stash[value % STASHED]);
    else if (which % 4 == 1)
        self->snaplen = value ? value : UINT32_MAX;
    else if (which % 4 == 2 && last->length)
        last->bytes[value % last->length] ^= (uint8_t)take(self->from);
    else
        self->stashes = true;
}

static void tick(script *self) {
    self->clock += 1000000 * (int64_t)take(self->from);
    caw_capture_tick(self->world->capture, self->clock);
    check_bound(self->world);
}

static void step(script *self) {
    unsigned kind = take(self->from), of = take(self->from);
    connection *at = &self->connections[of % CONNECTIONS];
    int end = of >> 3 & 1;
    switch (kind % STEPS) {
    case STEP_SYN:
        send(self, at, end, SYN, at->begins[end], NULL, 0);
        break;
    case STEP_SYN_ACK:
        send(self, at, !end, SYN | ACK, at->begins[!end], NULL, 0);
        break;
    case STEP_DATA:
        say_next(self, at, end, ACK);
        break;
    case STEP_AGAIN:
        say_again(self, at, end);
        break;
    case STEP_LOSE:
        at->sent[end] += take(self->from);
        break;
    case STEP_RAW:
        say_raw(self, at, end);
        break;
    case STEP_FIN:
        say_next(self, at, end, FIN | ACK);
        at->sent[end]++;
        break;
    case STEP_RST:
        send(self, at, end, RST, at->begins[end] + 1 + at->sent[end], NULL, 0);
        break;
    case STEP_ERROR:
        quote_syn(self, at);
        break;
    case STEP_RENEW:
        at->begins[0] += 77777 * of;
        at->begins[1] += 99999 * of;
        at->sent[0] = at->sent[1] = 0;
        break;
    case STEP_SEARCH:
        search(self, at, of >> 4);
        break;
    case STEP_COPY:
        self->interface = of >> 4;
        emit(self, &self->frame);
        break;
    case STEP_SPLIT:
        split(self);
        break;
    case STEP_TIME:
        pass(self);
        break;
    case STEP_TICK:
        tick(self);
        break;
    default:
        take_other(self, of);
    }
}

static void play(world *to, input *from) {
    static script self;
    static const uint16_t ports[] = {5064, 5064, 6000, 7000};
    memset(&self, 0, sizeof self);
    self.world = to;
    self.from = from;
    self.snaplen = UINT32_MAX;
    self.time = INT64_C(1700000000000000000);
    self.clock = 1;
    talk_begin(self.talk);
    for (unsigned i = 0; i < 6 * TALK_KINDS; i++)
        talk_go_on(self.talk, i % 2, i / 2, 1 + i / 12);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        self.connections[i] = (connection){
            .ends = {{1, (uint16_t)(40000 + i)}, {(uint8_t)(i < 4 ? 2 : 3), ports[i % 4]}},
            .begins = {UINT32_MAX - 40 * i, 1000}};
    while (from->left)
        step(&self);
}

/* ---- the target ---------------------------------------------------------------------------- */

/* Ticks as a program makes them, until nothing waits. */
static void wait(world *self) {
    int64_t clock = INT64_C(1) << 40;
    for (int i = 0; i < 400 && caw_capture_waits(self->capture); i++)
        caw_capture_tick(self->capture, clock += 20000000);
    require(!caw_capture_waits(self->capture), "waits for ever");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static world self;
    input from = {data, len};
    unsigned control = take(&from), pieces = take(&from), bound = take(&from);
    static const caw_lines_form json = {.kind = CAW_LINES_JSON, .full = true, .elements = 40};
    memset(&self, 0, sizeof self);
    self.count = (counted){.good = pieces ? (long)(pieces * 2) : -1, .once = control & 2};
    self.most = (64u << 10) << bound % 8;
    caw_memory memory = counted_memory(&self.count);
    caw_capture_setup setup = {.memory = memory,
                               .tell = tell,
                               .user = &self,
                               .most = self.most,
                               .largest = control & 4 ? 300 : 64 << 20,
                               .seed = 1};
    self.lines = caw_lines_new(NULL, &memory, NULL, 0);
    if (control & 16)
        self.json = caw_lines_new(&json, &memory, NULL, 0);
    self.capture = caw_capture_new(&setup);
    if (self.capture) {
        if (control & 1)
            play(&self, &from);
        else
            read_file(&self, &memory, &from);
        if (control & 8)
            wait(&self);
        caw_capture_end(self.capture);
        require(!caw_capture_waits(self.capture), "waits after the end");
        check_counts(&self);
    }
    caw_capture_free(self.capture);
    caw_lines_free(self.lines);
    caw_lines_free(self.json);
    require(self.count.live == 0, "memory is left");
    return 0;
}
