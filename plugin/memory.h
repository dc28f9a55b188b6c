/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for the core. */
#ifndef CA_MEMORY_H
#define CA_MEMORY_H

#include "caw_history.h"

/* Lives as long as a capture is open. */
extern const caw_memory file_memory;

/* Lives until it is released. */
extern const caw_memory heap_memory;

#endif
