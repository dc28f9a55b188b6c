/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture filters as a C interface: buffers, limits, the tables that the words come from. */
#include "caw_capture.h"
#include "heap.h"
#include "test.h"
#include "where/where.h"

#include <stdlib.h>

static caw_where_verdict verdict;

static size_t length_of(const char *expression) {
    return caw_where_to_pcap(expression, NULL, 0, &verdict);
}

/* As snprintf: what fits is written, with a NUL, and the length is always the whole. */
static void test_buffers(void) {
    char whole[8192], part[8192];
    size_t length = caw_where_to_pcap("beacon", whole, sizeof whole, &verdict);
    CHECK(length == strlen(whole), "%zu", length);
    for (size_t size = 0; size <= length + 1; size++) {
        memset(part, 'x', sizeof part);
        CHECK(caw_where_to_pcap("beacon", part, size, &verdict) == length, "size %zu", size);
        size_t kept = size == 0 ? 0 : size - 1 < length ? size - 1 : length;
        CHECK(memcmp(part, whole, kept) == 0, "size %zu", size);
        CHECK(part[size] == 'x' && (!size || !part[kept]), "size %zu", size);
    }
}

/* Every message is known by its short form and its title, every command by number. */
static void test_every_message(void) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        CHECK(length_of(row->brief) > 0, "%s: %s", row->brief, verdict.problem);
        CHECK(length_of(row->label) > 0, "%s: %s", row->label, verdict.problem);
    }
}

static void test_same(const char *one, const char *other) {
    static char left[1 << 16], right[1 << 16];
    size_t length = caw_where_to_pcap(one, left, sizeof left, &verdict);
    CHECK(length > 0 && length < sizeof left, "%s: %s", one, verdict.problem);
    caw_where_to_pcap(other, right, sizeof right, &verdict);
    CHECK(strcmp(left, right) == 0, "%s is not %s", one, other);
}

static void test_synonyms(void) {
    test_same("search reply", "Search Response");
    test_same("search", "SEARCH request");
}

static void test_same_meaning(void) {
    test_same("create reply", "created");
    test_same("create reply", "create channel response");
    test_same("echo reply", "echo response");
    test_same("ca.cid == 7", "cid==0x7");
    test_same("port == 5064", "ca.serv.port == 5064");
    test_same("eca == ECA_NORMAL", "eca == 1");
    test_same("dtype == dbr_time_double", "dtype == 20");
    test_same("serv.ip == 10.0.0.1", "serv.ip == 0x0a000001");
    test_same("not not beacon", "beacon");
    test_same("not (search or beacon)", "not search and not beacon");
    test_same("search || beacon && echo", "search or (beacon and echo)");
    test_same("! search && ! beacon", "(not search) and (not beacon)");
}

/* The places that the decoder was asked for, against the protocol's drawing of a header. */
static void test_places(void) {
    static const struct {
        const char *name;
        caw_field_id field;
        where_place place;
    } known[] = {{"ReadNotifyRequest", CAW_FIELD_COMMAND, {0, 2, 0, 2}},
                 {"ReadNotifyRequest", CAW_FIELD_SIZE, {2, 2, 16, 4}},
                 {"ReadNotifyRequest", CAW_FIELD_DATA_TYPE, {4, 2, 4, 2}},
                 {"ReadNotifyRequest", CAW_FIELD_DATA_COUNT, {6, 2, 20, 4}},
                 {"ReadNotifyRequest", CAW_FIELD_SID, {8, 4, 8, 4}},
                 {"ReadNotifyRequest", CAW_FIELD_IOID, {12, 4, 12, 4}},
                 {"EventAddRequest", CAW_FIELD_MASK, {28, 2, 36, 2}},
                 {"CreateChanRequest", CAW_FIELD_VERSION, {12, 4, 12, 4}},
                 {"ErrorResponse", CAW_FIELD_FAILED_COMMAND, {16, 2, 16, 2}}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (size_t row = 0; row < caw_message_row_count; row++) {
            where_place got[WHERE_PLACES];
            if (strcmp(caw_message_rows[row].name, known[i].name) != 0)
                continue;
            size_t count =
                caw_where_places(&caw_message_rows[row], CAW_TRANSPORT_TCP, known[i].field, got);
            CHECK(count == 1 && memcmp(got, &known[i].place, sizeof *got) == 0, "%s field %d",
                  known[i].name, known[i].field);
        }
}

/* Any bytes end in a filter, in a question, or in a problem at a place within the expression. */
static void test_noise(void) {
    static const char *const words[] = {
        "(",          ")",        "not",    "and",     "or",         "||",
        "&&",         "!",        "search", "cid",     "==",         "^=",
        "7",          "\"x",      "\"x\"",  "host",    "port",       "tcp",
        ";",          "\xff",     "pv",     "=",       "reply",      "ca.",
        "value",      "time",     "~",      "~i",      "{",          "}",
        ",",          "in",       "has",    "any",     "all",        "src",
        "5..9",       "'[a'",     "'{a,b'", "'*[!x]'", "1e+3",       "timestamp",
        "fe80::1/10", "10.0.0.1", "put",    "failed",  "unanswered", "'2026-11-24 15:00'",
        "mask.val",   "flaw.huge"};
    const caw_memory heap = {take, give_back, NULL};
    const caw_event event = {.kind = CAW_EVENT_MALFORMED, .reason = "noise", .bytes = 3};
    char expression[512];
    size_t asked = 0;
    srand(1);
    for (int round = 0; round < 20000; round++) {
        expression[0] = '\0';
        for (int i = rand() % 12; i >= 0; i--) {
            strcat(expression, words[(size_t)rand() % (sizeof words / sizeof *words)]);
            strcat(expression, rand() % 4 ? " " : "");
        }
        size_t length = length_of(expression);
        CHECK((length > 0) == !verdict.problem[0], "%s", expression);
        CHECK(verdict.at <= strlen(expression), "%s", expression);
        caw_where *where = caw_where_new(expression, &heap, &verdict);
        CHECK((where != NULL) == !verdict.problem[0], "%s", expression);
        CHECK(where || !length, "a filter, but no question: %s", expression);
        if (where)
            asked += caw_where_ask(where, &event, NULL) == CAW_WHERE_YES;
        caw_where_free(where);
    }
    CHECK(asked > 0, "nothing of the noise was a question");
}

int main(void) {
    CHECK(caw_message_row_count <= WHERE_ROWS, "a set has a bit for each row");
    test_buffers();
    test_every_message();
    test_synonyms();
    test_same_meaning();
    test_places();
    test_noise();
    return test_summary();
}
