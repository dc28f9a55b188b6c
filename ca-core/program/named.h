/* SPDX-License-Identifier: BSD-3-Clause */
/* Files by name, "-" for standard input: what they are, and opening them. Windows: UTF-8. */
#ifndef NAMED_H
#define NAMED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum {
    NAMED_NOTHING, /* there is none, or it cannot be asked */
    NAMED_FILE,    /* a regular one */
    NAMED_FOLDER,
    NAMED_STREAM /* its bytes come when they come: a pipe, a terminal */
} named_kind;

typedef struct {
    named_kind kind;
    uint64_t size; /* in bytes, of a regular file */
} named;

bool named_is_standard_input(const char *name);

/* What stat has told; for the systems' own files. */
named named_of(unsigned mode, uint64_t size);

/* What has this name, or this descriptor. */
named named_look(const char *name);
named named_look_at(int fd);

/*
 * Opens it for reading. The descriptor, which is the caller's to close; -1: it cannot be, errno
 * says why. A pipe that has a name is not waited for; standard input belongs to others too, who
 * would notice if it did not wait.
 */
int named_open(const char *name);

/* Opens it as fopen does, "-" too; its bytes are as they are. NULL: errno says why. */
FILE *named_stream(const char *name);

#endif
