/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame as it was recorded: what all events of it have in common. */
#ifndef CAW_RECORDED_H
#define CAW_RECORDED_H

#include "caw_capture.h"

typedef struct {
    caw_moment now;
    bool exact;
    caw_view frame;
    caw_link link;
} caw_recorded;

#endif
