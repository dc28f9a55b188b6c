/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The median of numbers that come one by one, known at any time: a heap of the lower half of them,
 * and one of the upper half. Beyond so many it keeps every second in their order, and of those that
 * come every second, fourth ...: it is exact up to then, and near it after.
 */
#ifndef CAW_MEDIAN_H
#define CAW_MEDIAN_H

#include "caw_history.h"

#define CAW_MEDIAN_MOST 65536

/* The smallest number is the first. */
typedef struct {
    int64_t *numbers;
    size_t count;
    size_t room;
} caw_heap;

/* Begins zeroed; its members are private. */
typedef struct {
    caw_heap low; /* of the numbers' complements, so that the largest is the first */
    caw_heap high;
    uint64_t come;
    uint64_t stride; /* of those that come one is kept; 0: 1 */
} caw_median;

/* False without memory: the number is not counted. */
bool caw_median_add(caw_median *median, const caw_memory *memory, int64_t number);

/* The middle one, or the mean of the two in the middle; 0 of none. */
int64_t caw_median_of(const caw_median *median);

void caw_median_free(caw_median *median, const caw_memory *memory);

#endif
