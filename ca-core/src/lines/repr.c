/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Only for "{x!r}" and "{x!a}", which are to be Python's; anything else from the wire is shown by
 * caw_printable.
 */
#include "repr.h"

/*
 * What Python's str.isprintable() says no to, by Unicode's categories: controls and formats (Cc,
 * Cf), surrogates and private use (Cs, Co), separators but the space (Zs, Zl, Zp), and what will
 * never be a character. Characters that are only not assigned yet are not here: Python escapes
 * those its version does not know.
 */
static const struct {
    uint32_t first, last;
} unprintable[] = {
    {0x0000, 0x001f},   {0x007f, 0x00a0},   {0x00ad, 0x00ad},   {0x0600, 0x0605},
    {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},
    {0x08e2, 0x08e2},   {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x2064},   {0x2066, 0x206f},   {0x3000, 0x3000},
    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0xf0000, 0x10ffff},
};

static bool is_printable(uint32_t character) {
    if ((character & 0xfffe) == 0xfffe) /* the last two of each plane are no characters */
        return false;
    for (size_t i = 0; i < sizeof unprintable / sizeof *unprintable; i++)
        if (character >= unprintable[i].first && character <= unprintable[i].last)
            return false;
    return true;
}

/* A character; `stray` when it is a byte that is no UTF-8. */
typedef struct {
    uint32_t code;
    uint32_t size;
    bool stray;
} glyph;

static glyph glyph_at(const char *at, size_t left) {
    const uint8_t *bytes = (const uint8_t *)at;
    glyph found = {0};
    found.code = caw_character(bytes, left, &found.size);
    if (found.code == CAW_NO_CHARACTER)
        found = (glyph){*bytes, 1, true};
    return found;
}

static void put_escape(caw_text *out, uint32_t character) {
    const char *letter = character == '\t'   ? "\\t"
                         : character == '\n' ? "\\n"
                         : character == '\r' ? "\\r"
                                             : NULL;
    if (letter)
        caw_put_whole(out, letter, 2);
    else
        caw_put_escape(out, character);
}

void caw_put_repr(caw_text *out, const char *text, size_t length, bool ascii) {
    bool quotes = length && memchr(text, '\'', length) && !memchr(text, '"', length);
    char quote = quotes ? '"' : '\'';
    glyph next;
    caw_put(out, quote);
    for (size_t at = 0; at < length; at += next.size) {
        next = glyph_at(text + at, length - at);
        bool plain = !next.stray && (next.code < 0x80 || !ascii);
        if (next.code == (uint32_t)quote || next.code == '\\')
            caw_put_whole(out, (const char[]){'\\', (char)next.code}, 2);
        else if (plain && is_printable(next.code))
            caw_put_whole(out, text + at, next.size);
        else
            put_escape(out, next.code);
    }
    caw_put(out, quote);
}

void caw_put_ascii(caw_text *out, const char *text, size_t length) {
    glyph next;
    for (size_t at = 0; at < length; at += next.size) {
        next = glyph_at(text + at, length - at);
        if (next.code < 0x80)
            caw_put(out, (char)next.code);
        else
            put_escape(out, next.code);
    }
}
