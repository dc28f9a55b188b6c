/* SPDX-License-Identifier: BSD-3-Clause */
/* A 64-bit digest of bytes. Nobody who does not know the seed can choose two that meet. */
#ifndef CAW_DIGEST_H
#define CAW_DIGEST_H

#include "message/wire.h"

/* The digest of bytes that follow those of another digest, or of none: then it is the seed. */
uint64_t caw_digest(uint64_t before, caw_view bytes);
uint64_t caw_digest_number(uint64_t before, uint64_t number);

#endif
