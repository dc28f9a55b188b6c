/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of a TCP connection that carries Channel Access: bytes in order in, messages told.
 * Here a message is put together from its segments.
 */
#ifndef CAW_FLOW_H
#define CAW_FLOW_H

#include "reader.h"

/* Begins zeroed. */
typedef struct {
    caw_stream *stream; /* NULL before the first bytes */
    uint8_t *bytes;     /* the beginning of a message that is not complete, and nothing else */
    uint32_t count;     /* of them ... */
    uint32_t fed;       /* ... and of these, how many the stream knows */
    uint32_t room;
    uint64_t wanted; /* so many of them complete the message, or its header */
    bool cut;        /* what is told next as cut has been seen with the bytes before it */
} caw_flow;

/* Who listens to a flow, and what is known beside its bytes. */
typedef struct {
    caw_teller *teller;         /* for the circuit that the bytes belong to */
    const caw_flow *opposite;   /* the other direction */
    caw_side source;            /* who sends, as far as others than the bytes have told */
    const uint32_t *begin;      /* sequence number of the first byte after the SYN; NULL: unknown */
    void (*proven)(void *user); /* called when the flow shows that it is Channel Access, before it
                                   tells anything */
    void *user;
} caw_flow_look;

/* The next bytes, or bytes that were not captured. */
void caw_flow_add(caw_flow *flow, const caw_told *told, const caw_flow_look *look);

/* What comes next is missing. A message that lacks it is given up. */
void caw_flow_break(caw_flow *flow, const caw_flow_look *look);

void caw_flow_free(caw_flow *flow, const caw_memory *memory);

#endif
