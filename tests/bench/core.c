/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one scalar update costs in the core, for a tool that counts instructions:
 *
 *   valgrind --tool=callgrind bench_core walk|decode|circuit|line NUMBER
 *
 * Each step does what the one before does, and more: walk reads sizes only, decode decodes,
 * circuit also looks up the channel, line also prints. NUMBER updates, so that the difference
 * of two runs leaves the program's start out.
 */
#include "caw_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WALK, DECODE, CIRCUIT, LINE };

/* READ_NOTIFY's and EVENT_ADD's usual type: DBR_TIME_DOUBLE, one element, NO_ALARM. */
static const uint8_t update[40] = {0,    1,    0,    24,   0,    20,   0,    1,    0,    0,
                                   0,    1,    0,    0,    0,    7,    0,    0,    0,    0,
                                   0x43, 0x6a, 0x1d, 0x11, 0x07, 0x11, 0x11, 0x15, 0,    0,
                                   0,    0,    0xbf, 0xed, 0x9a, 0xda, 0xf0, 0xd5, 0xf5, 0xa9};
static const uint8_t subscribe[32] = {0, 1, 0, 16, 0, 20, 0, 1, 0, 0, 0, 5, 0, 0, 0, 7,
                                      0, 0, 0, 0,  0, 0,  0, 0, 0, 0, 0, 0, 0, 5, 0, 0};

static void *take(void *user, size_t bytes) {
    (void)user;
    return malloc(bytes);
}

static void give(void *user, void *memory) {
    (void)user;
    free(memory);
}

static void see(caw_circuit *circuit, int end, const uint8_t *bytes, size_t size, int steps) {
    static char text[1000];
    caw_moment now = {1, 0, 0};
    caw_message message;
    caw_note note;
    if (steps == WALK) {
        caw_size(bytes, size);
        return;
    }
    caw_context context = caw_circuit_context(circuit, end, bytes, size);
    caw_decode(bytes, size, &context, &message);
    if (steps >= CIRCUIT)
        caw_circuit_observe(circuit, end, &message, now, &note);
    if (steps >= LINE)
        caw_line(&message, text, sizeof text);
}

int main(int count, char **words) {
    static const char *const names[] = {"walk", "decode", "circuit", "line"};
    caw_memory memory = {take, give, NULL};
    caw_circuit *circuit = caw_circuit_new(&memory, true);
    int steps = WALK;
    while (count == 3 && steps <= LINE && strcmp(words[1], names[steps]) != 0)
        steps++;
    if (count != 3 || steps > LINE || !circuit) {
        fprintf(stderr, "usage: bench_core walk|decode|circuit|line NUMBER\n");
        return 1;
    }
    caw_circuit_set_server(circuit, 1);
    see(circuit, 0, subscribe, sizeof subscribe, CIRCUIT);
    for (long i = atol(words[2]); i > 0; i--)
        see(circuit, 1, update, sizeof update, steps);
    caw_circuit_free(circuit);
    return 0;
}
