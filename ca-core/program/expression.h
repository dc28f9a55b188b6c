/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with an expression, for whoever typed it. */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include "caw_capture.h"

/* Says why, with a mark at the place. `what`: where it was given. */
void expression_refuse(const char *what, const char *expression, const caw_where_verdict *verdict);

#endif
