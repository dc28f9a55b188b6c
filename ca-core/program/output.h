/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Standard output, in large pieces. What cannot be written is said once, and ends the program with
 * status 1; only when nobody reads any more the work is done, quietly.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Room for at least so many bytes, and for most lines; *size gets how many. To be filled at once,
 * and output_took says with how many. NULL: it has failed.
 */
char *output_room(size_t least, size_t *size);
void output_took(size_t length);

/* All three are false when the output has failed, now or before. */
bool output_write(const char *text, size_t length);
bool output_text(const char *text);
bool output_flush(void);

/* Something waits to be written. */
bool output_waits(void);

/* It has failed, or nobody reads any more: nothing more will be written. */
bool output_is_over(void);

/* Looks whether somebody still reads, when there is nothing to write that would show it. */
bool output_is_unread(void);

/* Writes what waits and closes. The status to exit with. */
int output_end(void);

#endif
