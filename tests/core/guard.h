/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that end where readable memory does: reading past them crashes. */
#ifndef GUARD_H
#define GUARD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    uint8_t *end; /* the first byte that must not be read */
    size_t room;  /* bytes before it */
    size_t page;
} guard_pages;

static inline guard_pages guard_make(size_t room) {
    guard_pages made = {.page = (size_t)sysconf(_SC_PAGESIZE)};
    made.room = (room + made.page) / made.page * made.page;
    uint8_t *start = mmap(NULL, made.room + made.page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mprotect(start + made.room, made.page, PROT_NONE) != 0)
        abort();
    made.end = start + made.room;
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
    munmap(guard->end - guard->room, guard->room + guard->page);
}

#endif
