/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One datagram, or SYN, recorded on several interfaces of a host is one. `tcpdump -i any` on a
 * bridge has a broadcast as often as the bridge has ports; copies stand within a millisecond of
 * each other, so datagrams wait for so long, and what comes after them waits with them, in order.
 *
 *     if (!caw_copies_add(copies, &recorded, &part, interface))
 *         read it now
 *     while (caw_copies_take(copies, &held, wait))
 *         read held.part with held.recorded
 */
#ifndef CAW_COPIES_H
#define CAW_COPIES_H

#include "packet/recorded.h"
#include "transport.h"

#define CAW_COPIES_APART 1000000 /* nanoseconds of capture time */

typedef struct caw_copies caw_copies;

/* What has waited. It borrows from the copies, until the next call. */
typedef struct {
    caw_recorded recorded; /* what was known of its frame */
    caw_packet_part part;
    uint32_t copies; /* on so many interfaces */
} caw_held;

/* NULL without memory. About so many bytes may wait at once. The seed is that of digests. */
caw_copies *caw_copies_new(const caw_memory *memory, uint64_t most, uint64_t seed);
void caw_copies_free(caw_copies *self);

/* How a packet is taken. */
typedef enum {
    CAW_COPIES_NOW,  /* it need not wait */
    CAW_COPIES_HELD, /* a copy of it waits */
    CAW_COPIES_AGAIN /* it is known from another interface, and counts as one more of the held one
                      */
} caw_copies_verdict;

/*
 * A packet, recorded on this interface; `may_wait` when it would count twice if it is recorded
 * again. Nothing waits before a packet has come from an interface other than 0, the only one of
 * most captures; copies of the last datagram before that are known, but no more than counted.
 */
caw_copies_verdict caw_copies_add(caw_copies *self, const caw_recorded *recorded,
                                  const caw_packet_part *part, uint64_t interface, bool may_wait);

/* The first that has waited long enough; `all`: the first that waits. False when there is none. */
bool caw_copies_take(caw_copies *self, caw_held *held, bool all);

bool caw_copies_wait(const caw_copies *self);

#endif
