/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors of files, pipes and sockets: what is known of them, and reading and writing them. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is opened later must not be taken for standard input, output or error: those that are closed
 * stay as good as closed. Bytes are as they are. To be called first.
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

/*
 * Where it stands in its file; -1: it is a pipe. And going there: false when that cannot be.
 */
int64_t descriptor_position(int fd);
bool descriptor_go_to(int fd, int64_t position);

/* As read(2), write(2) and close(2). To write to a pipe that nobody reads is EPIPE. */
ptrdiff_t descriptor_read(int fd, void *bytes, size_t length);
ptrdiff_t descriptor_write(int fd, const void *bytes, size_t length);
int descriptor_close(int fd);

#endif
