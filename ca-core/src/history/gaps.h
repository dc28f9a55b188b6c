/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gaps of a stream: bytes that the capture lacks so far and that may still come, late.
 *
 * A balanced tree in the order of the stream, so that finding, opening and filling one takes a
 * number of steps that grows with the logarithm of their number, whatever order they come in.
 */
#ifndef CAW_GAPS_H
#define CAW_GAPS_H

#include "caw_history.h"

/*
 * What is known of the next message at a place in a stream. A message that began before the place
 * has `rest` bytes to come; of a header that began before it the first bytes are held, because the
 * size of its message is not known yet. All zero: a message begins here.
 */
typedef struct {
    bool lost; /* where the next message begins is not known, and the following means nothing */
    uint8_t held;
    uint8_t header[CAW_EXTENDED_HEADER_SIZE];
    uint64_t rest; /* up to 2^32 and more */
} caw_place;

/* Positions are sequence numbers that do not wrap: their low 32 bits are TCP's. */
typedef struct caw_gap {
    uint64_t from;   /* position of the first byte that is missing */
    uint64_t to;     /* position of the first one after it that is not */
    caw_place place; /* at `from` */
    struct caw_gap *child[2];
    uint8_t height; /* of the tree below, with itself */
} caw_gap;

typedef struct {
    caw_memory memory;
    caw_gap *root;
} caw_gaps;

/* The first gap that ends after this position, or NULL. */
caw_gap *caw_gaps_find(const caw_gaps *gaps, uint64_t position);

/* Adds a gap that touches no other. Without memory it is forgotten, as if its bytes had come. */
void caw_gaps_open(caw_gaps *gaps, uint64_t from, uint64_t to, caw_place place);

/* The bytes from one position to another have come; `after` is what is known where they end. */
void caw_gaps_fill(caw_gaps *gaps, uint64_t from, uint64_t to, caw_place after);

void caw_gaps_free(caw_gaps *gaps);

#endif
