/* SPDX-License-Identifier: BSD-3-Clause */
/* A report of libcaw's on the whole capture, printed at its end. */
#ifndef REPORT_H
#define REPORT_H

#include "consumer.h"
#include "report_words.h"

/* False: why has been said. The words are borrowed. */
bool report_begin(consumer *self, const report_words *words, uint64_t memory);

#endif
