/* SPDX-License-Identifier: BSD-3-Clause */
#include "heap.h"

#include "compat.h"

#include <stdlib.h>

static void *take(void *user, size_t bytes) {
    (void)user;
    return malloc(bytes);
}

static void release(void *user, void *memory) {
    (void)user;
    free(memory);
}

const caw_memory heap = {take, release, NULL};

void heap_give_back(uint64_t held) {
    static const uint64_t worth = 8 << 20;
    static uint64_t most; /* since it was given back */

    if (held > most)
        most = held;
    if (most - held < worth || most / 2 < held)
        return;
    most = held;
    compat_trim_heap();
}
