/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions asked about events: a few events as they would be told, and for each what a person
 * would say to an expression, written down by hand.
 */
#include "caw_capture.h"
#include "heap.h"
#include "make.h"
#include "test.h"
#include "where/glob.h"
#include "where/literal.h"

#include <math.h>
#include <stdlib.h>

#define AT 1795532400 /* 2026-11-24 15:00:00 UTC, by date(1); the stamp below by it, too */

static const caw_memory heap = {take, give_back, NULL};
static caw_where_verdict verdict;

/* ---- the events --------------------------------------------------------------------------- */

typedef enum { PUT, GET, GOT, STATE, TEXT, LONG_TEXT, SEARCH, FAILURE, NO_MESSAGE, EVENTS } scene;

static const char *const names[EVENTS] = {"PUT",       "GET",    "GOT",     "STATE",     "TEXT",
                                          "LONG_TEXT", "SEARCH", "FAILURE", "NO_MESSAGE"};

static uint8_t bytes[EVENTS][MADE_MOST];
static caw_event events[EVENTS];
static caw_note notes[EVENTS];

static caw_exchange read_exchange = {
    .command = CAW_COMMAND_READ_NOTIFY, .pv = "SR:Temp", .request = {2, 0, AT}};
static caw_channel channel = {.pv = "SR:Temp", .cid = 7, .sid = 3, .has_sid = true};
static caw_channel latin = {.pv = "K\xe4lte"}; /* Kälte, before UTF-8 */

#define FROM_CLIENT                                                                                \
    { CAW_TRANSPORT_TCP, CAW_SIDE_CLIENT, false, false }
#define FROM_SERVER                                                                                \
    { CAW_TRANSPORT_TCP, CAW_SIDE_SERVER, false, false }
#define DATAGRAM                                                                                   \
    { CAW_TRANSPORT_UDP, CAW_SIDE_CLIENT, false, false }

static const caw_end client_end = {4, {10, 0, 0, 1}, 40000};
static const caw_end server_end = {4, {10, 0, 0, 2}, 5064};
static const caw_end broadcast = {4, {10, 255, 255, 255}, 5064};
static const caw_end client6 = {16, {0xfe, 0x80, [15] = 1}, 40000};

static const char three[] = "\x3f\xf8\0\0\0\0\0\0"            /* 1.5 */
                            "\xc0\0\0\0\0\0\0\0"              /* -2 */
                            "\x40\x08\0\0\0\0\0\0";           /* 3 */
static const char stamped[] = "\0\x03"                        /* HIHI */
                              "\0\x02"                        /* MAJOR */
                              "\x45\x67\x08\xef"              /* 14:59:59 of that day, since 1990 */
                              "\x1d\xcd\x65\0"                /* half a second */
                              "\0\0\0\0\x40\x45\0\0\0\0\0\0"; /* padding, 42 */
static char states[2 + 2 + 2 + 16 * 26 + 2 + 8];
static const char text[40] = "hello world";
static const char long_text[16] = "/data/run1.h5";
static const char failed_read[] = "\0\x0f\0\0\0\x06\0\x01\0\0\0\x03\0\0\0\x09SR:Temp\0";

static void decode(scene i, const draft *made, const caw_channel *of, caw_exchange *exchange,
                   caw_turn turn) {
    caw_event *event = &events[i];
    bool server = made->context.speaker == CAW_SIDE_SERVER;
    size_t length = make_message(made, bytes[i]);
    notes[i] = (caw_note){.channel = of, .exchange = exchange, .turn = (uint8_t)turn};
    *event = (caw_event){.kind = CAW_EVENT_MESSAGE,
                         .now = {(uint32_t)i + 1, 250000000, AT},
                         .transport = made->context.transport,
                         .source = server ? server_end : client_end,
                         .target = server ? client_end : server_end,
                         .user = "operator",
                         .host = "console3",
                         .note = &notes[i]};
    CHECK(caw_decode(bytes[i], length, &made->context, &event->message) > 0, "%s", names[i]);
}

static void make_events(void) {
    const draft put = {.context = FROM_CLIENT,
                       .command = 4,
                       .type = 6,
                       .count = 3,
                       .p1 = 3,
                       .p2 = 70,
                       .payload = three,
                       .size = 24};
    const draft get = {
        .context = FROM_CLIENT, .command = 15, .type = 20, .count = 1, .p1 = 3, .p2 = 9};
    const draft got = {.context = FROM_SERVER,
                       .command = 15,
                       .type = 20,
                       .count = 1,
                       .p1 = 1,
                       .p2 = 9,
                       .payload = stamped,
                       .size = 24};
    const draft state = {.context = FROM_SERVER,
                         .command = 1,
                         .type = 24,
                         .count = 1,
                         .p1 = 1,
                         .p2 = 5,
                         .payload = states,
                         .size = sizeof states};
    const draft string = {.context = FROM_SERVER,
                          .command = 1,
                          .type = 0,
                          .count = 1,
                          .p1 = 1,
                          .p2 = 6,
                          .payload = text,
                          .size = 40};
    const draft chars = {.context = FROM_SERVER,
                         .command = 15,
                         .type = 4,
                         .count = 14,
                         .p1 = 1,
                         .p2 = 8,
                         .payload = long_text,
                         .size = 16};
    const draft search = {.context = DATAGRAM,
                          .command = 6,
                          .type = 5,
                          .count = 13,
                          .p1 = 71,
                          .p2 = 71,
                          .payload = "SR:Temp2",
                          .size = 8};
    const draft failure = {.context = FROM_SERVER,
                           .command = 11,
                           .type = 0,
                           .count = 0,
                           .p1 = 7,
                           .p2 = 152,
                           .payload = failed_read,
                           .size = 24};
    states[5] = 2;
    memcpy(states + 6, "Off", 3);
    memcpy(states + 6 + 26, "On", 2);
    states[sizeof states - 9] = 1; /* the value; then padding */
    decode(PUT, &put, &channel, NULL, CAW_TURN_ALONE);
    decode(GET, &get, &channel, &read_exchange, CAW_TURN_REQUEST);
    decode(GOT, &got, &channel, &read_exchange, CAW_TURN_RESPONSE);
    decode(STATE, &state, &latin, NULL, CAW_TURN_ALONE);
    decode(TEXT, &string, NULL, NULL, CAW_TURN_ALONE);
    decode(LONG_TEXT, &chars, NULL, NULL, CAW_TURN_RESPONSE);
    decode(SEARCH, &search, NULL, NULL, CAW_TURN_REQUEST);
    decode(FAILURE, &failure, &channel, &read_exchange, CAW_TURN_RESPONSE);
    events[SEARCH].target = broadcast;
    events[SEARCH].user = events[SEARCH].host = NULL;
    events[TEXT].source = client6;
    events[NO_MESSAGE] = (caw_event){.kind = CAW_EVENT_MALFORMED,
                                     .now = {9, 250000000, AT},
                                     .transport = CAW_TRANSPORT_TCP,
                                     .source = client_end,
                                     .target = server_end,
                                     .reason = "not Channel Access",
                                     .bytes = 5};
}

/* ---- what a person says ------------------------------------------------------------------- */

static const struct {
    const char *expression;
    const char *answers; /* y, n, or l for later, in the order of the scenes */
} table[] = {
    /*                        PUT GET GOT STATE TEXT LONG SEARCH FAILURE NO */
    {"ca", "yyyyyyyyn"},
    {"put", "ynnnnnnnn"},
    {"write", "ynnnnnnnn"},
    {"get", "nynnnnnnn"},
    {"read reply", "nnynnynnn"},
    {"get response", "nnynnynnn"},
    {"update", "nnnyynnnn"},
    {"search", "nnnnnnynn"},
    {"request", "nynnnnynn"},
    {"failed", "nnnnnnnyn"},
    {"error", "nnnnnnnyn"},
    {"malformed", "nnnnnnnny"},
    {"not ca", "nnnnnnnny"},
    {"put or get", "yynnnnnnn"},
    {"PUT OR GET", "yynnnnnnn"},
    {"not put and ca", "nyyyyyyyn"},
    {"unanswered", "nlnnnnnnn"},
    {"ca.put or put == 1", "ynnnnnnnn"},
    {"has get and ca.get", "nynnnnnnn"},
    {"has update", "nnnyynnnn"},
    {"ca.search", "nnnnnnynn"},
    {"eca_severity == WARNING", "nnnnnnnyn"},
    {"ca.unanswered", "nlnnnnnnn"},
    {"unanswered == 1", "nlnnnnnnn"},
    {"not has unanswered", "ylyyyyyyy"},
    {"not unanswered", "ylyyyyyyy"},
    {"get and unanswered", "nlnnnnnnn"},
    {"put and unanswered", "nnnnnnnnn"},
    {"get or unanswered", "nynnnnnnn"},
    {"unanswered or get", "nynnnnnnn"},
    /* names */
    {"pv == \"SR:Temp\"", "yyynnnnyn"},
    {"pv == 'SR:Temp'", "yyynnnnyn"},
    {"pv != \"SR:Temp\"", "nnnynnynn"},
    {"not pv == \"SR:Temp\"", "nnnyyyyny"},
    {"pv ^= \"SR:\"", "yyynnnyyn"},
    {"pv ~ \"SR:*\"", "yyynnnyyn"},
    {"pv ~ \"*2\"", "nnnnnnynn"},
    {"pv ~ \"SR:T?mp\"", "yyynnnnyn"},
    {"pv ~ \"SR:[S-U]emp{2,}\"", "yyynnnyyn"},
    {"pv ~ \"sr:*\"", "nnnnnnnnn"},
    {"pv ~i \"sr:*\"", "yyynnnyyn"},
    {"pv ~ \"K\xc3\xa4lt?\"", "nnnynnnnn"},
    {"pv == \"K\xc3\xa4lte\"", "nnnynnnnn"},
    {"pv ~ \"K[!a]lte\"", "nnnynnnnn"},
    {"pv in {\"a\", \"SR:Temp\"}", "yyynnnnyn"},
    {"has pv", "yyyynnyyn"},
    {"user == \"operator\"", "yyyyyynyn"},
    {"host ^= \"console\" and put", "ynnnnnnnn"},
    {"message == \"ReadNotifyResponse\"", "nnynnynnn"},
    {"message == \"Malformed\"", "nnnnnnnny"},
    {"line ~ \"*sid=3*\"", "yynnnnnnn"},
    {"line ~ \"*bytes=5*\"", "nnnnnnnny"},
    /* numbers */
    {"sid == 3", "yynnnnnnn"},
    {"sid != 3", "nnnnnnnnn"},
    {"sid != 4", "yynnnnnnn"},
    {"not sid != 4", "nnyyyyyyy"},
    {"sid in {1, 2..4}", "yynnnnnnn"},
    {"cid == 71", "nnnnnnynn"},
    {"dtype == DBR_DOUBLE", "ynnnnnnnn"},
    {"dtype in {DBR_DOUBLE, 20}", "yyynnnnnn"},
    {"eca == ECA_GETFAIL", "nnnnnnnyn"},
    {"eca == eca_normal", "nnyyyynnn"},
    {"command == READ_NOTIFY", "nyynnynnn"},
    {"error.command == \"read notify\"", "nnnnnnnyn"},
    {"error ~ \"SR:*\"", "nnnnnnnyn"},
    {"count > 2", "ynnnnynnn"}, /* a search has a version there */
    {"request == 1", "nynnnnynn"},
    {"frame < 3", "yynnnnnnn"},
    {"time == 0.25", "nlynnnnyn"},
    {"time > 0.3", "nlnnnnnnn"},
    {"dt <= .25 and not get", "nnynnnnyn"},
    {"has time", "nlynnnnyn"},
    /* values */
    {"value > 2", "ynynnynnn"},
    {"value == 42", "nnynnnnnn"},
    {"value == 1.5", "ynnnnnnnn"},
    {"value != 1.5", "nnyynynnn"},
    {"any value != 1.5", "ynyynynnn"},
    {"all value > -3", "ynyynynnn"},
    {"all value > 0", "nnyynnnnn"}, /* the text ends with a NUL */
    {"value in {-2, 42}", "ynynnnnnn"},
    {"value in {40..42}", "nnynnnnnn"},
    {"value == 'On'", "nnnynnnnn"},
    {"value ~ 'O*'", "nnnynnnnn"},
    {"value in {\"On\", 42}", "nnyynnnnn"},
    {"value == \"hello world\"", "nnnnynnnn"},
    {"value ~ \"*.h5\"", "nnnnnynnn"},
    {"data.string ~ \"*\"", "nnnnyynnn"},
    {"data.enum == 'Off'", "nnnynnnnn"},
    {"has value", "ynyyyynnn"},
    {"severity == MAJOR", "nnynnnnnn"},
    {"data.severity >= minor", "nnynnnnnn"},
    {"data.status == HIHI", "nnynnnnnn"},
    {"data.time >= '2026-11-24 14:59:59.5'", "nnynnnnnn"},
    {"data.time > '2026-11-24 14:59:59.5'", "nnnnnnnnn"},
    /* packets */
    {"tcp", "yyyyyynyy"},
    {"udp", "nnnnnnynn"},
    {"host 10.0.0.1", "yyyyyyyyy"},
    {"src host 10.0.0.1", "yynnnnyny"},
    {"dst port 5064", "yynnnnyny"},
    {"net 10.0.0.0/8 and tcp", "yyyyyynyy"},
    {"src == 10.0.0.1", "yynnnnyny"},
    {"src != 10.0.0.1", "nnyyyynyn"},
    {"src == fe80::1", "nnnnynnnn"},
    {"src in fe80::/10", "nnnnynnnn"},
    {"dst in {10.255.0.0/16, 192.168.0.0/16}", "nnnnnnynn"},
    {"sport == 5064", "nnyynynyn"},
    {"dport in {1..5064}", "yynnnnyny"},
    /* times */
    {"timestamp >= \"2026-11-24 15:00\"", "yyyyyyyyy"},
    {"timestamp >= \"2026-11-24 15:00:00.25\"", "yyyyyyyyy"},
    {"timestamp > \"2026-11-24 15:00:00.25\"", "nnnnnnnnn"},
    {"timestamp < \"2026-11-24T16:00:01+01:00\"", "yyyyyyyyy"},
    {"timestamp < 2026-11-24T15:00Z", "nnnnnnnnn"},
    {"timestamp > 2026-11-24 and frame == 1", "ynnnnnnnn"},
    {"timestamp == 1795532400.25", "yyyyyyyyy"},
    /* bits */
    {"flaw.error_message", "nnnnnnnyn"},
    {"flaw.failure", "nnnnnnnnn"},
    {"flaw.error_message == 1", "nnnnnnnyn"},
};

static char letter_of(caw_where_answer answer) {
    return answer == CAW_WHERE_YES ? 'y' : answer == CAW_WHERE_NO ? 'n' : 'l';
}

static void test_table(void) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char got[EVENTS + 1] = "";
        caw_where *where = caw_where_new(table[i].expression, &heap, &verdict);
        CHECK(where, "%s: %s", table[i].expression, verdict.problem);
        if (!where)
            continue;
        for (scene j = 0; j < EVENTS; j++)
            got[j] = letter_of(caw_where_ask(where, &events[j], NULL));
        CHECK(strcmp(got, table[i].answers) == 0, "%s\n  got:  %s\n  want: %s", table[i].expression,
              got, table[i].answers);
        caw_where_free(where);
    }
}

/* ---- later -------------------------------------------------------------------------------- */

static void test_later(void) {
    static const struct {
        const char *expression;
        bool unknown, unanswered, quick, slow; /* fates: answered after 0.1 s, after 2 s */
    } fates[] = {
        {"unanswered", false, true, false, false},
        {"has unanswered", false, true, false, false},
        {"unanswered == 1", false, true, false, false},
        {"not unanswered", true, false, true, true},
        {"time > 1", false, false, false, true},
        {"not time > 1", true, true, true, false},
        {"has time", false, false, true, true},
        {"time != 0.1", false, false, false, true},
        {"unanswered or time > 1", false, true, false, true},
        {"(unanswered or time > 1) and pv ^= 'SR:'", false, true, false, true},
        {"(unanswered or put) and (get or time > 1)", false, true, false, false},
        {"not (unanswered and sid == 3) and time < 1", false, false, true, false},
    };
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++) {
        caw_where *where = caw_where_new(fates[i].expression, &heap, &verdict);
        caw_where_rest rest;
        CHECK(where && caw_where_ask(where, &events[GET], &rest) == CAW_WHERE_LATER, "%s",
              fates[i].expression);
        bool got[] = {caw_where_settle(where, &rest, (caw_where_fate){CAW_FATE_UNKNOWN, 0, 0}),
                      caw_where_settle(where, &rest, (caw_where_fate){CAW_FATE_UNANSWERED, 0, 0}),
                      caw_where_settle(where, &rest, (caw_where_fate){CAW_FATE_ANSWERED, 0.1, 0}),
                      caw_where_settle(where, &rest, (caw_where_fate){CAW_FATE_ANSWERED, 2, 0})};
        CHECK(got[0] == fates[i].unknown && got[1] == fates[i].unanswered &&
                  got[2] == fates[i].quick && got[3] == fates[i].slow,
              "%s: %d %d %d %d", fates[i].expression, got[0], got[1], got[2], got[3]);
        caw_where_free(where);
    }
}

/* Once the answer has been seen, a request's question is one for now. */
static void test_answered(void) {
    caw_where *where = caw_where_new("time == 0.5 and not unanswered", &heap, &verdict);
    read_exchange.answer = (caw_moment){5, 500000000, AT};
    CHECK(caw_where_ask(where, &events[GET], NULL) == CAW_WHERE_YES, "answered");
    read_exchange.answer = (caw_moment){0, 0, 0};
    caw_where_free(where);
}

/* ---- what no message is ------------------------------------------------------------------- */

static void test_possible(void) {
    static const struct {
        const char *expression;
        bool possible;
    } rows[] = {
        {"write and read", false},
        {"put and failed", false},
        {"put and eca != ECA_NORMAL", false},
        {"(put or get) and (update or beacon)", false},
        {"response and unanswered", false},
        {"malformed and ca", false},
        {"put and write", true},
        {"put reply and failed", true},
        {"put or failed", true},
        {"put and put_status != ECA_NORMAL", true},
        {"update and user == 'op'", true},
        {"put and unanswered", true},
        {"put and not read", true},
        {"malformed and tcp", true},
        {"malformed and eca == ECA_NORMAL", true},
        {"message == 'Connected'", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        caw_where *where = caw_where_new(rows[i].expression, &heap, &verdict);
        CHECK(where && caw_where_can_match(where) == rows[i].possible, "%s", rows[i].expression);
        caw_where_free(where);
    }
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* As the compiler reads them: as many digits as a double is printed with, of any size. */
static void test_numbers(void) {
#define NUMBER(number)                                                                             \
    { #number, number }
    static const struct {
        const char *text;
        double number;
    } rows[] = {NUMBER(0.1),
                NUMBER(0.30000000000000004),
                NUMBER(1e22),
                NUMBER(1e23),
                NUMBER(-12345678901234567.),
                NUMBER(1.479905201104594e+58),
                NUMBER(7.490504046921269e+255),
                NUMBER(2.718316374298659e+276),
                NUMBER(3.994224074600711e-228),
                NUMBER(-4.612711869170639e-256),
                NUMBER(2.094957646544255e-308),
                NUMBER(5e-324),
                NUMBER(1.7976931348623157e308),
                NUMBER(2.2250738585072014e-308),
                NUMBER(0.1000000000000000055511151231257827),
                NUMBER(0.),
                {"1e400", HUGE_VAL}};
#undef NUMBER
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double number;
        CHECK(caw_where_number(rows[i].text, strlen(rows[i].text), &number) &&
                  memcmp(&number, &rows[i].number, sizeof number) == 0,
              "%s: %.17g", rows[i].text, number);
    }
}

/* ---- patterns ----------------------------------------------------------------------------- */

/* Sites have braces in the names of PVs: only those with a comma in them are alternatives. */
static void test_braces(void) {
    static const struct {
        const char *pattern, *yes, *no;
    } rows[] = {
        {"SR{PS:1}I", "SR{PS:1}I", "SRPS:1I"},
        {"SR{PS:1}*", "SR{PS:1}I", "SRPS:1I"},
        {"SR{PS:[12]}{I}", "SR{PS:2}{I}", "SRPS:2I"},
        {"{}", "{}", ""},
        {"{[a,b]}", "{,}", "a"},
        {"{a\\,b}", "{a,b}", "b"},
        {"{[a,b],c}", ",", "{c}"},
        {"{on,off}", "off", "{on,off}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *problem;
        caw_pattern *pattern = caw_pattern_new(rows[i].pattern, &heap, &problem);
        CHECK(pattern && caw_pattern_matches(pattern, rows[i].yes), "%s", rows[i].pattern);
        CHECK(!caw_pattern_matches(pattern, rows[i].no), "%s: %s", rows[i].pattern, rows[i].no);
        caw_pattern_free(pattern);
    }
}

/* ---- mistakes ----------------------------------------------------------------------------- */

static void test_mistakes(void) {
    static const struct {
        const char *expression;
        size_t at;
        const char *problem;
    } mistakes[] = {
        {"serch", 0, "did you mean search?"},
        {"puts", 0, "did you mean put?"},
        {"unaswered", 0, "did you mean unanswered?"},
        {"pvs == \"x\"", 0, "did you mean pv?"},
        {"timestmap > 1", 0, "did you mean timestamp?"},
        {"severity == MAYOR", 12, "did you mean MAJOR?"},
        {"pv ~ \"[a\"", 6, "[ is never closed"},
        {"pv ~ \"a{b\"", 7, "{ is never closed"},
        {"pv < \"a\"", 3, "by '<'"},
        {"time ~ \"a\"", 5, "by '~'"},
        {"value ~ 3", 6, "by '~'"},
        {"value < \"On\"", 6, "by '<'"},
        {"data == 3", 5, "has FIELD"},
        {"cid == -1", 7, "0 to 4294967295"},
        {"src == 10.0.0", 7, "not an address"},
        {"src in 10.0.0.1/8", 7, "zeros after the bits"},
        {"timestamp > yesterday", 12, "not a time"},
        {"cid in {1 2}", 10, "expected a comma or }"},
        {"cid in {1, 2", 7, "no closing brace"},
        {"has nothing", 4, "no such field"},
        {"any put", 7, "an operator is missing"},
        {"any cid", 7, "an operator is missing"},
        {"pv = 'x'", 3, "no such operator '=' (did you mean ==?)"},
        {"put and pv contains 'x'", 11, "did you mean ~ \"*text*\"?"},
        {"pv =~ 'x'", 3, "no such operator '=~'"},
        {"pv !~ 'x'", 3, "not FIELD ~"},
        {"pv not in {'x'}", 3, "not FIELD in"},
        {"value gt 3", 6, "did you mean >?"},
        {"value[0] > 3", 5, "any, of all elements"},
        {"pv == t:ai", 6, "not 't:ai': \"t:ai\""},
        {"pv == 't:*'", 6, "a pattern goes with ~"},
        {"pv ~ /t/", 5, "no regular expressions"},
        {"pv ==", 5, "a value is missing at the end"},
        {"pv ^= ''", 6, "has FIELD"},
        {"host == 10.0.0.1", 8, "src == 10.0.0.1"},
        {"host console", 5, "host == \"NAME\""},
        {"value == Fault", 9, "quotes: \"Fault\""},
        {"value > '3'", 6, "numbers stand without quotes"},
        {"value in [3]", 9, "in {1, 2}"},
        {"value in {}", 10, "a value is missing before"},
        {"value in 5..3", 10, "the smaller value"},
        {"value == 3..5", 10, "in 5..9"},
        {"src in 10.0.0.1..10.0.0.9", 15, "in 10.0.0.0/8"},
        {"any(value > 3)", 3, "any value > 3"},
        {"len(value) > 3", 0, "no functions"},
        {"3 < value", 0, "a field goes here"},
        {"pv == 'a' or 'b'", 13, "a field goes here"},
        {"value > 3 and < 5", 14, "a field goes here"},
        {"put pv == 't:ai'", 4, "and or or is missing"},
        {"read notify pv == 't:ai'", 12, "and or or is missing"},
        {"data_type == 6", 0, "did you mean dtype?"},
        {"subscriptionid == 6", 0, "did you mean sub?"},
        {"status == 6", 0, "eca, or data.status"},
        {"ip.src == 10.0.0.1", 0, "did you mean src?"},
        {"create_ch_fail", 0, "did you mean create failed?"},
        {"put or Disconnected", 7, "message == \"Disconnected\", with --circuits"},
        {"by == 'server RST'", 0, "line ~ \"*server RST*\""},
        {"CA_PROTO_WRITE", 0, "did you mean write?"},
        {"severity == MAJOR_ALARM", 12, "did you mean MAJOR?"},
        {"eca == TIMEOUT", 7, "did you mean ECA_TIMEOUT?"},
        {"dtype == time_double", 9, "did you mean DBR_TIME_DOUBLE?"},
        {"time > 100ms", 7, "seconds, such as 0.1"},
        {"time > 100 ms", 7, "'100 ms' (a number of seconds"},
        {"update_interval > 1s", 18, "a number of seconds"},
        {"time > 1 put", 9, "instead of 'put'"},
        {"command == Write Notify", 11, "needs quotes: 'Write Notify'"},
        {"src == 10.0.0.1:5064", 7, "src == 10.0.0.1 and sport == 5064"},
        {"dst == 10.0.0.1:5064", 7, "dst == 10.0.0.1 and dport == 5064"},
        {"dtype == DOUBLE", 9, "did you mean DBR_DOUBLE?"},
        {"eca_name == 'ECA_NORMAL'", 0, "did you mean eca?"},
        {"transport == 'tcp'", 0, "did you mean tcp, or udp?"},
        {"has flaw", 4, "did you mean flaw.failure"},
        {"pv ~ t:*", 5, "not 't:*': \"t:*\""},
        {"pv in {SR{PS:1}I*, 'x'}", 7, "not 'SR{PS:1}I*': \"SR{PS:1}I*\""},
        {"pv == \xe2\x80\x9cx\xe2\x80\x9d", 6, "not '\xe2\x80\x9c'"},
        {"put and\nfoo\nbar", 8, "no such message 'foo bar'"},
        {"timestamp > 2026-11-24 15:00", 12, "needs quotes"},
        {"timestamp > '2026-02-29'", 12, "not a time"},
        {"pv", 0, "has FIELD"},
        {"put and SR:Temp", 8, "a PV: pv ~ \"*NAME*\""},
        {"10.0.0.1", 0, "an address: host 10.0.0.1"},
        {"failed put", 0, "did you mean put reply and failed?"},
        {"put failed", 0, "did you mean put reply and failed?"},
        {"not answered", 4, "did you mean has time?"},
        {"src not in 10.0.0.0/8", 4, "not src in 10.0.0.0/8"},
        {"pv !in {'x'}", 3, "not FIELD in"},
        {"command.cid == 1", 0, "did you mean cid?"},
        {"value 3", 6, "no such operator"},
        {"put or put or put or put or put or put or put or put or put or put or put or put or "
         "put or put or put or put or put or put or put or put or put or put or put or put or "
         "put or put or put or put or put or put or put or put or put",
         227, "one condition: in {1, 2}"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        caw_where *where = caw_where_new(mistakes[i].expression, &heap, &verdict);
        CHECK(!where && strstr(verdict.problem, mistakes[i].problem), "%s: %s",
              mistakes[i].expression, verdict.problem);
        CHECK(verdict.at == mistakes[i].at, "%s: at %zu", mistakes[i].expression, verdict.at);
        caw_where_free(where);
    }
}

/* What a packet alone does not tell is refused by a capture filter; the rest has its old words. */
static void test_capture_filters(void) {
    static const struct {
        const char *expression, *same; /* as a capture filter; or NULL and ... */
        const char *problem;           /* ... why there is none */
    } filters[] = {
        {"put", "write", NULL},
        {"get", "read", NULL},
        {"update", "event", NULL},
        {"pv ~ \"SR:*\"", "pv ^= \"SR:\"", NULL},
        {"pv ~ \"SR:Temp\"", "pv == \"SR:Temp\"", NULL},
        {"cid in {7}", "cid == 7", NULL},
        {"unanswered", NULL, "what comes later"},
        {"time > 1", NULL, "a request and its answer"},
        {"value > 1", NULL, "fixed place"},
        {"serv.ip == 10.0.0.0/8", "serv.ip in 10.0.0.0..10.255.255.255", NULL},
        {"sport == 5064.0", "sport in {5064}", NULL},
        {"sport > 5000", "sport in 5001..65535", NULL},
        {"sport >= 5000.5", "sport in 5001..65535", NULL},
        {"dport < 7.5", "dport in 0..7", NULL},
        {"dport <= 7", "dport < 8", NULL},
        {"dport == 70000", "dport < 0", NULL},
        {"dport == nan", "dport < 0", NULL},
        {"has beacon", "beacon", NULL},
        {"src == fe80::1", NULL, "IPv4"},
        {"has pv", NULL, "from others"},
        {"has mask", NULL, "names of messages"},
        {"pv ~ \"*x\"", NULL, "pattern"},
        {"malformed", NULL, "malformed"},
        {"unknown message", NULL, "command =="},
        {"host fe80::1", NULL, "IPv4"},
        {"flaw.failure", NULL, "whole message"},
    };
    static char got[1 << 16], want[1 << 16];
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        size_t length = caw_where_to_pcap(filters[i].expression, got, sizeof got, &verdict);
        CHECK((length > 0) == (filters[i].same != NULL), "%s: %s", filters[i].expression,
              verdict.problem);
        if (filters[i].problem)
            CHECK(strstr(verdict.problem, filters[i].problem), "%s", verdict.problem);
        if (!filters[i].same)
            continue;
        caw_where_to_pcap(filters[i].same, want, sizeof want, &verdict);
        CHECK(strcmp(got, want) == 0, "%s is not %s", filters[i].expression, filters[i].same);
    }
}

/* ---- patterns ----------------------------------------------------------------------------- */

static bool matches(const char *pattern, const char *name) {
    glob_step steps[GLOB_MOST];
    glob read;
    const char *problem;
    uint32_t at;
    return caw_glob_read(caw_view_of(pattern), false, steps, GLOB_MOST, &read, &problem, &at) &&
           caw_glob_matches(&read, caw_view_of(name));
}

static void test_patterns(void) {
    CHECK(matches("", ""), "nothing");
    CHECK(!matches("", "a"), "nothing more");
    CHECK(matches("*", ""), "any of nothing");
    CHECK(matches("a*b*c", "aXbYbZc"), "the last b");
    CHECK(!matches("a*b*c", "aXbYbZ"), "no c");
    CHECK(matches("{,a}{,b}", ""), "empty alternatives");
    CHECK(matches("{,a}{,b}", "ab"), "both");
    CHECK(!matches("{,a}{,b}", "ba"), "in order");
    CHECK(matches("{a*,b}c", "axc"), "a star in braces");
    CHECK(matches("[]]", "]"), "a bracket in brackets");
    CHECK(matches("[a-]", "-"), "a minus at the end");
    CHECK(matches("\\*", "*"), "a star as it stands");
    CHECK(!matches("\\*", "a"), "no star");
    CHECK(matches("a,b}", "a,b}"), "outside of braces");
}

/* What takes others exponential time. */
static void test_patterns_are_cheap(void) {
    char pattern[GLOB_MOST], name[4096];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i < 60; i++)
        memcpy(pattern + 2 * i, "*a", 2);
    memcpy(pattern + 120, "*b", 3);
    CHECK(!matches(pattern, name), "no b");
    for (size_t i = 0; i < 20; i++)
        memcpy(pattern + 6 * i, "{a,aa}", 6);
    memcpy(pattern + 120, "b", 2);
    CHECK(!matches(pattern, name), "no b after braces");
}

int main(void) {
    make_events();
    test_table();
    test_later();
    test_answered();
    test_possible();
    test_numbers();
    test_braces();
    test_mistakes();
    test_capture_filters();
    test_patterns();
    test_patterns_are_cheap();
    return test_summary();
}
