/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be wrong with a packet below TCP and UDP, so that it or a part of it is not used. */
#ifndef CAW_PROBLEM_H
#define CAW_PROBLEM_H

typedef enum {
    CAW_PROBLEM_NONE,
    CAW_PROBLEM_LINK,              /* a LINKTYPE that is not known here */
    CAW_PROBLEM_CUT,               /* what was captured, or sent, ends within the headers */
    CAW_PROBLEM_NESTED,            /* more than CAW_NETWORK_DEPTH tunnels in each other */
    CAW_PROBLEM_TUNNEL,            /* a tunnel's header that is not understood */
    CAW_PROBLEM_IP,                /* version, header length and length contradict each other */
    CAW_PROBLEM_IP_CHECKSUM,       /* of the header; a fragment is not used then, others are */
    CAW_PROBLEM_TCP,               /* header length below 20 or beyond the packet */
    CAW_PROBLEM_UDP,               /* length below 8 or beyond the packet */
    CAW_PROBLEM_FRAGMENT,          /* no data, beyond 65535, or not cut at a multiple of 8 */
    CAW_PROBLEM_FRAGMENT_CUT,      /* not captured whole */
    CAW_PROBLEM_FRAGMENTS_OVERLAP, /* or contradict each other in the datagram's length */
    CAW_PROBLEM_FRAGMENTS_MISSING, /* not all came within CAW_FRAGMENTS_SECONDS */
    CAW_PROBLEM_FRAGMENTS_BOUND,   /* too many were open at once */
    CAW_PROBLEM_MEMORY,            /* none was left for a fragment */
    CAW_PROBLEMS
} caw_problem;

/* Each in a few words, for a person. */
extern const char *const caw_problem_texts[CAW_PROBLEMS];

#endif
