/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pipe that is read beside the program, because Windows cannot wait until one has something. A
 * pipe is known by its descriptor; its pump begins with the first question to it.
 */
#ifndef PUMP_H
#define PUMP_H

#include <stdbool.h>
#include <stddef.h>

/* It has a pump. */
bool pump_is_there(int fd);

/* Until bytes have come, the end or an error, but no longer than so many milliseconds; -1: without
 * limit. False: nothing has. */
bool pump_wait(int fd, int milliseconds);

/* As read(2); waits. */
ptrdiff_t pump_read(int fd, void *bytes, size_t length);

/* How many bytes have come and were not read. */
size_t pump_held(int fd);

/* Nobody wants more of it: it is closed, as soon as that can be. */
void pump_leave(int fd);

#endif
