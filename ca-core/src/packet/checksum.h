/* SPDX-License-Identifier: BSD-3-Clause */
/* The checksum of IP, TCP and UDP (RFC 1071). */
#ifndef CAW_CHECKSUM_H
#define CAW_CHECKSUM_H

#include "message/wire.h"

/* What a checksum says of its packet. */
typedef enum {
    CAW_CHECKSUM_UNKNOWN, /* cannot be judged: not all it covers is there */
    CAW_CHECKSUM_GOOD,
    CAW_CHECKSUM_BAD,
    CAW_CHECKSUM_ABSENT,  /* not sent, or to be filled in by the network card */
    CAW_CHECKSUM_PARTIAL, /* of the pseudo header only: the sender's card completes it. Such a
                             packet was recorded where it was sent */
} caw_checksum;

/* The sum of 16-bit words of these bytes, folded, on top of another. An odd last byte is padded. */
uint16_t caw_checksum_add(uint64_t sum, caw_view bytes);

#endif
