/* SPDX-License-Identifier: BSD-3-Clause */
/* How lines are to look: what the options for that say. */
#ifndef FORMS_H
#define FORMS_H

#include "arguments.h"
#include "color.h"

typedef struct {
    caw_lines_form lines;
    color_wish color;
    bool quiet; /* none at all: the status tells whether there would be one */
} forms;

/* False when one is wrong, or two of them do not go together: why has been said. */
bool forms_read(forms *self, const given *all);

/* The option of lines that was given, or -1. */
int forms_given(const given *all);

#endif
