/* SPDX-License-Identifier: BSD-3-Clause */
#include "decompress.h"

#include <lzma.h>
#include <stdlib.h>

#define MOST_MEMORY (UINT64_C(1) << 28) /* xz -9 needs a quarter of it */

typedef struct {
    lzma_stream stream;
    bool between;
} state;

static void *begin(void) {
    state *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->stream = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&self->stream, MOST_MEMORY, LZMA_CONCATENATED) != LZMA_OK) {
        free(self);
        return NULL;
    }
    return self;
}

static lzma_ret decode(lzma_stream *stream, decompress_portion *portion) {
    stream->next_in = portion->bytes;
    stream->avail_in = portion->length;
    stream->next_out = portion->out;
    stream->avail_out = portion->room;
    lzma_ret result = lzma_code(stream, portion->last ? LZMA_FINISH : LZMA_RUN);
    portion->bytes = stream->next_in;
    portion->length = stream->avail_in;
    portion->out = stream->next_out;
    portion->room = stream->avail_out;
    return result;
}

/* The library has no text for what it returns. */
static const char *text_of(lzma_ret result) {
    switch (result) {
    case LZMA_MEMLIMIT_ERROR:
        return "it takes more than 256 MiB of memory to unpack";
    case LZMA_MEM_ERROR:
        return "out of memory";
    case LZMA_OPTIONS_ERROR:
        return "it is packed in a way that this version of liblzma does not know";
    case LZMA_FORMAT_ERROR:
        return "bytes that are no xz follow";
    default:
        return "the data is corrupt";
    }
}

/* Only when it is told that no bytes follow does it know that it may end. */
static decompress_state step(void *of, decompress_portion *portion, const char **problem) {
    state *self = of;
    lzma_ret result = self->between ? LZMA_STREAM_END : decode(&self->stream, portion);
    self->between = result == LZMA_STREAM_END;
    if (self->between)
        return DECOMPRESS_BETWEEN;
    if (result == LZMA_OK || result == LZMA_BUF_ERROR)
        return DECOMPRESS_INSIDE;
    *problem = text_of(result);
    return DECOMPRESS_DAMAGED;
}

static void end(void *of) {
    state *self = of;
    lzma_end(&self->stream);
    free(self);
}

const decompress_method decompress_xz = {begin, step, end};
