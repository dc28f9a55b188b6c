/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists that lead through what is in them: a link in each thing, in a circle with a link that is
 * the list itself. Whatever is in a list can be taken out of it without a search.
 */
#ifndef CAW_LINKS_H
#define CAW_LINKS_H

#include <stdbool.h>
#include <stddef.h>

/* Of a thing: zeroed, or in one list. Of a list: begun. */
typedef struct caw_link {
    struct caw_link *before;
    struct caw_link *after;
} caw_link;

/* What the link is a member of. */
#define CAW_LINKED(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void caw_list_begin(caw_link *list) {
    list->before = list->after = list;
}

static inline bool caw_list_is_empty(const caw_link *list) {
    return list->after == list;
}

static inline bool caw_link_is_used(const caw_link *link) {
    return link->after != NULL;
}

static inline void caw_list_add_last(caw_link *list, caw_link *link) {
    link->before = list->before;
    link->after = list;
    list->before->after = link;
    list->before = link;
}

/* Takes it out of its list, if it is in one. */
static inline void caw_link_remove(caw_link *link) {
    if (!link->after)
        return;
    link->before->after = link->after;
    link->after->before = link->before;
    link->before = link->after = NULL;
}

#endif
