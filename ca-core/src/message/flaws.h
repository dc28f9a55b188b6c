/* SPDX-License-Identifier: BSD-3-Clause */
/* What one message alone shows to be wrong. */
#ifndef CAW_FLAWS_H
#define CAW_FLAWS_H

#include "caw.h"
#include "header.h"

static inline void caw_flag(caw_message *message, caw_flaw flaw) {
    message->flaws |= UINT64_C(1) << flaw;
}

/* Sets the flaws of a message of which all else is known, and the marker of its header. */
void caw_find_flaws(caw_message *message, const caw_context *context, uint16_t marker);

#endif
