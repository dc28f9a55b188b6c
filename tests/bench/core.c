/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one scalar update costs in the core, for a tool that counts instructions:
 *
 *   valgrind --tool=callgrind bench_core walk|decode|circuit|line|read|forget NUMBER
 *
 * Each step does what the one before does, and more: walk reads sizes only, decode decodes,
 * circuit also looks up the channel, line also prints. read is a request and its answer on a
 * circuit that keeps, forget the same on one that forgets. NUMBER updates, so that the difference
 * of two runs leaves the program's start out.
 */
#include "caw_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WALK, DECODE, CIRCUIT, LINE, READ, FORGET };

/* READ_NOTIFY's and EVENT_ADD's usual type: DBR_TIME_DOUBLE, one element, NO_ALARM. */
static const uint8_t update[40] = {0,    1,    0,    24,   0,    20,   0,    1,    0,    0,
                                   0,    1,    0,    0,    0,    7,    0,    0,    0,    0,
                                   0x43, 0x6a, 0x1d, 0x11, 0x07, 0x11, 0x11, 0x15, 0,    0,
                                   0,    0,    0xbf, 0xed, 0x9a, 0xda, 0xf0, 0xd5, 0xf5, 0xa9};
static const uint8_t subscribe[32] = {0, 1, 0, 16, 0, 20, 0, 1, 0, 0, 0, 5, 0, 0, 0, 7,
                                      0, 0, 0, 0,  0, 0,  0, 0, 0, 0, 0, 0, 0, 5, 0, 0};

static const uint8_t request[16] = {0, 15, 0, 0, 0, 20, 0, 1, 0, 0, 0, 5, 0, 0, 0, 7};

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
    if (steps == LINE)
        caw_line(&message, text, sizeof text);
}

/* The answer to a read is an update under another command. */
static void read_value(caw_circuit *circuit) {
    uint8_t answer[sizeof update];
    memcpy(answer, update, sizeof answer);
    answer[1] = CAW_COMMAND_READ_NOTIFY;
    see(circuit, 0, request, sizeof request, CIRCUIT);
    see(circuit, 1, answer, sizeof answer, CIRCUIT);
}

int main(int count, char **words) {
    static const char *const names[] = {"walk", "decode", "circuit", "line", "read", "forget"};
    caw_memory memory = {take, give, NULL};
    caw_ages *ages = caw_ages_new(&memory);
    int steps = WALK;
    while (count == 3 && steps <= FORGET && strcmp(words[1], names[steps]) != 0)
        steps++;
    if (count != 3 || steps > FORGET || !ages) {
        fprintf(stderr, "usage: bench_core walk|decode|circuit|line|read|forget NUMBER\n");
        return 1;
    }
    caw_circuit *circuit =
        steps == FORGET ? caw_circuit_new_forgetting(ages, true) : caw_circuit_new(&memory, true);
    if (!circuit)
        return 1;
    caw_circuit_set_server(circuit, 1);
    see(circuit, 0, subscribe, sizeof subscribe, CIRCUIT);
    for (long i = atol(words[2]); i > 0; i--)
        if (steps >= READ)
            read_value(circuit);
        else
            see(circuit, 1, update, sizeof update, steps);
    caw_circuit_free(circuit);
    caw_ages_free(ages);
    return 0;
}
