/* SPDX-License-Identifier: BSD-3-Clause */
/* What a client and a server say to each other: messages in a row, of all the usual kinds. */
#ifndef TALKS_H
#define TALKS_H

#include "../core/make.h"

#define TALK_MOST  (1 << 14)
#define TALK_KINDS 8

typedef struct {
    uint8_t bytes[TALK_MOST];
    uint32_t length;
} talk_side;

static inline void talk_say(talk_side *side, const draft *made) {
    static uint8_t bytes[MADE_MOST];
    size_t length = make_message(made, bytes);
    if (side->length + length > sizeof side->bytes)
        return;
    memcpy(side->bytes + side->length, bytes, length);
    side->length += (uint32_t)length;
}

static inline void talk_begin(talk_side sides[2]) {
    static const draft client[] = {
        {.command = 0, .count = 13},
        {.command = 20, .payload = "me\0\0\0\0\0", .size = 8},
        {.command = 21, .payload = "host\0\0\0", .size = 8},
        {.command = 18, .p1 = 1, .p2 = 13, .payload = "t:a\0\0\0\0", .size = 8}};
    static const draft server[] = {{.command = 0, .count = 13},
                                   {.command = 22, .p1 = 1, .p2 = 3},
                                   {.command = 18, .type = 6, .count = 1, .p1 = 1, .p2 = 7}};
    sides[0].length = sides[1].length = 0;
    for (size_t i = 0; i < sizeof client / sizeof *client; i++)
        talk_say(&sides[0], &client[i]);
    for (size_t i = 0; i < sizeof server / sizeof *server; i++)
        talk_say(&sides[1], &server[i]);
}

/* One more message of the client, or of the server, of this kind and with this id. */
static inline void talk_go_on(talk_side sides[2], int end, unsigned kind, uint32_t id) {
    const draft client[TALK_KINDS] = {
        {.command = 15, .type = 6, .count = 1, .p1 = 7, .p2 = id},
        {.command = 1, .type = 6, .count = 1, .p1 = 7, .p2 = id, .size = 16},
        {.command = 4, .type = 6, .count = 1, .p1 = 7, .p2 = id, .size = 8},
        {.command = 19, .type = 6, .count = 9 * id, .p1 = 7, .p2 = id, .size = 72 * id},
        {.command = 23},
        {.command = 2, .type = 6, .count = 1, .p1 = 7, .p2 = id},
        {.command = 18, .p1 = id, .p2 = 13, .payload = "t:b\0\0\0\0", .size = 8},
        {.command = 12, .p1 = 7, .p2 = 1}};
    const draft server[TALK_KINDS] = {
        {.command = 15, .type = 6, .count = 1, .p1 = 1, .p2 = id, .size = 8},
        {.command = 1, .type = 6, .count = 1, .p1 = 1, .p2 = id, .size = 8},
        {.command = 1, .type = 4, .count = 104 * id, .p1 = 1, .p2 = id, .size = 104 * id},
        {.command = 19, .type = 6, .count = 1, .p1 = 1, .p2 = id},
        {.command = 23},
        {.command = 1, .type = 6, .count = 1, .p1 = 7, .p2 = id},
        {.command = 18, .type = 6, .count = 1, .p1 = id, .p2 = 8},
        {.command = 15, .type = 20, .count = 1, .p1 = 1, .p2 = id, .size = 24}};
    talk_say(&sides[end], end ? &server[kind % TALK_KINDS] : &client[kind % TALK_KINDS]);
}

#endif
