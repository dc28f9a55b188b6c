/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes in, text out, for tests in other languages. Each line of input is "printable|utf8 SIZE
 * HEX", SIZE being that of the buffer; the answer is "LENGTH HEX", what the function returned and
 * what it wrote before the buffer's end or its first NUL, or "overrun".
 */
#include "caw.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned digit(char hex) {
    return (unsigned)(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

static uint32_t unhex(const char *hex, uint8_t *bytes) {
    uint32_t len = 0;
    for (; hex[0] > ' '; hex += 2)
        bytes[len++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
    return len;
}

/* In a buffer of just this size; all the text has when that is enough, NULs included. */
static void answer(bool printable, caw_view bytes, size_t size) {
    char *text = malloc(size + 1);
    text[size] = '~';
    size_t length = printable ? caw_printable(bytes, text, size) : caw_utf8(bytes, text, size);
    size_t written = length < size ? length : size ? strlen(text) : 0;
    printf(text[size] == '~' ? "%zu " : "overrun", length);
    for (size_t i = 0; i < written; i++)
        printf("%02x", (unsigned)(uint8_t)text[i]);
    putchar('\n');
    free(text);
}

int main(void) {
    char *input = NULL;
    size_t room = 0, size;
    char what[16];
    int at;
    while (getline(&input, &room, stdin) > 0) {
        if (sscanf(input, "%15s %zu %n", what, &size, &at) != 2)
            continue;
        uint8_t *bytes = malloc(strlen(input));
        caw_view view = {bytes, 0, unhex(input + at, bytes)};
        answer(strcmp(what, "printable") == 0, view, size);
        fflush(stdout);
        free(bytes);
    }
    free(input);
    return 0;
}
