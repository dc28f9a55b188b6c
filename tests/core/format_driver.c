/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints values by format strings. Each line of stdin is "FORMAT VALUE", both in hexadecimal; the
 * value is a letter and its text: i42, f (the 8 bytes of a double), d1500000000 (billionths),
 * stext, orepr (an object whose str() is its repr() in angle brackets) or n. The format's tokens
 * are {x} and {x.y}, both that value, and {z}, which has none. One line of stdout answers, also in
 * hexadecimal, after "text " or "error ". LC_ALL counts, as for a program that sets the locale.
 */
#include "lines/format.h"

#include "counted.h"

#include <locale.h>
#include <stdio.h>

#define MOST (1 << 16)

typedef struct {
    size_t length;
    char chars[MOST + 1];
} bytes;

static bytes text, value, out, answer;

static const char *from_hex(const char *hex, bytes *to) {
    unsigned byte;
    for (to->length = 0; sscanf(hex, "%2x", &byte) == 1 && hex[0] != ' '; hex += 2)
        to->chars[to->length++] = (char)byte;
    to->chars[to->length] = '\0';
    return hex;
}

static void print_hex(const char *kind, const bytes *what) {
    fputs(kind, stdout);
    for (size_t i = 0; i < what->length; i++)
        printf("%02x", (unsigned char)what->chars[i]);
    putchar('\n');
    fflush(stdout);
}

static void print_object(const void *object, bool repr, caw_text *to) {
    caw_puts(to, repr ? "" : "<");
    caw_puts(to, object);
    caw_puts(to, repr ? "" : ">");
}

static bool get(void *user, const char *name, caw_value *to) {
    const char *rest = value.chars + 1;
    (void)user;
    switch (value.chars[0]) {
    case 'i':
    case 'd':
        to->kind = value.chars[0] == 'i' ? CAW_VALUE_INT : CAW_VALUE_DECIMAL;
        to->integer = strtoll(rest, NULL, 10);
        break;
    case 'f':
        to->kind = CAW_VALUE_REAL;
        memcpy(&to->real, rest, sizeof to->real);
        break;
    case 's':
        to->kind = CAW_VALUE_TEXT;
        to->text = rest;
        to->length = value.length - 1;
        break;
    case 'o':
        to->kind = CAW_VALUE_OBJECT;
        to->print = print_object;
        to->object = rest;
        break;
    default:
        break;
    }
    return strcmp(name, "x") == 0 || strcmp(name, "x.y") == 0;
}

/* Into a buffer of this size; the length of the whole, or SIZE_MAX. */
static size_t print(caw_format *format, size_t size, caw_text *why) {
    caw_text to = caw_text_into(out.chars, size);
    return caw_format_print(format, get, NULL, &to, why) ? caw_text_end(&to) : SIZE_MAX;
}

/* The room must not change the length. */
static bool print_all(caw_format *format, caw_text *why) {
    char lost[1024];
    caw_text again = caw_text_into(lost, sizeof lost);
    size_t length = print(format, 8, why);
    if (length == SIZE_MAX)
        return false;
    if (print(format, 0, &again) != length || print(format, MOST, &again) != length)
        abort();
    out.length = length;
    return true;
}

int main(void) {
    static const char *const tokens[] = {"x", "z", NULL};
    static char line[4 * MOST];
    setlocale(LC_ALL, "");
    while (fgets(line, sizeof line, stdin)) {
        counted count = {.good = -1};
        const caw_memory memory = counted_memory(&count);
        caw_text why = caw_text_into(answer.chars, sizeof answer.chars);
        from_hex(from_hex(line, &text) + 1, &value);
        caw_format *format = caw_format_parse(text.chars, tokens, &memory, &why);
        bool good = format && print_all(format, &why);
        answer.length = caw_text_end(&why);
        print_hex(good ? "text " : "error ", good ? &out : &answer);
        caw_format_free(format);
        if (count.live)
            abort();
    }
    return 0;
}
