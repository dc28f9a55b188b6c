/* SPDX-License-Identifier: BSD-3-Clause */
/* How far the reading of files has come, on a terminal that shows nothing else meanwhile. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* True: it is to be shown, because standard error is a terminal and standard output is none. */
bool progress_begin(void);

/* So many bytes of all. Is quick, and shows it a few times a second at most. */
void progress_tell(uint64_t done, uint64_t all);

/* What was shown is gone; it comes again with the next call of progress_tell. */
void progress_hide(void);

#endif
