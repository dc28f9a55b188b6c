/* SPDX-License-Identifier: BSD-3-Clause */
/* What whoever reads the lines should know of the capture, on standard error. */
#ifndef NOTICES_H
#define NOTICES_H

#include "caw_capture.h"

/*
 * To be called now and then while a live capture goes on: what is getting lost, when there is more
 * of it. Equal notices are sampled: 25, then every thousandth. `lost`: packets that the kernel
 * dropped.
 */
void notices_watch(const caw_capture_counts *counts, uint64_t lost);

/* To be called at the end: what deserves a word. */
void notices_end(const caw_capture *capture, uint64_t lost);

/* What was taken for Channel Access is none of it: damaged, or something else. */
bool notices_nothing_but_malformed(const caw_capture_counts *counts);

#endif
