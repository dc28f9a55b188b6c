/* SPDX-License-Identifier: BSD-3-Clause */
/* What every text of the core must be, whatever bytes it was made of. */
#ifndef PRINTING_H
#define PRINTING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void require(bool fact, const char *what) {
    if (!fact) {
        fprintf(stderr, "fuzz: %s\n", what);
        abort();
    }
}

/* The character that starts here, and the bytes it has; aborts when it is not one. */
static inline uint32_t character(const uint8_t *at, size_t *bytes) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *bytes = *at < 0x80 ? 1 : *at >> 5 == 6 ? 2 : *at >> 4 == 14 ? 3 : *at >> 3 == 30 ? 4 : 0;
    require(*bytes > 0, "no UTF-8");
    uint32_t code = *bytes == 1 ? *at : *at & 0xffu >> (*bytes + 1);
    for (size_t i = 1; i < *bytes; i++) {
        require(at[i] >> 6 == 2, "no UTF-8");
        code = code << 6 | (at[i] & 0x3f);
    }
    require(code >= least[*bytes], "UTF-8 longer than it must be");
    return code;
}

/* C0, DEL and C1 drive terminals and end lines, others change the order of what is seen. */
static inline bool is_safe(uint32_t code) {
    bool control = code < ' ' || (code >= 0x7f && code < 0xa0);
    bool format = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                  (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
    return !control && !format;
}

static inline void check_text(const char *text) {
    size_t bytes;
    for (const uint8_t *at = (const uint8_t *)text; *at; at += bytes) {
        require(is_safe(character(at, &bytes)), "a control character");
    }
}

/* One object in a line, of which the rest was checked as text: what is open is closed in order. */
static inline void check_json(const char *text) {
    char open[64];
    size_t depth = 0;
    bool quoted = false;
    for (const char *at = text; *at; at++) {
        if (quoted && *at == '\\')
            require(*++at == '\\' || *at == '"', "an escape that JSON does not have");
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == '{' || *at == '['))
            open[depth++ % sizeof open] = *at;
        else if (!quoted && (*at == '}' || *at == ']'))
            require(depth && open[--depth % sizeof open] == (*at == '}' ? '{' : '['), "no pair");
        require(depth || !at[1], "more than an object");
    }
    require(*text == '{' && !depth && !quoted, "no whole object");
}

/* Cells in a row, with quotes in pairs. */
static inline size_t count_cells(const char *text) {
    size_t cells = 1;
    bool quoted = false;
    for (; *text; text++) {
        quoted ^= *text == '"';
        cells += !quoted && *text == ',';
    }
    require(!quoted, "a quote that does not end");
    return cells;
}

typedef size_t printer(char *text, size_t size);

#define LONGEST 10 /* characters of an escape, \U0010ffff */

/* As snprintf: the whole length always, and as much as there is room for, no escape cut in two. */
static inline void check_printer(printer *print, size_t room) {
    size_t length = print(NULL, 0);
    char *whole = malloc(length + 1), *part = malloc(room);
    require(print(whole, length + 1) == length && strlen(whole) == length, "another length");
    require(print(part, room) == length, "a length that the room changes");
    size_t fits = length < room ? length : room - 1;
    size_t told = strlen(part);
    require(told <= fits && strncmp(part, whole, told) == 0, "not the beginning");
    require(told + LONGEST > fits, "less than there is room for");
    check_text(whole);
    check_text(part);
    free(whole);
    free(part);
}

#endif
