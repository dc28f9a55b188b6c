/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts: buffers of every size, the short form as a person wants it, bytes that must be escaped. */
#include "caw.h"
#include "make.h"
#include "test.h"
#include "text/columns.h"
#include "text/text.h"

#define ROOM 2048

#define FROM(side) .context = {.transport = CAW_TRANSPORT_TCP, .speaker = side}
#define CLIENT     FROM(CAW_SIDE_CLIENT)
#define SERVER     FROM(CAW_SIDE_SERVER)

#define BYTES(text) .payload = text, .size = sizeof(text) - 1

static uint8_t bytes[MADE_MOST];

static caw_message decode(const draft *made) {
    caw_message message;
    size_t len = make_message(made, bytes);
    int64_t used = caw_decode(bytes, len, &made->context, &message);
    CHECK(used > 0, "command %u", made->command);
    return message;
}

/* ---- buffers ------------------------------------------------------------------------------ */

/* One of the printers, with what it needs bound. */
typedef size_t printer(char *text, size_t size);

static caw_message example;
static caw_word_value value;

static size_t print_line(char *text, size_t size) {
    return caw_line(&example, text, size);
}

static size_t print_brief(char *text, size_t size) {
    return caw_summary(&example, NULL, text, size);
}

static size_t print_value(char *text, size_t size) {
    return caw_summary_value(&example, text, size);
}

static size_t print_word(char *text, size_t size) {
    CHECK(caw_line_word(&example, "metadata", CAW_ALL, &value, text, size), "metadata");
    return value.length;
}

static size_t print_malformed(char *text, size_t size) {
    return caw_malformed_line("not a message", 5, text, size);
}

static size_t print_real(char *text, size_t size) {
    return caw_real(-1.5e-300, text, size);
}

static void check_buffers(const char *what, printer *print, const char *whole) {
    size_t length = strlen(whole);
    CHECK(print(NULL, 0) == length, "%s without a buffer", what);
    for (size_t size = 1; size <= length + 3; size++) {
        char text[ROOM];
        memset(text, '~', sizeof text);
        size_t kept = size <= length ? size - 1 : length;
        CHECK(print(text, size) == length, "%s in %zu", what, size);
        CHECK(memcmp(text, whole, kept) == 0 && text[kept] == '\0', "%s in %zu", what, size);
        CHECK(text[size] == '~', "%s wrote past %zu", what, size);
    }
    char text[] = "~~";
    print(text, 0);
    CHECK_TEXT(text, "~~");
}

static void test_buffers(void) {
    static const draft made = {
        SERVER,   .command = CAW_COMMAND_READ_NOTIFY, .type = 12, .count = 1, .p1 = 1,
        .p2 = 18, BYTES("\0\4\0\1\0\0\0\7")};
    example = decode(&made);
    check_buffers("caw_line", print_line,
                  "ReadNotifyResponse(data=Array('i', [7]), data_type=<ChannelType.STS_LONG: 12>, "
                  "data_count=1, status=CAStatusCode(name='ECA_NORMAL', code=0, "
                  "code_with_severity=1, severity=<CASeverity.SUCCESS: 1>, success=1, "
                  "defunct=False, description='Normal successful completion'), ioid=18, "
                  "metadata=DBR_STS_LONG(status=<AlarmStatus.HIGH: 4>, "
                  "severity=<AlarmSeverity.MINOR_ALARM: 1>))");
    check_buffers("caw_summary", print_brief, "Read Notify Response ioid 18 = 7 MINOR/HIGH");
    check_buffers("caw_summary_value", print_value, "7");
    check_buffers("caw_line_word", print_word,
                  "DBR_STS_LONG(status=<AlarmStatus.HIGH: 4>, "
                  "severity=<AlarmSeverity.MINOR_ALARM: 1>)");
    check_buffers("caw_malformed_line", print_malformed,
                  "Malformed(reason='not a message', bytes=5)");
    check_buffers("caw_real", print_real, "-1.5e-300");
}

/* ---- times -------------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 20;
}

/* It prints what caw_real prints of the sum, which Python has judged. */
static void check_time(int64_t seconds, uint32_t microseconds) {
    char want[40], got[40];
    caw_text out = caw_text_into(got, sizeof got);
    caw_put_time(&out, seconds, microseconds);
    caw_text_end(&out);
    caw_real((double)seconds + microseconds / 1e6, want, sizeof want);
    CHECK_TEXT(got, want);
    if (seconds < CAW_EPICS_EPOCH || seconds > CAW_EPICS_EPOCH + INT64_C(0xffffffff))
        return;
    caw_real((double)seconds + 1e-6 * microseconds, want, sizeof want); /* as caproto adds */
    CHECK_TEXT(got, want);
}

static void test_times(void) {
    static const uint32_t some[] = {0, 1, 9, 10, 500000, 999999, 1000000, 4294967};
    uint64_t state = 1;
    for (int shift = 0; shift < 40; shift++)
        for (int64_t near = -2; near <= 2; near++)
            for (size_t i = 0; i < sizeof some / sizeof *some; i++)
                check_time((INT64_C(1) << shift) + near, some[i]);
    for (int i = 0; i < 20000; i++)
        check_time((int64_t)(draw(&state) % (UINT64_C(1) << 34)),
                   (uint32_t)(draw(&state) % 1000000));
}

/* ---- the short form ----------------------------------------------------------------------- */

#define UPDATE(dbr, many)                                                                          \
    SERVER, .command = CAW_COMMAND_EVENT_ADD, .type = dbr, .count = many, .p1 = 1, .p2 = 3
#define ANSWER(dbr, many)                                                                          \
    SERVER, .command = CAW_COMMAND_READ_NOTIFY, .type = dbr, .count = many, .p1 = 1, .p2 = 7

/* DBR_GR_DOUBLE 3.25 mm; the alarm varies */
#define IN_MM(status, severity)                                                                    \
    BYTES("\0" status "\0" severity "\0\3\0\0mm\0\0\0\0\0\0"                                       \
          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                                       \
          "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\x0a\0\0\0\0\0\0")

#define FAULT                                                                                      \
    "Fault"                                                                                        \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define FOUR FAULT FAULT FAULT FAULT

static const struct {
    const char *text, *subject;
    draft message;
} briefs[] = {
    {"Version 13", NULL, {CLIENT, .command = CAW_COMMAND_VERSION, .count = 13}},
    {"Client operator",
     NULL,
     {CLIENT, .command = CAW_COMMAND_CLIENT_NAME, BYTES("operator\0\0\0\0\0\0\0\0")}},
    {"Host console3",
     NULL,
     {CLIENT, .command = CAW_COMMAND_HOST_NAME, BYTES("console3\0\0\0\0\0\0\0\0")}},
    {"Create t:ai",
     NULL,
     {CLIENT, .command = CAW_COMMAND_CREATE_CHAN, .p1 = 1, .p2 = 13, BYTES("t:ai\0\0\0\0")}},
    {"Search t:ai",
     NULL,
     {CLIENT, .command = CAW_COMMAND_SEARCH, .type = 5, .count = 13, .p1 = 1, .p2 = 1,
      BYTES("t:ai\0\0\0\0")}},
    {"Search Response cid 1 10.1.0.7 port 5064",
     NULL,
     {SERVER, .command = CAW_COMMAND_SEARCH, .type = 5064, .p1 = 0x0a010007, .p2 = 1}},
    {"Read Notify sid 451 ioid 7 DBR_TIME_DOUBLE",
     NULL,
     {CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 20, .count = 1, .p1 = 451, .p2 = 7}},
    {"Read Notify t:ai ioid 7 DBR_TIME_DOUBLE",
     "t:ai",
     {CLIENT, .command = CAW_COMMAND_READ_NOTIFY, .type = 20, .count = 1, .p1 = 451, .p2 = 7}},
    {"Read Notify Response t:ai = 3.25 mm", "t:ai", {ANSWER(27, 1), IN_MM("\0", "\0")}},
    {"Event sub 3 = 3.25 mm MINOR/HIGH", NULL, {UPDATE(27, 1), IN_MM("\4", "\1")}},
    {"Event t:sine = 3.25 mm MAJOR/LOLO", "t:sine", {UPDATE(27, 1), IN_MM("\5", "\2")}},
    {"Event t:sine = 3.25 mm ?/?", "t:sine", {UPDATE(27, 1), IN_MM("\x77", "\x77")}},
    {"Event t:mbbo = Fault (2)",
     "t:mbbo",
     {UPDATE(31, 1), BYTES("\0\0\0\0\0\x10" FOUR FOUR FOUR FOUR "\0\2")}},
    {"Event sub 3 = 2", NULL, {UPDATE(3, 1), BYTES("\0\2\0\0\0\0\0\0")}},
    {"Event sub 3 ECA_NORDACCESS",
     NULL,
     {SERVER, .command = CAW_COMMAND_EVENT_ADD, .type = 6, .count = 1, .p1 = 368, .p2 = 3,
      .size = 8}},
    {"Read Notify Response ioid 7 = 0.1", NULL, {ANSWER(2, 1), BYTES("\x3d\xcc\xcc\xcd\0\0\0\0")}},
    {"Read Notify Response ioid 7 = 0.3333333333",
     NULL,
     {ANSWER(6, 1), BYTES("\x3f\xd5\x55\x55\x55\x55\x55\x55")}},
    {"Read Notify Response ioid 7 = 1.000000001", /* 1.0000000005 */
     NULL,
     {ANSWER(6, 1), BYTES("\x3f\xf0\x00\x00\x00\x22\x5c\x18")}},
    {"Read Notify Response ioid 7 = [1, 2]", NULL, {ANSWER(1, 2), BYTES("\0\1\0\2\0\0\0\0")}},
    {"Read Notify Response ioid 7 = [1, 2, 3, ... 4 elements]",
     NULL,
     {ANSWER(1, 4), BYTES("\0\1\0\2\0\3\0\4")}},
    {"Read Notify Response ioid 7 = []", NULL, {ANSWER(19, 0), .size = 16}},
    {"Read Notify Response ioid 7 = \"long\"", NULL, {ANSWER(4, 8), BYTES("long\0\0\0\0")}},
    {"Read Notify Response ioid 7 = [1, 2, 3]", NULL, {ANSWER(4, 3), BYTES("\1\2\3\0\0\0\0\0")}},
    {"Read Notify Response ioid 7 = \"open\"", NULL, {ANSWER(0, 1), BYTES("open\0old")}},
    {"Read Notify Response ioid 7 = \"20 \u00b0C\"", /* UTF-8, and of older databases */
     NULL,
     {ANSWER(0, 1), BYTES("20 \xc2\xb0"
                          "C\0")}},
    {"Read Notify Response ioid 7 = \"20 \u00b0C\"",
     NULL,
     {ANSWER(0, 1), BYTES("20 \xb0"
                          "C\0\0")}},
    {"Read Notify Response ioid 7 = \"\u20ac\U0001f600\"",
     NULL,
     {ANSWER(0, 1), BYTES("\xe2\x82\xac\xf0\x9f\x98\x80")}},
    {"Read Notify Response ioid 7 = \"say \"\\\"\"", NULL, {ANSWER(0, 1), BYTES("say \"\\\"\0")}},
    {"Read Notify Response ioid 7 = \"\u00c2\\x9b\u00c0\u00af\u00ed\\xa0\\x80\"", /* ill-formed */
     NULL,
     {ANSWER(0, 1), BYTES("\xc2\x9b\xc0\xaf\xed\xa0\x80\0")}},
    {"Write Notify Response ioid 7 ECA_NORMAL",
     NULL,
     {SERVER, .command = CAW_COMMAND_WRITE_NOTIFY, .type = 6, .count = 1, .p1 = 1, .p2 = 7}},
    {"Write sid 5 = -1",
     NULL,
     {CLIENT, .command = CAW_COMMAND_WRITE, .type = 1, .count = 1, .p1 = 5,
      BYTES("\xff\xff\0\0\0\0\0\0")}},
    {"Error cid 2 ECA_PUTFAIL (Write): t:ai",
     NULL,
     {SERVER, .command = CAW_COMMAND_ERROR, .p1 = 2, .p2 = 160,
      BYTES("\0\4\0\0\0\6\0\1\0\0\0\5\0\0\0\2t:ai\0\0\0\0")}},
    {"Access Rights cid 2 READ|WRITE",
     NULL,
     {SERVER, .command = CAW_COMMAND_ACCESS_RIGHTS, .p1 = 2, .p2 = 3}},
    {"Subscribe sid 5 sub 3 DBR_DOUBLE DBE_VALUE|DBE_ALARM",
     NULL,
     {CLIENT, .command = CAW_COMMAND_EVENT_ADD, .type = 6, .count = 1, .p1 = 5, .p2 = 3,
      BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0")}},
    {"Echo", NULL, {CLIENT, .command = CAW_COMMAND_ECHO}},
};

static void test_briefs(void) {
    for (size_t i = 0; i < sizeof briefs / sizeof *briefs; i++) {
        char text[ROOM];
        caw_message message = decode(&briefs[i].message);
        caw_summary(&message, &(caw_about){.pv = briefs[i].subject}, text, sizeof text);
        CHECK_TEXT(text, briefs[i].text);
    }
}

/* Of a long text only the beginning. */
static void test_long_brief(void) {
    static const draft made = {ANSWER(4, 96),
                               BYTES("123456789.123456789.123456789.123456789.123456789.123456789."
                                     "123456789.123456789.123456789.12345")};
    char text[ROOM];
    draft whole = made;
    whole.size++; /* its NUL */
    caw_message message = decode(&whole);
    caw_summary_value(&message, text, sizeof text);
    CHECK_TEXT(text, "\"123456789.123456789.123456789.123456789.123456789.123456789."
                     "123456789.123456789....\"");
}

#define SEVENTY "123456789.123456789.123456789.123456789.123456789.123456789.123456789."

/* No character of UTF-8 is cut in two, and what is not shown counts for what the text is. */
static const struct {
    const char *text;
    draft message;
} long_texts[] = {
    {"\"" SEVENTY "12345678...\"", {ANSWER(4, 88), BYTES(SEVENTY "12345678\u20ac 90123")}},
    {"\"" SEVENTY "1234567\u20ac...\"", {ANSWER(4, 88), BYTES(SEVENTY "1234567\u20ac 901234")}},
    {"\"" SEVENTY "1234567\\u2028...\"",
     {ANSWER(4, 96), BYTES(SEVENTY "1234567\u2028 3456789.123456")}},
    {"\"" SEVENTY "\u00c2\u00b0 456789....\"",
     {ANSWER(4, 88), BYTES(SEVENTY "\xc2\xb0 456789. 2345\xb0 8")}},
    {"\"" SEVENTY "\u00b0 456789....\"",
     {ANSWER(4, 88), BYTES(SEVENTY "\xc2\xb0 456789. 2345\u00b0 ")}},
};

static void test_long_texts(void) {
    for (size_t i = 0; i < sizeof long_texts / sizeof *long_texts; i++) {
        char text[ROOM];
        caw_message message = decode(&long_texts[i].message);
        caw_summary_value(&message, text, sizeof text);
        CHECK_TEXT(text, long_texts[i].text);
    }
}

/* Of an array only the beginning, and of bytes without a type. */
static void test_shortened(void) {
    static const struct {
        uint32_t elements;
        const char *data;
        draft message;
    } rows[] = {
        {2, "(data=Array('i', [0, 0, ... 2 of 4]), ", {UPDATE(5, 4), .size = 16}},
        {0, "(data=Array('i', [... 0 of 4]), ", {UPDATE(5, 4), .size = 16}},
        {4, "(data=Array('i', [0, 0, 0, 0]), ", {UPDATE(5, 4), .size = 16}},
        {1,
         "(data=[b'a', ... 1 of 2], ",
         {ANSWER(0, 2), BYTES("a\0______________________________________b\0")}},
        {3, "(data=b'abc'... 3 of 8, ", {ANSWER(99, 1), BYTES("abcdefgh")}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ROOM];
        caw_word_value word;
        caw_message message = decode(&rows[i].message);
        caw_line_shortened(&message, rows[i].elements, text, sizeof text);
        CHECK(strstr(text, rows[i].data), "%s: %s", rows[i].data, text);
        const char *data = rows[i].data + strlen("(data=");
        CHECK(caw_line_word(&message, "data", rows[i].elements, &word, text, sizeof text), "data");
        CHECK(strncmp(text, data, strlen(data) - 2) == 0, "%s: %s", data, text);
    }
}

static void test_plain_values(void) {
    static const struct {
        const char *text;
        uint32_t elements;
        draft message;
    } rows[] = {
        {"20 \u00b0C",
         3,
         {ANSWER(0, 1), BYTES("20 \xb0"
                              "C\0\0")}},
        {"say \"\"", 3, {ANSWER(0, 1), BYTES("say \"\"\0")}},
        {"3", 3, {ANSWER(6, 1), BYTES("\x40\x08\0\0\0\0\0\0")}},
        {"0.1", 3, {ANSWER(6, 1), BYTES("\x3f\xb9\x99\x99\x99\x99\x99\x9a")}},
        {"0.1", 3, {ANSWER(2, 1), BYTES("\x3d\xcc\xcc\xcd\0\0\0\0")}},
        {"0 0 ... 2 of 4", 2, {UPDATE(5, 4), .size = 16}},
        {"0 0 0 0", CAW_ALL, {UPDATE(5, 4), .size = 16}},
        {"", 3, {CLIENT, .command = CAW_COMMAND_ECHO}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ROOM];
        caw_message message = decode(&rows[i].message);
        size_t length = caw_plain_value(&message, rows[i].elements, text, sizeof text);
        CHECK_TEXT(text, rows[i].text);
        CHECK(caw_plain_value(&message, rows[i].elements, NULL, 0) == length, "another length");
    }
}

static void test_columns(void) {
    static const struct {
        const char *text;
        size_t most;
        const char *shown;
    } rows[] = {
        {"abcdef", 6, "abcdef"},
        {"abcdefg", 6, "abc..."},
        {"abcdefg", 2, ".."},
        {"abcdefg", 0, ""},
        {"\u00e9\u00e9\u00e9\u00e9", 4, "\u00e9\u00e9\u00e9\u00e9"},
        {"\u4e2d\u6587", 4, "\u4e2d\u6587"},
        {"\u4e2d\u6587\u4e2d", 5, "\u4e2d..."},
        {"ab\\x1bcdef", 8, "ab..."}, /* no escape is cut */
        {"ab\\x1bcdef", 9, "ab\\x1b..."},
        {"a\\bcdefgh", 8, "a\\bcd..."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[ROOM];
        caw_text out = caw_text_into(text, sizeof text);
        caw_put_columns(&out, rows[i].text, strlen(rows[i].text), rows[i].most);
        caw_text_end(&out);
        CHECK_TEXT(text, rows[i].shown);
    }
}

/* An array whose end the capture cut off keeps its length; of a value not there nothing is said. */
static void test_cut_briefs(void) {
    static const draft made = {UPDATE(5, 4), .size = 16};
    char text[ROOM];
    caw_message message;
    size_t len = make_message(&made, bytes);
    caw_decode(bytes, len - 4, &made.context, &message);
    caw_summary(&message, NULL, text, sizeof text);
    CHECK_TEXT(text, "Event sub 3 = [0, 0, 0, ... 4 elements]");
    caw_decode(bytes, len - 13, &made.context, &message);
    caw_summary(&message, NULL, text, sizeof text);
    CHECK_TEXT(text, "Event sub 3");
}

/* ---- bytes of the wire -------------------------------------------------------------------- */

static void test_escapes(void) {
    static const draft made = {CLIENT, .command = CAW_COMMAND_CLIENT_NAME,
                               BYTES("\x1b[31m\n\r\t\\'\"\x7f\xb5\x85\xa0\xad\0\0\0\0\0\0\0\0")};
    char text[ROOM];
    caw_message message = decode(&made);
    caw_line(&message, text, sizeof text);
    CHECK_TEXT(text,
               "ClientNameRequest(name='\\x1b[31m\\n\\r\\t\\\\\\'\"\\x7f\xc2\xb5\\x85\\xa0\\xad')");
    caw_summary(&message, NULL, text, sizeof text);
    CHECK_TEXT(text, "Client \\x1b[31m\\x0a\\x0d\\x09\\'\"\\x7f\xc2\xb5\\x85\\xa0\\xad");
    caw_summary(&message, &(caw_about){.pv = "\x1b[2J"}, text, sizeof text);
    CHECK_TEXT(text, "Client \\x1b[2J");
}

static void test_words(void) {
    static const draft made = {SERVER,           .command = CAW_COMMAND_SEARCH,
                               .type = 5064,     .p1 = 0x0a010007,
                               .p2 = 0xffffffff, BYTES("\xff\xff\0\0\0\0\0\0")};
    char text[ROOM];
    caw_message message = decode(&made);
    CHECK(caw_line_word(&message, "port", CAW_ALL, &value, text, sizeof text), "port");
    CHECK(value.kind == CAW_WORD_NUMBER && value.number == 5064, "port");
    CHECK(caw_line_word(&message, "cid", CAW_ALL, &value, text, sizeof text), "cid");
    CHECK(value.number == 0xffffffff, "ids are not negative");
    CHECK(caw_line_word(&message, "version", CAW_ALL, &value, text, sizeof text), "version");
    CHECK(value.number == -1, "versions are, to caproto");
    CHECK(caw_line_word(&message, "ip", CAW_ALL, &value, text, sizeof text), "ip");
    CHECK(value.kind == CAW_WORD_STRING && value.length == 8, "ip");
    CHECK_TEXT(text, "10.1.0.7");
    static const draft named = {CLIENT, .command = CAW_COMMAND_CLIENT_NAME,
                                BYTES("\xc2\xb0\x1b\\\0\0\0\0")};
    caw_message client = decode(&named);
    CHECK(caw_line_word(&client, "name", CAW_ALL, &value, text, sizeof text), "name");
    CHECK_TEXT(text, "\u00b0\x1b\\");
    CHECK(!caw_line_word(&message, "sid", CAW_ALL, &value, text, sizeof text), "no such word");
}

int main(void) {
    test_buffers();
    test_times();
    test_briefs();
    test_long_brief();
    test_long_texts();
    test_shortened();
    test_plain_values();
    test_columns();
    test_cut_briefs();
    test_escapes();
    test_words();
    return test_summary();
}
