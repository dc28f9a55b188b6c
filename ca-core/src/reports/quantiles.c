/* SPDX-License-Identifier: BSD-3-Clause */
#include "quantiles.h"

/* Lets a number sink to its place in a heap, the largest on top. */
static void sink(double *heap, size_t at, size_t count) {
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] > heap[child])
            child++;
        if (heap[at] >= heap[child])
            return;
        double larger = heap[child];
        heap[child] = heap[at];
        heap[at] = larger;
    }
}

/* A heap sort, because qsort may ask for memory. */
static void sort(double *numbers, size_t count) {
    for (size_t at = count / 2; at-- > 0;)
        sink(numbers, at, count);
    for (size_t last = count; last-- > 1;) {
        double largest = numbers[0];
        numbers[0] = numbers[last];
        numbers[last] = largest;
        sink(numbers, 0, last);
    }
}

static double at_part(const double *sorted, size_t count, double part) {
    double place = part * (double)(count - 1);
    size_t below = (size_t)place;
    double low = sorted[below];
    if (below + 1 >= count)
        return low;
    return low + (sorted[below + 1] - low) * (place - (double)below);
}

static double mean_of(const double *numbers, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += numbers[i];
    return sum / (double)count;
}

/* Newton's, from above, until it falls no more: sqrt() would need another library than libc. */
static double root_of(double square) {
    double root = square > 1 ? square : 1;
    for (;;) {
        double next = (root + square / root) / 2;
        if (!(next < root))
            return root;
        root = next;
    }
}

static double deviation_of(const double *numbers, size_t count, double mean) {
    double squares = 0;
    if (count < 2)
        return 0;
    for (size_t i = 0; i < count; i++)
        squares += (numbers[i] - mean) * (numbers[i] - mean);
    return squares > 0 ? root_of(squares / (double)(count - 1)) : 0;
}

caw_quantiles caw_quantiles_of(double *numbers, size_t count) {
    double mean = mean_of(numbers, count);
    sort(numbers, count);
    return (caw_quantiles){
        .mean = mean,
        .std = deviation_of(numbers, count, mean),
        .min = numbers[0],
        .quarter = at_part(numbers, count, 0.25),
        .median = at_part(numbers, count, 0.5),
        .three_quarters = at_part(numbers, count, 0.75),
        .p95 = at_part(numbers, count, 0.95),
        .max = numbers[count - 1],
    };
}
