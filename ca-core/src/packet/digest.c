/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/digest.h"

/* All bits depend on all: the finalizer of SplitMix64. */
uint64_t caw_digest_number(uint64_t before, uint64_t number) {
    uint64_t bits = (before ^ number) + UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

/* The length goes in too, so that zeros at the end count. */
uint64_t caw_digest(uint64_t before, caw_view bytes) {
    uint64_t digest = caw_digest_number(before, bytes.len);
    uint32_t at = 0;
    for (; at + 8 <= bytes.len; at += 8)
        digest = caw_digest_number(digest, wire_u64(bytes, at));
    for (; at < bytes.len; at++)
        digest = caw_digest_number(digest, wire_u8(bytes, at));
    return digest;
}
