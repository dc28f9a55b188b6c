/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports of libcaw's on the whole capture, printed at its end, or when somebody asks. */
#ifndef REPORT_H
#define REPORT_H

#include "consumer.h"
#include "report_words.h"

/*
 * Of what the expression chooses, NULL is all, in so much memory. False: why has been said. The
 * words are borrowed.
 */
bool report_begin(consumer *self, const report_words *asked, const char *where, uint64_t memory);

#endif
