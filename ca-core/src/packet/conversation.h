/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP connections between two ends, one after another: their segments put in order, their life
 * told, and the circuit that they carry when it is Channel Access.
 */
#ifndef CAW_CONVERSATION_H
#define CAW_CONVERSATION_H

#include "flow.h"
#include "history/idmap.h"
#include "history/ring.h"
#include "transport.h"

/* What happened to a connection, before it was known what it carries. */
typedef struct {
    caw_moment now;
    bool exact;
    caw_event_kind kind;
    caw_by by;
    int end;
    uint32_t times;
    uint8_t icmp_type;
    uint8_t icmp_code;
} caw_opening;

#define CAW_MOST_OPENINGS 16 /* those of one attempt, and some more */

typedef struct caw_conversation {
    caw_open open; /* among all that is open, until it is over */
    caw_ring node; /* in the table's list */
    caw_ring wait; /* and among those with bytes that wait for others */
    caw_end ends[2];
    caw_key key; /* in the table */
    caw_tcp *tcp;
    caw_connection life;
    uint32_t number;      /* of the connection */
    caw_circuit *circuit; /* NULL before bytes of Channel Access */
    caw_flow flows[2];    /* by the end that sends */
    bool claimed;         /* its bytes are taken for Channel Access */
    bool proven;          /* and have shown it */
    bool ours;            /* that, or a server is at one end */
    bool anew;            /* what comes next is of another connection */
    bool over;            /* it has ended, and is remembered for late segments only */
    uint64_t unclaimed;   /* bytes before it was claimed */
    caw_opening *openings;
    uint32_t opening_count;
    uint32_t opening_room;
    bool seen[2]; /* data of this end, up to the sequence number: */
    uint32_t seen_end[2];
    uint32_t early[2]; /* acknowledgments of data of this end before it was recorded, if it ever is,
                          up to: */
    uint32_t early_end[2];
} caw_conversation;

/* Who is shown what a conversation is doing. */
typedef struct {
    void (*proven)(void *user, caw_conversation *conversation);
    void *user;
} caw_conversation_watch;

/* Which of two ends comes first: 0 the source, 1 the target. The source is that end. */
int caw_conversation_end(const caw_end *source, const caw_end *target);

/* What its TCP tells, while it reads a segment or is flushed. */
void caw_conversation_told(caw_reader *reader, caw_conversation *self, const caw_told *told,
                           const caw_conversation_watch *watch);

/* A segment was recorded: what it says of what the capture lacks. */
void caw_conversation_count(caw_reader *reader, caw_conversation *self, int end,
                            const caw_packet_part *part);

/* A router, or the other end, says that a SYN did not arrive. */
void caw_conversation_unreachable(caw_reader *reader, caw_conversation *self, int end,
                                  const caw_icmp_error *error);

/* If it is ours, what was kept of its beginning is told. */
void caw_conversation_settle(caw_reader *reader, caw_conversation *self);

/* Tells what its circuit has kept; nothing more comes of it. */
void caw_conversation_rest(caw_reader *reader, caw_conversation *self);

/* Frees its circuit and what it knows of its streams; not its TCP. */
void caw_conversation_forget(caw_reader *reader, caw_conversation *self);

#endif
