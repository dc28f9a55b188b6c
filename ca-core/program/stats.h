/* SPDX-License-Identifier: BSD-3-Clause */
/* How a capture stands. */
#ifndef STATS_H
#define STATS_H

#include "caw_capture.h"

/* Says it in one line: each number follows its name. `lost`: packets that the kernel dropped. */
void stats_say(const caw_capture *capture, uint64_t lost);

/* The share of acknowledgments, in percent, for bytes that the capture lacks. */
double stats_loss(const caw_capture_counts *counts);

#endif
