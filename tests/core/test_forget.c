/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Circuits, searches and endpoints that forget: what is done is freed and what is open is not, in
 * bounded memory; and beside ones that keep, which must say the same.
 */
#include "counted.h"
#include "history/ages.h"
#include "same.h"
#include "talk.h"
#include "test.h"

#define C        CLIENT_END
#define S        SERVER_END
#define NAME(pv) .payload = pv "\0\0\0\0\0\0\0", .size = 8
#define DATA     .type = 6, .count = 1, .size = 8
#define UDP(by)  .context = {.transport = CAW_TRANSPORT_UDP, .speaker = by}
#define HOST     0x0a010002u
#define SERVER   caw_endpoint(0x0a010001, 5064)

typedef struct {
    counted count;
    caw_ages *ages;
    caw_circuit *circuit;
    caw_searches *searches;
    caw_endpoints *endpoints;
    caw_moment now;
} world;

static void begin(world *self, bool complete) {
    *self = (world){.count = {.good = -1}, .now = {.seconds = 1700000000}};
    caw_memory memory = counted_memory(&self->count);
    self->ages = caw_ages_new(&memory);
    self->circuit = caw_circuit_new_forgetting(self->ages, complete);
    self->searches = caw_searches_new_forgetting(self->ages);
    self->endpoints = caw_endpoints_new_forgetting(self->ages);
    caw_circuit_set_server(self->circuit, SERVER_END);
}

static void end(world *self) {
    caw_searches_free(self->searches);
    caw_endpoints_free(self->endpoints);
    caw_circuit_free(self->circuit);
    caw_open_counts counts = caw_ages_counts(self->ages);
    for (int i = 0; i < CAW_OPEN_KINDS; i++)
        CHECK(!counts.open[i], "%s are left open", caw_open_texts[i]);
    CHECK(!caw_ages_bytes(self->ages), "%lu bytes left", (unsigned long)caw_ages_bytes(self->ages));
    caw_ages_free(self->ages);
    CHECK(!self->count.live, "%ld pieces left", self->count.live);
}

static void pass(world *self, int milliseconds) {
    self->now.nanoseconds += milliseconds % 1000 * 1000000;
    self->now.seconds += milliseconds / 1000 + self->now.nanoseconds / 1000000000;
    self->now.nanoseconds %= 1000000000;
}

static caw_note say(world *self, int from, draft made) {
    static uint8_t bytes[MADE_MOST];
    caw_message message = talk_decode(self->circuit, from, &made, bytes);
    caw_note note;
    self->now.frame++;
    pass(self, 1);
    caw_circuit_observe(self->circuit, from, &message, self->now, &note);
    if (from == C)
        caw_searches_link(self->searches, caw_endpoint(HOST, 40000), self->now, &note);
    return note;
}

static caw_note send(world *self, uint64_t from, uint64_t to, draft made) {
    static uint8_t bytes[MADE_MOST];
    caw_message message = talk_decode(NULL, 0, &made, bytes);
    caw_note note;
    self->now.frame++;
    caw_searches_observe(self->searches, from, to, &message, self->now, &note);
    caw_endpoints_learn_server(self->endpoints, &message, from);
    caw_endpoints_learn_client(self->endpoints, &message, from);
    return note;
}

static caw_note ask(world *self, uint64_t client, uint32_t cid, const char *name) {
    return send(self, client, caw_endpoint(0xffffffff, 5064),
                (draft){UDP(CAW_SIDE_CLIENT), .command = CAW_COMMAND_SEARCH, .type = 5, .count = 13,
                        .p1 = cid, .p2 = cid, .payload = name, .size = 8});
}

static caw_note found(world *self, uint64_t client, uint32_t cid) {
    return send(self, SERVER, client,
                (draft){UDP(CAW_SIDE_SERVER), .command = CAW_COMMAND_SEARCH, .type = 5064,
                        .p1 = UINT32_MAX, .p2 = cid, .payload = "\0\x0d\0\0\0\0\0", .size = 8});
}

/* What was told before is not held any more. */
static uint64_t held(world *self) {
    say(self, C, (draft){.command = CAW_COMMAND_VERSION, .count = 13});
    return caw_ages_bytes(self->ages);
}

/* ---- words ---------------------------------------------------------------------------------- */

static caw_note create(world *self, uint32_t cid) {
    return say(self, C, (draft){.command = 18, .p1 = cid, .p2 = 13, NAME("t:a")});
}

static caw_note created(world *self, uint32_t cid, uint32_t sid) {
    return say(self, S, (draft){.command = 18, .type = 6, .count = 1, .p1 = cid, .p2 = sid});
}

static void open_channel(world *self, uint32_t cid, uint32_t sid) {
    create(self, cid);
    created(self, cid, sid);
}

static caw_note clear(world *self, uint32_t cid, uint32_t sid) {
    say(self, C, (draft){.command = 12, .p1 = sid, .p2 = cid});
    return say(self, S, (draft){.command = 12, .p1 = sid, .p2 = cid});
}

static caw_note read(world *self, uint32_t sid, uint32_t ioid) {
    return say(self, C, (draft){.command = 15, .type = 6, .count = 1, .p1 = sid, .p2 = ioid});
}

static caw_note answer(world *self, uint32_t ioid) {
    return say(self, S, (draft){.command = 15, DATA, .p1 = 1, .p2 = ioid});
}

static caw_note put(world *self, uint32_t sid, uint32_t ioid) {
    return say(self, C, (draft){.command = 4, DATA, .p1 = sid, .p2 = ioid});
}

static caw_note subscribe(world *self, uint32_t sid, uint32_t id) {
    return say(self, C,
               (draft){.command = 1, .type = 6, .count = 1, .p1 = sid, .p2 = id, .size = 16});
}

static caw_note update(world *self, uint32_t id) {
    return say(self, S, (draft){.command = 1, DATA, .p1 = 1, .p2 = id});
}

static caw_note cancel(world *self, uint32_t sid, uint32_t id) {
    return say(self, C, (draft){.command = 2, .type = 6, .count = 1, .p1 = sid, .p2 = id});
}

static caw_note cancelled(world *self, uint32_t sid, uint32_t id) {
    return say(self, S, (draft){.command = 1, .type = 6, .count = 1, .p1 = sid, .p2 = id});
}

/* An ERROR about a put to this channel. */
static caw_note put_failed(world *self, uint32_t cid, uint32_t sid, uint32_t ioid) {
    static uint8_t request[MADE_MOST];
    draft made = {.command = 4, DATA, .p1 = sid, .p2 = ioid};
    make_message(&made, request);
    return say(
        self, S,
        (draft){.command = 11, .p1 = cid, .p2 = 160, .payload = (const char *)request, .size = 24});
}

/* ---- steady: what is done again and again takes no more memory ------------------------------ */

static void reads(world *self, uint32_t i) {
    read(self, 3, i);
    answer(self, i);
}

static void subscriptions(world *self, uint32_t i) {
    subscribe(self, 3, i);
    update(self, i);
    cancel(self, 3, i);
    update(self, i);
    cancelled(self, 3, i);
}

static void subscriptions_of_nobody(world *self, uint32_t i) {
    subscribe(self, 77, i);
    update(self, i);
    cancel(self, 77, i);
    cancelled(self, 77, i);
}

/* Its id is used again before the cancel is confirmed. */
static void subscriptions_in_turn(world *self, uint32_t i) {
    for (int times = 0; times < 3; times++) {
        subscribe(self, 3, i % 7);
        cancel(self, 3, i % 7);
    }
    for (int times = 0; times < 3; times++)
        cancelled(self, 3, i % 7);
}

/* Its id is used again although nobody has cancelled it. */
static void subscriptions_replaced(world *self, uint32_t i) {
    (void)i;
    subscribe(self, 3, 5);
}

static void channels(world *self, uint32_t i) {
    open_channel(self, i, i + 10);
    subscribe(self, i + 10, i);
    read(self, i + 10, i);
    put(self, i + 10, i);
    clear(self, i, i + 10);
}

/* Three at once under one cid, ended in another order. */
static void channels_alike(world *self, uint32_t i) {
    for (uint32_t j = 0; j < 3; j++)
        open_channel(self, 9, 3 * i + j + 10);
    clear(self, 9, 3 * i + 11);
    clear(self, 9, 3 * i + 12);
    clear(self, 9, 3 * i + 10);
}

static void channels_refused(world *self, uint32_t i) {
    create(self, i);
    say(self, S, (draft){.command = 26, .p1 = i});
}

static void channels_disconnected(world *self, uint32_t i) {
    open_channel(self, i, i + 10);
    say(self, S, (draft){.command = 27, .p1 = i});
}

static void puts_answered(world *self, uint32_t i) {
    put(self, 3, i);
    reads(self, i);
}

static void puts_in_time(world *self, uint32_t i) {
    put(self, 3, i);
    pass(self, 2000);
    update(self, 9999);
}

static void puts_failed(world *self, uint32_t i) {
    put(self, 3, i);
    put_failed(self, 1, 3, i);
}

static void gaps(world *self, uint32_t i) {
    (void)i;
    read(self, 3, 1);
    create(self, 50);
    subscribe(self, 3, 5);
    caw_circuit_gap(self->circuit);
}

static void names(world *self, uint32_t i) {
    (void)i;
    say(self, C, (draft){.command = 20, NAME("me")});
}

static void searches(world *self, uint32_t i) {
    uint64_t client = caw_endpoint(HOST, 40000);
    ask(self, client, i, "t:b\0\0\0\0");
    found(self, client, i);
    create(self, 100);
    created(self, 100, 100);
    clear(self, 100, 100);
    pass(self, 500);
    caw_searches_expire(self->searches, self->now);
}

static void name_servers(world *self, uint32_t i) {
    say(self, C, (draft){.command = 6, .type = 5, .count = 13, .p1 = i, .p2 = i, NAME("t:a")});
    say(self, S, (draft){.command = 6, .type = 5064, .p1 = UINT32_MAX, .p2 = i});
    channels(self, i);
}

/* A connection with all that is open on it. */
static void circuits(world *self, uint32_t i) {
    caw_circuit *other = self->circuit;
    self->circuit = caw_circuit_new_forgetting(self->ages, i % 2);
    ask(self, caw_endpoint(HOST, 40000), 1, "t:a\0\0\0\0");
    open_channel(self, 1, 3);
    for (uint32_t id = 0; id < 5; id++)
        subscribe(self, 3 + id % 2, id);
    read(self, 3, 1);
    put(self, 3, 1);
    say(self, C, (draft){.command = 6, .type = 5, .count = 13, .p1 = i, .p2 = i, NAME("t:x")});
    caw_circuit_free(self->circuit);
    self->circuit = other;
}

static const struct {
    const char *what;
    void (*again)(world *self, uint32_t i);
    uint32_t times;
} steady[] = {
    {"reads", reads, 100000},
    {"subscriptions", subscriptions, 100000},
    {"subscriptions of unknown channels", subscriptions_of_nobody, 10000},
    {"subscriptions that wait for an id", subscriptions_in_turn, 10000},
    {"subscriptions that are replaced", subscriptions_replaced, 10000},
    {"channels", channels, 100000},
    {"channels with one cid", channels_alike, 10000},
    {"channels refused", channels_refused, 10000},
    {"channels disconnected", channels_disconnected, 10000},
    {"puts before an answer", puts_answered, 100000},
    {"puts, and time", puts_in_time, 100000},
    {"puts that fail", puts_failed, 10000},
    {"gaps", gaps, 10000},
    {"names", names, 10000},
    {"searches", searches, 10000},
    {"name servers", name_servers, 10000},
    {"circuits", circuits, 10000},
};

static void test_steady(void) {
    for (size_t i = 0; i < sizeof steady / sizeof *steady; i++) {
        world self;
        begin(&self, true);
        open_channel(&self, 1, 3);
        for (uint32_t j = 0; j < 1000; j++)
            steady[i].again(&self, j);
        uint64_t before = held(&self);
        for (uint32_t j = 0; j < steady[i].times; j++)
            steady[i].again(&self, 1000 + j);
        uint64_t after = held(&self);
        CHECK(before == after, "%s: %lu bytes, later %lu", steady[i].what, (unsigned long)before,
              (unsigned long)after);
        caw_open_counts counts = caw_ages_counts(self.ages);
        for (int kind = 0; kind < CAW_OPEN_KINDS; kind++)
            CHECK(!counts.dropped[kind], "%s: dropped %s", steady[i].what, caw_open_texts[kind]);
        end(&self);
    }
}

/* ---- floods --------------------------------------------------------------------------------- */

#define MOST  (1u << 20)
#define FLOOD 20000u
#define SLACK 8192u /* maps of ids that have been larger */

static void unanswered(world *self, uint32_t i) {
    read(self, 3, i);
}

static void never_cleared(world *self, uint32_t i) {
    open_channel(self, i + 10, i + 10);
}

static void of_nobody(world *self, uint32_t i) {
    subscribe(self, 77, i);
}

static void searching(world *self, uint32_t i) {
    ask(self, caw_endpoint(HOST + i, 40000), i, "t:a\0\0\0\0");
}

static void announced(world *self, uint32_t i) {
    send(self, caw_endpoint(HOST + i, 1), caw_endpoint(0xffffffff, 5065),
         (draft){UDP(CAW_SIDE_SERVER), .command = 13, .type = 13, .count = 4321, .p1 = 1});
}

static void asked_over_tcp(world *self, uint32_t i) {
    say(self, C, (draft){.command = 6, .type = 5, .count = 13, .p1 = i, .p2 = i, NAME("t:a")});
}

static const struct {
    const char *what;
    void (*again)(world *self, uint32_t i);
    caw_open_kind kind;
} floods[] = {
    {"reads", unanswered, CAW_OPEN_REQUESTS},
    {"channels", never_cleared, CAW_OPEN_CHANNELS},
    {"subscriptions", of_nobody, CAW_OPEN_SUBSCRIPTIONS},
    {"searches", searching, CAW_OPEN_SEARCHES},
    {"servers", announced, CAW_OPEN_ENDPOINTS},
    {"name servers", asked_over_tcp, CAW_OPEN_REQUESTS},
};

static void test_floods(void) {
    for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
        world self;
        begin(&self, true);
        uint64_t base = held(&self), most = 0;
        for (uint32_t j = 0; j < FLOOD; j++) {
            floods[i].again(&self, j);
            while (caw_ages_bytes(self.ages) > MOST && caw_ages_drop_oldest(self.ages))
                ;
            most = caw_ages_bytes(self.ages) > most ? caw_ages_bytes(self.ages) : most;
        }
        caw_open_counts counts = caw_ages_counts(self.ages);
        CHECK(most <= MOST && most > MOST / 2, "%s: %lu bytes", floods[i].what,
              (unsigned long)most);
        CHECK(counts.dropped[floods[i].kind] > FLOOD / 4, "%s: %lu dropped", floods[i].what,
              (unsigned long)counts.dropped[floods[i].kind]);
        CHECK(counts.open[floods[i].kind] > 1000, "%s: %lu open", floods[i].what,
              (unsigned long)counts.open[floods[i].kind]);
        while (caw_ages_drop_oldest(self.ages))
            ;
        CHECK(held(&self) < base + SLACK, "%s: memory is given back", floods[i].what);
        end(&self);
    }
}

/* ---- one by one ----------------------------------------------------------------------------- */

static void test_note_holds(void) {
    world self;
    begin(&self, true);
    open_channel(&self, 1, 3);
    caw_note asked = read(&self, 3, 1);
    caw_note answered = answer(&self, 1);
    CHECK(answered.exchange == asked.exchange, "the answer");
    CHECK(answered.exchange->request.frame + 1 == answered.exchange->answer.frame, "both frames");
    caw_note cleared = clear(&self, 1, 3);
    CHECK(cleared.channel && cleared.channel->closed, "its last message");
    CHECK_TEXT(caw_pv(&cleared), "t:a");
    end(&self);
}

/* A channel that is used stays; a read that is older than all goes. */
static void test_oldest_goes(void) {
    world self;
    begin(&self, true);
    open_channel(&self, 1, 3);
    open_channel(&self, 2, 4);
    read(&self, 4, 1);
    read(&self, 3, 2);
    caw_ages_drop_oldest(self.ages);
    caw_open_counts counts = caw_ages_counts(self.ages);
    CHECK(counts.dropped[CAW_OPEN_REQUESTS] == 1 && counts.open[CAW_OPEN_CHANNELS] == 2,
          "the first read is older than the channels' last use");
    caw_note late = answer(&self, 1);
    CHECK(!late.exchange && !late.flaws, "not known, and nothing is wrong");
    CHECK(answer(&self, 2).turn == CAW_TURN_RESPONSE, "the other is known");
    read(&self, 4, 5);
    caw_ages_drop_oldest(self.ages);
    CHECK(!read(&self, 3, 3).channel && read(&self, 4, 4).channel, "a channel goes");
    CHECK(answer(&self, 5).channel, "the other stays");
    end(&self);
}

/* What belongs to a channel goes with it, in whatever order. */
static void test_channel_goes(void) {
    world self;
    begin(&self, true);
    open_channel(&self, 1, 3);
    subscribe(&self, 3, 1);
    cancel(&self, 3, 1);
    open_channel(&self, 2, 4);
    subscribe(&self, 4, 1); /* takes the id after it */
    subscribe(&self, 3, 2);
    clear(&self, 1, 3);
    CHECK(!update(&self, 2).channel, "the subscription of the closed channel");
    caw_note next = update(&self, 1);
    CHECK(next.channel && next.channel->cid == 2, "the id is the other's now");
    while (caw_ages_drop_oldest(self.ages))
        ;
    CHECK(!update(&self, 1).channel, "nothing is known");
    end(&self);
}

static void test_puts(void) {
    world self;
    begin(&self, true);
    open_channel(&self, 1, 3);
    uint64_t base = held(&self);
    put(&self, 3, 1);
    CHECK(held(&self) > base, "a put waits");
    caw_note failed = put_failed(&self, 1, 3, 1);
    CHECK(failed.exchange && failed.exchange->failed, "an error in time");
    put(&self, 3, 1);
    pass(&self, 400);
    CHECK(held(&self) > base, "it may still fail");
    CHECK(put_failed(&self, 1, 3, 1).exchange, "and is late");
    put(&self, 3, 1);
    pass(&self, 1200);
    held(&self);
    CHECK(held(&self) == base, "time shows that it succeeded");
    CHECK(!put_failed(&self, 1, 3, 1).exchange, "and it is forgotten");
    put(&self, 3, 1);
    reads(&self, 1);
    held(&self);
    CHECK(held(&self) == base, "a later answer shows it");
    end(&self);
}

/* ---- searches ------------------------------------------------------------------------------- */

static void test_search_expires(void) {
    world self;
    uint64_t client = caw_endpoint(HOST, 40000);
    begin(&self, true);
    ask(&self, client, 1, "t:a\0\0\0\0");
    pass(&self, 50000);
    found(&self, client, 1);
    pass(&self, 59000);
    caw_searches_expire(self.searches, self.now);
    CHECK(found(&self, client, 1).repeated, "59 s after its answer");
    pass(&self, 62000);
    caw_searches_expire(self.searches, self.now);
    CHECK(!caw_searches_find(self.searches, HOST, "t:a"), "62 s after the second one");
    CHECK(!caw_ages_counts(self.ages).open[CAW_OPEN_SEARCHES], "it is not open");
    CHECK(!caw_ages_counts(self.ages).dropped[CAW_OPEN_SEARCHES], "it was not dropped");
    end(&self);
}

/* A clock that is set is not time that passes; and then time passes. */
static void test_clock_is_set(void) {
    static const int64_t set[] = {-86400 * 365, -7200, -600, 4000, 86400 * 3, INT64_MAX / 2};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        world self;
        begin(&self, true);
        ask(&self, caw_endpoint(HOST, 40000), 1, "t:a\0\0\0\0");
        self.now.seconds += set[i];
        caw_searches_expire(self.searches, self.now);
        CHECK(caw_searches_find(self.searches, HOST, "t:a"), "set by %ld s", (long)set[i]);
        for (int second = 0; second < 700; second++) {
            self.now.seconds++;
            caw_searches_expire(self.searches, self.now);
        }
        CHECK(!caw_searches_find(self.searches, HOST, "t:a"), "set by %ld s, later", (long)set[i]);
        end(&self);
    }
}

/* Two clocks that differ by minutes, in turn. */
static void test_clocks_differ(void) {
    world self;
    begin(&self, true);
    caw_moment other = self.now;
    other.seconds += 600;
    caw_searches_expire(self.searches, other);
    ask(&self, caw_endpoint(HOST, 40000), 1, "t:a\0\0\0\0");
    for (int i = 0; i < 1000; i++)
        caw_searches_expire(self.searches, i % 2 ? self.now : other);
    CHECK(caw_searches_find(self.searches, HOST, "t:a"), "no time has passed");
    end(&self);
}

/* A channel's search is there as long as the channel, whoever made it and is freed first. */
static void test_search_of_channel(void) {
    for (int over_tcp = 0; over_tcp < 2; over_tcp++)
        for (int first = 0; first < 3; first++) {
            world self;
            begin(&self, true);
            if (over_tcp)
                name_servers(&self, 1);
            else
                ask(&self, caw_endpoint(HOST, 40000), 1, "t:a\0\0\0\0");
            caw_circuit *searching = self.circuit;
            self.circuit = caw_circuit_new_forgetting(self.ages, true);
            create(&self, 1);
            caw_note answered = created(&self, 1, 1);
            if (first == 0) {
                caw_searches_free(self.searches);
                self.searches = NULL;
            } else if (first == 1) {
                caw_circuit_free(searching);
                searching = NULL;
            } else {
                pass(&self, 100000);
                caw_searches_expire(self.searches, self.now);
            }
            const caw_exchange *search = answered.channel->creation->search;
            CHECK(search && search->command == CAW_COMMAND_SEARCH, "its search");
            CHECK_TEXT(search ? search->pv : "", "t:a");
            caw_circuit_free(searching);
            end(&self);
        }
}

static void test_endpoints(void) {
    world self;
    begin(&self, true);
    uint64_t first = caw_endpoint(HOST, 4321), second = caw_endpoint(HOST + 1, 4321);
    announced(&self, 0);
    announced(&self, 1);
    CHECK(caw_endpoints_has_server(self.endpoints, first), "used now");
    for (int i = 0; i < 3; i++) /* the beacons of each are counted, too */
        caw_ages_drop_oldest(self.ages);
    CHECK(!caw_endpoints_has_server(self.endpoints, second), "the one that was not used");
    CHECK(caw_endpoints_has_server(self.endpoints, first), "the one that was");
    end(&self);
}

/* ---- the same as one that keeps ------------------------------------------------------------- */

typedef struct {
    caw_circuit *circuit;
    caw_searches *searches;
} reader;

static uint32_t chance(uint32_t below) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

/* One of two names. */
static void name(draft *made) {
    made->payload = chance(2) ? "t:a\0\0\0\0" : "t:b\0\0\0\0";
    made->size = 8;
}

/*
 * A failure of this request. That of a put is left out: one that comes late finds it when it is
 * kept only.
 */
static void fail(draft *made) {
    static uint8_t quoted[MADE_MOST];
    made->size = 0;
    if (made->command == CAW_COMMAND_WRITE)
        made->command = CAW_COMMAND_READ_NOTIFY;
    make_message(made, quoted);
    *made = (draft){.command = CAW_COMMAND_ERROR,
                    .p1 = 1,
                    .p2 = 160,
                    .payload = (const char *)quoted,
                    .size = 24};
}

/* A message with small ids, so that they meet, mostly one that this end sends. */
static draft draw(int from) {
    static const uint16_t commands[] = {0,  1,  1,  2,  4,  6,  12, 12, 15,
                                        15, 18, 18, 19, 22, 23, 26, 27};
    draft made = {.command = commands[chance(sizeof commands / sizeof *commands)],
                  .type = 6,
                  .count = chance(2),
                  .p1 = 1 + chance(4),
                  .p2 = 1 + chance(4)};
    if (made.command == CAW_COMMAND_SEARCH)
        made.p2 = made.p1;
    if (made.command == CAW_COMMAND_SEARCH ||
        (made.command == CAW_COMMAND_CREATE_CHAN && from == C))
        name(&made);
    else if (made.command == CAW_COMMAND_EVENT_ADD && from == C)
        made.size = 16;
    else if (made.command != CAW_COMMAND_CREATE_CHAN && chance(3))
        made.size = 8;
    if (from == S && !chance(12))
        fail(&made);
    return made;
}

/* Shows a message to a reader; its note if it is to be told. */
static bool show(reader *self, int from, const draft *made, caw_moment now, caw_note *note) {
    static uint8_t bytes[MADE_MOST];
    caw_message message = talk_decode(self->circuit, from, made, bytes);
    caw_circuit_observe(self->circuit, from, &message, now, note);
    caw_event event = {.kind = CAW_EVENT_MESSAGE, .message = message, .now = now, .note = note};
    caw_searches_compare(self->searches, from == C ? caw_endpoint(HOST, 40000) : SERVER, &message,
                         note);
    if (from == C)
        caw_searches_link(self->searches, caw_endpoint(HOST, 40000), now, note);
    return !caw_circuit_keep(self->circuit, from, &event, NULL);
}

/* The same message to both: what they tell is the same. */
static bool compare(reader *keeping, reader *forgetting, int from, const draft *made,
                    caw_moment now) {
    caw_note kept, forgotten;
    bool told = show(keeping, from, made, now, &kept);
    if (told != show(forgetting, from, made, now, &forgotten))
        return false;
    const caw_event *a, *b;
    do {
        a = told ? caw_circuit_kept(keeping->circuit) : NULL;
        b = told ? caw_circuit_kept(forgetting->circuit) : NULL;
        if (!a != !b || (a && !same_note(a->note, b->note)))
            return false;
    } while (a);
    return same_note(&kept, &forgotten);
}

static bool compare_datagrams(reader *keeping, reader *forgetting, caw_moment now) {
    static uint8_t bytes[MADE_MOST];
    bool answers = chance(2);
    uint64_t client = caw_endpoint(HOST, 40000);
    uint32_t cid = chance(4);
    draft made = {UDP(answers ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT),
                  .command = CAW_COMMAND_SEARCH,
                  .type = 5,
                  .count = 13,
                  .p1 = cid,
                  .p2 = cid};
    name(&made);
    caw_message message = talk_decode(NULL, 0, &made, bytes);
    uint64_t from = answers ? SERVER : client, to = answers ? client : SERVER;
    caw_note kept, forgotten;
    caw_searches_observe(keeping->searches, from, to, &message, now, &kept);
    caw_searches_observe(forgetting->searches, from, to, &message, now, &forgotten);
    caw_searches_expire(forgetting->searches, now);
    return same_note(&kept, &forgotten);
}

/* Names of some ids, for a circuit that may be older than the capture. */
static caw_names *some_names(const caw_memory *memory) {
    static const char text[] = "10.1.0.1:5064 sid 1 t:a\n10.1.0.1:5064 sid 2 t:b\n"
                               "10.1.0.1:5064 subscription 2 t:a\n"
                               "10.1.0.1:5064 subscription 3 t:c\n";
    const char *problem;
    caw_names *names = caw_names_new(memory);
    CHECK(caw_names_read(names, caw_view_of(text), &problem) == 0, "names");
    return names;
}

static void give_names(const reader *self, const caw_names *names) {
    uint64_t server = caw_endpoint(UINT32_C(0x0a010001), 5064);
    caw_circuit_give_names(self->circuit, names, caw_endpoint(HOST, 40000), server);
}

static void compare_talk(int talk) {
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_names *names = some_names(&memory);
    caw_ages *ages = caw_ages_new(&memory);
    bool complete = chance(2);
    reader keeping = {caw_circuit_new(&memory, complete), caw_searches_new(&memory)};
    reader forgetting = {caw_circuit_new_forgetting(ages, complete),
                         caw_searches_new_forgetting(ages)};
    caw_moment now = {0, 0, 1700000000};
    bool same = true;
    if (talk % 2) {
        give_names(&keeping, names);
        give_names(&forgetting, names);
    }
    for (int i = 0; i < 300 && same; i++) {
        int from = (int)chance(2);
        draft made = draw(from);
        now.frame++;
        now.nanoseconds += 1000000;
        if (!chance(50)) {
            caw_circuit_gap(keeping.circuit);
            caw_circuit_gap(forgetting.circuit);
        }
        same = chance(4) ? compare(&keeping, &forgetting, from, &made, now)
                         : compare_datagrams(&keeping, &forgetting, now);
        CHECK(same, "talk %d, message %d, command %d", talk, i, made.command);
    }
    caw_searches_free(keeping.searches);
    caw_circuit_free(keeping.circuit);
    caw_circuit_free(forgetting.circuit);
    caw_searches_free(forgetting.searches);
    CHECK(!caw_ages_bytes(ages), "talk %d: %lu bytes", talk, (unsigned long)caw_ages_bytes(ages));
    caw_ages_free(ages);
    caw_names_free(names);
    CHECK(!count.live, "talk %d: %ld pieces left", talk, count.live);
}

/* ---- without memory ------------------------------------------------------------------------- */

static void test_without_memory(counted *count) {
    caw_memory memory = counted_memory(count);
    world self = {.ages = caw_ages_new(&memory), .now = {.seconds = 1700000000}};
    if (self.ages) {
        self.circuit = caw_circuit_new_forgetting(self.ages, true);
        self.searches = caw_searches_new_forgetting(self.ages);
        self.endpoints = caw_endpoints_new_forgetting(self.ages);
        if (self.circuit && self.searches && self.endpoints) {
            announced(&self, 1);
            searches(&self, 1);
            name_servers(&self, 2);
            channels_alike(&self, 3);
            subscriptions_in_turn(&self, 4);
            open_channel(&self, 1, 3);
            reads(&self, 5);
            read(&self, 3, 6);
            subscribe(&self, 3, 7);
            caw_ages_drop_oldest(self.ages);
        }
        caw_circuit_free(self.circuit);
        caw_searches_free(self.searches);
        caw_endpoints_free(self.endpoints);
        CHECK(!caw_ages_bytes(self.ages), "%ld pieces: bytes left", count->good);
        caw_ages_free(self.ages);
    }
    CHECK(count->live == 0, "%ld pieces: %ld left", count->good, count->live);
}

int main(void) {
    test_note_holds();
    test_oldest_goes();
    test_channel_goes();
    test_puts();
    test_search_expires();
    test_clock_is_set();
    test_clocks_differ();
    test_search_of_channel();
    test_endpoints();
    test_steady();
    test_floods();
    for (int talk = 0; talk < 3000; talk++)
        compare_talk(talk);
    counted_fail_each(test_without_memory);
    return test_summary();
}
