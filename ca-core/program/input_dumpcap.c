/* SPDX-License-Identifier: BSD-3-Clause */
#include "input_dumpcap.h"

#include "child.h"
#include "deadline.h"
#include "descriptor.h"
#include "input_kind.h"
#include "input_say.h"
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MEBIBYTE = 1 << 20, PATIENCE = 2000 /* ms for dumpcap to end */ };

typedef struct {
    input base;
    const char *interface;
    child dumpcap;
    reader *reader;
    int64_t end;      /* once it is stopped: when it is no longer waited for */
    unsigned dropped; /* is told by dumpcap at its end */
} captured;

/* dumpcap counts in MiB. */
static int start(captured *self, const input_live *live) {
    char buffer[16];
    int mebibytes = (int)(((int64_t)live->buffer + MEBIBYTE - 1) / MEBIBYTE);
    const char *arguments[14] = {"dumpcap", "-q", "-w", "-", "-i", live->interface};
    size_t count = 6;
    if (input_is_any(live->interface)) {
        arguments[count++] = "-y";
        arguments[count++] = "LINUX_SLL2";
    }
    if (live->filter) {
        arguments[count++] = "-f";
        arguments[count++] = live->filter;
    }
    if (mebibytes > 0) {
        snprintf(buffer, sizeof buffer, "%d", mebibytes);
        arguments[count++] = "-B";
        arguments[count++] = buffer;
    }
    return child_start(&self->dumpcap, arguments, false);
}

/* Of "Packets received/dropped on interface 'eth0': 5/0 (pcap:0/...)". */
static unsigned read_dropped(const char *said) {
    unsigned dropped = 0;
    const char *at = strstr(said, "received/dropped on interface");
    if (at && (at = strstr(at, "': ")))
        sscanf(at, "': %*u/%u", &dropped);
    return dropped;
}

/*
 * Says what has become of dumpcap; when it is stopped by us that is no failure. EACCES: it has no
 * right either, which is not said.
 */
static int end(captured *self) {
    char said[512];
    const char *what;
    reader_end how = reader_ended(self->reader, &what);
    if (self->base.stopped)
        child_interrupt(&self->dumpcap);
    bool well = child_end(&self->dumpcap, said, sizeof said) || self->base.stopped;
    self->dropped = read_dropped(said);
    if (well)
        return 0;
    if (strstr(said, "permission"))
        return EACCES;
    input_say(self->interface, "dumpcap: %s", said);
    input_fail(&self->base, how == READER_WHOLE ? INPUT_STATUS_DAMAGED : INPUT_STATUS_NOT_READ);
    return 0;
}

static input_state next(input *base, caw_frame *frame, int milliseconds) {
    captured *self = (captured *)base;
    input_state state = reader_next(self->reader, frame, milliseconds);
    if (state == INPUT_NOTHING && base->stopped && deadline_left(self->end) == 0)
        reader_stop(self->reader);
    if (state == INPUT_END)
        end(self);
    return state;
}

/* It brings what it has, and ends. */
static void stop(input *base) {
    captured *self = (captured *)base;
    self->end = deadline_in(PATIENCE);
    child_interrupt(&self->dumpcap);
}

static uint64_t dropped(const input *base) {
    return ((const captured *)base)->dropped;
}

static void free_captured(input *base) {
    captured *self = (captured *)base;
    char said[1];
    reader_free(self->reader);
    child_interrupt(&self->dumpcap);
    child_end(&self->dumpcap, said, sizeof said);
    free(self);
}

/* It writes a header as soon as it captures, or ends. A signal ends the waiting: it may still. */
static bool has_begun(int fd) {
    return !descriptor_wait(fd, -1) || descriptor_bytes(fd) > 0;
}

/* Zero, or an errno; -1: it has been said. */
static int begin(captured *self, const input_live *live) {
    int fd = start(self, live);
    if (fd < 0)
        return errno;
    reader_begin(self->reader, fd);
    if (has_begun(fd))
        return 0;
    int error = end(self);
    return error ? error : -1;
}

input *input_dumpcap(const input_live *live) {
    static const input_kind kind = {next, stop, dropped, free_captured};
    captured *self = calloc(1, sizeof *self);
    reader *reading = reader_new();
    if (!self || !reading) {
        reader_free(reading);
        free(self);
        errno = ENOMEM;
        return NULL;
    }
    *self = (captured){
        .base = {.kind = &kind, .live = true}, .interface = live->interface, .reader = reading};
    int error = begin(self, live);
    if (error == 0)
        return &self->base;
    free_captured(&self->base);
    errno = error;
    return NULL;
}
