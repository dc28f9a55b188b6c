/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that counts what is not given back, and an output that keeps what it is given. Both fail
 * when they are told to: once, or from then on.
 */
#ifndef COUNTED_H
#define COUNTED_H

#include "caw_capture.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    long live;  /* pieces of memory out */
    long asked; /* pieces, or writes, asked for so far */
    long good;  /* how many of them succeed; negative: all */
    bool once;  /* of the others, only the first fails */
} counted;

static inline bool counted_fails(counted *count) {
    long number = count->asked++;
    return count->good >= 0 && (count->once ? number == count->good : number >= count->good);
}

static inline void *counted_alloc(void *user, size_t bytes) {
    counted *count = user;
    if (counted_fails(count))
        return NULL;
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

/* Runs a test again and again, with each request failing in turn, until all of a run succeed. */
static inline void counted_fail_each(void (*test)(counted *count)) {
    for (int once = 0; once < 2; once++) {
        counted count;
        long good = 0;
        do {
            count = (counted){.good = good, .once = once};
            test(&count);
        } while (count.asked > good++);
    }
}

typedef struct {
    counted *count;
    char text[1 << 17];
    size_t length;
} written;

static inline bool written_write(void *user, const char *text, size_t length) {
    written *to = user;
    if (counted_fails(to->count) || to->length + length >= sizeof to->text)
        return false;
    memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = '\0';
    return true;
}

#endif
