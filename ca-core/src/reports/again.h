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

#define CAW_AGAIN_PLACES 256

/* The latest searches, beacons and SYNs, each at the place that its digest tells. */
typedef struct {
    struct {
        uint64_t digest;
        caw_moment seen; /* frame 0: nothing is here */
    } places[CAW_AGAIN_PLACES];
} caw_again;

/* A search, beacon or SYN that is the same as one in an earlier frame. */
bool caw_is_again(caw_again *again, const caw_event *event);

#endif
