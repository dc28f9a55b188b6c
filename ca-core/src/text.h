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

static inline void caw_put_chars(caw_text *out, const char *chars, size_t length) {
    if (out->length + length < out->size)
        memcpy(out->text + out->length, chars, length);
    else if (out->length + 1 < out->size)
        memcpy(out->text + out->length, chars, out->size - 1 - out->length);
    out->length += length;
}

/* Inline, so that the length of a literal costs nothing. */
static inline void caw_puts(caw_text *out, const char *text) {
    caw_put_chars(out, text, strlen(text));
}

/* Ends the text with a NUL; returns its whole length. */
size_t caw_end(caw_text *out);

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

/* With at most `digits` significant digits, for the eye. */
void caw_put_short_real(caw_text *out, double value, int digits);

/* As Python's repr of bytes: b'a\x00'. */
void caw_put_bytes(caw_text *out, caw_view bytes);

/* As Python's repr of a bytearray: bytearray(b'a\x00'). */
void caw_put_bytearray(caw_text *out, caw_view bytes);

/* As Python's repr of the text decoded as latin-1. */
void caw_put_string(caw_text *out, caw_view bytes);

/* Latin-1 as UTF-8, nothing escaped. */
void caw_put_utf8(caw_text *out, caw_view bytes);

/* Latin-1 as UTF-8 with control characters escaped, no quotes. */
void caw_put_printable(caw_text *out, caw_view bytes);

#endif
