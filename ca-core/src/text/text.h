/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text into a caller's buffer, as snprintf does: what fits is written, the length counts on.
 * No locale, no allocation.
 */
#ifndef CAW_TEXT_H
#define CAW_TEXT_H

#include "caw.h"

#include <string.h>

typedef struct {
    char *text;
    size_t size;   /* of the buffer */
    size_t length; /* of the whole text so far */
} caw_text;

static inline caw_text caw_text_into(char *text, size_t size) {
    caw_text out = {text, size, 0};
    return out;
}

static inline void caw_put(caw_text *out, char c) {
    if (out->length + 1 < out->size)
        out->text[out->length] = c;
    out->length++;
}

/* What does not fit any more. */
void caw_put_cut(caw_text *out, const char *chars, size_t length);

/* All of these or none: a character of several bytes or an escape, of which half says nothing. */
void caw_put_whole(caw_text *out, const char *chars, size_t length);

static inline void caw_put_chars(caw_text *out, const char *chars, size_t length) {
    size_t end = out->length + length;
    if (end >= out->size) {
        caw_put_cut(out, chars, length);
        return;
    }
    memcpy(out->text + out->length, chars, length);
    out->length = end;
}

/* Inline, so that the length of a literal costs nothing. */
static inline void caw_puts(caw_text *out, const char *text) {
    caw_put_chars(out, text, strlen(text));
}

/* What is too much of the array is overwritten, or stays after the end. */
static inline void caw_put_phrase(caw_text *out, const caw_phrase *phrase) {
    if (out->length + sizeof phrase->chars >= out->size) {
        caw_put_cut(out, phrase->chars, phrase->length);
        return;
    }
    memcpy(out->text + out->length, phrase->chars, sizeof phrase->chars);
    out->length += phrase->length;
}

/* Three texts, with one look at the room for them. */
static inline void caw_put3(caw_text *out, const char *a, const char *b, const char *c) {
    size_t a_end = strlen(a), b_end = a_end + strlen(b), c_end = b_end + strlen(c);
    if (out->length + c_end >= out->size) {
        caw_put_cut(out, a, a_end);
        caw_put_cut(out, b, b_end - a_end);
        caw_put_cut(out, c, c_end - b_end);
        return;
    }
    char *to = out->text + out->length;
    memcpy(to, a, a_end);
    memcpy(to + a_end, b, b_end - a_end);
    memcpy(to + b_end, c, c_end - b_end);
    out->length += c_end;
}

/* Ends the text with a NUL; returns its whole length. */
size_t caw_text_end(caw_text *out);

void caw_put_number(caw_text *out, uint64_t value);
void caw_put_signed(caw_text *out, int64_t value);

/* Most numbers are small. */
static inline void caw_put_unsigned(caw_text *out, uint64_t value) {
    if (value < 10)
        caw_put(out, (char)('0' + value));
    else
        caw_put_number(out, value);
}

void caw_put_ipv4(caw_text *out, uint32_t address);

/* As Python prints a float. */
void caw_put_real(caw_text *out, double value);

/* The same of the sum of seconds and microseconds as doubles. */
void caw_put_time(caw_text *out, int64_t seconds, uint32_t microseconds);

/* With at most `digits` significant digits, for the eye. */
void caw_put_short_real(caw_text *out, double value, int digits);

/* As Python's repr of bytes: b'a\x00'. */
void caw_put_bytes(caw_text *out, caw_view bytes);

/* As Python's repr of a bytearray: bytearray(b'a\x00'). */
void caw_put_bytearray(caw_text *out, caw_view bytes);

/* As Python's repr of the text decoded as latin-1. */
void caw_put_string(caw_text *out, caw_view bytes);

/* \x1b, \u2028, \U000e0041 */
void caw_put_escape(caw_text *out, uint32_t character);

/*
 * The character that begins here, with at most `left` bytes, of which there is one, and its size;
 * CAW_NO_CHARACTER when none is encoded there.
 */
#define CAW_NO_CHARACTER UINT32_MAX
uint32_t caw_character(const uint8_t *at, size_t left, uint32_t *size);

/* A character as UTF-8. */
void caw_put_character(caw_text *out, uint32_t character);

/* As caw_printable and caw_utf8 of caw.h. */
void caw_put_printable(caw_text *out, caw_view bytes);
void caw_put_utf8(caw_text *out, caw_view bytes);

/*
 * A spreadsheet would take such a cell for a formula: it begins with =, +, - or @ and is no number.
 * Names come from the wire, and whoever sends =cmd() is not to be obeyed: in CSV there is an
 * apostrophe before it.
 */
bool caw_is_formula(caw_view bytes);

/* What is printable of them as a text of JSON, in its quotes; inside of the quotes of CSV. */
void caw_put_json_text(caw_text *out, caw_view bytes);
void caw_put_csv_text(caw_text *out, caw_view bytes);

/* What caw_put_printable makes of the first `most` bytes, without a character that they cut. */
void caw_put_beginning(caw_text *out, caw_view bytes, uint32_t most);

#endif
