/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages in, lines out, for tests in other languages. Each line of input is
 * "tcp|udp client|server|nobody HEX"; the answer is the line of the message, or its size when
 * caw_decode refuses it.
 */
#include "caw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t unhex(const char *hex, uint8_t *bytes) {
    size_t len = 0;
    unsigned byte;
    while (sscanf(hex + 2 * len, "%2x", &byte) == 1)
        bytes[len++] = (uint8_t)byte;
    return len;
}

static void answer(const uint8_t *bytes, size_t len, const caw_context *context) {
    caw_message message;
    int64_t size = caw_decode(bytes, len, context, &message);
    if (size <= 0) {
        printf("%lld\n", (long long)size);
        return;
    }
    size_t length = caw_line(&message, NULL, 0);
    char *line = malloc(length + 1);
    caw_line(&message, line, length + 1);
    puts(line);
    free(line);
}

int main(void) {
    char *input = NULL;
    size_t room = 0;
    char transport[8], speaker[8];
    int at;
    while (getline(&input, &room, stdin) > 0) {
        if (sscanf(input, "%7s %7s %n", transport, speaker, &at) != 2)
            continue;
        caw_context context = {.transport = strcmp(transport, "udp") ? CAW_TRANSPORT_TCP
                                                                     : CAW_TRANSPORT_UDP};
        if (strcmp(speaker, "nobody"))
            context.speaker = strcmp(speaker, "client") ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT;
        uint8_t *bytes = malloc(strlen(input));
        size_t len = unhex(input + at, bytes);
        answer(bytes, len, &context);
        fflush(stdout);
        free(bytes);
    }
    free(input);
    return 0;
}
