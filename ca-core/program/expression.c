/* SPDX-License-Identifier: BSD-3-Clause */
#include "expression.h"

#include "say.h"

void expression_refuse(const char *what, const char *expression, const caw_where_verdict *verdict) {
    say("%s: %s\n  %s\n  %*s^", what, verdict->problem, expression, (int)verdict->at, "");
}
