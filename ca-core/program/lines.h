/* SPDX-License-Identifier: BSD-3-Clause */
/* A line of text for each message. */
#ifndef LINES_H
#define LINES_H

#include "consumer.h"

/* Of this form, NULL is the default, and not more of them. False: why has been said. */
bool lines_begin(consumer *self, const char *format, uint64_t most);

#endif
