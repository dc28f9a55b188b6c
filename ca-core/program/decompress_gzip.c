/* SPDX-License-Identifier: BSD-3-Clause */
#include "decompress.h"

#include <stdlib.h>
#include <zlib.h>

typedef struct {
    z_stream stream;
    bool between; /* the last member has ended */
} state;

enum { ONLY_GZIP = 16 };

static void *begin(void) {
    state *self = calloc(1, sizeof *self);
    if (self && inflateInit2(&self->stream, ONLY_GZIP + MAX_WBITS) != Z_OK) {
        free(self);
        return NULL;
    }
    return self;
}

/* Between members tapes have zeros. */
static void skip_zeros(decompress_portion *portion) {
    while (portion->length > 0 && *portion->bytes == 0) {
        portion->bytes++;
        portion->length--;
    }
}

static int inflate_portion(z_stream *stream, decompress_portion *portion) {
    stream->next_in = (Bytef *)(uintptr_t)portion->bytes; /* it is only read */
    stream->avail_in = (uInt)portion->length;
    stream->next_out = portion->out;
    stream->avail_out = (uInt)portion->room;
    int result = inflate(stream, Z_NO_FLUSH);
    portion->bytes = stream->next_in;
    portion->length = stream->avail_in;
    portion->out = stream->next_out;
    portion->room = stream->avail_out;
    return result;
}

static decompress_state step(void *of, decompress_portion *portion, const char **problem) {
    state *self = of;
    if (self->between) {
        skip_zeros(portion);
        if (portion->length == 0)
            return DECOMPRESS_BETWEEN;
        inflateReset(&self->stream);
    }
    int result = inflate_portion(&self->stream, portion);
    self->between = result == Z_STREAM_END;
    if (self->between)
        return DECOMPRESS_BETWEEN;
    if (result == Z_OK || result == Z_BUF_ERROR)
        return DECOMPRESS_INSIDE;
    *problem = self->stream.msg ? self->stream.msg : zError(result);
    return DECOMPRESS_DAMAGED;
}

static void end(void *of) {
    state *self = of;
    inflateEnd(&self->stream);
    free(self);
}

const decompress_method decompress_gzip = {begin, step, end};
