/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that end where readable memory does: reading past them crashes. */
#ifndef GUARD_H
#define GUARD_H

#include "memory_pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint8_t *end; /* the first byte that must not be read */
    size_t room;  /* bytes before it */
} guard_pages;

static inline guard_pages guard_make(size_t room) {
    guard_pages made = {.room = (room + memory_page()) / memory_page() * memory_page()};
    made.end = memory_take(made.room) + made.room;
    return made;
}

/* A copy of these bytes that ends where readable memory does. */
static inline const uint8_t *guard_copy(const guard_pages *guard, const uint8_t *bytes,
                                        size_t len) {
    if (len > guard->room)
        abort();
    return memcpy(guard->end - len, bytes, len);
}

static inline void guard_free(guard_pages *guard) {
    memory_release(guard->end - guard->room, guard->room);
}

#endif
