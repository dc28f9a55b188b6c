/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames as a pcapng file (draft-ietf-opsawg-pcapng): one section, and an interface for each kind.
 */
#ifndef PCAPNG_H
#define PCAPNG_H

#include "caw_capture.h"

#include <stdio.h>

/* What the frames of an interface have in common. */
typedef struct {
    uint32_t id; /* of the frames */
    uint16_t link;
    bool exact;
} pcapng_interface;

typedef struct {
    FILE *file;                   /* where to: borrowed */
    pcapng_interface *interfaces; /* those that were written, in order */
    uint32_t count;
} pcapng;

/* All are false when the file cannot be written, or for lack of memory. */
bool pcapng_begin(pcapng *self, FILE *file);
bool pcapng_write(pcapng *self, const caw_frame *frame);

void pcapng_free(pcapng *self);

#endif
