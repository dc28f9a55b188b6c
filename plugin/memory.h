/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wireshark's memory under the core's history. */
#ifndef CA_MEMORY_H
#define CA_MEMORY_H

#include "caw_history.h"

/* Lives as long as a capture is open. */
extern const caw_memory file_memory;

#endif
