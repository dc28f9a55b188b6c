/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a file or a pipe, in large pieces. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOURCE_PIECE = 1 << 18 };

typedef struct {
    int fd;            /* -1: none */
    bool waits;        /* its bytes come when they come; false: a regular file */
    bool ended;        /* no more bytes come */
    int error;         /* errno of a read that failed; it has ended then */
    uint64_t position; /* in the file, of `to` */
    uint64_t most;     /* bytes that may still be read */
    size_t from, to;   /* bytes[from..to) are there; who uses some moves `from` on */
    uint8_t *bytes;    /* SOURCE_PIECE of them */
} source;

/* False without memory. */
bool source_init(source *self);

/* Reads from this file, which is closed at the end. What was read before is forgotten. */
void source_open(source *self, int fd);
void source_close(source *self);
void source_free(source *self);

/*
 * More bytes, after those that are there; they stay while there is room for more behind them.
 * False: nothing came until the deadline, or a signal did. True: bytes, or the end.
 */
bool source_more(source *self, int64_t deadline);

/* What is in a pipe now is still brought, then it has ended; of a file nothing more is. */
void source_stop(source *self);

/* How many bytes are there. */
static inline size_t source_length(const source *self) {
    return self->to - self->from;
}

#endif
