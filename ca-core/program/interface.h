/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kernel says of a network interface. */
#ifndef INTERFACE_H
#define INTERFACE_H

#include <stdbool.h>

/* False: it cannot be asked. Else *down is true when nothing can come, until it is up again. */
bool interface_look(const char *name, bool *down);

#endif
