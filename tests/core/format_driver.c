/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints values by format strings. Each line of stdin is "FORMAT VALUE", both in hexadecimal; the
 * value is a letter and its text: i42, f (the 8 bytes of a double), d1500000000 (billionths),
 * stext, orepr (an object whose str() is its repr() in angle brackets) or n. The format's tokens
 * are {x} and {x.y}, both that value, and {z}, which has none. One line of stdout answers, also in
 * hexadecimal, after "text " or "error ".
 */
#include "format.h"

#include <stdio.h>
#include <string.h>

static GString *from_hex(const char *hex) {
    GString *bytes = g_string_new(NULL);
    for (; g_ascii_isxdigit(hex[0]); hex += 2)
        g_string_append_c(bytes,
                          (char)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])));
    return bytes;
}

static void print_hex(const char *kind, const char *text, gsize length) {
    fputs(kind, stdout);
    for (gsize i = 0; i < length; i++)
        printf("%02x", (unsigned)(guchar)text[i]);
    putchar('\n');
    fflush(stdout);
}

static void print_object(const void *object, gboolean repr, GString *out) {
    g_string_append_printf(out, repr ? "%s" : "<%s>", (const char *)object);
}

static format_value read_value(const GString *text) {
    format_value value = {.kind = FORMAT_NONE};
    const char *rest = text->str + 1;
    switch (text->str[0]) {
    case 'i':
        value.kind = FORMAT_INT;
        value.integer = g_ascii_strtoll(rest, NULL, 10);
        break;
    case 'd':
        value.kind = FORMAT_DECIMAL;
        value.integer = g_ascii_strtoll(rest, NULL, 10);
        break;
    case 'f':
        value.kind = FORMAT_REAL;
        memcpy(&value.real, rest, sizeof value.real);
        break;
    case 's':
        value.kind = FORMAT_TEXT;
        value.text = rest;
        value.length = text->len - 1;
        break;
    case 'o':
        value.kind = FORMAT_OBJECT;
        value.print = print_object;
        value.object = rest;
        break;
    default:
        break;
    }
    return value;
}

static gboolean get(void *user, const char *name, format_value *value) {
    *value = read_value(user);
    return strcmp(name, "x") == 0 || strcmp(name, "x.y") == 0;
}

static char *answer(const char *text, GString *value, GString *out) {
    static const char *const tokens[] = {"x", "z", NULL};
    char *error = NULL;
    format *parsed = format_parse(text, tokens, &error);
    if (parsed)
        format_print(parsed, get, value, out, &error);
    format_free(parsed);
    return error;
}

int main(void) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        GString *text = from_hex(line);
        GString *value = from_hex(strchr(line, ' ') + 1);
        GString *out = g_string_new(NULL);
        char *error = answer(text->str, value, out);
        if (error)
            print_hex("error ", error, strlen(error));
        else
            print_hex("text ", out->str, out->len);
        g_free(error);
        g_string_free(text, TRUE);
        g_string_free(value, TRUE);
        g_string_free(out, TRUE);
    }
    return 0;
}
