/* SPDX-License-Identifier: BSD-3-Clause */
#include "reader.h"

#include "deadline.h"
#include "decompress.h"
#include "source.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNPACKED_PIECE = SOURCE_PIECE };

struct reader {
    source source;
    caw_file *file;
    bool known;       /* what the file is */
    const char *kind; /* the name of that */
    const decompress_method *method;
    void *unpacking; /* the method's; NULL: the bytes are read as they are */
    decompress_state state;
    const char *problem;           /* of unpacking; NULL: none */
    uint8_t *unpacked;             /* UNPACKED_PIECE bytes; NULL: not needed so far */
    uint8_t first[CAW_FILE_MAGIC]; /* bytes of the capture, unpacked */
    uint64_t fed;                  /* bytes of it so far */
    bool stopped;
    bool ended;
    reader_end end;
    char what[256];
};

static void *take(void *user, size_t bytes) {
    (void)user;
    return malloc(bytes);
}

static void give_back(void *user, void *memory) {
    (void)user;
    free(memory);
}

reader *reader_new(void) {
    caw_memory memory = {take, give_back, NULL};
    reader *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->file = caw_file_new(&memory);
    if (source_init(&self->source) && self->file)
        return self;
    reader_free(self);
    return NULL;
}

static void stop_unpacking(reader *self) {
    if (self->unpacking)
        self->method->end(self->unpacking);
    self->unpacking = NULL;
}

void reader_free(reader *self) {
    if (!self)
        return;
    stop_unpacking(self);
    source_free(&self->source);
    caw_file_free(self->file);
    free(self->unpacked);
    free(self);
}

void reader_begin(reader *self, int fd) {
    stop_unpacking(self);
    source_open(&self->source, fd);
    caw_file_begin(self->file);
    self->known = self->stopped = self->ended = false;
    self->problem = NULL;
    self->fed = 0;
}

uint64_t reader_position(const reader *self) {
    return self->source.position;
}

void reader_stop(reader *self) {
    self->stopped = true;
    source_stop(&self->source);
}

/* ---- the end ------------------------------------------------------------------------------ */

static void end(reader *self, reader_end how, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->what, sizeof self->what, format, arguments);
    va_end(arguments);
    self->end = how;
    self->ended = true;
    source_close(&self->source);
}

/* A capture without its header: none, or one of another format. */
static void end_unknown(reader *self, const char *problem) {
    const char *name;
    size_t length = self->fed < CAW_FILE_MAGIC ? (size_t)self->fed : CAW_FILE_MAGIC;
    if (caw_file_kind_of(self->first, length, &name) == CAW_FILE_OTHER)
        end(self, READER_FOREIGN, "%s", name);
    else
        end(self, READER_REFUSED, "%s", problem);
}

/* As the capture itself stands. */
static void end_by_file(reader *self) {
    uint64_t at;
    const char *problem = caw_file_problem(self->file, &at);
    if (!problem)
        end(self, READER_WHOLE, "%s", "");
    else if (at == 0)
        end_unknown(self, problem);
    else
        end(self, READER_CUT, "at byte %" PRIu64 "%s: %s", at,
            self->unpacking ? " of what is unpacked" : "", problem);
}

/* What the file itself, or its packing, prevents from being read. */
static void end_at(reader *self, uint64_t at, const char *problem) {
    end(self, self->fed ? READER_CUT : READER_REFUSED, "at byte %" PRIu64 ": %s%s%s", at,
        self->unpacking ? self->kind : "", self->unpacking ? ": " : "", problem);
}

/* No more bytes come. */
static void end_by_source(reader *self) {
    const source *from = &self->source;
    if (self->stopped) {
        end(self, READER_WHOLE, "%s", "");
    } else if (from->error && from->position == 0) {
        end(self, READER_REFUSED, "%s", strerror(from->error));
    } else if (from->error) {
        end_at(self, from->position, strerror(from->error));
    } else if (self->unpacking && self->state == DECOMPRESS_INSIDE) {
        end_at(self, from->position, "it ends too early");
    } else {
        caw_file_end(self->file);
        end_by_file(self);
    }
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void begin_unpacking(reader *self, caw_file_kind kind) {
    self->method = decompress_method_of(kind);
    if (!self->method) {
        end(self, READER_REFUSED, "%s, which is not unpacked here: %s -dc FILE | caw", self->kind,
            self->kind);
        return;
    }
    if (!self->unpacked)
        self->unpacked = malloc(UNPACKED_PIECE);
    self->unpacking = self->unpacked ? self->method->begin() : NULL;
    self->state = DECOMPRESS_INSIDE;
    if (!self->unpacking)
        end(self, READER_REFUSED, "no memory to unpack it");
}

/* Is it packed? */
static void recognise(reader *self) {
    const source *from = &self->source;
    caw_file_kind kind =
        caw_file_kind_of(from->bytes + from->from, source_length(from), &self->kind);
    self->known = true;
    if (kind >= CAW_FILE_GZIP && kind <= CAW_FILE_BZIP2)
        begin_unpacking(self, kind);
}

static void feed(reader *self, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length && self->fed + i < CAW_FILE_MAGIC; i++)
        self->first[self->fed + i] = bytes[i];
    self->fed += length;
    caw_file_feed(self->file, bytes, length);
}

/* How many bytes came of it. */
static size_t unpack(reader *self) {
    source *from = &self->source;
    decompress_portion portion = {from->bytes + from->from, source_length(from), from->ended,
                                  self->unpacked, UNPACKED_PIECE};
    self->state = self->method->step(self->unpacking, &portion, &self->problem);
    from->from = from->to - portion.length;
    size_t made = UNPACKED_PIECE - portion.room;
    feed(self, self->unpacked, made);
    return made;
}

/* Makes something of the bytes that are there. False: nothing comes of them, others are needed. */
static bool use_bytes(reader *self) {
    source *from = &self->source;
    if (caw_file_is_damaged(self->file)) {
        end_by_file(self);
    } else if (!self->known) {
        if (!from->ended && source_length(from) < CAW_FILE_MAGIC)
            return false;
        recognise(self);
    } else if (self->problem) {
        end_at(self, from->position - source_length(from), self->problem);
    } else if (self->unpacking) {
        return unpack(self) > 0 || self->problem || source_length(from) > 0;
    } else if (source_length(from) > 0) {
        feed(self, from->bytes + from->from, source_length(from));
        from->from = from->to;
    } else {
        return false;
    }
    return true;
}

/* A step further. False: it would have to wait for longer. */
static bool go_on(reader *self, int64_t deadline) {
    if (use_bytes(self))
        return true;
    if (!self->source.ended)
        return source_more(&self->source, deadline);
    end_by_source(self);
    return true;
}

input_state reader_next(reader *self, caw_frame *frame, int milliseconds) {
    if (!self->ended && caw_file_next(self->file, frame))
        return INPUT_FRAME;
    int64_t deadline = deadline_in(milliseconds);
    while (!self->ended) {
        bool more = go_on(self, deadline);
        if (!self->ended && caw_file_next(self->file, frame))
            return INPUT_FRAME;
        if (!self->ended && (!more || deadline_left(deadline) == 0))
            return INPUT_NOTHING;
    }
    return INPUT_END;
}

reader_end reader_ended(const reader *self, const char **what) {
    *what = self->what;
    return self->end;
}
