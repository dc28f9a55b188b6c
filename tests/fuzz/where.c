/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libFuzzer's target: expressions. The first byte says what the caller knows, as in decode.c, and
 * in its highest bits whether the message asks for an answer and memory is short; the second is the
 * length of the expression that follows; then the message.
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
static caw_channel channel = {.pv = "SR:K\xe4lte{1}"};
static caw_exchange exchange = {.command = 15, .channel = &channel, .request = {6, 0, 1500000000}};

static caw_event event_of(const uint8_t *bytes, size_t len, unsigned control,
                          const caw_note *note) {
    const caw_context context = {.transport = control & 1 ? CAW_TRANSPORT_UDP : CAW_TRANSPORT_TCP,
                                 .speaker = control >> 1 & 3,
                                 .starts = control & 8};
    caw_event event = {.kind = CAW_EVENT_MESSAGE,
                       .now = {7, 123456789, 1500000000},
                       .transport = context.transport,
                       .source = {4, {10, 0, 0, 1}, 5064},
                       .target = {16, {0xfe, 0x80}, 1},
                       .user = "us\xe9r\x1b",
                       .note = note};
    if (caw_decode(bytes, len, &context, &event.message) > 0)
        return event;
    event.kind = CAW_EVENT_MALFORMED;
    event.note = NULL;
    event.reason = "fuzzed";
    event.bytes = len;
    return event;
}

/* The same answer twice; put off, it is the same whenever it is given. */
static void check_question(caw_where *where, const caw_event *event) {
    caw_where_rest rest, again;
    caw_where_answer answer = caw_where_ask(where, event, &rest);
    require(caw_where_ask(where, event, &again) == answer, "another answer");
    for (int is = CAW_FATE_UNKNOWN; is <= CAW_FATE_ANSWERED; is++) {
        caw_where_fate fate = {(caw_fate)is, 0.25, 160};
        bool settled = caw_where_settle(where, &rest, fate);
        require(answer == CAW_WHERE_LATER || settled == (answer == CAW_WHERE_YES),
                "what was known has changed");
    }
}

static void check_verdict(const caw_where_verdict *verdict, bool good, const char *expression) {
    require(good == !verdict->problem[0], "neither good nor a problem");
    require(verdict->at <= strlen(expression), "a place outside of the expression");
}

static void check(const char *expression, const caw_event *event) {
    caw_where_verdict verdict;
    caw_where *where = caw_where_new(expression, &memory, &verdict);
    check_verdict(&verdict, where != NULL, expression);
    if (where)
        check_question(where, event);
    size_t length = caw_where_to_pcap(expression, NULL, 0, &verdict);
    check_verdict(&verdict, length > 0, expression);
    require(where || !length || left < 0, "a filter, but no question");
    caw_where_free(where);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char expression[256];
    if (len < 2 || len - 2 < data[1])
        return 0;
    memcpy(expression, data + 2, data[1]);
    expression[data[1]] = '\0';
    size_t rest = len - 2 - data[1];
    uint8_t *bytes = malloc(rest + 1);
    memcpy(bytes, data + 2 + data[1], rest);
    caw_note note = {.channel = &channel,
                     .exchange = &exchange,
                     .turn = data[0] & 64 ? CAW_TURN_REQUEST : CAW_TURN_RESPONSE};
    left = data[0] & 128 ? 1 : 100;
    caw_event event = event_of(bytes, rest, data[0], &note);
    check(expression, &event);
    free(bytes);
    return 0;
}
