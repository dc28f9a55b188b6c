/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be known of descriptors, of files, pipes and sockets, without reading or writing. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include <stdbool.h>

/*
 * What is opened later must not be taken for standard input, output or error: those that are closed
 * stay as good as closed. To be called first.
 */
void descriptor_hold_standard(void);

/* It is open for reading. */
bool descriptor_is_readable(int fd);

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
