/* SPDX-License-Identifier: BSD-3-Clause */
#include "median.h"

#include <string.h>

/* ---- a heap ------------------------------------------------------------------------------- */

static bool make_room(caw_heap *heap, const caw_memory *memory) {
    if (heap->count < heap->room)
        return true;
    size_t room = heap->room ? 2 * heap->room : 8;
    int64_t *larger = memory->alloc(memory->user, room * sizeof *larger);
    if (!larger)
        return false;
    if (heap->numbers) {
        memcpy(larger, heap->numbers, heap->count * sizeof *larger);
        memory->release(memory->user, heap->numbers);
    }
    heap->numbers = larger;
    heap->room = room;
    return true;
}

static void swap(int64_t *a, int64_t *b) {
    int64_t kept = *a;
    *a = *b;
    *b = kept;
}

/* There is room. */
static void push(caw_heap *heap, int64_t number) {
    size_t at = heap->count++;
    heap->numbers[at] = number;
    for (size_t above; at && heap->numbers[above = (at - 1) / 2] > heap->numbers[at]; at = above)
        swap(&heap->numbers[above], &heap->numbers[at]);
}

/* Takes the smallest; its place after the others is free. */
static int64_t pop(caw_heap *heap) {
    int64_t smallest = heap->numbers[0];
    size_t count = --heap->count;
    heap->numbers[0] = heap->numbers[count];
    for (size_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap->numbers[child + 1] < heap->numbers[child])
            child++;
        if (heap->numbers[at] <= heap->numbers[child])
            break;
        swap(&heap->numbers[at], &heap->numbers[child]);
    }
    return smallest;
}

/* Keeps every second in their order, from the smallest on. */
static void thin(caw_heap *heap) {
    size_t count = heap->count;
    while (heap->count) { /* the smallest goes to the end, and so on */
        int64_t smallest = pop(heap);
        heap->numbers[heap->count] = smallest;
    }
    for (size_t i = 0; i < count / 2; i++)
        swap(&heap->numbers[i], &heap->numbers[count - 1 - i]);
    heap->count = (count + 1) / 2;
    for (size_t i = 0; i < heap->count; i++)
        heap->numbers[i] = heap->numbers[2 * i];
}

/* ---- the median --------------------------------------------------------------------------- */

/* The lower half has as many as the upper one, or one more. */
static void balance(caw_median *median) {
    if (median->low.count > median->high.count + 1)
        push(&median->high, ~pop(&median->low));
    else if (median->low.count < median->high.count)
        push(&median->low, ~pop(&median->high));
}

bool caw_median_add(caw_median *median, const caw_memory *memory, int64_t number) {
    if (median->stride && median->come++ % median->stride)
        return true;
    if (!make_room(&median->low, memory) || !make_room(&median->high, memory))
        return false;
    if (median->low.count && number < ~median->low.numbers[0])
        push(&median->low, ~number);
    else
        push(&median->high, number);
    balance(median);
    if (median->low.count + median->high.count < CAW_MEDIAN_MOST)
        return true;
    thin(&median->low);
    thin(&median->high);
    median->stride = median->stride ? 2 * median->stride : 2;
    return true;
}

int64_t caw_median_of(const caw_median *median) {
    if (!median->low.count)
        return 0;
    int64_t low = ~median->low.numbers[0];
    if (median->low.count > median->high.count)
        return low;
    return low + (int64_t)(((uint64_t)median->high.numbers[0] - (uint64_t)low) / 2);
}

void caw_median_free(caw_median *median, const caw_memory *memory) {
    caw_heap *heaps[] = {&median->low, &median->high};
    for (size_t i = 0; i < 2; i++)
        if (heaps[i]->numbers)
            memory->release(memory->user, heaps[i]->numbers);
}
