/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CAW_EVENT_FLAWS_H
#define CAW_EVENT_FLAWS_H

#include "caw_capture.h"

/* Seconds within which an echo is answered (CA_ECHO_TIMEOUT of iocinf.h), and a first update comes.
 */
#define CAW_PROMPT 5

/* All that depend on what comes later, as 1 << caw_history_flaw. */
#define CAW_FLAWS_TO_COME (UINT64_MAX << CAW_HISTORY_UNANSWERED)

/* The event is a message of a channel whose name is not known. */
bool caw_is_unnamed(const caw_event *event);

/*
 * Those of them that this event may have yet: of this request while it has no
 * answer, and of this answer to a search while no channel is asked for.
 */
uint32_t caw_flaws_to_come(const caw_event *event);

#endif
