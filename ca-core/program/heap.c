/* SPDX-License-Identifier: BSD-3-Clause */
#include "heap.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

static void *take(void *user, size_t bytes) {
    (void)user;
    return malloc(bytes);
}

static void release(void *user, void *memory) {
    (void)user;
    free(memory);
}

const caw_memory heap = {take, release, NULL};

/* glibc keeps small pieces that lie below others that are in use. */
void heap_give_back(uint64_t held) {
    static const uint64_t worth = 8 << 20;
    static uint64_t most; /* since it was given back */

    if (held > most)
        most = held;
    if (most - held < worth || most / 2 < held)
        return;
    most = held;
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
