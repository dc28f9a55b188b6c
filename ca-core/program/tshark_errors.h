/* SPDX-License-Identifier: BSD-3-Clause */
/* What tshark says, as the program says it: without what is noise here. */
#ifndef TSHARK_ERRORS_H
#define TSHARK_ERRORS_H

#include <sys/types.h>

/*
 * Starts a process that reads it, and says on standard error what matters. *pipe is for tshark to
 * write to. -1: it cannot be started. It ends when nobody can write to the pipe any more.
 */
pid_t tshark_errors_start(int *pipe);

#endif
