/* SPDX-License-Identifier: BSD-3-Clause */
/* What one message alone shows to be wrong. */
#ifndef CAW_FLAWS_H
#define CAW_FLAWS_H

#include "caw.h"
#include "header.h"

static inline void caw_flag(caw_message *message, caw_flaw flaw) {
    message->flaws |= UINT64_C(1) << flaw;
}

/* Sets the flaws of a message whose row, header words and views are known. */
void caw_find_flaws(caw_message *message, const caw_context *context, const caw_header *header);

#endif
