/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that counts what is not given back, and fails when it is told to. */
#ifndef COUNTED_H
#define COUNTED_H

#include "caw_history.h"

#include <stdlib.h>

typedef struct {
    long live;  /* pieces out */
    long asked; /* pieces asked for so far */
    long good;  /* how many of them are given; negative: all */
} counted;

static inline void *counted_alloc(void *user, size_t bytes) {
    counted *count = user;
    if (count->good >= 0 && count->asked >= count->good) {
        count->asked++;
        return NULL;
    }
    count->asked++;
    void *memory = malloc(bytes);
    count->live += memory != NULL;
    return memory;
}

static inline void counted_release(void *user, void *memory) {
    ((counted *)user)->live--;
    free(memory);
}

static inline caw_memory counted_memory(counted *count) {
    return (caw_memory){counted_alloc, counted_release, count};
}

#endif
