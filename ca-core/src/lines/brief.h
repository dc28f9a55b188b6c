/* SPDX-License-Identifier: BSD-3-Clause */
/* The short line: when, between whom, and what in a few words. */
#ifndef CAW_BRIEF_H
#define CAW_BRIEF_H

#include "caw_capture.h"
#include "text/text.h"

/* How wide the columns are so far: they grow with what stands in them. Begins zeroed. */
typedef struct {
    size_t client, server;
} caw_brief;

/*
 * After its time, of so many columns, the rest of the line of an event: CAW_BRIEF_COLUMNS in all at
 * most. As many elements of an array as caw_about has it.
 */
void caw_put_brief(caw_brief *self, const caw_event *event, size_t time, uint32_t elements,
                   caw_text *out);

#endif
