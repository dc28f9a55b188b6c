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
typedef struct caw_node {
    struct caw_node *before;
    struct caw_node *after;
} caw_node;

/* What the link is a member of. */
#define CAW_LINKED(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void caw_list_begin(caw_node *list) {
    list->before = list->after = list;
}

static inline bool caw_list_is_empty(const caw_node *list) {
    return list->after == list;
}

static inline bool caw_node_is_used(const caw_node *link) {
    return link->after != NULL;
}

static inline void caw_list_add_last(caw_node *list, caw_node *link) {
    link->before = list->before;
    link->after = list;
    list->before->after = link;
    list->before = link;
}

/* Takes it out of its list, if it is in one. */
static inline void caw_node_remove(caw_node *link) {
    if (!link->after)
        return;
    link->before->after = link->after;
    link->after->before = link->before;
    link->before = link->after = NULL;
}

#endif
