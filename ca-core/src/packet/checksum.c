/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/checksum.h"

/* Four bytes at a time: 2^16 is 1 in this arithmetic, so both halves add up when it is folded. */
uint16_t caw_checksum_add(uint64_t sum, caw_view bytes) {
    uint32_t at = 0;
    for (; at + 4 <= bytes.len; at += 4) {
        const uint8_t *b = bytes.bytes + at;
        sum += (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    if (at + 2 <= bytes.len) {
        sum += wire_u16(bytes, at);
        at += 2;
    }
    if (at < bytes.len)
        sum += (uint32_t)wire_u8(bytes, at) << 8;
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)sum;
}
