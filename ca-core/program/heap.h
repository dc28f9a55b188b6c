/* SPDX-License-Identifier: BSD-3-Clause */
/* The memory of the C library. */
#ifndef HEAP_H
#define HEAP_H

#include "caw_capture.h"

extern const caw_memory heap;

/* So many bytes are held now. What was freed after a flood goes back to the system. */
void heap_give_back(uint64_t held);

#endif
