/* SPDX-License-Identifier: BSD-3-Clause */
/* What bytes of the wire look like: encodings, characters that are written by number, buffers. */
#include "caw.h"
#include "make.h"
#include "test.h"

#define ROOM 256

/* A text of bytes with NULs, and its length. */
#define VIEW(text)                                                                                 \
    { (const uint8_t *)(text), 0, sizeof(text) - 1 }

static void check(caw_view bytes, const char *want) {
    char text[ROOM];
    size_t length = caw_printable(bytes, text, sizeof text);
    CHECK_TEXT(text, want);
    CHECK(length == strlen(want), "%s", want);
}

/* ---- encodings ---------------------------------------------------------------------------- */

static const struct {
    caw_view bytes;
    const char *text, *utf8;
} encodings[] = {
    {VIEW(""), "", ""},
    {VIEW("t:ai.VAL 'x' ~!"), "t:ai.VAL 'x' ~!", "t:ai.VAL 'x' ~!"},
    {VIEW("T\xb0:x"), "T\u00b0:x", "T\u00b0:x"},
    {VIEW("T\xc2\xb0:x"), "T\u00b0:x", "T\u00b0:x"},
    {VIEW("\u20ac\U0001f600"), "\u20ac\U0001f600", "\u20ac\U0001f600"},
    /* the first and the last of each length */
    {VIEW("\x7e\xc2\xa1"), "~\u00a1", "~\u00a1"},
    {VIEW("\xdf\xbf"), "\u07ff", "\u07ff"},
    {VIEW("\xe0\xa0\x80"), "\u0800", "\u0800"},
    {VIEW("\xef\xbf\xbd"), "\ufffd", "\ufffd"},
    {VIEW("\xf0\x90\x80\x80"), "\U00010000", "\U00010000"},
    {VIEW("\xf4\x8f\xbf\xbd"), "\U0010fffd", "\U0010fffd"},
    {VIEW("\xed\x9f\xbf"), "\ud7ff", "\ud7ff"},
    {VIEW("\xee\x80\x80"), "\ue000", "\ue000"},
    /* one byte that does not fit: the whole text is Latin-1 */
    {VIEW("\xc2\xb0 and \xb0"), "\u00c2\u00b0 and \u00b0", "\u00c2\u00b0 and \u00b0"},
    {VIEW("\xb0 and \xc2\xb0"), "\u00b0 and \u00c2\u00b0", "\u00b0 and \u00c2\u00b0"},
    {VIEW("\xff\xfe\xc3("), "\u00ff\u00fe\u00c3(", "\u00ff\u00fe\u00c3("},
    /* longer than need be */
    {VIEW("\xc0\xaf"), "\u00c0\u00af", "\u00c0\u00af"},
    {VIEW("\xc1\xbf"), "\u00c1\u00bf", "\u00c1\u00bf"},
    {VIEW("\xe0\x9f\xbf"), "\u00e0\\x9f\u00bf", "\u00e0\xc2\x9f\u00bf"},
    {VIEW("\xf0\x8f\xbf\xbf"), "\u00f0\\x8f\u00bf\u00bf", "\u00f0\xc2\x8f\u00bf\u00bf"},
    /* halves of surrogate pairs, and beyond U+10FFFF */
    {VIEW("\xed\xa0\x80"), "\u00ed\\xa0\\x80", "\u00ed\u00a0\xc2\x80"},
    {VIEW("\xed\xbf\xbf"), "\u00ed\u00bf\u00bf", "\u00ed\u00bf\u00bf"},
    {VIEW("\xf4\x90\x80\x80"), "\u00f4\\x90\\x80\\x80", "\u00f4\xc2\x90\xc2\x80\xc2\x80"},
    {VIEW("\xf5\x80\x80\x80"), "\u00f5\\x80\\x80\\x80", "\u00f5\xc2\x80\xc2\x80\xc2\x80"},
    {VIEW("\xf8\x88\x80\x80\x80"), "\u00f8\\x88\\x80\\x80\\x80",
     "\u00f8\xc2\x88\xc2\x80\xc2\x80\xc2\x80"},
    /* ended too early, or begun too late */
    {VIEW("\xc3"), "\u00c3", "\u00c3"},
    {VIEW("\xe2\x82"), "\u00e2\\x82", "\u00e2\xc2\x82"},
    {VIEW("\xf0\x9f\x98"), "\u00f0\\x9f\\x98", "\u00f0\xc2\x9f\xc2\x98"},
    {VIEW("\xe2\x82 "), "\u00e2\\x82 ", "\u00e2\xc2\x82 "},
    {VIEW("\xbf\xbf"), "\u00bf\u00bf", "\u00bf\u00bf"},
    /* what is written in another way, and what looks like it */
    {VIEW("a\0b"), "a\\x00b", "a"},
    {VIEW("\x1b[31m"), "\\x1b[31m", "\x1b[31m"},
    {VIEW("\\x1b[31m"), "\\x1b[31m", "\\x1b[31m"},
    {VIEW("\t\n\r"), "\\x09\\x0a\\x0d", "\t\n\r"},
    {VIEW("say \"hi\"\\"), "say \"hi\"\\", "say \"hi\"\\"},
    {VIEW("\x9b"), "\\x9b", "\xc2\x9b"},
    {VIEW("\xc2\x9b"), "\\x9b", "\xc2\x9b"},
    {VIEW("\u202ex\u2028\ufeff"), "\\u202ex\\u2028\\ufeff", "\u202ex\u2028\ufeff"},
    {VIEW("\U000e0041A"), "\\U000e0041A", "\U000e0041A"},
};

static void test_encodings(void) {
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        char text[ROOM];
        check(encodings[i].bytes, encodings[i].text);
        caw_utf8(encodings[i].bytes, text, sizeof text);
        CHECK_TEXT(text, encodings[i].utf8);
    }
    caw_view nothing = {NULL, 0, 0};
    check(nothing, "");
    check(caw_view_of("a name"), "a name");
}

static void test_nul_is_a_character(void) {
    static const caw_view bytes = VIEW("a\0b\0");
    char text[ROOM];
    CHECK(caw_utf8(bytes, text, sizeof text) == 4 && memcmp(text, "a\0b\0", 5) == 0, "NULs");
}

/* ---- characters written by number --------------------------------------------------------- */

/* The first and the last of those that follow one another; their neighbours are shown. */
static const struct {
    uint32_t first, last;
} by_number[] = {
    {0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x1680, 0x1680},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x3000, 0x3000},   {0x3164, 0x3164},   {0xfdd0, 0xfdef},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0xfffe, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff},
    {0xdfffe, 0xe0fff}, {0xefffe, 0xeffff}, {0xffffe, 0xfffff}, {0x10fffe, 0x10ffff},
};

/* By the bits of RFC 3629. */
static caw_view encode(uint32_t c, uint8_t *to) {
    caw_view view = {to, 0, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4};
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (uint32_t i = view.len - 1; i; i--, c >>= 6)
        to[i] = (uint8_t)(0x80 | (c & 0x3f));
    to[0] = (uint8_t)(marks[view.len] | c);
    return view;
}

static void check_character(uint32_t c, bool numbered) {
    uint8_t bytes[5] = {0};
    char want[16];
    caw_view view = encode(c, bytes);
    if (numbered)
        snprintf(want, sizeof want,
                 c < 0x100     ? "\\x%02x"
                 : c < 0x10000 ? "\\u%04x"
                               : "\\U%08x",
                 (unsigned)c);
    else
        memcpy(want, bytes, sizeof bytes);
    check(view, want);
}

static void test_by_number(void) {
    for (size_t i = 0; i < sizeof by_number / sizeof *by_number; i++) {
        uint32_t first = by_number[i].first, last = by_number[i].last;
        if (first)
            check_character(first - 1, false);
        check_character(first, true);
        check_character(first + (last - first) / 2, true);
        check_character(last, true);
        if (last < 0x10ffff)
            check_character(last + 1, false);
    }
}

/* ---- buffers ------------------------------------------------------------------------------ */

/* A text in pieces that stay whole; in any buffer, as many of them as fit. */
static const struct {
    caw_view bytes;
    const char *pieces[8];
} pieces[] = {
    {VIEW("ab"), {"a", "b"}},
    {VIEW("a\x1b\xc2\xb0z"), {"a", "\\x1b", "\u00b0", "z"}},
    {VIEW("\xb0\x85\\\""), {"\u00b0", "\\x85", "\\", "\""}},
    {VIEW("\u20ac\u202e\U0001f600\U000e0041 "),
     {"\u20ac", "\\u202e", "\U0001f600", "\\U000e0041", " "}},
};

static void check_pieces(size_t i, size_t size, size_t whole) {
    char text[ROOM], want[ROOM] = "";
    memset(text, '~', sizeof text);
    CHECK(caw_printable(pieces[i].bytes, text, size) == whole, "%zu in %zu", i, size);
    for (const char *const *piece = pieces[i].pieces; *piece; piece++) {
        if (strlen(want) + strlen(*piece) >= size)
            break;
        strcat(want, *piece);
    }
    CHECK_TEXT(text, want);
    CHECK(text[size] == '~', "%zu wrote beyond %zu", i, size);
}

static void test_buffers(void) {
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t whole = caw_printable(pieces[i].bytes, NULL, 0);
        for (size_t size = 1; size < whole + 3; size++)
            check_pieces(i, size, whole);
    }
}

/* The line keeps its characters and escapes whole as well. */
static void test_line(void) {
    static const draft made = {
        .context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_CLIENT},
        .command = CAW_COMMAND_CLIENT_NAME,
        .payload = "\xb0\x1b\n\\\0\0\0\0",
        .size = 8};
    static const char *const ends[] = {"'", "\u00b0", "\\x1b", "\\n", "\\\\", "'", ")", NULL};
    uint8_t bytes[MADE_MOST];
    caw_message message;
    char want[ROOM] = "ClientNameRequest(name=", text[ROOM];
    caw_decode(bytes, make_message(&made, bytes), &made.context, &message);
    for (const char *const *end = ends; *end; end++) {
        for (size_t size = strlen(want) + 1; size < strlen(want) + strlen(*end) + 1; size++) {
            caw_line(&message, text, size);
            CHECK_TEXT(text, want);
        }
        strcat(want, *end);
    }
}

/* ---- CHAR arrays -------------------------------------------------------------------------- */

#define ARRAY(kind, many, bytes)                                                                   \
    {                                                                                              \
        .context = {.transport = CAW_TRANSPORT_TCP, .speaker = CAW_SIDE_SERVER},                   \
        .command = CAW_COMMAND_READ_NOTIFY, .type = kind, .count = many, .p1 = 1, .p2 = 7,         \
        .payload = bytes, .size = sizeof(bytes) - 1                                                \
    }

enum { STRING_TYPE = 0, CHAR_TYPE = 4, STS_CHAR_TYPE = 11, LONG_TYPE = 5 };

static const struct {
    const char *text; /* NULL: it is none */
    draft message;
} arrays[] = {
    {"long", ARRAY(CHAR_TYPE, 8, "long\0\0\0\0")},
    {"all eight", ARRAY(CHAR_TYPE, 9, "all eight\0\0\0\0\0\0\0")},
    {"ab", ARRAY(CHAR_TYPE, 2, "ab\0\0\0\0\0\0")},
    {"ab", ARRAY(CHAR_TYPE, 2, "abcdefgh")}, /* as many as the count says */
    {"open", ARRAY(CHAR_TYPE, 8, "open\0\1\2\3")},
    {"a", ARRAY(CHAR_TYPE, 2, "a\0\0\0\0\0\0\0")},
    {"ab", ARRAY(STS_CHAR_TYPE, 2, "\0\0\0\0\0ab\0")},
    {"\t\n\r ~", ARRAY(CHAR_TYPE, 8, "\t\n\r ~\0\0\0")},
    {"\x80\x9b\xa0\xff", ARRAY(CHAR_TYPE, 8, "\x80\x9b\xa0\xff\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 1, "a\0\0\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 0, "")},
    {NULL, ARRAY(CHAR_TYPE, 8, "\0long\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x01z\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x08z\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x0bz\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x0cz\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x0ez\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x1fz\0\0\0\0\0")},
    {NULL, ARRAY(CHAR_TYPE, 8, "a\x7fz\0\0\0\0\0")},
    {NULL, ARRAY(STRING_TYPE, 1, "string\0\0")},
    {NULL, ARRAY(LONG_TYPE, 2, "longlong")},
};

static void test_arrays(void) {
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        uint8_t bytes[MADE_MOST];
        caw_message message;
        caw_view text = {NULL, 0, 0};
        const draft *made = &arrays[i].message;
        caw_decode(bytes, make_message(made, bytes), &made->context, &message);
        bool found = caw_long_string(&message, &text);
        CHECK(found == (arrays[i].text != NULL), "array %zu", i);
        if (!found || !arrays[i].text)
            continue;
        CHECK(text.len == strlen(arrays[i].text), "array %zu: %u", i, text.len);
        CHECK(memcmp(text.bytes, arrays[i].text, text.len) == 0, "array %zu", i);
        CHECK(text.bytes == bytes + text.at, "array %zu at %u", i, text.at);
    }
}

int main(void) {
    test_encodings();
    test_nul_is_a_character();
    test_by_number();
    test_buffers();
    test_line();
    test_arrays();
    return test_summary();
}
