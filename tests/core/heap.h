/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory without end, for a caw_memory. */
#ifndef HEAP_H
#define HEAP_H

#include <stdlib.h>

static inline void *take(void *user, size_t bytes) {
    (void)user;
    return malloc(bytes);
}

static inline void give_back(void *user, void *memory) {
    (void)user;
    free(memory);
}

#endif
