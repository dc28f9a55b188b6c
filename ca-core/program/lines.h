/* SPDX-License-Identifier: BSD-3-Clause */
/* A line of text for each message, or each that an expression wants. */
#ifndef LINES_H
#define LINES_H

#include "consumer.h"
#include "forms.h"

/*
 * Of these forms; those that match, NULL is all; and not more of them. False: why has been said.
 */
bool lines_begin(consumer *self, const forms *form, const char *where, uint64_t most);

#endif
