/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames in, lines or a report out. */
#ifndef DECODE_H
#define DECODE_H

#include "input.h"
#include "options.h"

/* Reads to the end, or until it is stopped. The status. */
int decode(const options *asked, input *from);

#endif
