/* SPDX-License-Identifier: BSD-3-Clause */
#include "kept.h"

static size_t bytes_of(const caw_event *event) {
    return (size_t)event->frame.len + event->message.whole.len;
}

static void append(caw_kept_queue *queue, caw_kept *kept) {
    if (queue->last)
        queue->last->next = kept;
    else
        queue->first = kept;
    queue->last = kept;
    queue->count++;
    queue->bytes += bytes_of(kept->event);
}

bool caw_kept_add(caw_kept_queue *queue, const caw_memory *memory, const caw_event *event, int end,
                  caw_note *later) {
    if (queue->count == CAW_KEPT_MOST || queue->bytes + bytes_of(event) > CAW_KEPT_BYTES)
        return false;
    caw_kept *kept = memory->alloc(memory->user, sizeof *kept);
    if (!kept)
        return false;
    *kept = (caw_kept){.event = caw_event_copy(event, memory), .end = end, .later = later};
    if (!kept->event) {
        memory->release(memory->user, kept);
        return false;
    }
    kept->note = (caw_note *)kept->event->note; /* the copy's own */
    append(queue, kept);
    return true;
}

const caw_event *caw_kept_take(caw_kept_queue *queue, const caw_memory *memory) {
    caw_kept *kept = queue->first;
    if (queue->told)
        memory->release(memory->user, queue->told);
    queue->told = NULL;
    if (!kept)
        return NULL;
    queue->told = kept->event;
    queue->bytes -= bytes_of(kept->event);
    queue->count--;
    queue->first = kept->next;
    if (!queue->first)
        queue->last = NULL;
    memory->release(memory->user, kept);
    return queue->told;
}

void caw_kept_free(caw_kept_queue *queue, const caw_memory *memory) {
    while (caw_kept_take(queue, memory))
        ;
}
