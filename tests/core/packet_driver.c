/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows headers as libcaw does. Each line of stdin is "LINK FORM PATH HEX": LINK a number of
 * caw_link, FORM `repr` or `str`, PATH an attribute, HEX the frame or `-` when empty. One line of
 * stdout answers it: "number N", "text T", "none" or "unknown".
 */
#include "caw_capture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes end where the memory does, so that a sanitizer sees any read past them. */
static uint8_t *from_hex(const char *hex, uint32_t *length) {
    *length = *hex == '-' ? 0 : (uint32_t)(strlen(hex) / 2);
    uint8_t *bytes = malloc(*length);
    for (uint32_t i = 0; i < *length; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[i] = (uint8_t)byte;
    }
    return bytes;
}

/* Once with the room it asked for and once with too little, which must not matter. */
static void print_text(const caw_packet *packet, const caw_attribute *attribute, bool repr) {
    size_t length = caw_packet_text(packet, attribute, repr, NULL, 0);
    char *text = malloc(length + 1);
    char *cut = malloc(length / 2 + 1);
    caw_packet_text(packet, attribute, repr, text, length + 1);
    caw_packet_text(packet, attribute, repr, cut, length / 2 + 1);
    if (strlen(text) != length || strlen(cut) != length / 2 || strncmp(text, cut, length / 2) != 0)
        printf("broken: %zu bytes announced\n", length);
    else
        printf("text %s\n", text);
    free(text);
    free(cut);
}

static void answer(const caw_packet *packet, const char *path, bool repr) {
    caw_attribute attribute;
    if (!caw_packet_find(packet, path, &attribute))
        puts("unknown");
    else if (attribute.kind == CAW_ATTRIBUTE_NONE)
        puts("none");
    else if (attribute.kind == CAW_ATTRIBUTE_NUMBER)
        printf("number %" PRId64 "\n", attribute.number);
    else
        print_text(packet, &attribute, repr);
}

int main(void) {
    static char line[1 << 20];
    while (fgets(line, sizeof line, stdin)) {
        caw_packet packet;
        uint32_t length;
        line[strcspn(line, "\n")] = '\0';
        int link = atoi(strtok(line, " "));
        bool repr = strcmp(strtok(NULL, " "), "repr") == 0;
        const char *path = strtok(NULL, " ");
        uint8_t *frame = from_hex(strtok(NULL, " "), &length);
        caw_packet_parse(frame, length, (caw_link)link, &packet);
        answer(&packet, path, repr);
        free(frame);
        fflush(stdout);
    }
    return 0;
}
