/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports: a capture that is told event by event, and what the connection report makes of it, read
 * by hand from the story; then the same with memory and output that fail.
 */
#include "make.h"
#include "printed.h"
#include "reports/quantiles.h"

#include <stdint.h>

#define NOON 1000000000

/* What is shown to a report: one history for all circuits and searches. */
typedef struct {
    caw_report *report;
    caw_searches *searches;
    caw_circuit *circuit;
    uint32_t frame;
    int64_t nanoseconds; /* since NOON */
    bool exact;
} capture;

static const caw_end client = {4, {10, 1, 0, 2}, 40001}, other = {4, {10, 1, 0, 2}, 40002};
static const caw_end everybody = {4, {10, 1, 0, 255}, 5064};
static const caw_end caller = {4, {10, 1, 0, 2}, 50001};

static caw_end server(uint8_t number) {
    return (caw_end){4, {10, 1, 1, number}, 5064};
}

static uint64_t endpoint(const caw_end *end) {
    return caw_endpoint((uint32_t)end->bytes[0] << 24 | (uint32_t)end->bytes[1] << 16 |
                            (uint32_t)end->bytes[2] << 8 | end->bytes[3],
                        end->port);
}

/* The next frame, so many milliseconds after noon. */
static void at(capture *to, int64_t milliseconds) {
    to->frame++;
    to->nanoseconds = milliseconds * 1000000;
}

static caw_event event_of(const capture *from, caw_event_kind kind, caw_end source,
                          caw_end target) {
    caw_moment now = {from->frame, (int32_t)(from->nanoseconds % 1000000000),
                      NOON + from->nanoseconds / 1000000000};
    return (caw_event){
        .kind = kind, .now = now, .exact = from->exact, .source = source, .target = target};
}

static void show(capture *to, const caw_event *event) {
    caw_event copy = *event;
    caw_report_observe(to->report, &copy);
    memset(&copy, 0xee, sizeof copy); /* a report keeps no event */
}

/* ---- messages ----------------------------------------------------------------------------- */

static caw_message decoded(const draft *made) {
    static uint8_t bytes[MADE_MOST];
    caw_message message;
    size_t length = make_message(made, bytes);
    caw_decode(bytes, length, &made->context, &message);
    return message;
}

static void datagram(capture *to, caw_end source, caw_end target, const draft *made) {
    caw_event event = event_of(to, CAW_EVENT_MESSAGE, source, target);
    caw_note note;
    event.transport = CAW_TRANSPORT_UDP;
    event.message = decoded(made);
    event.note = &note;
    caw_searches_observe(to->searches, endpoint(&source), endpoint(&target), &event.message,
                         event.now, &note);
    show(to, &event);
}

/* `name` is padded to 8 bytes. */
static void search(capture *to, caw_end from, uint32_t cid, const char *name) {
    char padded[8] = {0};
    memcpy(padded, name, strlen(name));
    draft made = {.context = {CAW_TRANSPORT_UDP, .speaker = CAW_SIDE_CLIENT},
                  .command = CAW_COMMAND_SEARCH,
                  .type = 5,
                  .count = 13,
                  .p1 = cid,
                  .p2 = cid,
                  .payload = padded,
                  .size = 8};
    datagram(to, from, everybody, &made);
}

static void found(capture *to, caw_end where, caw_end by, uint32_t cid) {
    draft made = {.context = {CAW_TRANSPORT_UDP, .speaker = CAW_SIDE_SERVER},
                  .command = CAW_COMMAND_SEARCH,
                  .type = 5064,
                  .p1 = UINT32_MAX,
                  .p2 = cid,
                  .payload = "\0\x0d\0\0\0\0\0\0",
                  .size = 8};
    datagram(to, where, by, &made);
}

/* From the client when `made` is a client's, on the connection between these two. */
static void segment(capture *to, uint32_t connection, caw_end from, caw_end by, const draft *made) {
    bool asks = made->context.speaker == CAW_SIDE_CLIENT;
    caw_event event = event_of(to, CAW_EVENT_MESSAGE, asks ? from : by, asks ? by : from);
    caw_note note;
    event.connection = connection;
    event.message = decoded(made);
    event.note = &note;
    caw_circuit_observe(to->circuit, asks ? 0 : 1, &event.message, event.now, &note);
    show(to, &event);
}

static void create(capture *to, uint32_t connection, caw_end from, caw_end by, uint32_t cid,
                   const char *name) {
    char padded[8] = {0};
    memcpy(padded, name, strlen(name));
    draft made = {.context = {CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_CLIENT},
                  .command = CAW_COMMAND_CREATE_CHAN,
                  .p1 = cid,
                  .p2 = 13,
                  .payload = padded,
                  .size = 8};
    segment(to, connection, from, by, &made);
}

static void answer(capture *to, uint32_t connection, caw_end from, caw_end by, uint32_t cid,
                   uint16_t command) {
    draft made = {.context = {CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER},
                  .command = command,
                  .type = command == CAW_COMMAND_CREATE_CHAN ? 6 : 0,
                  .count = command == CAW_COMMAND_CREATE_CHAN,
                  .p1 = cid,
                  .p2 = command == CAW_COMMAND_CREATE_CHAN ? cid : 0};
    segment(to, connection, from, by, &made);
}

#define CREATED CAW_COMMAND_CREATE_CHAN
#define FAILED  CAW_COMMAND_CREATE_CH_FAIL

/* ---- circuits ----------------------------------------------------------------------------- */

static void syn(capture *to, uint32_t connection, caw_end from, caw_end by, uint32_t times) {
    caw_event event = event_of(to, CAW_EVENT_ASKED, from, by);
    event.connection = connection;
    event.times = times;
    show(to, &event);
}

static void syn_ack(capture *to, uint32_t connection, caw_end from, caw_end by) {
    caw_event event = event_of(to, CAW_EVENT_ACCEPTED, by, from);
    event.connection = connection;
    show(to, &event);
}

static void refuse(capture *to, uint32_t connection, caw_end from, caw_end by, caw_by why) {
    caw_event event = event_of(to, CAW_EVENT_REFUSED, by, from);
    event.connection = connection;
    event.by = why;
    event.icmp_type = 3;
    event.icmp_code = 10;
    show(to, &event);
}

static void finish(capture *to, uint32_t connection, caw_end from, caw_end by) {
    caw_event event = event_of(to, CAW_EVENT_CLOSED, from, by);
    event.connection = connection;
    event.by = CAW_BY_FIN;
    show(to, &event);
}

static void junk(capture *to, uint64_t bytes) {
    caw_event event = event_of(to, CAW_EVENT_MALFORMED, caller, server(1));
    event.reason = "of the test";
    event.bytes = bytes;
    show(to, &event);
}

/* ---- the story ---------------------------------------------------------------------------- */

/* Each state of a channel once; every number of the expected tables can be read here. */
static void tell_story(capture *to) {
    at(to, 0), search(to, client, 1, "t:a"), search(to, client, 2, "t:b");
    at(to, 0), search(to, client, 3, "t:none");
    at(to, 10), search(to, client, 1, "t:a"), search(to, client, 3, "t:none");
    at(to, 12), found(to, server(1), client, 1), found(to, server(1), client, 2); /* frame 4 */
    at(to, 13), syn(to, 1, caller, server(1), 1);
    at(to, 15), syn_ack(to, 1, caller, server(1));
    at(to, 16), create(to, 1, caller, server(1), 1, "t:a");
    at(to, 16), create(to, 1, caller, server(1), 2, "t:b");
    at(to, 20), answer(to, 1, caller, server(1), 1, CREATED); /* frame 9 */
    at(to, 21), answer(to, 1, caller, server(1), 2, FAILED);
    at(to, 22), search(to, client, 4, "t:c");
    at(to, 23), found(to, server(1), client, 4);
    at(to, 24), create(to, 1, caller, server(1), 4, "t:c");   /* on the circuit that is there */
    at(to, 30), answer(to, 1, caller, server(1), 4, CREATED); /* frame 14 */
    at(to, 31), create(to, 1, caller, server(1), 5, "t:d");   /* nobody searched, nobody answers */

    at(to, 100), search(to, client, 6, "t:rst"), search(to, client, 7, "t:icmp");
    at(to, 100), search(to, client, 8, "t:mute"), search(to, client, 9, "t:idle");
    at(to, 101), found(to, server(2), client, 6), found(to, server(3), client, 7);
    at(to, 101), found(to, server(4), client, 8), found(to, server(5), client, 9); /* frame 19 */
    at(to, 102), syn(to, 2, caller, server(2), 1), syn(to, 3, caller, server(3), 1);
    at(to, 102), syn(to, 4, caller, server(4), 1);
    at(to, 103), refuse(to, 2, caller, server(2), CAW_BY_RST);
    at(to, 104), refuse(to, 3, caller, server(3), CAW_BY_ICMP);
    at(to, 1102), syn(to, 4, caller, server(4), 2);
    at(to, 1500), junk(to, 48);
}

static const char story_json[] =
    "{\"table\": \"totals\", \"first_ns\": 1000000000000000000, "
    "\"last_ns\": 1000000001500000000, \"messages\": 24, \"skipped\": 48, \"dropped\": 0}\n"

    "{\"table\": \"connect\", \"pv\": \"t:a\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.1:5064\", \"searches\": 2, \"asked_ns\": 1000000000000000000, "
    "\"search_s\": 0.012, \"tcp_s\": 0.002, \"create_s\": 0.004, \"total_s\": 0.02, "
    "\"state\": \"connected\", \"frame\": 9}\n"

    "{\"table\": \"connect\", \"pv\": \"t:b\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.1:5064\", \"searches\": 1, \"asked_ns\": 1000000000000000000, "
    "\"search_s\": 0.012, \"tcp_s\": 0.002, \"create_s\": 0.005, \"total_s\": null, "
    "\"state\": \"rejected by server\", \"frame\": 10}\n"

    "{\"table\": \"connect\", \"pv\": \"t:none\", \"client\": \"10.1.0.2:40001\", "
    "\"server\": null, \"searches\": 2, \"asked_ns\": 1000000000000000000, "
    "\"search_s\": null, \"tcp_s\": null, \"create_s\": null, \"total_s\": null, "
    "\"state\": \"nobody answers\", \"frame\": 3}\n"

    "{\"table\": \"connect\", \"pv\": \"t:c\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.1:5064\", \"searches\": 1, \"asked_ns\": 1000000000022000000, "
    "\"search_s\": 0.001, \"tcp_s\": null, \"create_s\": 0.006, \"total_s\": 0.008, "
    "\"state\": \"connected\", \"frame\": 14}\n"

    "{\"table\": \"connect\", \"pv\": \"t:d\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.1:5064\", \"searches\": 0, \"asked_ns\": 1000000000031000000, "
    "\"search_s\": null, \"tcp_s\": null, \"create_s\": null, \"total_s\": null, "
    "\"state\": \"not created\", \"frame\": 15}\n"

    "{\"table\": \"connect\", \"pv\": \"t:rst\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.2:5064\", \"searches\": 1, \"asked_ns\": 1000000000100000000, "
    "\"search_s\": 0.001, \"tcp_s\": null, \"create_s\": null, \"total_s\": null, "
    "\"state\": \"refused (RST)\", \"frame\": 22}\n"

    "{\"table\": \"connect\", \"pv\": \"t:icmp\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.3:5064\", \"searches\": 1, \"asked_ns\": 1000000000100000000, "
    "\"search_s\": 0.001, \"tcp_s\": null, \"create_s\": null, \"total_s\": null, "
    "\"state\": \"refused (ICMP 3/10)\", \"frame\": 23}\n"

    "{\"table\": \"connect\", \"pv\": \"t:mute\", \"client\": \"10.1.0.2:50001\", "
    "\"server\": \"10.1.1.4:5064\", \"searches\": 1, \"asked_ns\": 1000000000100000000, "
    "\"search_s\": 0.001, \"tcp_s\": null, \"create_s\": null, \"total_s\": null, "
    "\"state\": \"no answer to 2 SYN\", \"frame\": 24}\n"

    "{\"table\": \"connect\", \"pv\": \"t:idle\", \"client\": \"10.1.0.2:40001\", "
    "\"server\": \"10.1.1.5:5064\", \"searches\": 1, \"asked_ns\": 1000000000100000000, "
    "\"search_s\": 0.001, \"tcp_s\": null, \"create_s\": null, \"total_s\": null, "
    "\"state\": \"answered, no connection tried\", \"frame\": 19}\n"

    "{\"table\": \"servers\", \"server\": \"10.1.1.1\", \"count\": 2, \"mean_s\": 0.005, "
    "\"std_s\": 0.001414214, \"min_s\": 0.004, \"q25_s\": 0.0045, \"q50_s\": 0.005, "
    "\"q75_s\": 0.0055, \"max_s\": 0.006}\n";

static const char story_csv[] =
    "pv,client,server,searches,asked_ns,search_s,tcp_s,create_s,total_s,state,frame\r\n"
    "\"t:a\",10.1.0.2:50001,10.1.1.1:5064,2,1000000000000000000,0.012,0.002,0.004,0.02,"
    "\"connected\",9\r\n"
    "\"t:b\",10.1.0.2:50001,10.1.1.1:5064,1,1000000000000000000,0.012,0.002,0.005,,"
    "\"rejected by server\",10\r\n"
    "\"t:none\",10.1.0.2:40001,,2,1000000000000000000,,,,,\"nobody answers\",3\r\n"
    "\"t:c\",10.1.0.2:50001,10.1.1.1:5064,1,1000000000022000000,0.001,,0.006,0.008,"
    "\"connected\",14\r\n"
    "\"t:d\",10.1.0.2:50001,10.1.1.1:5064,0,1000000000031000000,,,,,\"not created\",15\r\n"
    "\"t:rst\",10.1.0.2:50001,10.1.1.2:5064,1,1000000000100000000,0.001,,,,"
    "\"refused (RST)\",22\r\n"
    "\"t:icmp\",10.1.0.2:50001,10.1.1.3:5064,1,1000000000100000000,0.001,,,,"
    "\"refused (ICMP 3/10)\",23\r\n"
    "\"t:mute\",10.1.0.2:50001,10.1.1.4:5064,1,1000000000100000000,0.001,,,,"
    "\"no answer to 2 SYN\",24\r\n"
    "\"t:idle\",10.1.0.2:40001,10.1.1.5:5064,1,1000000000100000000,0.001,,,,"
    "\"answered, no connection tried\",19\r\n";

/* clang-format off */
static const char story_text[] =
"24 messages in 1.500000 s from 1000000000.000000 on. 48 bytes are not messages.\n"
"1 channel creation requests were unanswered during this capture.\n"
"\n"
"pv      client          server         searches   asked_s  search_s     tcp_s  create_s   total_s  state                          frame\n"
"t:a     10.1.0.2:50001  10.1.1.1:5064         2  0.000000  0.012000  0.002000  0.004000  0.020000  connected                          9\n"
"t:b     10.1.0.2:50001  10.1.1.1:5064         1  0.000000  0.012000  0.002000  0.005000         -  rejected by server                10\n"
"t:none  10.1.0.2:40001  -                     2  0.000000         -         -         -         -  nobody answers                     3\n"
"t:c     10.1.0.2:50001  10.1.1.1:5064         1  0.022000  0.001000         -  0.006000  0.008000  connected                         14\n"
"t:d     10.1.0.2:50001  10.1.1.1:5064         0  0.031000         -         -         -         -  not created                       15\n"
"t:rst   10.1.0.2:50001  10.1.1.2:5064         1  0.100000  0.001000         -         -         -  refused (RST)                     22\n"
"t:icmp  10.1.0.2:50001  10.1.1.3:5064         1  0.100000  0.001000         -         -         -  refused (ICMP 3/10)               23\n"
"t:mute  10.1.0.2:50001  10.1.1.4:5064         1  0.100000  0.001000         -         -         -  no answer to 2 SYN                24\n"
"t:idle  10.1.0.2:40001  10.1.1.5:5064         1  0.100000  0.001000         -         -         -  answered, no connection tried     19\n"
"\n"
"server    count    mean_s     std_s     min_s     q25_s     q50_s     q75_s     max_s\n"
"10.1.1.1      2  0.005000  0.001414  0.004000  0.004500  0.005000  0.005500  0.006000\n";
/* clang-format on */

/* ---- running it --------------------------------------------------------------------------- */

static counted plenty;

static capture begin_with(const caw_memory *history, const caw_memory *own, size_t most) {
    capture to = {.frame = 0};
    to.report = caw_report_new(caw_report_find("connect"), own, most);
    to.searches = caw_searches_new(history);
    to.circuit = caw_circuit_new(history, true);
    if (to.circuit)
        caw_circuit_set_server(to.circuit, 1);
    return to;
}

static capture begin(size_t most) {
    plenty = (counted){.good = -1};
    caw_memory memory = counted_memory(&plenty);
    return begin_with(&memory, &memory, most);
}

static void end(capture *of) {
    caw_report_free(of->report);
    caw_searches_free(of->searches);
    caw_circuit_free(of->circuit);
    CHECK(plenty.live == 0, "%ld pieces left", plenty.live);
}

static void test_story(void) {
    capture of = begin(SIZE_MAX);
    tell_story(&of);
    CHECK_TEXT(printed(of.report, CAW_FORM_JSON, NULL), story_json);
    CHECK_TEXT(printed(of.report, CAW_FORM_CSV, NULL), story_csv);
    CHECK_TEXT(printed(of.report, CAW_FORM_TEXT, NULL), story_text);
    CHECK_TEXT(printed(of.report, CAW_FORM_CSV, "servers"),
               "server,count,mean_s,std_s,min_s,q25_s,q50_s,q75_s,max_s\r\n"
               "10.1.1.1,2,0.005,0.001414214,0.004,0.0045,0.005,0.0055,0.006\r\n");
    CHECK(strstr(story_text, printed(of.report, CAW_FORM_TEXT, "connect")) == story_text,
          "the first table alone");
    CHECK(!strstr(printed(of.report, CAW_FORM_JSON, "servers"), "\"connect\""), "the second alone");
    end(&of);
}

static void test_nothing(void) {
    capture of = begin(SIZE_MAX);
    CHECK_TEXT(printed(of.report, CAW_FORM_JSON, NULL),
               "{\"table\": \"totals\", \"first_ns\": null, \"last_ns\": null, \"messages\": 0, "
               "\"skipped\": 0, \"dropped\": 0}\n");
    CHECK_TEXT(printed(of.report, CAW_FORM_TEXT, "servers"),
               "0 messages.\n0 channel creation requests were unanswered during this capture.\n\n"
               "no rows in servers\n");
    CHECK(strstr(printed(of.report, CAW_FORM_TEXT, NULL),
                 "\n\nno rows in connect\n\nno rows in servers\n"),
          "both tables");
    end(&of);
}

/* ---- which search belongs to which creation ----------------------------------------------- */

/* Value of a key in the row of this number, the first being 0; until the next call. */
static const char *value_of(const capture *of, int row, const char *key) {
    static char value[64];
    char wanted[32];
    const char *line = printed(of->report, CAW_FORM_JSON, "connect");
    for (int i = -1; i < row && line; i++)
        line = strchr(line, '\n') + 1;
    snprintf(wanted, sizeof wanted, "\"%s\": ", key);
    const char *begin_of = line ? strstr(line, wanted) : NULL;
    size_t length = begin_of ? strcspn(begin_of + strlen(wanted), ",}\n") : 0;
    snprintf(value, sizeof value, "%.*s", (int)length, begin_of ? begin_of + strlen(wanted) : "");
    return value;
}

static void test_latest_search_first(void) {
    capture of = begin(SIZE_MAX);
    at(&of, 0), search(&of, client, 1, "t:a");
    at(&of, 10), search(&of, other, 1, "t:a");
    at(&of, 20), found(&of, server(1), client, 1);
    at(&of, 30), found(&of, server(1), other, 1);
    at(&of, 40), create(&of, 1, caller, server(1), 1, "t:a");
    at(&of, 41), answer(&of, 1, caller, server(1), 1, CREATED);
    CHECK_TEXT(value_of(&of, 0, "state"), "\"not created\"");
    CHECK_TEXT(value_of(&of, 1, "total_s"), "0.031");
    at(&of, 50), create(&of, 1, caller, server(1), 2, "t:a");
    at(&of, 51), answer(&of, 1, caller, server(1), 2, CREATED);
    CHECK_TEXT(value_of(&of, 0, "total_s"), "0.051");
    at(&of, 60), create(&of, 1, caller, server(1), 3, "t:a"); /* shares the older one's */
    at(&of, 61), answer(&of, 1, caller, server(1), 3, CREATED);
    CHECK_TEXT(value_of(&of, 2, "total_s"), "0.061");
    CHECK_TEXT(value_of(&of, 3, "total_s"), "");
    end(&of);
}

static void test_only_that_server(void) {
    capture of = begin(SIZE_MAX);
    at(&of, 0), search(&of, client, 1, "t:a");
    at(&of, 1), found(&of, server(1), client, 1);
    at(&of, 2), found(&of, server(2), client, 1); /* the first answer counts */
    at(&of, 3), create(&of, 1, caller, server(2), 1, "t:a");
    CHECK_TEXT(value_of(&of, 0, "server"), "\"10.1.1.1:5064\"");
    CHECK_TEXT(value_of(&of, 0, "state"), "\"answered");
    CHECK_TEXT(value_of(&of, 1, "searches"), "0");
    end(&of);
}

/* ---- circuits ----------------------------------------------------------------------------- */

static void test_after_a_refusal(void) {
    capture of = begin(SIZE_MAX);
    at(&of, 0), search(&of, client, 1, "t:a");
    at(&of, 1), syn(&of, 1, caller, server(1), 1);
    at(&of, 2), refuse(&of, 1, caller, server(1), CAW_BY_RST);
    at(&of, 3), found(&of, server(1), client, 1);
    CHECK_TEXT(value_of(&of, 0, "state"), "\"answered"); /* that refusal was for somebody else */
    at(&of, 4), syn(&of, 2, caller, server(1), 1);
    CHECK_TEXT(value_of(&of, 0, "state"), "\"no answer to 1 SYN\"");
    at(&of, 5), syn_ack(&of, 2, caller, server(1));
    CHECK_TEXT(value_of(&of, 0, "state"), "\"not created\"");
    at(&of, 6), finish(&of, 2, caller, server(1));
    CHECK_TEXT(value_of(&of, 0, "state"), "\"not created\"");
    CHECK_TEXT(value_of(&of, 0, "tcp_s"), "0.001");
    CHECK_TEXT(value_of(&of, 0, "frame"), "5"); /* the SYN was the last thing asked */
    end(&of);
}

static void test_a_circuit_without_a_search(void) {
    capture of = begin(SIZE_MAX);
    at(&of, 0), syn(&of, 1, caller, server(1), 1);
    at(&of, 9), syn_ack(&of, 1, caller, server(1));
    at(&of, 10), create(&of, 1, caller, server(1), 1, "t:a");
    at(&of, 11), create(&of, 1, caller, server(1), 2, "t:b");
    CHECK_TEXT(value_of(&of, 0, "tcp_s"), "0.009");
    CHECK_TEXT(value_of(&of, 1, "tcp_s"), "null"); /* it was open */
    end(&of);
}

/* The same connection number, ids and memory again, as after a reader has begun anew. */
static void test_frames_that_begin_anew(void) {
    capture of = begin(SIZE_MAX);
    at(&of, 0), create(&of, 1, caller, server(1), 1, "t:a");
    of.frame = 0;
    at(&of, 50), syn(&of, 1, caller, server(2), 1);
    at(&of, 51), syn_ack(&of, 1, caller, server(2));
    at(&of, 52), create(&of, 1, caller, server(2), 2, "t:b");
    CHECK_TEXT(value_of(&of, 0, "server"), "\"10.1.1.1:5064\"");
    CHECK_TEXT(value_of(&of, 1, "server"), "\"10.1.1.2:5064\"");
    CHECK_TEXT(value_of(&of, 1, "tcp_s"), "0.001");
    end(&of);
}

/* ---- names, numbers, addresses ------------------------------------------------------------ */

static void test_dangerous_names(void) {
    capture of = begin(SIZE_MAX);
    at(&of, 0), search(&of, client, 1, "\"\\,\x1b");
    at(&of, 1), search(&of, client, 2, "T\xb0:x");
    CHECK(strstr(printed(of.report, CAW_FORM_JSON, NULL), "\"pv\": \"\\\"\\\\,\\\\x1b\""), "JSON");
    CHECK(strstr(printed(of.report, CAW_FORM_JSON, NULL), "\"pv\": \"T\xc2\xb0:x\""), "Latin-1");
    CHECK(strstr(printed(of.report, CAW_FORM_CSV, NULL), "\r\n\"\"\"\\,\\x1b\","), "CSV");
    CHECK(strstr(printed(of.report, CAW_FORM_TEXT, NULL), "\n\"\\,\\x1b  10.1.0.2"), "text");
    CHECK(strstr(printed(of.report, CAW_FORM_TEXT, NULL), "\nT\xc2\xb0:x     10.1.0.2"), "width");
    end(&of);
}

static void test_a_long_name(void) {
    enum { LENGTH = 60000 };
    static char name[LENGTH + 8];
    memset(name, 'x', LENGTH);
    capture of = begin(SIZE_MAX);
    draft made = {.context = {CAW_TRANSPORT_UDP, .speaker = CAW_SIDE_CLIENT},
                  .command = CAW_COMMAND_SEARCH,
                  .type = 5,
                  .count = 13,
                  .p1 = 1,
                  .p2 = 1,
                  .payload = name,
                  .size = LENGTH + 8};
    at(&of, 0), datagram(&of, client, everybody, &made), search(&of, client, 2, "t:b");
    CHECK(strlen(printed(of.report, CAW_FORM_TEXT, NULL)) < 1000, "no row is padded to that");
    CHECK(strstr(printed(of.report, CAW_FORM_TEXT, NULL),
                 "\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...  10.1.0.2:40001"),
          "cut, and it shows");
    CHECK(strlen(printed(of.report, CAW_FORM_JSON, NULL)) > LENGTH, "whole");
    end(&of);
}

static void test_nanoseconds_and_ipv6(void) {
    const caw_end six = {16, {0xfe, 0x80, [15] = 1}, 5064};
    capture of = begin(SIZE_MAX);
    of.exact = true;
    at(&of, 0), create(&of, 1, six, six, 1, "t:a");
    of.frame++, of.nanoseconds = 1;
    answer(&of, 1, six, six, 1, CREATED);
    CHECK_TEXT(value_of(&of, 0, "create_s"), "0.000000001");
    CHECK_TEXT(value_of(&of, 0, "client"), "\"[fe80::1]:5064\"");
    CHECK(strstr(printed(of.report, CAW_FORM_TEXT, NULL), "  0.000000001  "), "nine decimals");
    CHECK(strstr(printed(of.report, CAW_FORM_CSV, "servers"), "\r\nfe80::1,1,"), "no port");
    end(&of);
}

/* Captures hold any time. */
static void test_odd_moments(void) {
    static const struct {
        int64_t seconds;
        int32_t nanoseconds;
        const char *first;
    } moments[] = {{0, 5, "5"},
                   {1, 5, "1000000005"},
                   {-1, 0, "-1000000000"},
                   {-1, 999999999, "-1"},
                   {-3, 500000000, "-2500000000"},
                   {INT64_MAX, 999999999, "9223372036854775807999999999"},
                   {INT64_MIN, 0, "-9223372036854775808000000000"}};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        capture of = begin(SIZE_MAX);
        caw_event event = event_of(&of, CAW_EVENT_MALFORMED, client, everybody);
        event.now = (caw_moment){1, moments[i].nanoseconds, moments[i].seconds};
        show(&of, &event);
        char wanted[80];
        snprintf(wanted, sizeof wanted, "\"first_ns\": %s, ", moments[i].first);
        CHECK(strstr(printed(of.report, CAW_FORM_JSON, NULL), wanted), "%s", moments[i].first);
        event.now = (caw_moment){2, 0, 0};
        show(&of, &event);
        printed(of.report, CAW_FORM_TEXT, NULL); /* durations that no number holds */
        end(&of);
    }
}

/* By hand: 1 2 3 4 has the mean 2.5 and the sample deviation sqrt(5/3). */
static void test_quantiles(void) {
    double four[] = {3, 1, 4, 2}, one[] = {7}, same[] = {0.1, 0.1, 0.1}, none[] = {0, 0};
    caw_quantiles all = caw_quantiles_of(four, 4);
    CHECK(all.mean == 2.5 && all.min == 1 && all.max == 4, "ends");
    CHECK(all.quarter == 1.75 && all.median == 2.5 && all.three_quarters == 3.25, "quarters");
    CHECK(all.std > 1.2909944 && all.std < 1.2909945, "%.9g", all.std);
    all = caw_quantiles_of(one, 1);
    CHECK(all.mean == 7 && all.quarter == 7 && all.max == 7 && all.std == 0, "one");
    CHECK(caw_quantiles_of(same, 3).std < 1e-9, "none of it is negative");
    CHECK(caw_quantiles_of(none, 2).std == 0, "no root of nothing");
    double many[1000];
    for (int i = 0; i < 1000; i++)
        many[i] = (i * 337) % 1000;
    caw_quantiles_of(many, 1000);
    for (int i = 0; i < 1000; i++)
        CHECK(many[i] == i, "%d in order", i);
}

/* ---- rows as they change ------------------------------------------------------------------ */

static void test_changes(void) {
    capture of = begin(SIZE_MAX);
    caw_cell cells[CAW_MOST_COLUMNS];
    size_t number;
    CHECK(!caw_report_take(of.report, &number, cells), "nothing yet");
    at(&of, 0), search(&of, client, 1, "t:a"), search(&of, client, 2, "t:b");
    CHECK(caw_report_take(of.report, &number, cells) && number == 0, "the first row");
    CHECK(cells[0].known, "has a name");
    CHECK_TEXT(cells[0].is.text, "t:a");
    CHECK(caw_report_take(of.report, &number, cells) && number == 1, "the second");
    CHECK(!caw_report_take(of.report, &number, cells), "no more");
    at(&of, 1), found(&of, server(1), client, 2);
    CHECK(caw_report_take(of.report, &number, cells) && number == 1, "it has changed");
    at(&of, 2), syn(&of, 1, caller, server(1), 1);
    CHECK(caw_report_take(of.report, &number, cells) && number == 1, "its circuit has");
    CHECK_TEXT(cells[9].is.text, "no answer to 1 SYN");
    at(&of, 3), syn(&of, 1, caller, server(1), 2), syn_ack(&of, 1, caller, server(1));
    CHECK(caw_report_take(of.report, &number, cells) && number == 1, "once");
    CHECK(!caw_report_take(of.report, &number, cells), "however often");
    at(&of, 4), create(&of, 1, caller, server(1), 2, "t:b");
    CHECK(caw_report_take(of.report, &number, cells) && number == 1, "no new row");
    end(&of);
}

static void test_most_rows(void) {
    capture of = begin(2);
    tell_story(&of);
    CHECK_TEXT(value_of(&of, 1, "pv"), "\"t:b\"");
    CHECK_TEXT(value_of(&of, 2, "pv"), "");
    CHECK(caw_report_totals(of.report).dropped > 0, "the others are counted");
    CHECK(strstr(printed(of.report, CAW_FORM_TEXT, NULL), "are missing.\n"), "and told");
    end(&of);
}

/* ---- what fails --------------------------------------------------------------------------- */

static void check_valid(const capture *of) {
    const char *json = printed(of->report, CAW_FORM_JSON, NULL);
    CHECK(strncmp(json, "{\"table\": \"totals\"", 18) == 0 && json[strlen(json) - 1] == '\n',
          "whole lines");
}

static void tell_without_memory(counted *count) {
    plenty = (counted){.good = -1};
    caw_memory history = counted_memory(&plenty), own = counted_memory(count);
    capture of = begin_with(&history, &own, SIZE_MAX);
    bool complete = count->good >= count->asked;
    if (of.report) {
        tell_story(&of);
        complete = count->good >= count->asked;
        uint64_t dropped = caw_report_totals(of.report).dropped;
        CHECK(complete == (dropped == 0), "%ld of %ld: %llu dropped", count->good, count->asked,
              (unsigned long long)dropped);
        check_valid(&of);
    }
    CHECK(of.report || !complete, "no report for no reason");
    end(&of);
    CHECK(count->live == 0, "%ld pieces: %ld left", count->good, count->live);
}

static void tell_without_history(counted *count) {
    plenty = (counted){.good = -1};
    caw_memory history = counted_memory(count), own = counted_memory(&plenty);
    capture of = begin_with(&history, &own, SIZE_MAX);
    if (of.searches && of.circuit) {
        tell_story(&of);
        check_valid(&of);
    }
    end(&of);
    CHECK(count->live == 0, "%ld pieces: %ld left", count->good, count->live);
}

/* Enough rows for several writes. */
static void print_without_output(counted *count) {
    static written to;
    for (caw_form form = CAW_FORM_TEXT; form <= CAW_FORM_JSON; form++) {
        capture of = begin(SIZE_MAX);
        for (uint32_t cid = 0; cid < 100; cid++)
            at(&of, cid), search(&of, client, cid, "t:a");
        long good = count->good;
        *count = (counted){.good = good, .once = count->once};
        to = (written){.count = count};
        caw_output output = {written_write, &to};
        bool printed_all = caw_report_print(of.report, form, NULL, &output);
        CHECK(printed_all == (count->asked <= good), "%ld writes of %ld", good, count->asked);
        CHECK(printed_all || count->asked == good + 1, "no write after one that failed");
        end(&of);
    }
}

static bool ends_with(const char *text, const char *end_of_it) {
    size_t length = strlen(text), part = strlen(end_of_it);
    return length >= part && strcmp(text + length - part, end_of_it) == 0;
}

static void test_rows(void) {
    for (size_t i = 0; caw_report_rows[i]; i++) {
        const caw_report_row *row = caw_report_rows[i];
        CHECK(caw_report_find(row->name) == row, "%s", row->name);
        CHECK_TEXT(row->tables[0].name, row->name);
        CHECK(row->table_count <= CAW_MOST_TABLES, "%s", row->name);
        CHECK(caw_report_has(row, row->name) && !caw_report_has(row, "totals"), "%s", row->name);
        for (uint32_t t = 0; t < row->table_count; t++)
            for (uint32_t c = 0; c < row->tables[t].columns; c++) {
                const caw_column *column = &row->tables[t].column[c];
                CHECK(ends_with(column->key, "_s") == (column->kind == CAW_CELL_SECONDS), "%s",
                      column->key);
                CHECK(ends_with(column->key, "_ns") == (column->kind == CAW_CELL_MOMENT), "%s",
                      column->key);
            }
    }
    CHECK(!caw_report_find("no such report"), "found");
}

/* As -z has it behind the name; "all" has no row. */
static void test_words(void) {
    static const struct {
        const char *text;
        caw_form form;
        const char *table, *filter;
    } rows[] = {
        {"", CAW_FORM_TEXT, NULL, NULL},
        {",", CAW_FORM_TEXT, NULL, NULL},
        {",json", CAW_FORM_JSON, NULL, NULL},
        {",json,", CAW_FORM_JSON, NULL, NULL},
        {",csv,table=servers", CAW_FORM_CSV, "servers", NULL},
        {",table=connect,text", CAW_FORM_TEXT, "connect", NULL},
        {",json,ca.pv in {\"a,b\", \"c\"}", CAW_FORM_JSON, NULL, "ca.pv in {\"a,b\", \"c\"}"},
        {",ca,json", CAW_FORM_TEXT, NULL, "ca,json"},
        {",jsonb", CAW_FORM_TEXT, NULL, "jsonb"},
        {",js", CAW_FORM_TEXT, NULL, "js"},
    };
    static const char *const wrong[][2] = {
        {",json,csv", "it is printed as text, json or csv: take one"},
        {",json,json,x", "it is printed as text, json or csv: take one"},
        {",table=connect,table=servers", "it prints one table= only"},
        {",table=server", "it has no table \"server\", but connect, servers"},
        {",table=,json", "it has no table \"\", but connect, servers"},
    };
    const caw_report_row *connect = caw_report_find("connect");
    caw_report_words words;
    char said[100];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(caw_report_read_words(connect, rows[i].text, &words, said, sizeof said), "%s", said);
        CHECK(words.form == rows[i].form, "%s", rows[i].text);
        CHECK_TEXT(words.table ? words.table : "-", rows[i].table ? rows[i].table : "-");
        CHECK_TEXT(words.filter ? words.filter : "-", rows[i].filter ? rows[i].filter : "-");
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK(!caw_report_read_words(connect, wrong[i][0], &words, said, sizeof said), "taken");
        CHECK_TEXT(said, wrong[i][1]);
    }
    CHECK(caw_report_read_words(NULL, ",json,x", &words, said, sizeof said), "%s", said);
    CHECK(!caw_report_read_words(NULL, ",csv", &words, said, sizeof said), "one table of many");
    CHECK(!caw_report_read_words(NULL, ",table=connect", &words, said, sizeof said), "of which?");
}

int main(void) {
    test_rows();
    test_words();
    test_story();
    test_nothing();
    test_latest_search_first();
    test_only_that_server();
    test_after_a_refusal();
    test_a_circuit_without_a_search();
    test_frames_that_begin_anew();
    test_dangerous_names();
    test_a_long_name();
    test_nanoseconds_and_ipv6();
    test_odd_moments();
    test_quantiles();
    test_changes();
    test_most_rows();
    counted_fail_each(tell_without_memory);
    counted_fail_each(tell_without_history);
    counted_fail_each(print_without_output);
    return test_summary();
}
