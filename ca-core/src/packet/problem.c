/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/problem.h"

const char *const caw_problem_texts[CAW_PROBLEMS] = {
    [CAW_PROBLEM_NONE] = "",
    [CAW_PROBLEM_LINK] = "unknown link layer",
    [CAW_PROBLEM_CUT] = "packet ends within its headers",
    [CAW_PROBLEM_NESTED] = "tunnels nested too deep",
    [CAW_PROBLEM_TUNNEL] = "tunnel header not understood",
    [CAW_PROBLEM_IP] = "IP header invalid",
    [CAW_PROBLEM_IP_CHECKSUM] = "IP header checksum wrong",
    [CAW_PROBLEM_TCP] = "TCP header length invalid",
    [CAW_PROBLEM_UDP] = "UDP length invalid",
    [CAW_PROBLEM_FRAGMENT] = "fragment invalid",
    [CAW_PROBLEM_FRAGMENT_CUT] = "fragment not captured whole",
    [CAW_PROBLEM_FRAGMENTS_OVERLAP] = "fragments overlap",
    [CAW_PROBLEM_FRAGMENTS_MISSING] = "fragments missing",
    [CAW_PROBLEM_FRAGMENTS_BOUND] = "too many fragmented datagrams at once",
    [CAW_PROBLEM_MEMORY] = "no memory for a fragment",
};
