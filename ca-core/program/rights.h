/* SPDX-License-Identifier: BSD-3-Clause */
/* Capturing by those who may not. */
#ifndef RIGHTS_H
#define RIGHTS_H

#include "input.h"

/* As input_interface, by somebody who has the right. NULL: nobody has, and what helps was said. */
input *rights_borrow(const input_live *wanted);

#endif
