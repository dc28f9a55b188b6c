/* SPDX-License-Identifier: BSD-3-Clause */
#include "columns.h"

/* Blocks of wide characters, as a whole (East_Asian_Width W and F, and Emoji_Presentation). */
static const struct {
    uint32_t first, last;
} wide[] = {
    {0x1100, 0x115f}, {0x2300, 0x23ff},   {0x2600, 0x27bf},   {0x2b00, 0x2bff},   {0x2e80, 0xa4cf},
    {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6}, {0x16fe0, 0x1b2ff}, {0x1f000, 0x1fbff}, {0x20000, 0x3fffd},
};

static size_t columns_of(uint32_t character) {
    for (size_t i = 0; i < sizeof wide / sizeof *wide && wide[i].first <= character; i++)
        if (character <= wide[i].last)
            return 2;
    return 1;
}

size_t caw_columns(const char *text, size_t length, size_t most, size_t *columns) {
    size_t at = 0;
    for (*columns = 0; at < length;) {
        uint32_t size;
        uint32_t is = caw_character((const uint8_t *)text + at, length - at, &size);
        size_t takes = is == CAW_NO_CHARACTER ? 1 : columns_of(is);
        if (*columns + takes > most)
            break;
        *columns += takes;
        at += is == CAW_NO_CHARACTER ? 1 : size;
    }
    return at;
}

/* The length of \x1b, \u202e or \U000e0041 that begins with this letter; 1: of something else. */
static size_t escape_size(char letter) {
    return letter == 'x' ? 4 : letter == 'u' ? 6 : letter == 'U' ? 10 : 1;
}

/* A place at or before this one that is in no escape. */
static size_t before_escape(const char *text, size_t at) {
    for (size_t back = 1; back < 10 && back <= at; back++)
        if (text[at - back] == '\\')
            return escape_size(text[at - back + 1]) > back ? at - back : at;
    return at;
}

void caw_put_columns(caw_text *out, const char *text, size_t length, size_t most) {
    static const char dots[] = "...";
    size_t columns, room = most > strlen(dots) ? most - strlen(dots) : 0;
    if (caw_columns(text, length, most, &columns) == length) {
        caw_put_chars(out, text, length);
        return;
    }
    caw_put_chars(out, text, before_escape(text, caw_columns(text, length, room, &columns)));
    caw_put_chars(out, dots, most < strlen(dots) ? most : strlen(dots));
}
