/* SPDX-License-Identifier: BSD-3-Clause */
/* Files, one after another. */
#include "descriptor.h"
#include "foreign.h"
#include "input_kind.h"
#include "input_say.h"
#include "named.h"
#include "reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* When a frame was captured. */
typedef struct {
    bool known;
    int64_t seconds;
    int32_t nanoseconds;
} moment;

typedef struct {
    input base;
    char *const *names;
    size_t count;
    size_t at;         /* which file is next */
    bool open;         /* that one is being read */
    int64_t beginning; /* where it stood when it was opened; -1: a pipe */
    reader *reader;
    child tshark;        /* that reads it for us */
    uint32_t earlier;    /* interfaces of the files before */
    uint32_t interfaces; /* those before and those of this one */
    uint64_t before;     /* bytes of the files before */
    bool begun;          /* it has given a frame with a time */
    moment last;         /* of the last frame that has a time ... */
    const char *last_of; /* ... and the file that it is from */
} files;

static const char *shown(const char *name) {
    return named_is_standard_input(name) ? "standard input" : name;
}

/* What there is to say about the file that is read. */
#define SAY(self, ...) input_say(shown((self)->names[(self)->at]), __VA_ARGS__)

/* ---- one file ----------------------------------------------------------------------------- */

static void read_from(files *self, int fd) {
    self->beginning = descriptor_position(fd);
    reader_begin(self->reader, fd);
    self->open = true;
}

/* The next file that can be opened. False: there is none. */
static bool open_next(files *self) {
    for (; self->at < self->count && !self->base.stopped; self->at++) {
        int fd = named_open(self->names[self->at]);
        if (fd >= 0) {
            self->begun = false;
            self->earlier = self->interfaces;
            read_from(self, fd);
            return true;
        }
        SAY(self, "%s", strerror(errno));
        input_fail(&self->base, INPUT_STATUS_NOT_READ);
    }
    return false;
}

/* ---- its frames --------------------------------------------------------------------------- */

static bool is_before(moment one, moment other) {
    return one.seconds < other.seconds ||
           (one.seconds == other.seconds && one.nanoseconds < other.nanoseconds);
}

/* A file whose first frame is older than the last one before it. */
static void check_order(const files *self, moment now) {
    moment last = self->last;
    if (!last.known || !is_before(now, last))
        return;
    uint64_t seconds = (uint64_t)last.seconds - (uint64_t)now.seconds;
    int64_t nanoseconds = (int64_t)last.nanoseconds - now.nanoseconds;
    if (nanoseconds < 0) {
        seconds--;
        nanoseconds += SECOND;
    }
    SAY(self, "it begins before %s ends: %" PRIu64 ".%06" PRId64 " s earlier", shown(self->last_of),
        seconds, nanoseconds / 1000);
}

static void note_time(files *self, const caw_frame *frame) {
    moment now = {true, frame->seconds, frame->nanoseconds};
    if (!self->begun)
        check_order(self, now);
    self->begun = true;
    self->last = now;
    self->last_of = self->names[self->at];
}

/* The frame of a file as one of the whole capture. */
static void place(files *self, caw_frame *frame) {
    frame->interface_id += self->earlier;
    if (frame->interface_id >= self->interfaces)
        self->interfaces = frame->interface_id + 1;
    if (frame->timed)
        note_time(self, frame);
}

/* ---- its end ------------------------------------------------------------------------------ */

/* Has tshark read it from its beginning. False: it cannot, and that has been said. */
static bool read_foreign(files *self, const char *format) {
    const char *name = self->names[self->at];
    int fd = -1;
    if (self->beginning < 0 ||
        (named_is_standard_input(name) && !descriptor_go_to(0, self->beginning))) {
        SAY(self, "%s, which is read through tshark, and not from a pipe: give it as a file",
            format);
    } else if ((fd = foreign_start(&self->tshark, name)) < 0) {
        SAY(self, "%s, which is read through tshark, and that cannot be run: %s", format,
            strerror(errno));
    } else {
        read_from(self, fd);
        return true;
    }
    input_fail(&self->base, INPUT_STATUS_NOT_READ);
    return false;
}

/* What tshark says of the file it has read weighs more than what became of that. */
static void end_foreign(files *self, reader_end end, const char *what) {
    char said[512];
    if (self->base.stopped)
        child_interrupt(&self->tshark);
    bool well = child_end(&self->tshark, said, sizeof said) || self->base.stopped;
    if (well && end == READER_WHOLE)
        return;
    SAY(self, "tshark: %s", well ? what : said);
    input_fail(&self->base, end == READER_REFUSED ? INPUT_STATUS_NOT_READ : INPUT_STATUS_DAMAGED);
}

static void end_own(files *self, reader_end end, const char *what) {
    if (end == READER_WHOLE)
        return;
    SAY(self, "%s", what);
    input_fail(&self->base, end == READER_CUT ? INPUT_STATUS_DAMAGED : INPUT_STATUS_NOT_READ);
}

/* The reader has come to an end: of the file, or of what is not for it. */
static void end_file(files *self) {
    const char *what;
    reader_end end = reader_ended(self->reader, &what);
    if (self->tshark.process)
        end_foreign(self, end, what);
    else if (end != READER_FOREIGN)
        end_own(self, end, what);
    else if (!self->base.stopped && read_foreign(self, what))
        return;
    self->before = self->base.done;
    self->open = false;
    self->at++;
}

/* ---- all of them -------------------------------------------------------------------------- */

static input_state next(input *base, caw_frame *frame, int milliseconds) {
    files *self = (files *)base;
    while (self->open || open_next(self)) {
        input_state state = reader_next(self->reader, frame, milliseconds);
        self->base.done = self->before + reader_position(self->reader);
        if (state == INPUT_FRAME)
            place(self, frame);
        if (state != INPUT_END)
            return state;
        end_file(self);
    }
    return INPUT_END;
}

static void stop(input *base) {
    files *self = (files *)base;
    reader_stop(self->reader);
}

static void free_files(input *base) {
    files *self = (files *)base;
    char said[1];
    reader_free(self->reader);
    child_interrupt(&self->tshark);
    child_end(&self->tshark, said, sizeof said);
    free(self);
}

input *input_files(char *const *names, size_t count) {
    static const input_kind kind = {next, stop, NULL, free_files};
    files *self = calloc(1, sizeof *self);
    reader *reading = reader_new();
    if (!self || !reading) {
        reader_free(reading);
        free(self);
        return NULL;
    }
    self->base.kind = &kind;
    self->names = names;
    self->count = count;
    self->reader = reading;
    for (size_t i = 0; i < count; i++) {
        named file = named_look(names[i]);
        self->base.live = file.kind == NAMED_STREAM || self->base.live;
        self->base.size += file.size;
    }
    return &self->base;
}
