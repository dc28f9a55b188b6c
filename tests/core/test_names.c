/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that a caller gives: what texts say, and how long a circuit takes its word. */
#include "counted.h"
#include "talk.h"
#include "test.h"

#define SERVER caw_endpoint(UINT32_C(0x0a000005), 5064)
#define CLIENT caw_endpoint(UINT32_C(0x0a000009), 40112)
#define OTHER  caw_endpoint(UINT32_C(0x0a000009), 40113)

typedef struct {
    counted count;
    caw_memory memory;
    caw_names *names;
} table;

static void begin(table *self) {
    self->count = (counted){.good = -1};
    self->memory = counted_memory(&self->count);
    self->names = caw_names_new(&self->memory);
}

static void end(table *self) {
    caw_names_free(self->names);
    CHECK(self->count.live == 0, "%ld pieces left", self->count.live);
}

/* The line that is wrong; its problem is one in words. */
static uint32_t read(table *self, const char *text) {
    const char *problem = NULL;
    uint32_t line = caw_names_read(self->names, caw_view_of(text), &problem);
    CHECK(!line == !problem, "%s: line %u: %s", text, line, problem ? problem : "nothing");
    return line;
}

static void check_name(const table *self, uint64_t client, caw_named kind, uint32_t id,
                       const char *want) {
    caw_name_given asked = {SERVER, client, kind, id};
    const char *got = caw_names_find(self->names, &asked);
    CHECK(!got == !want && (!got || strcmp(got, want) == 0), "%d %u: %s, not %s", kind, id,
          got ? got : "none", want ? want : "none");
}

/* ---- texts -------------------------------------------------------------------------------- */

static void test_lines(void) {
    table self;
    begin(&self);
    CHECK(read(&self, "# server  id\n\n"
                      "10.0.0.5:5064 sid 17 t:a\r\n"
                      "  10.0.0.5\tsid  18  t:b.VAL{\"arr\":{}}  \n"
                      "10.0.0.5 subscription 7 t:any\n"
                      "10.0.0.5 10.0.0.9:40112 subscription 7 t:one\n"
                      "10.0.0.5 sid 4294967295 t:last\n"
                      "10.0.0.6 sid 19 t:elsewhere\n"
                      "10.0.0.5 sid 20 t:first\n"
                      "10.0.0.5 sid 20 t:second") == 0,
          "all is good");
    check_name(&self, CLIENT, CAW_NAMED_SID, 17, "t:a");
    check_name(&self, CLIENT, CAW_NAMED_SID, 18, "t:b.VAL{\"arr\":{}}");
    check_name(&self, CLIENT, CAW_NAMED_SID, 7, NULL);
    check_name(&self, CLIENT, CAW_NAMED_SUBSCRIPTION, 17, NULL);
    check_name(&self, CLIENT, CAW_NAMED_SUBSCRIPTION, 7, "t:one");
    check_name(&self, OTHER, CAW_NAMED_SUBSCRIPTION, 7, "t:any");
    check_name(&self, CLIENT, CAW_NAMED_SID, UINT32_MAX, "t:last");
    check_name(&self, CLIENT, CAW_NAMED_SID, 19, NULL);
    check_name(&self, CLIENT, CAW_NAMED_SID, 20, "t:second");
    end(&self);
}

static void test_wrong_lines(void) {
    static const char *const wrong[] = {
        "t:a",
        "10.0.0.5",
        "10.0.0.256 sid 1 t:a",
        "10.0.0.5:0 sid 1 t:a",
        "10.0.0.5:65536 sid 1 t:a",
        "10.0.0.5:5064x sid 1 t:a",
        "10.0.0 sid 1 t:a",
        "10.0.0.5 sib 1 t:a",
        "10.0.0.5 10.0.0.9 sid 1 t:a",
        "10.0.0.5 10.0.0.9:1 t:a",
        "10.0.0.5 sid t:a 1",
        "10.0.0.5 sid 4294967296 t:a",
        "10.0.0.5 sid 1x t:a",
        "10.0.0.5 sid 1",
        "10.0.0.5 sid 1 t:a t:b",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        table self;
        char text[128];
        begin(&self);
        snprintf(text, sizeof text, "10.0.0.5 sid 1 t:a\n\n%s\n", wrong[i]);
        CHECK(read(&self, text) == 3, "%s", wrong[i]);
        end(&self);
    }
}

static void test_zeros(void) {
    static const char text[] = "10.0.0.5 sid 1 t:a\n10.0.0.5 sid 2 \0t:b\n";
    const char *problem = NULL;
    table self;
    begin(&self);
    caw_view view = {(const uint8_t *)text, 0, sizeof text - 1};
    CHECK(caw_names_read(self.names, view, &problem) == 2 && strstr(problem, "plain text"), "zero");
    end(&self);
}

/* As an IOC of Base 7.0.10 has printed it, between its prompt and the clients of UDP. */
static void test_casr(void) {
    table self;
    begin(&self);
    CHECK(read(&self, "epics> casr 2\n"
                      "Channel Access Server V4.13\n"
                      "2 clients connected:\n"
                      "    TCP client at 10.0.0.9:40112 'vm':\n"
                      "\tUser 'root', V4.13, Priority = 0, 1 Channel\n"
                      "        Channel: 't:ao3'\n"
                      "    TCP client at 10.0.0.9:40113 'vm':\n"
                      "\tUser 'root', V4.13, Priority = 0, 2 Channels\n"
                      "        Channel: 't:ao0'\n"
                      "        Channel: 't:wf'\n"
                      "CAS-TCP server on 0.0.0.0:5064 with\n"
                      "    CAS-UDP name server on 0.0.0.0:5064\n"
                      "\tLast name requested by 10.0.0.9:43525:\n"
                      "\tUser '', V4.13, Priority = 0, 0 Channels\n"
                      "epics> ") == 0,
          "all is good");
    check_name(&self, CLIENT, CAW_NAMED_SID, 5, "t:ao3");
    check_name(&self, CLIENT, CAW_NAMED_SUBSCRIPTION, 9, "t:ao3");
    check_name(&self, OTHER, CAW_NAMED_SID, 5, NULL); /* one of two */
    caw_names_channels channels = caw_names_counted(self.names);
    CHECK(channels.all == 3 && channels.only == 1, "%u, %u", channels.all, channels.only);
    end(&self);
    begin(&self);
    CHECK(read(&self, "Channel Access Server V4.13\n        Channel: 't:a'\n") == 2, "whose");
    CHECK(read(&self, "Channel Access Server V4.13\n TCP client at 10.0.0.9:1 'vm':\n"
                      "        Channel: 't:a\n") == 3,
          "cut");
    CHECK(read(&self, "Channel Access Server V4.13\n TCP client at 10.0.0.9:1 'vm':\n"
                      "        Channel: ''\n") == 3,
          "no name");
    end(&self);
}

static void test_no_memory(void) {
    for (long good = 0; good < 12; good++) {
        counted count = {.good = good};
        caw_memory memory = counted_memory(&count);
        caw_names *names = caw_names_new(&memory);
        const char *problem;
        if (!names)
            continue;
        caw_names_read(names, caw_view_of("10.0.0.5 sid 1 t:a\n10.0.0.5 sid 2 t:b\n"), &problem);
        caw_names_read(names,
                       caw_view_of("Channel Access Server V4.13\nTCP client at 10.0.0.9:1 'vm':\n"
                                   "Channel: 't:a'\n"),
                       &problem);
        caw_names_free(names);
        CHECK(count.live == 0, "%ld pieces left", count.live);
    }
}

/* ---- circuits ----------------------------------------------------------------------------- */

#define C        CLIENT_END
#define S        SERVER_END
#define NAME(pv) .payload = pv "\0\0\0\0\0\0\0", .size = 8
#define DATA     .type = 6, .count = 1, .size = 8

typedef struct {
    int end;
    draft message;
    const char *pv;
} line;

static const char given[] = "10.0.0.5 sid 5 t:a\n10.0.0.5 sid 6 t:b\n"
                            "10.0.0.5 subscription 7 t:m\n10.0.0.6 sid 8 t:x\n";

static const draft read_a = {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 1};
static const draft update = {.command = 1, DATA, .p1 = 1, .p2 = 7};

/* Until the client clears the channel, and the cancel is confirmed. */
static const line ends[] = {
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 1}, "t:a"},
    {S, {.command = 15, DATA, .p1 = 1, .p2 = 1}, "t:a"},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 8, .p2 = 2}, NULL},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, "t:m"},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 9}, NULL},
    {C, {.command = 2, .type = 6, .count = 1, .p1 = 6, .p2 = 7}, "t:b"},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, "t:m"},
    {S, {.command = 1, .type = 6, .count = 1, .p1 = 6, .p2 = 7}, "t:b"},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, NULL},
    {C, {.command = 12, .p1 = 5, .p2 = 1}, "t:a"},
    {S, {.command = 12, .p1 = 5, .p2 = 1}, "t:a"},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 3}, NULL},
};

/* What the capture shows to begin under an id counts, and after it nothing else. */
static const line begins[] = {
    {C, {.command = 18, .p1 = 1, .p2 = 13, NAME("t:new")}, "t:new"},
    {S, {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 5}, "t:new"},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 1}, "t:new"},
    {C, {.command = 1, .type = 6, .count = 1, .p1 = 5, .p2 = 7, .size = 16}, "t:new"},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, "t:new"},
    {C, {.command = 12, .p1 = 5, .p2 = 1}, "t:new"},
    {S, {.command = 12, .p1 = 5, .p2 = 1}, "t:new"},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 5, .p2 = 3}, NULL},
    {S, {.command = 1, DATA, .p1 = 1, .p2 = 7}, NULL},
    {C, {.command = 15, .type = 6, .count = 1, .p1 = 6, .p2 = 4}, "t:b"},
};

static void say_all(caw_circuit *circuit, const line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        caw_note note;
        talk_say(circuit, lines[i].end, &lines[i].message, (uint32_t)i + 1, &note);
        const char *pv = caw_pv(&note), *want = lines[i].pv;
        CHECK(!pv == !want && (!pv || strcmp(pv, want) == 0), "%zu: %s, not %s", i + 1,
              pv ? pv : "none", want ? want : "none");
    }
}

static void test_circuit(const line *lines, size_t count, bool forgets) {
    table self;
    begin(&self);
    caw_ages *ages = caw_ages_new(&self.memory);
    caw_circuit *circuit =
        forgets ? caw_circuit_new_forgetting(ages, false) : caw_circuit_new(&self.memory, false);
    read(&self, given);
    caw_circuit_give_names(circuit, self.names, CLIENT, SERVER);
    caw_circuit_set_server(circuit, S);
    say_all(circuit, lines, count);
    caw_circuit_free(circuit);
    caw_ages_free(ages);
    end(&self);
}

#define TEST_CIRCUIT(lines)                                                                        \
    test_circuit(lines, sizeof lines / sizeof *lines, false);                                      \
    test_circuit(lines, sizeof lines / sizeof *lines, true)

/* Whose beginning is captured: an id that it does not know is wrong. */
static void test_complete(void) {
    table self;
    caw_note note;
    begin(&self);
    caw_circuit *circuit = caw_circuit_new(&self.memory, true);
    read(&self, given);
    caw_circuit_give_names(circuit, self.names, CLIENT, SERVER);
    caw_circuit_set_server(circuit, S);
    talk_say(circuit, C, &read_a, 1, &note);
    CHECK(!note.channel && note.flaws == 1u << CAW_HISTORY_UNKNOWN_SID, "flaws %x", note.flaws);
    talk_say(circuit, S, &update, 2, &note);
    CHECK(!note.channel && note.flaws == 1u << CAW_HISTORY_UNKNOWN_ID, "flaws %x", note.flaws);
    caw_circuit_free(circuit);
    end(&self);
}

/* What is dropped for want of memory is met again. */
static void test_dropped(void) {
    table self;
    caw_note note;
    begin(&self);
    caw_ages *ages = caw_ages_new(&self.memory);
    caw_circuit *circuit = caw_circuit_new_forgetting(ages, false);
    read(&self, given);
    caw_circuit_give_names(circuit, self.names, CLIENT, SERVER);
    caw_circuit_set_server(circuit, S);
    for (uint32_t i = 1; i <= 3; i++) {
        talk_say(circuit, S, &update, i, &note);
        CHECK(note.channel && strcmp(note.channel->pv, "t:m") == 0, "the name");
        CHECK(note.channel && note.channel->given && !note.channel->has_sid, "all it is");
        while (caw_ages_drop_oldest(ages))
            ;
    }
    caw_circuit_free(circuit);
    caw_ages_free(ages);
    end(&self);
}

int main(void) {
    test_lines();
    test_wrong_lines();
    test_zeros();
    test_casr();
    test_no_memory();
    TEST_CIRCUIT(ends);
    TEST_CIRCUIT(begins);
    test_complete();
    test_dropped();
    return test_summary();
}
