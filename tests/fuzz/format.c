/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: formats, JSON and CSV. The first byte says what the caller knows, as in
 * decode.c, and in its highest bits whether the capture has nanoseconds, memory is short, and the
 * line is data; the second is the size of the buffer, the third the length of the format that
 * follows, or of the keys of CSV; then the message, which is its own frame.
 */
#include "caw_capture.h"

#include "printing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* How many pieces of memory there still are. */
static int left;

static void *take(void *user, size_t bytes) {
    (void)user;
    return left-- > 0 ? malloc(bytes) : NULL;
}

static void give_back(void *user, void *memory) {
    (void)user;
    free(memory);
}

static const caw_memory memory = {take, give_back, NULL};

static caw_event event_of(const uint8_t *bytes, size_t len, unsigned control) {
    const caw_context context = {.transport = control & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP,
                                 .speaker = control >> 1 & 3,
                                 .starts = control & 8};
    caw_event event = {.kind = CAW_EVENT_MESSAGE,
                       .now = {7, 123456789, 1500000000},
                       .exact = control & 128,
                       .source = {4, {10, 0, 0, 1}, 5064},
                       .target = {16, {0xfe, 0x80}, 1},
                       .user = "us\xe9r\x1b",
                       .frame = {bytes, 0, (uint32_t)len},
                       .link = CAW_LINK_RAW_IP};
    if (caw_decode(bytes, len, &context, &event.message) <= 0) {
        event.kind = CAW_EVENT_MALFORMED;
        event.reason = "fuzzed";
        event.bytes = len;
    }
    return event;
}

/* A line of data, without its end. */
static void check_data(const caw_lines *lines, caw_lines_kind kind, char *line, size_t length) {
    char head[512];
    size_t end = kind == CAW_LINES_CSV ? strlen("\r\n") : strlen("\n");
    line[length - end] = '\0';
    check_text(line);
    if (kind == CAW_LINES_JSON)
        check_json(line);
    else if (caw_lines_head(lines, head, sizeof head) < sizeof head)
        require(count_cells(line) == count_cells(head), "another number of cells");
}

/* As snprintf; or nothing, and then it says why. */
static void check_line(caw_lines *lines, caw_lines_kind kind, const caw_event *event, size_t room) {
    char *part = malloc(room);
    size_t length = caw_lines_print(lines, event, part, room);
    require((length == 0) == (caw_lines_problem(lines) != NULL), "nothing, without a problem");
    if (length) {
        char *whole = malloc(length + 1);
        left = 100;
        require(caw_lines_print(lines, event, whole, length + 1) == length, "another length");
        require(whole[length - 1] == '\n' && whole[length] == '\0', "no line end");
        require(strncmp(whole, part, strlen(part)) == 0, "not the beginning");
        if (kind != CAW_LINES_TEXT)
            check_data(lines, kind, whole, length);
        free(whole);
    } else {
        check_text(caw_lines_problem(lines));
    }
    free(part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char format[256], problem[CAW_LINES_PROBLEM];
    if (len < 3 || len - 3 < data[2])
        return 0;
    memcpy(format, data + 3, data[2]);
    format[data[2]] = '\0';
    size_t rest = len - 3 - data[2];
    uint8_t *bytes = malloc(rest + 1);
    memcpy(bytes, data + 3 + data[2], rest);
    left = data[0] & 64 ? 3 : 100;
    caw_event event = event_of(bytes, rest, data[0]);
    const char *given = data[2] ? format : NULL;
    caw_lines_form form = {.format = given};
    if (data[0] & 32) {
        form = (caw_lines_form){.kind = given ? CAW_LINES_CSV : CAW_LINES_JSON,
                                .full = data[1] & 1,
                                .keys = given,
                                .elements = data[1] >> 6};
    }
    caw_lines *lines = caw_lines_new(&form, &memory, problem, sizeof problem);
    if (lines)
        check_line(lines, form.kind, &event, 1 + (size_t)data[1]);
    else
        check_text(problem);
    caw_lines_free(lines);
    free(bytes);
    return 0;
}
