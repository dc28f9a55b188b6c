/* SPDX-License-Identifier: BSD-3-Clause */
/* Who wants to hear what happens in a capture: lines, or reports. */
#ifndef CONSUMER_H
#define CONSUMER_H

#include "caw_capture.h"

typedef struct {
    void *self;
    void (*tell)(void *self, const caw_event *event);
    bool (*has_enough)(const void *self); /* no more is to be told */
    void (*show)(void *self); /* prints what is known so far; NULL: it has been printed */
    /* nothing more comes, the last packet was then: prints what is left, and frees. The status */
    int (*end)(void *self, caw_moment last);
} consumer;

#endif
