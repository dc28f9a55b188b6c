/* SPDX-License-Identifier: BSD-3-Clause */
#include "decompress.h"

#include <stdlib.h>
#include <zstd.h>

typedef struct {
    ZSTD_DStream *stream;
    bool between;
} state;

static void *begin(void) {
    state *self = calloc(1, sizeof *self);
    if (self && !(self->stream = ZSTD_createDStream())) {
        free(self);
        return NULL;
    }
    return self;
}

static decompress_state step(void *of, decompress_portion *portion, const char **problem) {
    state *self = of;
    if (self->between && portion->length == 0)
        return DECOMPRESS_BETWEEN;
    ZSTD_inBuffer in = {portion->bytes, portion->length, 0};
    ZSTD_outBuffer out = {portion->out, portion->room, 0};
    size_t result = ZSTD_decompressStream(self->stream, &out, &in);
    portion->bytes += in.pos;
    portion->length -= in.pos;
    portion->out += out.pos;
    portion->room -= out.pos;
    if (ZSTD_isError(result)) {
        *problem = ZSTD_getErrorName(result);
        return DECOMPRESS_DAMAGED;
    }
    self->between = result == 0;
    return self->between ? DECOMPRESS_BETWEEN : DECOMPRESS_INSIDE;
}

static void end(void *of) {
    state *self = of;
    ZSTD_freeDStream(self->stream);
    free(self);
}

const decompress_method decompress_zstd = {begin, step, end};
