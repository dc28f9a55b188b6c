/* SPDX-License-Identifier: BSD-3-Clause */
#include "claim.h"

bool caw_claim_version(caw_claim *claim, caw_claimant by, uint32_t version) {
    uint32_t other = claim->versions[!by];
    claim->versions[by] = version + 1;
    return other && other != version + 1;
}

bool caw_claim_name(caw_claim *claim, uint32_t address) {
    uint64_t before = claim->address;
    claim->address = (uint64_t)address + 1;
    return before && before != claim->address;
}
