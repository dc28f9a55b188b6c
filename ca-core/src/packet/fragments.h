/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datagrams of IPv4 and IPv6 put together again from their fragments, in any order.
 *
 *     caw_ip ip;                                      a fragment, from caw_ip_read
 *     if (caw_fragments_add(fragments, &ip, now))
 *         caw_ip_pass_extensions(&ip);                now it is the datagram
 *
 * As Linux does: a fragment whose bytes are all there already is ignored; one that is partly there,
 * or contradicts the datagram's length, makes the whole datagram be dropped and told, with what is
 * still to come of it (RFC 5722). Further copies of the last datagram's fragments, as mirror ports
 * and bridges record them, are ignored for CAW_FRAGMENTS_COPIES; after that, or with other bytes,
 * the same identification is another datagram.
 *
 * Incomplete datagrams are given up after CAW_FRAGMENTS_SECONDS of capture time, and the oldest
 * first when there are more, or more bytes of them, than the limits say. Time that goes backwards,
 * or a day and more ahead, is a clock that was set, and gives nothing up.
 *
 * What goes wrong is counted by kind where the caller says.
 */
#ifndef CAW_FRAGMENTS_H
#define CAW_FRAGMENTS_H

#include "packet/ip.h"

#define CAW_FRAGMENTS_SECONDS 30
#define CAW_FRAGMENTS_COPIES  1000000 /* nanoseconds: as far apart as copies of a packet are */

typedef struct {
    size_t datagrams; /* incomplete ones at once; at least 1 */
    uint64_t bytes;   /* of memory for them, besides a table of 8 to 16 bytes a datagram and the
                         last datagram, at most 128 KiB */
} caw_fragments_limits;

typedef struct caw_fragments caw_fragments;

/*
 * Nothing is asked of memory before the first fragment but this object; NULL without memory.
 * Without the seed nobody can choose datagrams that slow the table down. `problems` are
 * CAW_PROBLEMS counts of the caller's, and must outlive it.
 */
caw_fragments *caw_fragments_new(const caw_memory *memory, caw_fragments_limits limits,
                                 uint64_t seed, uint64_t *problems);
void caw_fragments_free(caw_fragments *fragments);

/*
 * True: with this fragment its datagram is whole, and *ip is the datagram, its payload in memory
 * that holds until this is called again. False: it is not, and *ip is of no use.
 */
bool caw_fragments_add(caw_fragments *fragments, caw_ip *ip, caw_moment now);

/* Gives up what is too old; cheap when nothing is. */
void caw_fragments_expire(caw_fragments *fragments, caw_moment now);

/* The capture has ended: gives up all that is incomplete. Goes on empty. */
void caw_fragments_end(caw_fragments *fragments);

/* Bytes of memory that incomplete datagrams hold now. */
size_t caw_fragments_bytes(const caw_fragments *fragments);

#endif
