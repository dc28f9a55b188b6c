/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP: conversations of segments and what a receiver makes of them, each with initial sequence
 * numbers around the wrap; allocation failures; a stream cut, doubled and reordered anywhere.
 */
#include "tcp_play.h"

/* ---- the cases ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *script;
    const char *told;
} conversation;

static const conversation conversations[] = {
    {"6 the other side goes on", OPEN "C4:B S1:XX@1 >900 S3:YY@1 >900 C1:AAA",
     OPENED " S XXYY C AAAB"},
    {"6 and acknowledges the gap", OPEN "C4:B S1:X@5 >49 S2:Y@5 >60 S3:Z@5 >60 S4:W@5",
     OPENED " C <3>B S XYZW"},
    {"6 answers come after what they answer", OPEN "C4:B S1:X@5 C5:D S2:Y@6 C1:AAA S3:Z@6",
     OPENED " C AAAB S X C D S YZ"},
    {"6 answers to what is told come at once", OPEN "C4:B S1:X S2:Y C1:AAA", OPENED " S XY C AAAB"},
    {"6 both wait", OPEN "C4:B S4:Y@5 C5:D@5 S5:Z@6 C1:AAA S1:XXX",
     OPENED " C AAAB S XXXY C D S Z"},
    {"6 of both gaps the first is given up first", OPEN "C4:B S4:Y@5 C5:D@5 .",
     OPENED " . C <3>B S <3>Y C D"},
    {"6 in turn until the next gap", OPEN "C4:B S1:X@5 C8:E S2:Y@9 C1:AAA S3:Z@9 >60 C9:F@4",
     OPENED " C AAAB S X C <3>E S YZ C F"},
    {"6 FIN in turn",
     OPEN "C4:B S1:X@5 Cf5 Sf2@6 C1:AAA =", OPENED " C AAAB S X C-FIN S-FIN ended"},
    {"6 RST ends the turns", OPEN "C4:B S1:X@5 Sr2", OPENED " C <3>B S X S-RST"},
    {"6 by packets", OPEN "C4:B S1@5 x62 C5:C C1:AAA", OPENED " C AAABC"},
    {"6 by one packet more", OPEN "C4:B S1@5 x64 C1:AAA", OPENED " C <3>B (l)"},
    {"6 what comes after has waited as long", OPEN "C4:B C7:C S1@8 x64 .", OPENED " C <3>B<2>C ."},
    {"8 one direction", "Cs0 C1:AA C5:BB >30 C7:C >30 C8:D >30 C9:E .", "C-SYN C AA<2>BBCDE ."},
    {"8 one direction, no SYN", "C1:AA C3:BB C8:D .", "C AABB . C <3>D"},
    {"9 silence, acknowledged", OPEN "C4:B S1@5 ~1 ~49 ~1 .", OPENED " C <3>B ."},
    {"9 silence, not acknowledged", OPEN "C4:B ~1 ~60 ~2900 ~40 .", OPENED " C <3>B ."},
    {"9 no tick too early", OPEN "C4:B S1@5 ~1 ~49 C1:AAA", OPENED " C AAAB"},
    {"7 a gap that was acknowledged long before", OPEN "S1@4 >3000 C4:BBB S1:X@7",
     OPENED " C <3>BBB S X"},
    {"7 a gap that was acknowledged just before", OPEN "S1@4 >900 C4:BBB S1:X@7 .",
     OPENED " . C <3>BBB S X"},
    {"10 keep-alive at the start", "C9:# S1@10 C10:AA", "(k) C AA"},
    {"10 keep-alive after what is not here", OPEN "S1@8 >3000 C7:# C8:B .", OPENED " (k) C <7>B ."},
    {"11 all bad", "Cs0! Ss0@1 C1! C1:A! C2:B!", OPENED " C AB"},
    {"11 the other's are good", "Cs0! Ss0@1+ C1:A! S1:X+@2 S2:Z!@2 S2:Y+@2",
     OPENED " C A S X (c) S Y"},
    {"12 in the window, acknowledged long before it is recorded",
     "C1:AA S1:XX@100001w65535 C3:B C4:C", "C AA S XX C BC<99996>"},
    {"12 a scaled window", "Cs0z4 Ss0@1z4 C1 S1@1w30000 C1:A C400000:B C2000000:Z .",
     OPENED " C A (w) . C <399998>B"},
    {"12 no scale, for one end has none", "Cs0z4 Ss0@1 C1 S1@1w30000 C1:A C400000:B .",
     OPENED " C A (w) ."},
    {"14 SYN and FIN", "Csf0 Cs0 Ss0@1 C1:B", "(x) " OPENED " C B"},
    {"15 SYN with data, sent again", "Cs0:AB Ss0@1 C1:ABC", OPENED " C ABC"},
    {"15 TFO accepted", "Cs0:AB Ss0@3 C3:C", OPENED " C ABC"},
    {"15 SYN with data twice, sent again", "Cs0:AB Cs0:AB Ss0@1 C1:ABC",
     "C-SYN C-SYN S-SYN/ACK C ABC"},
    {"15 SYN with data twice, accepted", "Cs0:AB Cs0:AB Ss0@3 C3:C", "C-SYN C-SYN S-SYN/ACK C ABC"},
    {"15 SYN/ACK with data, sent again", "Cs0 Ss0@1:XY C1@1 S1:XYZ", OPENED " S XYZ"},
    {"15 SYN/ACK with data, accepted", "Cs0 Ss0@1:XY C1@3 S3:Z", OPENED " S XYZ"},
    {"15 SYN/ACK with data, one direction", "Ss0@1:XY S3:Z", "S-SYN/ACK S XYZ"},
    {"15 TFO, one direction", "Cs0:AB C3:C", "C-SYN C ABC"},
    {"15 SYN with data, refused", "Cs0:AB Sr0@3 .", "C-SYN S-RST ."},
    {"16 simultaneous open", "Cs0 Ss0 Cs0@1 Ss0@1 C1:A S1:X@2",
     "C-SYN C-SYN/ACK S-SYN/ACK C A S X"},
    {"16 split handshake", "Cs0 S0@1 Ss0 Cs0@1 S1@1 C1:A S1:X@2", "C-SYN C-SYN/ACK C A S X"},
    {"16 several SYN/ACKs", "Cs0 Ss900500@1 Ss0@1 Ss900700@1 C1@1 S900501:Z S1:X",
     OPENED " (w) S X"},
    {"16 another SYN/ACK, acknowledged after data", "Cs0 Ss0@1 Ss900500@1 S1:X C1@900501 S2:Y .",
     OPENED " S XY . S <900498>"},
    {"17 SYN resent", OPEN "C1:A Cs0 C2:B", OPENED " C A C-SYN C B"},
    {"17 a new one after FIN", OPEN "C1:A Cf2 Sf1@3 C3@2 Cs5000 Ss9000@5001 C5001:B@9001",
     OPENED " C A C-FIN S-FIN NEW C-SYN S-SYN/ACK C B"},
    {"17 a new one after RST", OPEN "C1:A Cr2 Cs5000 Ss9000@5001 C5001:B@9001",
     OPENED " C A C-RST NEW C-SYN S-SYN/ACK C B"},
    {"17 SYN late after data", "C1:AB Cs0 C3:C", "C AB C-SYN C C"},
    {"17 SYN late after FIN", "C1:AB Cf3 Cs0 Sf1@4", "C AB C-FIN C-SYN S-FIN"},
    {"17 SYN late, more missing", "C5:AB Cs0 C7:C", "C AB C-SYN C C"},
    {"17 a new one while open, not answered", OPEN "C1:A Cs5000 S1@2 C2:B", OPENED " C A (s) C B"},
    {"17 a new one while open, answered", OPEN "C1:A Cs5000 Ss9000@5001 C5001:B@9001",
     OPENED " C A (s) NEW C-SYN S-SYN/ACK C B"},
    {"17 a new one while open, one direction", "Cs0 C1:A Cs5000 C5001:B",
     "C-SYN C A (s) NEW C-SYN C B"},
    {"17 asked again with another number", "Cs0 Cs5000 Ss9000@5001 C5001:B@9001",
     "C-SYN NEW C-SYN S-SYN/ACK C B"},
    {"18 RST", OPEN "C1:AB Sr1 C3:C", OPENED " C AB S-RST (e)"},
    {"18 RST after a gap", OPEN "C1:AB C5:E S1@6 Cr6", OPENED " C AB<2>E C-RST"},
    {"19 SYN, then RST", "Cs0 Sr0@1 .", "C-SYN S-RST ."},
    {"19 SYN, then RST: freed at once", "Cs0 = Sr0@1 =", "C-SYN open S-RST ended"},
    {"19 both FINs", OPEN "Cf1 = Sf1@2 =", OPENED " C-FIN open S-FIN ended"},
    {"19 refused, and again", "Cs0 Sr0@1 Cs0 Ss0@1 C1:A", "C-SYN S-RST C-SYN S-SYN/ACK C A"},
    {"21 half-close", OPEN "Cf1:A S1:XY@3 Sf3:Z@3", OPENED " C A C-FIN S XYZ S-FIN"},
    {"22 SYN/ACK only", "Ss0@1 C1:A S1:X@2", "S-SYN/ACK C A S X"},
    {"22 SYN/ACK only, the first byte is missing", "Ss0@1 C3:A .", "S-SYN/ACK . C <2>A"},
    {"22 the handshake's ACK with data", "Cs0 Ss0@1 C1:A", OPENED " C A"},
    {"22 without SYN, FIN, RST", "C1:AA S1:XX@3 C3:B@3 S3@4 .", "C AA S XX C B ."},
    {"22 FIN not recorded", OPEN "C1:A S1@3 .", OPENED " C A ."},
    {"22 RST first", "Cr1 .", "C-RST ."},
    {"22 RST first, then data", "Cr1 C1:A S1:X", "C-RST (e) (e)"},
    {"22 RST first, then another connection", "Cr1 C9000000:BB", "C-RST NEW C BB"},
    {"22 FIN first", "Cf1 S1:XX@2", "C-FIN S XX"},
    {"23 TIME-WAIT, no SYN", OPEN "Cf1 Sf1@2 C9000000:BB S7000000:XX@9000002",
     OPENED " C-FIN S-FIN NEW C BB S XX"},
    {"snaplen", OPEN "C1:ABCD/2 C5:E", OPENED " C AB[2]E"},
    {"snaplen, waiting", OPEN "C5:ABCD/2 C1:1234 C9:E", OPENED " C 1234AB[2]E"},
    {"nothing of a segment", OPEN "C5:ABCD/0 C1:1234", OPENED " C 1234[4]"},
    {"30 the clock goes back", OPEN "C4:B S1@5 <90000 S1@5 C1:AAA", OPENED " C AAAB"},
    {"30 the clock is years ahead once", OPEN "C4:B >90000000 S1@5 <90000000 C1:AAA",
     OPENED " C AAAB"},
    {"30 idle for hours", OPEN "C1:A >90000000 C2:B", OPENED " C AB"},
    {"after the wait's end late bytes are not told twice", OPEN "C4:B S1@5 >60 x1 >60 x1 C1:AAA",
     OPENED " C <3>B (l)"},
};

static void test_conversations(void) {
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++)
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
            const conversation *one = &conversations[i];
            counted count = {.good = -1};
            caw_memory memory = counted_memory(&count);
            play self = {.isn = numbers[n]};
            run(&self, &memory, one->script);
            CHECK(!strcmp(self.text, one->told), "%s, %u\n  got:  %s\n  want: %s", one->name,
                  numbers[n], self.text, one->told);
            CHECK(count.live == 0, "%s: %ld left", one->name, count.live);
        }
}

/* Without memory less is told, and no byte twice or in another order. */
static void run_without_memory(counted *count) {
    caw_memory memory = counted_memory(count);
    play self = {.isn = UINT32_MAX};
    run(&self, &memory,
        OPEN "C4:DE C8:H C1:ABC C12:LMN C6:FG C1:XX C9:IJK Cf15 Cs0 Cs5000:AB "
             "Ss7000@5003 C5003:CDEF C5003:CDEF");
    CHECK(count->live == 0, "%ld left", count->live);
    CHECK(!self.length || strstr(self.text, "C-SYN S-SYN/ACK"), "%s", self.text);
    if (self.length && count->asked > count->good && count->good > 0)
        CHECK(strstr(self.text, "(m)") || !strstr(self.text, "<"), "lost, not told: %s", self.text);
    if (count->asked <= count->good)
        CHECK_TEXT(self.text, OPENED " C ABCDEFGH ! (r) C IJKLMN C-FIN C-SYN NEW C-SYN S-SYN/ACK "
                                     "C ABCDEF (r)");
}

static void test_texts(void) {
    for (int reason = 0; reason < CAW_IGNORED_REASONS; reason++)
        CHECK(*caw_ignored_text((caw_ignored)reason), "%d", reason);
    CHECK_TEXT(caw_ignored_text(CAW_IGNORED_REASONS), "");
}

/* ---- bounds ------------------------------------------------------------------------------- */

typedef struct {
    counted count;
    uint64_t held;
    uint64_t most;
    uint64_t told[2];
    uint64_t missing;
    const uint8_t *stream; /* when not NULL: what is told must be this */
    uint32_t first[2];
} tally;

static void tally_told(void *user, const caw_told *told) {
    tally *self = user;
    uint64_t *at = &self->told[told->end];
    self->most = self->held > self->most ? self->held : self->most;
    if (told->kind == CAW_TOLD_GAP)
        self->missing += told->length;
    if (told->kind != CAW_TOLD_BYTES && told->kind != CAW_TOLD_GAP)
        return;
    if (self->stream) {
        CHECK(told->kind == CAW_TOLD_BYTES, "a gap of %u", told->length);
        CHECK(told->sequence == self->first[told->end] + (uint32_t)*at, "at another place");
        if (told->kind == CAW_TOLD_BYTES)
            CHECK(!memcmp(told->bytes, self->stream + *at, told->length), "other bytes");
    }
    *at += told->length;
}

static caw_tcp_setup setup_of(tally *self) {
    return (caw_tcp_setup){.memory = counted_memory(&self->count),
                           .tell = tally_told,
                           .user = self,
                           .most = 1 << 20,
                           .held = &self->held,
                           .most_of_all = 3 << 19,
                           .packets = 64,
                           .nanoseconds = 50000000};
}

static void add_byte(caw_tcp *tcp, int end, uint32_t sequence) {
    static const uint8_t byte[1] = {'x'};
    caw_tcp_segment segment = {.end = end,
                               .flags = CAW_TCP_ACK,
                               .sequence = sequence,
                               .acknowledgment = 1,
                               .window = UINT16_MAX,
                               .bytes = byte,
                               .captured = 1,
                               .length = 1};
    caw_tcp_add(tcp, &segment);
}

/* A million gaps, each before one byte, in two connections whose other ends acknowledge nothing. */
static void test_flood(void) {
    tally self = {.count = {.good = -1}};
    caw_tcp_setup setup = setup_of(&self);
    caw_tcp *flooded = caw_tcp_new(&setup), *other = caw_tcp_new(&setup);
    add_byte(flooded, 1, 1);
    add_byte(other, 1, 1);
    for (uint32_t i = 0; i < 1000000; i++)
        add_byte(i % 4 ? flooded : other, 0, 2 * i);
    CHECK(self.most < setup.most_of_all + 4096 * 1024, "%llu", (unsigned long long)self.most);
    CHECK(caw_tcp_waits(flooded), "nothing waits");
    caw_tcp_flush(flooded);
    caw_tcp_flush(other);
    CHECK(self.held == 0, "%llu after the flood", (unsigned long long)self.held);
    caw_tcp_free(flooded);
    caw_tcp_free(other);
    CHECK(self.held == 0 && self.count.live == 0, "%ld left", self.count.live);
}

/* Connections that wait for nothing leave the room of those that do. */
static void test_many_connections(void) {
    enum { MANY = 2000 };
    static const uint8_t bytes[CAW_TCP_PAST];
    static caw_tcp *all[MANY];
    tally self = {.count = {.good = -1}};
    caw_tcp_setup setup = setup_of(&self);
    setup.most_of_all = MANY * sizeof bytes / 2;
    caw_tcp_segment segment = {.flags = CAW_TCP_ACK,
                               .window = UINT16_MAX,
                               .bytes = bytes,
                               .captured = sizeof bytes,
                               .length = sizeof bytes};
    for (int i = 0; i < MANY; i++) {
        all[i] = caw_tcp_new(&setup);
        caw_tcp_add(all[i], &segment);
    }
    add_byte(all[0], 0, sizeof bytes + 1);
    CHECK(caw_tcp_waits(all[0]) && self.missing == 0, "the gap was given up at once");
    add_byte(all[0], 0, sizeof bytes);
    for (int i = 0; i < MANY; i++)
        caw_tcp_free(all[i]);
    CHECK(self.held == 0 && self.count.live == 0, "%ld left", self.count.live);
}

/* Case 9: a gap delays its own connection alone; those that wait are given up by the clock. */
static void test_two_connections(void) {
    tally one = {.count = {.good = -1}}, two = one;
    caw_tcp_setup setups[2] = {setup_of(&one), setup_of(&two)};
    setups[1].held = &one.held;
    caw_tcp *gapped = caw_tcp_new(&setups[0]), *other = caw_tcp_new(&setups[1]);
    for (uint32_t i = 0; i < 3; i++) {
        add_byte(gapped, 0, 1 + 3 * i); /* the first one is a keep-alive's */
        add_byte(other, 0, 1 + i);
    }
    CHECK(one.told[0] == 0 && caw_tcp_waits(gapped), "%u told", (unsigned)one.told[0]);
    CHECK(two.told[0] == 2 && !caw_tcp_waits(other), "%u told", (unsigned)two.told[0]);
    caw_tcp_tick(gapped, 1);
    caw_tcp_tick(gapped, 1 + setups[0].nanoseconds);
    CHECK(one.told[0] == 6 && one.missing == 4, "%u told", (unsigned)one.told[0]);
    caw_tcp_free(gapped);
    caw_tcp_free(other);
    CHECK(one.held == 0 && one.count.live + two.count.live == 0, "left");
}

/* ---- random streams ----------------------------------------------------------------------- */

#define BYTES 3000

static uint32_t random_below(uint32_t *state, uint32_t most) {
    *state = *state * 1664525 + 1013904223;
    return (*state >> 8) % most;
}

/* By the time of their recording, which is up to eight places after that of sending. */
static int by_record(const void *a, const void *b) {
    const caw_tcp_segment *one = a, *other = b;
    if (one->when.frame != other->when.frame)
        return one->when.frame < other->when.frame ? -1 : 1;
    return 0;
}

/*
 * Both ends send the same bytes in segments of random sizes (or of a byte each), some again and cut
 * elsewhere, those of an end up to eight places late; acknowledgments come before or after what
 * they acknowledge.
 */
static void play_random(uint32_t seed) {
    static uint8_t stream[BYTES];
    static caw_tcp_segment segments[4 * BYTES];
    uint32_t state = seed, count = 0, sent[2] = {0}, most = seed % 16 ? 40 : 1;
    tally self = {.count = {.good = -1}, .stream = stream, .first = {seed * 97 - 500, seed ^ 77}};
    for (uint32_t i = 0; i < BYTES; i++)
        stream[i] = (uint8_t)random_below(&state, 256);
    while (sent[0] < BYTES || sent[1] < BYTES) {
        int end = (int)random_below(&state, 2);
        uint32_t from = sent[end], length = 1 + random_below(&state, most);
        if (random_below(&state, 4) == 0 && from > 60)
            from -= random_below(&state, 60);
        if (BYTES - from < length)
            from = BYTES - length;
        segments[count] = (caw_tcp_segment){.end = end,
                                            .flags = CAW_TCP_ACK,
                                            .sequence = self.first[end] + from,
                                            .acknowledgment = self.first[!end] + sent[!end],
                                            .window = UINT16_MAX,
                                            .bytes = stream + from,
                                            .captured = length,
                                            .length = length,
                                            .when.frame = count + random_below(&state, 9)};
        count++;
        sent[end] = from + length > sent[end] ? from + length : sent[end];
    }
    qsort(segments, count, sizeof *segments, by_record);
    caw_tcp_setup setup = setup_of(&self);
    caw_tcp *tcp = caw_tcp_new(&setup);
    for (int end = 0; end < 2; end++) {
        caw_tcp_segment syn = {.end = end,
                               .flags = CAW_TCP_SYN | (end ? CAW_TCP_ACK : 0),
                               .sequence = self.first[end] - 1,
                               .acknowledgment = self.first[0]};
        caw_tcp_add(tcp, &syn);
    }
    for (uint32_t i = 0; i < count; i++)
        caw_tcp_add(tcp, &segments[i]);
    CHECK(self.told[0] == BYTES && self.told[1] == BYTES, "seed %u: %u and %u bytes", seed,
          (unsigned)self.told[0], (unsigned)self.told[1]);
    CHECK(!caw_tcp_waits(tcp), "seed %u", seed);
    caw_tcp_free(tcp);
    CHECK(self.held == 0 && self.count.live == 0, "%ld left", self.count.live);
}

int main(void) {
    test_conversations();
    counted_fail_each(run_without_memory);
    test_texts();
    test_flood();
    test_many_connections();
    test_two_connections();
    for (uint32_t seed = 0; seed < 2000; seed++)
        play_random(seed);
    return test_summary();
}
