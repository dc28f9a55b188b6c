/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be asked of a descriptor of a file, a pipe or a socket without reading or writing. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include <stdbool.h>

/*
 * Waits until something can be read, which an end or an error is too, but no longer than so many
 * milliseconds; -1: without limit. False: nothing can be, or a signal has come. Without a
 * descriptor, -1, only time passes.
 */
bool descriptor_wait(int fd, int milliseconds);

/* How many bytes are in the pipe now: 0 at its end, and when that is not known. */
int descriptor_bytes(int fd);

/* It is the writing end of a pipe, and nobody has the other one any more. */
bool descriptor_is_unread(int fd);

#endif
