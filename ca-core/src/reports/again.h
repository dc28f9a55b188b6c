/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is recorded twice counts once: where two ports are mirrored to one, and where Wireshark
 * reads a capture of several interfaces, a datagram and a SYN are there again within a millisecond.
 * No client searches the same server for the same name so soon, and no server's beacon has the same
 * number; the segments of a circuit have sequence numbers, and need no more.
 */
#ifndef CAW_REPORTS_AGAIN_H
#define CAW_REPORTS_AGAIN_H

#include "caw_capture.h"

/* A storm has some hundred searches in a millisecond. */
#define CAW_AGAIN_PLACES 512
#define CAW_AGAIN_DEPTH  4

typedef struct {
    uint64_t digest;
    caw_moment seen; /* frame 0: never */
} caw_seen;

/* The latest searches, beacons and SYNs, at the places that their digests tell, the latest first.
 */
typedef struct {
    caw_seen places[CAW_AGAIN_PLACES][CAW_AGAIN_DEPTH];
} caw_again;

/* A search, beacon or SYN that is the same as one in an earlier frame. */
bool caw_is_again(caw_again *again, const caw_event *event);

#endif
