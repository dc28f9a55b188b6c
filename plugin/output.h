/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output of lines and reports. Whoever waits for them must not wait in vain: what cannot
 * be written is told, and ends the program with status 1. Only when nobody reads any more the work
 * is done, quietly.
 */
#ifndef CA_OUTPUT_H
#define CA_OUTPUT_H

#include <stddef.h>

/* To be called before the first write: a broken pipe is then an error like others. */
void output_begin(void);

void output_write(const char *text, size_t length);
void output_flush(void);

/*
 * When the program ends, all the same is done for what Wireshark itself has printed, which does not
 * look whether it can. To be asked for where a report of ours is printed so, or by caw.
 */
void output_check_at_end(void);

/* Exit statuses, as caw has them. */
enum { OUTPUT_FAILED = 1, OUTPUT_BAD_FORMAT = 2 };

/* Says why and ends the program with this status. */
void output_fail(const char *why, int status);

#endif
