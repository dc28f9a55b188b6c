/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures of formats that are Wireshark's to read: tshark makes pcapng of them. */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "child.h"

/* Reads this file, "-" for standard input from where it stands. As child_start. */
int foreign_start(child *self, const char *name);

#endif
