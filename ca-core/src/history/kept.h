/* SPDX-License-Identifier: BSD-3-Clause */
/* Events that wait to be told, first in, first out, on the circuit's memory. Begins zeroed. */
#ifndef CAW_KEPT_H
#define CAW_KEPT_H

#include "caw_capture.h"

typedef struct caw_kept {
    caw_event *event; /* a copy */
    caw_note *note;   /* its note, which is not told yet; NULL when it has none */
    int end;
    caw_note *later; /* where its note is written too, or NULL */
    struct caw_kept *next;
} caw_kept;

typedef struct {
    caw_kept *first;
    caw_kept *last;
    caw_event *told; /* was taken, and holds until the next is */
    unsigned count;
    size_t bytes;
} caw_kept_queue;

/* Nothing is in it, and nothing that was taken is to be freed. */
static inline bool caw_kept_is_empty(const caw_kept_queue *queue) {
    return !queue->first && !queue->told;
}

/* False when there is no room or memory for another. */
bool caw_kept_add(caw_kept_queue *queue, const caw_memory *memory, const caw_event *event, int end,
                  caw_note *later);

/* The first, which leaves the queue; NULL when there is none. Frees the one taken before. */
const caw_event *caw_kept_take(caw_kept_queue *queue, const caw_memory *memory);

void caw_kept_free(caw_kept_queue *queue, const caw_memory *memory);

#endif
