/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists that lead through what is in them: a link in each thing, in a circle with a link that is
 * the list itself. Whatever is in a list can be taken out of it without a search.
 */
#ifndef CAW_RING_H
#define CAW_RING_H

#include <stdbool.h>
#include <stddef.h>

/* Of a thing: zeroed, or in one list. Of a list: begun. */
typedef struct caw_ring {
    struct caw_ring *before;
    struct caw_ring *after;
} caw_ring;

/* What the link is a member of. */
#define CAW_RING_ENTRY(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void caw_ring_begin(caw_ring *list) {
    list->before = list->after = list;
}

static inline bool caw_ring_is_empty(const caw_ring *list) {
    return list->after == list;
}

static inline bool caw_ring_is_linked(const caw_ring *link) {
    return link->after != NULL;
}

static inline void caw_ring_add_last(caw_ring *list, caw_ring *link) {
    link->before = list->before;
    link->after = list;
    list->before->after = link;
    list->before = link;
}

/* Takes it out of its list, if it is in one. */
static inline void caw_ring_remove(caw_ring *link) {
    if (!link->after)
        return;
    link->before->after = link->after;
    link->after->before = link->before;
    link->before = link->after = NULL;
}

#endif
