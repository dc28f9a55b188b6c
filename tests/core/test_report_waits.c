/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports on requests that wait (puts, errors, srt): told by a circuit that forgets, without
 * memory, at the most rows, with rows that are kept and rows that are not; and events that are
 * chosen.
 */
#include "make.h"
#include "printed.h"

#include <stdint.h>

static const caw_end client = {4, {10, 1, 0, 2}, 40001}, server = {4, {10, 1, 1, 1}, 5064};

typedef struct {
    caw_ages *ages;
    caw_circuit *circuit;
    void (*tell)(void *user, const caw_event *event);
    void *user;
    uint32_t frame;
    int64_t seconds;
} talker;

static caw_event event_of(talker *from, caw_event_kind kind, bool asks) {
    return (caw_event){.kind = kind,
                       .now = {++from->frame, 0, from->seconds},
                       .transport = CAW_TRANSPORT_TCP,
                       .source = asks ? client : server,
                       .target = asks ? server : client,
                       .connection = 1};
}

static void say(talker *from, caw_side side, draft made) {
    static uint8_t bytes[MADE_MOST];
    bool asks = side == CAW_SIDE_CLIENT;
    caw_event event = event_of(from, CAW_EVENT_MESSAGE, asks);
    caw_note note;
    made.context = (caw_context){.transport = CAW_TRANSPORT_TCP, .speaker = side};
    caw_decode(bytes, make_message(&made, bytes), &made.context, &event.message);
    caw_circuit_observe(from->circuit, !asks, &event.message, event.now, &note);
    event.note = &note;
    event.user = caw_circuit_user(from->circuit);
    event.host = caw_circuit_host(from->circuit);
    event.circuit = from->circuit;
    from->tell(from->user, &event);
    memset(&note, 0xee, sizeof note); /* nobody keeps what is told */
}

static void asks(talker *from, uint16_t command, uint32_t p1, uint32_t p2, uint32_t size,
                 const char *payload) {
    say(from, CAW_SIDE_CLIENT,
        (draft){.command = command,
                .type = payload ? 0 : 6,
                .count = 1,
                .p1 = p1,
                .p2 = p2,
                .size = size,
                .payload = payload});
}

static void answers(talker *from, uint16_t command, uint32_t p1, uint32_t p2, uint32_t size) {
    say(from, CAW_SIDE_SERVER,
        (draft){.command = command, .type = 6, .count = 1, .p1 = p1, .p2 = p2, .size = size});
}

static void refuses(talker *from, uint32_t sid, uint32_t cid) {
    char payload[24] = {0, CAW_COMMAND_WRITE, 0, 8, 0, 6, 0, 1};
    payload[11] = (char)sid;
    payload[15] = (char)cid;
    memcpy(payload + 16, "t:a", 4);
    say(from, CAW_SIDE_SERVER,
        (draft){
            .command = CAW_COMMAND_ERROR, .p1 = cid, .p2 = 376, .size = 24, .payload = payload});
}

/* Puts of all outcomes, a read and a callback that nobody answers; then all is closed. */
static void tell_story(talker *from) {
    asks(from, CAW_COMMAND_CLIENT_NAME, 0, 0, 8, "op\0\0\0\0\0");
    asks(from, CAW_COMMAND_HOST_NAME, 0, 0, 8, "vm\0\0\0\0\0");
    for (uint32_t id = 1; id <= 2; id++) {
        asks(from, CAW_COMMAND_CREATE_CHAN, id, 13, 8, id == 1 ? "t:a\0\0\0\0" : "t:b\0\0\0\0");
        answers(from, CAW_COMMAND_CREATE_CHAN, id, id, 0);
    }
    asks(from, CAW_COMMAND_WRITE, 1, 1, 8, NULL);
    asks(from, CAW_COMMAND_WRITE, 1, 1, 8, NULL);
    refuses(from, 1, 1);
    asks(from, CAW_COMMAND_WRITE_NOTIFY, 1, 7, 8, NULL);
    asks(from, CAW_COMMAND_WRITE_NOTIFY, 2, 8, 8, NULL);
    answers(from, CAW_COMMAND_WRITE_NOTIFY, 1, 8, 0);
    asks(from, CAW_COMMAND_READ_NOTIFY, 2, 9, 0, NULL);
    asks(from, CAW_COMMAND_READ_NOTIFY, 1, 10, 0, NULL);
    answers(from, CAW_COMMAND_READ_NOTIFY, 368, 10, 8);
    asks(from, CAW_COMMAND_CLEAR_CHANNEL, 1, 1, 0, NULL);
    answers(from, CAW_COMMAND_CLEAR_CHANNEL, 1, 1, 0);
    from->seconds += 2;
    caw_event closed = event_of(from, CAW_EVENT_CLOSED, true);
    closed.by = CAW_BY_RST;
    from->tell(from->user, &closed);
    from->seconds += 100;
    closed = event_of(from, CAW_EVENT_ASKED, true);
    closed.connection = 2;
    from->tell(from->user, &closed);
}

static void observe(void *user, const caw_event *event) {
    caw_report_observe(user, event);
}

static talker begin(caw_report *report, const caw_memory *history) {
    caw_ages *ages = caw_ages_new(history);
    return (talker){.ages = ages,
                    .circuit = caw_circuit_new_forgetting(ages, true),
                    .tell = observe,
                    .user = report,
                    .seconds = 1000000000};
}

static void end(talker *from) {
    caw_circuit_free(from->circuit);
    caw_ages_free(from->ages);
}

static counted plenty;

static caw_memory enough(void) {
    plenty = (counted){.good = -1};
    return counted_memory(&plenty);
}

/* What JSON has of it, and what was dropped. */
static const char *tell(const char *name, bool streams, const caw_memory *own, size_t most,
                        uint64_t *dropped) {
    static counted count;
    static written text;
    const caw_output output = {written_write, &text};
    caw_memory history = enough();
    caw_report *report = caw_report_new(caw_report_find(name), own, most);
    count = (counted){.good = -1};
    text = (written){.count = &count};
    *dropped = UINT64_MAX;
    if (!report || (streams && !caw_report_stream(report, CAW_FORM_JSON, &output))) {
        caw_report_free(report);
        return NULL;
    }
    talker from = begin(report, &history);
    tell_story(&from);
    CHECK(caw_report_print(report, CAW_FORM_JSON, NULL, &output), "it is printed");
    *dropped = caw_report_totals(report).dropped;
    caw_report_free(report);
    end(&from);
    CHECK(plenty.live == 0, "of the history %ld pieces are left", plenty.live);
    return text.text;
}

static void check_text(const char *name, bool streams, const char *words[], size_t most) {
    static counted own;
    own = (counted){.good = -1};
    caw_memory memory = counted_memory(&own);
    uint64_t dropped;
    const char *text = tell(name, streams, &memory, most, &dropped);
    for (; *words; words += 2)
        CHECK(count_of(text, words[0]) == words[1][0] - '0', "%s of %s in %s", words[1], words[0],
              text);
    CHECK((dropped == 0) == (most == SIZE_MAX), "%s: %llu are dropped", name,
          (unsigned long long)dropped);
    CHECK(own.live == 0, "%s: %ld pieces are left", name, own.live);
}

static void test_the_story(void) {
    const char *puts[] = {"unconfirmed", "1", "ECA_NOWTACCESS", "1", "\"ok\"", "1",
                          "no answer",   "1", "\"op\"",         "4", "totals", "1",
                          NULL};
    const char *errors[] = {
        "NO_ANSWER", "1", "ECA_NORDACCESS", "1", "ECA_NOWTACCESS", "1", "\"table\": \"errors\"",
        "3",         NULL};
    const char *srt[] = {"\"Read Notify\"", "2", "\"Write Notify\"", "2", NULL};
    check_text("puts", false, puts, SIZE_MAX);
    check_text("puts", true, puts, SIZE_MAX);
    check_text("errors", false, errors, SIZE_MAX);
    check_text("srt", false, srt, SIZE_MAX);
}

/* Two rows, or two puts that wait: of what streams all rows are told nevertheless. */
static void test_the_most(void) {
    const char *puts[] = {"\"table\": \"puts\"", "2", NULL};
    const char *streamed[] = {"\"table\": \"puts\"", "4", NULL};
    const char *errors[] = {"\"table\": \"errors\"", "2", NULL};
    check_text("puts", false, puts, 2);
    check_text("puts", true, streamed, 1);
    check_text("errors", false, errors, 2);
}

/* ---- without memory ----------------------------------------------------------------------- */

static void tell_all(counted *count) {
    static const char *const names[] = {"puts", "puts", "errors", "srt"};
    caw_memory own = counted_memory(count);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint64_t dropped;
        const char *text = tell(names[i], i == 1, &own, SIZE_MAX, &dropped);
        if (count->good < 0 || count->good >= count->asked)
            CHECK(dropped == 0, "%s: nothing failed", names[i]);
        CHECK(!text || count_of(text, "totals") == 1, "%s is whole", names[i]);
        CHECK(count->live == 0, "%s, %ld pieces: %ld left", names[i], count->good, count->live);
    }
}

/* ---- chosen events ------------------------------------------------------------------------ */

static void count_message(void *user, const caw_event *event) {
    *(size_t *)user += event->kind == CAW_EVENT_MESSAGE;
}

static void choose(void *user, const caw_event *event) {
    caw_choice_observe(user, event);
}

static size_t chosen(const char *expression, const caw_memory *memory) {
    size_t count = 0;
    caw_where_verdict verdict;
    caw_memory history = enough();
    caw_choice *choice = caw_choice_new(expression, memory, count_message, &count, &verdict);
    if (!choice)
        return SIZE_MAX;
    talker from = begin(NULL, &history);
    from.tell = choose;
    from.user = choice;
    tell_story(&from);
    caw_choice_end(choice);
    caw_choice_free(choice);
    end(&from);
    return count;
}

static void test_choices(void) {
    caw_memory memory = enough();
    CHECK(chosen("user == \"op\"", &memory) == 17, "all of the circuit");
    CHECK(chosen("src == 10.1.0.2 and host == \"vm\"", &memory) == 17, "of both sides");
    CHECK(chosen("user == \"root\"", &memory) == 0, "none of it");
    CHECK(chosen("put", &memory) == 4, "messages");
    CHECK(chosen("unanswered", &memory) == SIZE_MAX, "what waits is refused");
}

static void choose_without_memory(counted *count) {
    caw_memory memory = counted_memory(count);
    size_t found = chosen("user == \"op\"", &memory);
    CHECK(found == SIZE_MAX || found <= 17, "%zu", found);
    CHECK(count->live == 0, "%ld pieces: %ld left", count->good, count->live);
}

int main(void) {
    test_the_story();
    test_the_most();
    counted_fail_each(tell_all);
    test_choices();
    counted_fail_each(choose_without_memory);
    return test_summary();
}
