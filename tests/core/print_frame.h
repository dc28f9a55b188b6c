/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame as the tests compare it. */
#ifndef PRINT_FRAME_H
#define PRINT_FRAME_H

#include "caw_capture.h"

#include <inttypes.h>
#include <stdio.h>

/* A line "SECONDS.NANOSECONDS EXACT LINK INTERFACE LENGTH HEX", `-` for no time or no bytes. */
static inline void print_frame(const caw_frame *frame) {
    if (frame->timed)
        printf("%" PRId64 ".%09" PRId32, frame->seconds, frame->nanoseconds);
    else
        putchar('-');
    printf(" %d %u %" PRIu32 " %" PRIu32 " ", frame->exact, frame->link, frame->interface_id,
           frame->length);
    for (uint32_t i = 0; i < frame->captured; i++)
        printf("%02x", frame->bytes[i]);
    puts(frame->captured ? "" : "-");
}

#endif
