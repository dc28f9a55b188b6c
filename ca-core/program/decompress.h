/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packed files, unpacked as their bytes come: one method for each format whose library was there
 * when this was built. Members or frames one after another are one file, as in the formats' own
 * programs. What is unpacked is never held.
 */
#ifndef DECOMPRESS_H
#define DECOMPRESS_H

#include "caw_capture.h"

/* Bytes to unpack, and room for what comes of them. All but `last` move on with each step. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
    bool last; /* none follow after these */
    uint8_t *out;
    size_t room;
} decompress_portion;

typedef enum {
    DECOMPRESS_INSIDE,  /* more bytes belong to it: an end here is too early */
    DECOMPRESS_BETWEEN, /* it may end here, or another member begin */
    DECOMPRESS_DAMAGED  /* nothing more can be unpacked */
} decompress_state;

typedef struct {
    /* NULL without memory. */
    void *(*begin)(void);
    /*
     * Goes on until the bytes or the room are used up, or a member ends: call it again while it
     * makes something. `problem` is set when it is damaged, to static text or the method's own.
     */
    decompress_state (*step)(void *self, decompress_portion *portion, const char **problem);
    void (*end)(void *self);
} decompress_method;

/* The method for this kind of file; NULL when there is none. */
const decompress_method *decompress_method_of(caw_file_kind kind);

extern const decompress_method decompress_gzip, decompress_zstd, decompress_lz4, decompress_xz;

#endif
