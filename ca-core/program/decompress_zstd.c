/* SPDX-License-Identifier: BSD-3-Clause */
#include "decompress.h"

#include <stdlib.h>
#include <zstd.h>

/*
 * The library is given no more than it asks for, a block: of a whole frame it makes all or, when
 * something in it is damaged, nothing.
 */
typedef struct {
    ZSTD_DStream *stream;
    size_t first; /* what a frame begins with */
    size_t wanted;
    bool between;
} state;

static void *begin(void) {
    state *self = calloc(1, sizeof *self);
    if (self && !(self->stream = ZSTD_createDStream())) {
        free(self);
        return NULL;
    }
    if (self)
        self->wanted = self->first = ZSTD_initDStream(self->stream);
    return self;
}

static decompress_state step(void *of, decompress_portion *portion, const char **problem) {
    state *self = of;
    if (self->between && portion->length == 0)
        return DECOMPRESS_BETWEEN;
    size_t length = portion->length < self->wanted ? portion->length : self->wanted;
    ZSTD_inBuffer in = {portion->bytes, length, 0};
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
    self->wanted = self->between ? self->first : result;
    return self->between ? DECOMPRESS_BETWEEN : DECOMPRESS_INSIDE;
}

static void end(void *of) {
    state *self = of;
    ZSTD_freeDStream(self->stream);
    free(self);
}

const decompress_method decompress_zstd = {begin, step, end};
