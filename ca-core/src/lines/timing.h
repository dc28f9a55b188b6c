/* SPDX-License-Identifier: BSD-3-Clause */
/* When an event was, in the way that was asked for. */
#ifndef CAW_TIMING_H
#define CAW_TIMING_H

#include "caw_capture.h"
#include "format_value.h"
#include "text/clock.h"

typedef struct {
    caw_time_style style;
    int32_t (*zone)(int64_t seconds); /* as of caw_lines_form */
    caw_moment previous;              /* line's; frame 0: there was none */
    char text[CAW_DATE_TEXT];
} caw_timing;

/* As a value; its text is in `self`. */
caw_value caw_timing_value(caw_timing *self, const caw_event *event);

/* As text that is as wide for each event, if it can be. */
void caw_timing_put(const caw_timing *self, const caw_event *event, caw_text *out);

/* From one moment to another, with the digits that the capture has. */
caw_value caw_timing_between(const caw_moment *from, const caw_event *to);

/* Seconds since 1970, as the default line has them. */
void caw_put_epoch(const caw_event *event, caw_text *out);

#endif
