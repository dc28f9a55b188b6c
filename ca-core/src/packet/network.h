/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From captured frames to TCP segments, UDP datagrams and ICMP errors: the link layer, tunnels, IP
 * and its fragments. Give it the frames in the order of the capture:
 *
 *     caw_network *network = caw_network_new(&memory, limits, seed);
 *     caw_packet_part part;
 *     while (next_frame(...))
 *         if (caw_network_frame(network, linktype, span, now, &part))
 *             ...                        part.kind says what it is
 *     caw_network_end(network);
 *     for (size_t i = 0; i < CAW_PROBLEMS; i++)
 *         if (caw_network_problems(network)[i])
 *             printf("%s: %llu\n", caw_problem_texts[i], ...);
 *
 * A frame has at most one part: what is in the innermost of its tunnels (MPLS, IP in IP, GRE,
 * ERSPAN, VXLAN; at most CAW_NETWORK_DEPTH in each other). Frames that carry neither TCP, UDP nor
 * such an error have none, and are no problem. Nothing is asked of memory but for fragments.
 *
 * What tells connections apart is addresses, ports and transport. VLANs and the keys of tunnels do
 * not: mirror ports and trunks often tag the two directions of a connection differently, or only
 * one of them, and a packet is often recorded on both sides of a router or tunnel. Two connections
 * with the same four numbers in different networks of one capture are rare, and their sequence
 * numbers show that they are two. For the same reason fragments of a datagram may have come by
 * different VLANs.
 *
 * An IP header whose checksum is wrong is counted, and its packet given with part.below: whether
 * its sender's checksums mean anything is for the reader to judge, as caw_packet_checksum's are.
 * Only a fragment is not used then.
 */
#ifndef CAW_NETWORK_H
#define CAW_NETWORK_H

#include "packet/fragments.h"
#include "packet/transport.h"

#define CAW_NETWORK_DEPTH 4

typedef struct caw_network caw_network;

/* NULL without memory. See caw_fragments_new. */
caw_network *caw_network_new(const caw_memory *memory, caw_fragments_limits limits, uint64_t seed);
void caw_network_free(caw_network *network);

/*
 * Reads a frame that begins as the LINKTYPE says (tcpdump.org/linktypes.html). True: it has a part,
 * which borrows from the frame, or from memory that holds until the next call. frame.bytes.at is
 * where views count from, normally 0.
 */
bool caw_network_frame(caw_network *network, uint32_t linktype, caw_span frame, caw_moment now,
                       caw_packet_part *part);

/* Time passes without a frame: fragments that are too old are given up. */
void caw_network_tick(caw_network *network, caw_moment now);

/* The capture has ended: tells the fragments whose datagram is not whole. */
void caw_network_end(caw_network *network);

/* How often each problem was met: CAW_PROBLEMS counts, which go on until the network is freed. */
const uint64_t *caw_network_problems(const caw_network *network);

/* Bytes of memory that fragments hold now. */
size_t caw_network_bytes(const caw_network *network);

#endif
