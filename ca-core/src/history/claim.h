/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is claimed in several places, where a second claim may contradict the first: the version of
 * a server, by search answers and by itself; a host name, by clients.
 */
#ifndef CAW_CLAIM_H
#define CAW_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

/* Who of them says which version a server speaks. */
typedef enum { CAW_CLAIM_BY_ANSWERS, CAW_CLAIM_BY_ITSELF, CAW_CLAIMANTS } caw_claimant;

/* Begins zeroed; its members are private. */
typedef struct {
    uint32_t versions[CAW_CLAIMANTS]; /* one more than was said last; 0: nothing */
    uint64_t address;                 /* one more than that of who has claimed it last */
} caw_claim;

/* The other claimant has said another version. */
bool caw_claim_version(caw_claim *claim, caw_claimant by, uint32_t version);

/* Another address has claimed it last. */
bool caw_claim_name(caw_claim *claim, uint32_t address);

#endif
