/* SPDX-License-Identifier: BSD-3-Clause */
/* What else than Channel Access goes over the network: how many packets, by port. */
#ifndef CAW_STRANGERS_H
#define CAW_STRANGERS_H

#include "packet/transport.h"

enum { CAW_STRANGERS = 16 };

/* To be zeroed. With more ports than there is room for, counts are at most too high. */
typedef struct {
    caw_stranger all[CAW_STRANGERS]; /* .packets 0: free */
} caw_strangers;

/* A packet. Its service is the lower one of its ports: clients have the higher. */
void caw_strangers_see(caw_strangers *self, const caw_packet_part *part);

/* The `index`-th, the most frequent first. False: there are not so many. */
bool caw_strangers_at(const caw_strangers *self, size_t index, caw_stranger *stranger);

#endif
