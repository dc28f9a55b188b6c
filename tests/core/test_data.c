/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON and CSV of events made by hand: the order and nesting of keys, quoting, what is no number,
 * keys that are none, memory that fails. What each key holds is tested against another decoder, see
 * test_data.py.
 */
#include "counted.h"
#include "make.h"
#include "test.h"

static const caw_note nothing = {.turn = CAW_TURN_ALONE};
static uint8_t bytes[MADE_MOST];

/* An update of two doubles, NaN and 1.5, in MAJOR alarm. */
static caw_event make_update(void) {
    static const char payload[] = "\0\1\0\2\0\0\0\1\0\0\0\2\0\0\0\0"
                                  "\x7f\xf8\0\0\0\0\0\0\x3f\xf8\0\0\0\0\0";
    const draft made = {
        .command = 1, .type = 20, .count = 2, .p1 = 1, .p2 = 7, .payload = payload, .size = 32};
    const caw_context context = {CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER};
    caw_event event = {.kind = CAW_EVENT_MESSAGE,
                       .now = {5, 42000, 1000000000},
                       .index = 3,
                       .transport = CAW_TRANSPORT_TCP,
                       .source = {4, {10, 1, 0, 1}, 5064},
                       .target = {4, {10, 1, 0, 2}, 40001},
                       .note = &nothing,
                       .user = "=op\x85\"\\"};
    caw_decode(bytes, make_message(&made, bytes), &context, &event.message);
    return event;
}

static char line[1 << 13];

/* Its line, or why there is none. */
static const char *line_of(const caw_lines_form *form, const caw_event *event) {
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    caw_lines *lines = caw_lines_new(form, &memory, line, sizeof line);
    if (!lines)
        return line;
    size_t length = caw_lines_print(lines, event, line, sizeof line);
    CHECK(caw_lines_print(lines, event, NULL, 0) == length, "another length");
    caw_lines_free(lines);
    CHECK(count.live == 0, "%ld pieces are not released", count.live);
    return line;
}

#define FRONT                                                                                      \
    "{\"timestamp\": \"2001-09-09T01:46:40.000042000Z\", \"timestamp_ns\": 1000000000000042000, "  \
    "\"frame\": 5, \"src\": \"10.1.0.1\", \"sport\": 5064, \"dst\": \"10.1.0.2\", "                \
    "\"dport\": 40001, \"transport\": \"tcp\", \"index\": 3, "
#define USER "\"user\": \"=op\\\\x85\\\"\\\\\", "

static void test_json(void) {
    const caw_lines_form json = {.kind = CAW_LINES_JSON};
    caw_event event = make_update();
    CHECK_TEXT(line_of(&json, &event),
               FRONT "\"message\": \"EventAddResponse\", " USER "\"flaws\": [\"unknown_name\"], "
                     "\"command\": 1, \"command_name\": \"Event Add\", \"size\": 32, "
                     "\"dtype\": 20, \"dtype_name\": \"DBR_TIME_DOUBLE\", \"count\": 2, "
                     "\"sub\": 7, \"eca\": 1, \"eca_name\": \"ECA_NORMAL\", "
                     "\"data\": {\"status\": 1, \"status_name\": \"READ\", \"severity\": 2, "
                     "\"severity_name\": \"MAJOR\", \"time_ns\": 631152001000000002, "
                     "\"value\": [null, 1.5], \"special\": [[0, \"nan\"]]}, \"update\": true}\n");
    event.kind = CAW_EVENT_MALFORMED;
    event.reason = "why";
    event.bytes = 3;
    CHECK_TEXT(line_of(&json, &event), FRONT "\"message\": \"Malformed\", \"reason\": \"why\", "
                                             "\"bytes\": 3, \"user\": \"=op\\\\x85\\\"\\\\\"}\n");
    event.kind = CAW_EVENT_ASKED;
    line[0] = '\0';
    CHECK_TEXT(line_of(&json, &event), "");
}

/*
 * What lines before had in common is kept, of more severities and ports than there is room for;
 * what differs is not.
 */
static void test_one_after_another(void) {
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    const caw_lines_form json = {.kind = CAW_LINES_JSON};
    caw_lines *lines = caw_lines_new(&json, &memory, line, sizeof line);
    caw_event event = make_update();
    char again[sizeof line];
    for (int i = 0; i < 200; i++) {
        event.now.frame = 5 + (uint32_t)i / 4;
        event.target.port = (uint16_t)(7 + i / 8 % 3);
        bytes[19] = (uint8_t)(i < 20 ? i % 2 : i % 37); /* the severity is at 18 */
        bytes[39] = (uint8_t)i;                         /* of the second value */
        event.user = i % 5 ? "operator" : NULL;
        event.message.param2 = (uint32_t)i; /* the subscription */
        caw_lines_print(lines, &event, again, sizeof again);
        CHECK_TEXT(line_of(&json, &event), again);
    }
    caw_lines_free(lines);
}

static void test_csv(void) {
    const caw_lines_form csv = {.kind = CAW_LINES_CSV, .keys = "user,data.value,pv,frame,data"};
    const caw_lines_form good = {.kind = CAW_LINES_CSV, .keys = "user,data.value,pv,frame"};
    const caw_event event = make_update();
    CHECK_TEXT(line_of(&csv, &event),
               "no such key: data (it is an object, in which data.bytes is one)");
    CHECK_TEXT(line_of(&good, &event), "\"'=op\\x85\"\"\\\",nan; 1.5,,5\r\n");
    counted count = {.good = -1};
    const caw_memory memory = counted_memory(&count);
    caw_lines *lines = caw_lines_new(&good, &memory, line, sizeof line);
    caw_lines_head(lines, line, sizeof line);
    CHECK_TEXT(line, "user,data.value,pv,frame\r\n");
    caw_lines_free(lines);
}

/* The line of the message needs room of its own. */
static void test_memory(void) {
    const caw_lines_form full = {.kind = CAW_LINES_JSON, .full = true};
    const caw_event event = make_update();
    for (long good = 0; good < 3; good++) {
        counted count = {.good = good};
        const caw_memory memory = counted_memory(&count);
        caw_lines *lines = caw_lines_new(&full, &memory, line, sizeof line);
        CHECK((lines != NULL) == (good > 1), "%ld pieces", good);
        if (!lines)
            continue;
        CHECK(caw_lines_print(lines, &event, line, sizeof line) == 0, "without memory");
        CHECK_TEXT(caw_lines_problem(lines), "out of memory");
        caw_lines_free(lines);
        CHECK(count.live == 0, "memory is left");
    }
}

int main(void) {
    test_json();
    test_one_after_another();
    test_csv();
    test_memory();
    return test_summary();
}
