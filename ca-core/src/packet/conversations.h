/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All TCP connections of a capture, by their ends. Those that are open are among what the ages of
 * the reader drop; of those that have ended the last CAW_MOST_ENDED are remembered, so that what
 * comes late of them is not taken for something new.
 */
#ifndef CAW_CONVERSATIONS_H
#define CAW_CONVERSATIONS_H

#include "conversation.h"

#define CAW_MOST_ENDED 1024

typedef struct caw_conversations caw_conversations;

/* NULL without memory. The reader must live as long. */
caw_conversations *caw_conversations_new(caw_reader *reader);
void caw_conversations_free(caw_conversations *self);

/* A segment, and what its ICMP errors say. */
void caw_conversations_segment(caw_conversations *self, const caw_packet_part *part);
void caw_conversations_error(caw_conversations *self, const caw_icmp_error *error);

/* Forgets the one that ended first. False when there is none. */
bool caw_conversations_drop_ended(caw_conversations *self);

/* Live: as caw_capture_tick. */
void caw_conversations_tick(caw_conversations *self, int64_t nanoseconds);
bool caw_conversations_wait(const caw_conversations *self);

/* The capture has ended: tells all that waits. */
void caw_conversations_end(caw_conversations *self);

#endif
