/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs that run beside this one, and the pipes to them. */
#ifndef PROCESS_H
#define PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef intptr_t process; /* 0: none */

enum {
    PROCESS_NOTHING = -1,              /* a file that is empty, and that takes everything */
    PROCESS_TERMINATED = 128 + SIGTERM /* the status after process_terminate */
};

/* Descriptors: what is a program's standard input, output and error. It has no others of ours. */
typedef struct {
    int input, output, errors;
} process_files;

/* A pipe, to read from and to write to. False: there can be none, errno says why. */
bool process_pipe(int ends[2]);

/* A file for what a program says, which is gone when it is closed. NULL: there can be none. */
FILE *process_scratch(void);

/*
 * Starts a program that is looked for in PATH, and that the functions below can end. `apart`: ^C is
 * not for it. Zero, or an error's number.
 */
int process_start(process *self, const char *const *arguments, process_files files, bool apart);

/* Asks it to end, as by ^C. */
void process_interrupt(process self);

/* Waits for its end. The status as a shell has it: 128 and more is a signal. */
int process_end(process self);

/* ---- not on Windows ------------------------------------------------------------------------ */

/*
 * Runs a part of this program as a process of its own, until it returns: it reads *pipe's other
 * end, which ends when nobody has *pipe any more, and has standard error. Signals do not end it.
 * 0: errno says why not.
 */
process process_beside(void (*part)(FILE *from), int *pipe);

/* Asks it to end, more strictly. */
void process_terminate(process self);

/* True: it has ended. False: it has not, and so much time has passed, or a signal has come. */
bool process_has_ended(process self, int milliseconds, int *status);

#endif
