/* SPDX-License-Identifier: BSD-3-Clause */
/* One file or pipe as frames: its bytes, unpacked when they are packed. */
#ifndef READER_H
#define READER_H

#include "input.h"

typedef struct reader reader;

/* How the reading of a file has ended. */
typedef enum {
    READER_WHOLE,   /* all is read */
    READER_CUT,     /* it was read as far as it goes */
    READER_REFUSED, /* nothing of it can be read */
    READER_FOREIGN  /* it is a capture of a format that is not read here */
} reader_end;

/* NULL without memory. */
reader *reader_new(void);
void reader_free(reader *self);

/* Reads this file from where it stands; it is closed in the end. */
void reader_begin(reader *self, int fd);

/* As input_next. */
input_state reader_next(reader *self, caw_frame *frame, int milliseconds);

/* How many bytes of the file have been read. */
uint64_t reader_position(const reader *self);

/* As input_stop. The end is then not too early. */
void reader_stop(reader *self);

/*
 * After INPUT_END: `what` is a sentence without a period that says what is wrong and where, or, of
 * a foreign file, the name of its format. The text is the reader's.
 */
reader_end reader_ended(const reader *self, const char **what);

#endif
