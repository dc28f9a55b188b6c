/* SPDX-License-Identifier: BSD-3-Clause */
/* What an event has of a field: of its message, of what came before it, of its packet. */
#ifndef CAW_WHERE_EVENT_VALUE_H
#define CAW_WHERE_EVENT_VALUE_H

#include "where.h"

typedef struct {
    where_sort sort; /* not WHERE_EITHER */
    double number;
    caw_view text; /* in UTF-8 */
    const caw_end *end;
    caw_moment moment;
} event_value;

/* Where text is made that is not on the wire as it is compared. Kept from event to event. */
typedef struct {
    caw_memory memory;
    char *text;
    size_t size;
} where_room;

void caw_where_room_free(where_room *room);

/* False: no more of them. What a value points to holds until then. */
typedef bool event_value_take(void *user, const event_value *value);

/*
 * Gives all values of the field that a node compares, one after another; `sort`, of elements, says
 * which are wanted.
 */
void caw_where_values(where_room *room, const caw_event *event, const where_node *node,
                      event_value_take *take, void *user);

/* The node asks for one of these flaws of what came before and after. */
bool caw_where_is_flaw(const where_node *node, uint64_t flaws);

/* Seconds from a request to its answer. */
double caw_where_seconds(const caw_moment *request, const caw_moment *answer);

#endif
