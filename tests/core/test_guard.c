/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random messages at the end of readable memory: no function reads past the last byte, whatever
 * the header says, and fields tile what is there. The random numbers are always the same.
 */
#include "caw_history.h"
#include "guard.h"
#include "test.h"
#include "walk.h"

#define MESSAGES 20000
#define ROOM     640

static uint32_t random_word(void) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static uint32_t below(uint32_t limit) {
    return random_word() % limit;
}

/* Sizes and counts near what is there, types that exist: most of it decodes to something. */
static size_t random_message(uint8_t *bytes) {
    size_t len = below(4) ? below(64) : below(ROOM);
    bool noisy = below(2);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(noisy ? random_word() : below(8) ? 0 : random_word());
    if (len < 8)
        return len;
    uint32_t size = below(3) ? (uint32_t)(len > 16 ? len - 16 : 0) : below(600);
    bytes[0] = 0;
    bytes[1] = (uint8_t)below(30);
    bytes[2] = below(10) ? (uint8_t)(size >> 8) : 0xff;
    bytes[3] = bytes[2] == 0xff ? 0xff : (uint8_t)size;
    bytes[4] = 0;
    bytes[5] = (uint8_t)below(41);
    bytes[6] = 0;
    bytes[7] = (uint8_t)(below(2) ? below(4) : below(256));
    return len;
}

int main(void) {
    guard_pages guard = guard_make(ROOM);
    uint8_t bytes[ROOM];
    for (int i = 0; i < MESSAGES; i++) {
        size_t len = random_message(bytes);
        const uint8_t *copy = guard_copy(&guard, bytes, len);
        caw_context context = {.transport = below(2) ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP,
                               .speaker = (caw_side)below(3),
                               .starts = below(2),
                               .cancel_pending = below(2)};
        caw_message message;
        caw_speaker(copy, len, context.transport);
        if (caw_decode(copy, len, &context, &message) <= 0)
            continue;
        walk_fault fault = walk_message(&message);
        CHECK(!fault, "message %d, command %u, %zu bytes: %s", i, message.command, len, fault);
    }
    guard_free(&guard);
    return test_summary();
}
