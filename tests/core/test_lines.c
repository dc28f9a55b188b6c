/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of events made by hand: the default, tokens, what is refused, and memory that fails. The
 * language of formats is tested against Python's, see test_format.py.
 */
#include "counted.h"
#include "lines/format_number.h"
#include "make.h"
#include "test.h"

static const caw_end client = {4, {10, 1, 0, 2}, 40001};
static const caw_end server = {16, {0x20, 1, 0xd, 0xb8, [15] = 1}, 5064};

/* A request to create "t:ai\x1b". */
static caw_event make_event(void) {
    static uint8_t bytes[MADE_MOST];
    const draft made = {.command = 18, .p1 = 7, .p2 = 13, .payload = "t:ai\x1b\0\0", .size = 8};
    const caw_context context = {CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_CLIENT};
    caw_event event = {.kind = CAW_EVENT_MESSAGE,
                       .now = {5, 42000, 1000000000},
                       .began = {1, 30000, 999999939},
                       .source = client,
                       .target = server,
                       .user = "op\x85r'ator"};
    caw_decode(bytes, make_message(&made, bytes), &context, &event.message);
    return event;
}

static const char *line_of(const char *format, const caw_event *event) {
    static char line[1 << 12];
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    caw_lines *lines =
        caw_lines_new(&(caw_lines_form){.format = format}, &memory, line, sizeof line);
    if (!lines)
        return line;
    size_t length = caw_lines_print(lines, event, line, sizeof line);
    CHECK(caw_lines_print(lines, event, NULL, 0) == length, "%s: another length", format);
    if (caw_lines_problem(lines))
        snprintf(line, sizeof line, "%s", caw_lines_problem(lines));
    else if (length)
        CHECK(line[length - 1] == '\n', "%s: no line end", format);
    else
        line[0] = '\0';
    if (length)
        line[length - 1] = '\0';
    caw_lines_free(lines);
    CHECK(count.live == 0, "%s: %ld pieces are not released", format, count.live);
    return line;
}

#define ENDS    "10.1.0.2:40001->2001:db8::1:5064 "
#define COMMAND "CreateChanRequest(name='t:ai\\x1b', cid=7, version=13)"

static void test_default(void) {
    caw_event event = make_event();
    CHECK_TEXT(line_of(NULL, &event), "1000000000.000042 " ENDS COMMAND);
    event.exact = true;
    CHECK_TEXT(line_of(NULL, &event), "1000000000.000042000 " ENDS COMMAND);
    event.kind = CAW_EVENT_MALFORMED;
    event.reason = "why";
    event.bytes = 3;
    CHECK_TEXT(line_of(NULL, &event),
               "1000000000.000042000 " ENDS "Malformed(reason='why', bytes=3)");
    event.kind = CAW_EVENT_CLOSED;
    CHECK_TEXT(line_of(NULL, &event), "");
}

/* What the line begins with is kept from event to event, as long as it is the same. */
static void test_beginnings(void) {
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    char problem[CAW_LINES_PROBLEM], line[200];
    caw_lines *lines = caw_lines_new(NULL, &memory, problem, sizeof problem);
    caw_event event = make_event();
    caw_lines_print(lines, &event, line, sizeof line);
    event.source.bytes[3] = 9;
    caw_lines_print(lines, &event, line, sizeof line);
    CHECK(strstr(line, " 10.1.0.9:40001->2001:"), "%s", line);
    event.target.port = 7;
    caw_lines_print(lines, &event, line, sizeof line);
    CHECK(strstr(line, "db8::1:7 "), "%s", line);
    event.now.nanoseconds = 43000;
    caw_lines_print(lines, &event, line, sizeof line);
    CHECK(strstr(line, "1000000000.000043 "), "%s", line);
    caw_lines_free(lines);
}

static void test_tokens(void) {
    static const struct {
        const char *format, *line;
    } rows[] = {
        {"", ""},
        {"{timestamp:.2f} {timestamp!r}", "1000000000.00 1000000000.000042"},
        {"{src:>10}|{dst}|{transport.sport:x}|{transport.dport:,}",
         "  10.1.0.2|2001:db8::1|9c41|5,064"},
        {"{frame:03d} {command}", "005 " COMMAND},
        {"{command!r:.10}", "CreateChan"},
        {"{command:.10}|{command:>58}", "CreateChan|     " COMMAND},
        {"{message}\\t{frame}\\n\\\\t\\q", "CreateChanRequest\t5\n\\t\\q"},
        {"{value} {severity} {command.data[0]} {command.status.name} {command.metadata.units}",
         "None None None None None"},
        {"{elapsed} {elapsed:.1f} {elapsed:>12}", "61.000012 61.0    61.000012"},
        {"{command.__class__.__name__:>20}", "   CreateChanRequest"},
        {"{command.cid} {command.version:+} {command.sid}", "7 +13 None"},
        {"{command.name}|{command.name!r}|{command.name:.3}|{command.name:>10}",
         "t:ai\\x1b|'t:ai\\x1b'|t:a|  t:ai\\x1b"},
        {"{user}|{user!r}|{user!a:.4}|{user!s:4.2}", "op\\x85r'ator|\"op\\x85r'ator\"|\"op\\|op  "},
        {"{host} {pv} {dt:>6} {ip} {ip.ttl:5}", "None None   None None None "},
    };
    const caw_event event = make_event();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_TEXT(line_of(rows[i].format, &event), rows[i].line);
}

/* Bytes that are no message have a class, and no words. */
static void test_malformed(void) {
    caw_event event = make_event();
    event.kind = CAW_EVENT_MALFORMED;
    event.reason = "why";
    CHECK_TEXT(line_of("{command.__class__.__name__} {command.cid}", &event), "Malformed None");
}

static void test_refused(void) {
    static const struct {
        const char *format, *problem;
    } rows[] = {
        {"{src", "'{' is never closed; write '{{' for a brace (at character 1 of the format)"},
        {"{sorce}",
         "there is no {sorce}; there are: timestamp, elapsed, ethernet, ip, transport, "
         "command, message, value, severity, src, dst, pv, user, host, dt, frame, "
         "search, create, get, put, update, unanswered, search_count, search_interval, "
         "search_time, connect_time, duplicate_pv_in, update_no, update_interval, "
         "subscribed_in, data_age, beacon_period, beacon_average, beacon_server, put_status, "
         "duplicate_of, channel_rights, channel_count, client_version, "
         "server_version, eca_severity (at character 2 of the format)"},
        {"{command.nope}", "{command.nope}: there is no such attribute"},
        {"{command.__class__}", "{command.__class__}: there is no such attribute"},
        {"{ip.nope}", "{ip.nope}: there is no such attribute"},
        {"{src:d}", "{src}: 'd' is for numbers, and this is text"},
        {"{command.data[x]}", "'[' in {command.data[: only numbers are indices, and nothing "
                              "follows them (at character 14 of the format)"},
        {"{command.status.nope}", "{command.status.nope}: there is no such attribute"},
        {"{command.metadata.cid}", "{command.metadata.cid}: there is no such attribute"},
        {"{frame:.3}", "{frame}: a whole number takes no precision; write 'f' after it for places"},
    };
    const caw_event event = make_event();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_TEXT(line_of(rows[i].format, &event), rows[i].problem);
}

/* Words of expressions and of JSON, and fields without their message. */
static void test_meant(void) {
    static const struct {
        const char *format, *meant;
    } rows[] = {{"{sport}", "(did you mean {transport.sport}?)"},
                {"{time}", "(did you mean {dt}?)"},
                {"{cid}", "(did you mean {command.cid}?)"},
                {"{eca}", "(did you mean {command.status}?)"},
                {"{data_type}", "(did you mean {command.data_type}?)"},
                {"{data.status}", "(did you mean {command.metadata.status}?)"}};
    const caw_event event = make_event();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *problem = line_of(rows[i].format, &event);
        CHECK(strstr(problem, rows[i].meant), "%s: %s", rows[i].format, problem);
    }
}

/* ---- other forms ------------------------------------------------------------------------- */

static const char *line_as(const caw_lines_form *form, const caw_event *event) {
    static char line[1 << 12];
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    caw_lines *lines = caw_lines_new(form, &memory, line, sizeof line);
    size_t length = caw_lines_print(lines, event, line, sizeof line);
    CHECK(caw_lines_print(lines, event, NULL, 0) == length, "another length");
    line[length ? length - 1 : 0] = '\0';
    caw_lines_free(lines);
    return line;
}

/* An hour and a half before UTC until then, two hours after it from then on. */
static int32_t zone(int64_t seconds) {
    return seconds < 1000000000 ? -5400 : 7200;
}

/* Dates are those of date(1). */
static void test_times(void) {
    static const struct {
        caw_time_style style;
        int64_t seconds;
        const char *line;
    } rows[] = {
        {CAW_TIME_EPOCH, 1000000000, "1000000000.000042"},
        {CAW_TIME_ISO, 1000000000, "2001-09-09T01:46:40.000042Z"},
        {CAW_TIME_ISO, 951782399, "2000-02-28T23:59:59.000042Z"},
        {CAW_TIME_ISO, 951782400, "2000-02-29T00:00:00.000042Z"},
        {CAW_TIME_ISO, 4107542400, "2100-03-01T00:00:00.000042Z"},
        {CAW_TIME_ISO, 0, "1970-01-01T00:00:00.000042Z"},
        {CAW_TIME_ISO, -1, "1969-12-31T23:59:59.000042Z"},
        {CAW_TIME_ISO, -2203977600, "1900-02-28T00:00:00.000042Z"},
        {CAW_TIME_ISO, INT64_MAX, "9223372036854775807"},
        {CAW_TIME_ISO, INT64_MIN, "-9223372036854775808"},
        {CAW_TIME_LOCAL, 1000000000, "2001-09-09T03:46:40.000042+02:00"},
        {CAW_TIME_LOCAL, 999999999, "2001-09-09T00:16:39.000042-01:30"},
        {CAW_TIME_RELATIVE, 1000000000, "61.000012"},
        {CAW_TIME_RELATIVE, 999999938, "-0.999988"},
        {CAW_TIME_DELTA, 1000000000, "0.000000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const caw_lines_form form = {.format = "{timestamp}", .time = rows[i].style, .zone = zone};
        caw_event event = make_event();
        event.now.seconds = rows[i].seconds;
        CHECK_TEXT(line_as(&form, &event), rows[i].line);
    }
    caw_event exact = make_event();
    exact.exact = true;
    CHECK_TEXT(line_as(&(caw_lines_form){.time = CAW_TIME_ISO}, &exact),
               "2001-09-09T01:46:40.000042000Z " ENDS COMMAND);
    CHECK_TEXT(line_as(&(caw_lines_form){.time = CAW_TIME_RELATIVE}, &exact),
               "61.000012000 " ENDS COMMAND);
}

/* What waits is timed by the line that is before it when it is written. */
static void test_waiting(void) {
    static const struct {
        caw_lines_form form;
        const char *line;
    } rows[] = {
        {{.format = "{timestamp:>9}|{frame}|{timestamp!s:.3}", .time = CAW_TIME_DELTA},
         "-2.500000|5|-2.\n"},
        {{.brief = true, .time = CAW_TIME_DELTA},
         "  -2.500000  10.1.0.2:40001 -> [2001:db8::1]:5064  Create t:ai\\x1b\n"},
        {{.time = CAW_TIME_DELTA}, "-2.500000 " ENDS COMMAND "\n"},
        {{.format = "{timestamp} {frame}"}, "1000000000.000042 5\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        counted count = {.good = -1};
        const caw_memory memory = counted_memory(&count);
        char line[200], whole[200];
        caw_event event = make_event();
        caw_lines *lines = caw_lines_new(&rows[i].form, &memory, line, sizeof line);
        size_t length = caw_lines_print_later(lines, &event, line, sizeof line);
        caw_lines_follow(lines, (caw_moment){9, 500042000, 1000000002});
        size_t full = caw_lines_complete(lines, line, length, &event, whole, sizeof whole);
        CHECK(caw_lines_complete(lines, line, length, &event, NULL, 0) == full, "another length");
        CHECK_TEXT(whole, rows[i].line);
        caw_lines_free(lines);
    }
}

static void test_circuits(void) {
    static const struct {
        caw_event event;
        const char *line, *brief;
    } rows[] = {
        {{.kind = CAW_EVENT_ASKED, .times = 1}, "", ""},
        {{.kind = CAW_EVENT_ACCEPTED, .times = 2}, "Connected(attempts=2)", "Connected, attempt 2"},
        {{.kind = CAW_EVENT_ACCEPTED}, "Connected()", "Connected"},
        {{.kind = CAW_EVENT_REFUSED, .by = CAW_BY_RST, .speaker = CAW_SIDE_SERVER},
         "Refused(by='server RST')",
         "Refused, server RST"},
        {{.kind = CAW_EVENT_REFUSED, .by = CAW_BY_ICMP, .icmp_type = 3, .icmp_code = 10},
         "Refused(by='ICMP 3/10')",
         "Refused, ICMP 3/10"},
        {{.kind = CAW_EVENT_CLOSED, .by = CAW_BY_SYN, .speaker = CAW_SIDE_CLIENT},
         "Disconnected(by='client SYN', channels=0)",
         "Disconnected, client SYN, 0 channels"},
        {{.kind = CAW_EVENT_CLOSED, .by = CAW_BY_FIN},
         "Disconnected(by='FIN', channels=0)",
         "Disconnected, FIN, 0 channels"},
    };
    const caw_lines_form form = {.format = "{command}", .circuits = true};
    const caw_lines_form brief = {.brief = true, .circuits = true};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_TEXT(line_as(&form, &rows[i].event), rows[i].line);
        const char *shown = line_as(&brief, &rows[i].event);
        const char *clause = strstr(shown, rows[i].brief);
        CHECK(clause && strcmp(clause, rows[i].brief) == 0, "%s: %s", rows[i].brief, shown);
        CHECK_TEXT(line_of("{command}", &rows[i].event), "");
    }
    const caw_lines_form words = {
        .format = "{message} {command.by} {command.channels} {command.attempts} {value} {pv}",
        .circuits = true};
    CHECK_TEXT(line_as(&words, &rows[5].event), "Disconnected client SYN 0 None None None");
    CHECK_TEXT(line_as(&words, &rows[1].event), "Connected None None 2 None None");
}

/* A problem is of one line: the next may be printed. */
static void test_problems_pass(void) {
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    char problem[CAW_LINES_PROBLEM], line[200];
    caw_lines *lines =
        caw_lines_new(&(caw_lines_form){.format = "{user:d}"}, &memory, problem, sizeof problem);
    caw_event event = make_event();
    CHECK(caw_lines_print(lines, &event, line, sizeof line) == 0, "printed: %s", line);
    CHECK(caw_lines_problem(lines) != NULL, "no problem");
    event.user = NULL;
    caw_lines_print(lines, &event, line, sizeof line);
    CHECK_TEXT(line, "None\n");
    CHECK(!caw_lines_problem(lines), "%s", caw_lines_problem(lines));
    caw_lines_free(lines);
}

/* Without memory it is told so, and nothing is lost. */
static void test_memory(counted *count) {
    const caw_memory memory = counted_memory(count);
    char problem[CAW_LINES_PROBLEM], line[200];
    const caw_event event = make_event();
    caw_lines *lines = caw_lines_new(&(caw_lines_form){.format = "{command!r:.9} {user!a:>20}"},
                                     &memory, problem, sizeof problem);
    if (!lines) {
        CHECK_TEXT(problem, "out of memory");
    } else if (caw_lines_print(lines, &event, line, sizeof line)) {
        CHECK_TEXT(line, "CreateCha       \"op\\x85r'ator\"\n");
    } else {
        CHECK(strstr(caw_lines_problem(lines), "out of memory"), "another problem");
        if (caw_lines_print(lines, &event, line, sizeof line))
            CHECK_TEXT(line, "CreateCha       \"op\\x85r'ator\"\n");
    }
    caw_lines_free(lines);
    CHECK(count->live == 0, "%ld pieces are not released", count->live);
}

/* The decimal point of the locale, which may be none or several bytes. */
static void test_points(void) {
    static const struct {
        const char *printed;
        int places;
        const char *want;
    } rows[] = {
        {"1.50", 2, "1.50"},
        {"1234,5", 1, "1234.5"},
        {"0\xd9\xab"
         "25",
         2, "0.25"},
        {"1,5e+300", 1, "1.5e+300"},
        {"7e-05", 0, "7e-05"},
        {"9\xd9\xab"
         "0e+00",
         1, "9.0e+00"},
        {"12", 0, "12"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        strcpy(text, rows[i].printed);
        caw_set_point(text, rows[i].places);
        CHECK_TEXT(text, rows[i].want);
    }
}

int main(void) {
    test_points();
    test_default();
    test_beginnings();
    test_tokens();
    test_malformed();
    test_refused();
    test_meant();
    test_times();
    test_waiting();
    test_circuits();
    test_problems_pass();
    counted_fail_each(test_memory);
    return test_summary();
}
