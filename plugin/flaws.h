/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is odd in a message, as Wireshark's expert items. Each is four items more: where nobody
 * looks at them they are only counted, and what history finds in many messages of a payload alike
 * has one; the others have the flaw's field alone.
 */
#ifndef CA_FLAWS_H
#define CA_FLAWS_H

#include "caw_capture.h"

#include <epan/expert.h>

/* Of one payload. */
typedef struct {
    packet_info *pinfo;
    tvbuff_t *tvb;
    uint32_t told; /* 1 << what has an expert item already; 0 at first */
} ca_flaws;

/* Somebody counts expert items of packets that nobody looks at: flaws_report needs an event. */
bool flaws_are_counted(void);

/*
 * Of the message at `at`, whose item this is; NULL when nobody looks at flaws. The event may be
 * NULL when nobody counts them either.
 */
void flaws_report(ca_flaws *flaws, proto_item *item, uint32_t at, const caw_message *message,
                  const caw_note *note, const caw_event *event);

#endif
