/* SPDX-License-Identifier: BSD-3-Clause */
/* A program that reads packets for us: what it writes is read from a pipe. */
#ifndef CHILD_H
#define CHILD_H

#include "process.h"

typedef struct {
    const char *program;
    process process; /* 0: none */
    FILE *errors;    /* what it says on standard error */
} child;

/*
 * Starts a program that is looked for in PATH. It has our standard input if `reads`. The pipe with
 * what it writes, which is the caller's to close; -1: it cannot be started, errno says why.
 */
int child_start(child *self, const char *const *arguments, bool reads);

/* Asks it to end. Without a child nothing happens. */
void child_interrupt(const child *self);

/*
 * Waits for its end. True when it succeeded. `text` is what it said, in one line, without its name
 * in front. Without a child: true, and "".
 */
bool child_end(child *self, char *text, size_t size);

#endif
