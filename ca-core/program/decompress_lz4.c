/* SPDX-License-Identifier: BSD-3-Clause */
#include "decompress.h"

#include <lz4frame.h>
#include <stdlib.h>

/*
 * The library is given no more than it asks for, a block: when one is damaged it does not tell what
 * it has made of those before.
 */
typedef struct {
    LZ4F_dctx *context;
    size_t wanted;
    bool between;
} state;

static void *begin(void) {
    state *self = calloc(1, sizeof *self);
    if (self && LZ4F_isError(LZ4F_createDecompressionContext(&self->context, LZ4F_VERSION))) {
        free(self);
        return NULL;
    }
    if (self)
        self->wanted = LZ4F_HEADER_SIZE_MIN;
    return self;
}

static decompress_state step(void *of, decompress_portion *portion, const char **problem) {
    state *self = of;
    size_t used = portion->length < self->wanted ? portion->length : self->wanted;
    size_t made = portion->room;
    if (self->between && used == 0)
        return DECOMPRESS_BETWEEN;
    size_t result =
        LZ4F_decompress(self->context, portion->out, &made, portion->bytes, &used, NULL);
    if (LZ4F_isError(result)) {
        *problem = LZ4F_getErrorName(result);
        return DECOMPRESS_DAMAGED;
    }
    portion->bytes += used;
    portion->length -= used;
    portion->out += made;
    portion->room -= made;
    self->between = result == 0;
    self->wanted = self->between ? LZ4F_HEADER_SIZE_MIN : result;
    return self->between ? DECOMPRESS_BETWEEN : DECOMPRESS_INSIDE;
}

static void end(void *of) {
    state *self = of;
    LZ4F_freeDecompressionContext(self->context);
    free(self);
}

const decompress_method decompress_lz4 = {begin, step, end};
