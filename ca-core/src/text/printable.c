/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names and strings of the wire, for the eye. Channel Access knows no encoding, and whoever sends
 * a name chooses its bytes: so what is shown must not act on a terminal, a table or the words
 * around it. It does not tell every two names apart: see caw_printable.
 */
#include "text.h"

/* ---- characters --------------------------------------------------------------------------- */

uint32_t caw_character(const uint8_t *at, size_t left, uint32_t *size) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = *at;
    *size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (*size == 1)
        return first;
    if (first < 0xc0 || first > 0xf4 || *size > left)
        return CAW_NO_CHARACTER;
    uint32_t character = first & (0x7fu >> *size);
    for (uint32_t i = 1; i < *size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return CAW_NO_CHARACTER;
        character = character << 6 | (at[i] & 0x3f);
    }
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    bool good = character >= least[*size] && character <= 0x10ffff && !surrogate;
    return good ? character : CAW_NO_CHARACTER;
}

static uint32_t utf8_at(caw_view bytes, uint32_t at, uint32_t *size) {
    return caw_character(bytes.bytes + at, bytes.len - at, size);
}

/* Of the text as a whole: one byte that does not fit shows that the others only look like it. */
static bool is_utf8(caw_view bytes) {
    for (uint32_t at = 0, size; at < bytes.len; at += size)
        if (utf8_at(bytes, at, &size) == CAW_NO_CHARACTER)
            return false;
    return true;
}

void caw_put_character(caw_text *out, uint32_t character) {
    uint32_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    char bytes[4];
    if (size == 1) {
        caw_put(out, (char)character);
        return;
    }
    for (uint32_t i = size - 1; i; i--, character >>= 6)
        bytes[i] = (char)(0x80 | (character & 0x3f));
    bytes[0] = (char)((0xf00u >> size & 0xff) | character);
    caw_put_whole(out, bytes, size);
}

/* ---- what is not shown as it is ----------------------------------------------------------- */

/*
 * Characters that are written by their number, because they would do something to what is around
 * them, or could not be told from another character or from nothing: Unicode's controls and
 * formats (Cc, Cf), separators but the space (Zs, Zl, Zp), and all that it wants to be invisible
 * where it is not understood (Default_Ignorable_Code_Point, of which some are reserved). Private
 * and unassigned characters are not here: at worst they are a box, and most of the latter will
 * be letters one day. Neither are combining marks, which are part of names in many languages.
 */
static const struct {
    uint32_t first, last;
} unsafe[] = {
    {0x0000, 0x001f},   /* C0: they drive a terminal and end lines */
    {0x007f, 0x00a0},   /* DEL; C1, which drive a terminal too; no-break space */
    {0x00ad, 0x00ad},   /* soft hyphen: mostly invisible */
    {0x034f, 0x034f},   /* combining grapheme joiner: invisible */
    {0x0600, 0x0605},   /* Arabic signs that span the digits after them */
    {0x061c, 0x061c},   /* Arabic letter mark: turns the direction of what is around it */
    {0x06dd, 0x06dd},   /* spans the digits after it */
    {0x070f, 0x070f},   /* spans the letters after it */
    {0x0890, 0x0891},   /* span the digits after them */
    {0x08e2, 0x08e2},   /* spans the digits after it */
    {0x115f, 0x1160},   /* Hangul fillers: invisible letters */
    {0x1680, 0x1680},   /* a space */
    {0x17b4, 0x17b5},   /* invisible vowels */
    {0x180b, 0x180f},   /* Mongolian variation selectors and vowel separator: invisible */
    {0x2000, 0x200f},   /* spaces of all widths and none, joiners, direction marks */
    {0x2028, 0x202f},   /* ends of line and paragraph, directions and overrides, a space */
    {0x205f, 0x206f},   /* a space, invisible operators, isolates and other directions */
    {0x3000, 0x3000},   /* a space as wide as a letter */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfdd0, 0xfdef},   /* no characters and never will be */
    {0xfe00, 0xfe0f},   /* variation selectors: invisible, change what is before them */
    {0xfeff, 0xfeff},   /* byte order mark: invisible, taken off where a text begins with it */
    {0xffa0, 0xffa0},   /* Hangul filler */
    {0xfff0, 0xfffb},   /* reserved to be invisible; annotations that hide text */
    {0x110bd, 0x110bd}, /* spans the digits after it */
    {0x110cd, 0x110cd}, /* the same above them */
    {0x13430, 0x1343f}, /* hieroglyph controls: put signs over one another */
    {0x1bca0, 0x1bca3}, /* shorthand controls: invisible */
    {0x1d173, 0x1d17a}, /* musical controls: invisible */
    {0xe0000, 0xe0fff}, /* tags, an alphabet that nobody sees; variation selectors; reserved */
};

/* The last two of each plane are no characters and never will be. */
static bool is_unsafe(uint32_t character) {
    if ((character & 0xfffe) == 0xfffe)
        return true;
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe && unsafe[i].first <= character; i++)
        if (character <= unsafe[i].last)
            return true;
    return false;
}

static void put_printable(caw_text *out, uint32_t character) {
    if (is_unsafe(character))
        caw_put_escape(out, character);
    else
        caw_put_character(out, character);
}

static void put_json(caw_text *out, uint32_t character) {
    if (character == '"' || character == '\\' || is_unsafe(character))
        caw_put(out, '\\');
    put_printable(out, character);
}

static void put_csv(caw_text *out, uint32_t character) {
    if (character == '"')
        caw_put(out, '"');
    put_printable(out, character);
}

/* ---- whole texts -------------------------------------------------------------------------- */

typedef void putter(caw_text *out, uint32_t character);

/* How characters are put, and two that need a second look like those that are not ASCII. */
typedef struct {
    putter *put;
    char first, second; /* 0: none */
} manner;

#define IN_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

/* A bit is set if a byte is less, of 1 to 0x80; bytes from 0x80 on are not. */
static uint64_t any_less(uint64_t word, uint8_t than) {
    return (word - IN_EACH_BYTE(than)) & ~word & IN_EACH_BYTE(0x80);
}

/* None of eight bytes needs a second look. */
static bool are_plain(const uint8_t *bytes, const manner *how) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return !(any_less(word, ' ') | any_less(word ^ IN_EACH_BYTE(how->first), 1) |
             any_less(word ^ IN_EACH_BYTE(how->second), 1) |
             ((word | (word + IN_EACH_BYTE(1))) & IN_EACH_BYTE(0x80)));
}

/* Where the first byte from `at` on is that needs a second look; `end` when none does. */
static uint32_t plain_until(caw_view bytes, uint32_t at, uint32_t end, const manner *how) {
    while (end - at >= sizeof(uint64_t) && are_plain(bytes.bytes + at, how))
        at += (uint32_t)sizeof(uint64_t);
    while (at < end && bytes.bytes[at] >= ' ' && bytes.bytes[at] < 0x7f &&
           bytes.bytes[at] != (uint8_t)how->first && bytes.bytes[at] != (uint8_t)how->second)
        at++;
    return at;
}

static uint32_t put_plain(caw_text *out, caw_view bytes, uint32_t at, uint32_t end,
                          const manner *how) {
    uint32_t until = plain_until(bytes, at, end, how);
    if (until > at)
        caw_put_chars(out, (const char *)bytes.bytes + at, until - at);
    return until;
}

/* The characters that end at or before `end`. */
static void put_characters(caw_text *out, caw_view bytes, uint32_t end, const manner *how) {
    uint32_t at = put_plain(out, bytes, 0, end, how);
    bool utf8 = at < end && is_utf8(bytes);
    while (at < end) {
        uint32_t size = 1;
        uint32_t character = utf8 ? utf8_at(bytes, at, &size) : bytes.bytes[at];
        if (size > end - at)
            return;
        how->put(out, character);
        at = put_plain(out, bytes, at + size, end, how);
    }
}

static const manner as_it_is = {caw_put_character, '\0', '\0'};
static const manner printable = {put_printable, '\0', '\0'};
static const manner in_json = {put_json, '"', '\\'};
static const manner in_csv = {put_csv, '"', '\0'};

void caw_put_printable(caw_text *out, caw_view bytes) {
    put_characters(out, bytes, bytes.len, &printable);
}

void caw_put_json_text(caw_text *out, caw_view bytes) {
    caw_put(out, '"');
    put_characters(out, bytes, bytes.len, &in_json);
    caw_put(out, '"');
}

/* -1.5e-07 */
static bool is_number(caw_view bytes) {
    uint32_t at = 0, digits = 0;
    for (; at < bytes.len; at++) {
        uint8_t byte = bytes.bytes[at];
        bool sign = byte == '-' || byte == '+';
        bool leads = at == 0 || bytes.bytes[at - 1] == 'e';
        if (!(byte >= '0' && byte <= '9') && byte != '.' && !(byte == 'e' && digits) &&
            !(sign && leads))
            return false;
        digits += byte >= '0' && byte <= '9';
    }
    return digits > 0;
}

/* Those of full width are taken for the others. */
bool caw_is_formula(caw_view bytes) {
    uint32_t size = 0;
    uint32_t first = bytes.len ? utf8_at(bytes, 0, &size) : 0;
    switch (first) {
    case '=':
    case '@':
    case 0xff1d:
    case 0xff0b:
    case 0xff0d:
    case 0xff20:
        return true;
    case '+':
    case '-':
        return !is_number(bytes);
    default:
        return false;
    }
}

void caw_put_csv_text(caw_text *out, caw_view bytes) {
    if (caw_is_formula(bytes))
        caw_put(out, '\'');
    put_characters(out, bytes, bytes.len, &in_csv);
}

void caw_put_beginning(caw_text *out, caw_view bytes, uint32_t most) {
    put_characters(out, bytes, most < bytes.len ? most : bytes.len, &printable);
}

void caw_put_utf8(caw_text *out, caw_view bytes) {
    put_characters(out, bytes, bytes.len, &as_it_is);
}

size_t caw_printable(caw_view bytes, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_put_printable(&out, bytes);
    return caw_text_end(&out);
}

size_t caw_utf8(caw_view bytes, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_put_utf8(&out, bytes);
    return caw_text_end(&out);
}
