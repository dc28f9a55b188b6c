/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode.h"

#include "clock.h"
#include "heap.h"
#include "lines.h"
#include "names.h"
#include "notices.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "say.h"
#include "seed.h"
#include "signals.h"
#include "stats.h"
#include "status.h"

/* In milliseconds. */
enum {
    TICK = 10,    /* what waits for bytes or copies is looked at so often */
    IDLE = 100,   /* and whether somebody still reads, when nothing waits */
    WATCH = 1000, /* what is getting lost, and memory */
};

typedef struct {
    input *from;
    caw_capture *capture;
    consumer to;
    bool live;
    bool quiet; /* no notices */
    bool stopped;
    uint64_t shown;  /* bytes of all input, when it is shown how far it is read; else 0 */
    caw_moment last; /* when the last packet was */
    int64_t every;   /* milliseconds after which what is known is shown; 0: at the end */
    int64_t ticked, watched, showed; /* when it was, in nanoseconds */
} decoding;

/* ---- time ----------------------------------------------------------------------------------- */

static bool has_passed(int64_t *since, int64_t time, int64_t milliseconds) {
    if (time - *since < milliseconds * 1000000)
        return false;
    *since = time;
    return true;
}

static void watch(const decoding *self) {
    caw_capture_counts counts = caw_capture_counted(self->capture);
    uint64_t held = 0;

    for (size_t i = 0; i < CAW_HELD_KINDS; i++)
        held += counts.held[i];
    heap_give_back(held);
    notices_watch(&counts, input_dropped(self->from));
}

/* Live, lines are wanted as soon as there are no more of them at once. */
static void keep_time(decoding *self, bool idle) {
    int64_t time = clock_now();

    if (has_passed(&self->ticked, time, TICK) || idle) {
        if (idle || caw_capture_waits(self->capture))
            caw_capture_tick(self->capture, time);
        output_flush();
    }
    if (has_passed(&self->watched, time, WATCH))
        watch(self);
    if (self->every && has_passed(&self->showed, time, self->every))
        self->to.show(self->to.self);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int patience(const decoding *self) {
    if (output_waits())
        return 0;
    return caw_capture_waits(self->capture) ? TICK : IDLE;
}

static void heed_signals(decoding *self) {
    if (signals_stop() && !self->stopped) {
        self->stopped = true;
        input_stop(self->from);
    }
    bool asked = signals_asked();
    if (asked || signals_due())
        stats_say(self->capture, input_dropped(self->from));
    if (asked && self->to.show)
        self->to.show(self->to.self);
}

static void take(decoding *self, const caw_frame *frame) {
    if (frame->timed)
        self->last = (caw_moment){.seconds = frame->seconds, .nanoseconds = frame->nanoseconds};
    caw_capture_frame(self->capture, frame);
    if (self->shown)
        progress_tell(input_done(self->from), self->shown);
}

/* True at the end of the input; false when nobody wants more of it. */
static bool read_all(decoding *self) {
    caw_frame frame;

    for (;;) {
        heed_signals(self);
        input_state state = input_next(self->from, &frame, patience(self));
        if (state == INPUT_END)
            return true;
        if (state == INPUT_FRAME)
            take(self, &frame);
        if (self->live)
            keep_time(self, state == INPUT_NOTHING);
        if (self->to.has_enough(self->to.self) || output_is_over() ||
            (state == INPUT_NOTHING && output_is_unread()))
            return false;
    }
}

/* ---- all of it ------------------------------------------------------------------------------ */

static caw_capture *new_capture(const options *asked, const caw_names *names, consumer *to) {
    caw_capture_setup setup = {
        .memory = heap,
        .tell = to->tell,
        .user = to->self,
        .most = asked->memory,
        .largest = 64 << 20,
        .seed = seed_random(),
        .names = names,
    };
    caw_capture *capture = caw_capture_new(&setup);

    if (!capture)
        say("out of memory");
    return capture;
}

/* The worst of what has happened: what could not be printed, or asked for, or read. */
static int status_of(int printed, int consumed, int read) {
    if (printed != STATUS_DONE)
        return printed;
    bool found = consumed == STATUS_DONE || (consumed == STATUS_NO_MATCH && read != STATUS_DONE);
    return found ? read : consumed;
}

static int status_of_input(const decoding *self, bool whole) {
    caw_capture_counts counts = caw_capture_counted(self->capture);

    if (whole && notices_nothing_but_malformed(&counts))
        return STATUS_DAMAGED;
    return input_status(self->from);
}

static int decode_for(decoding *self) {
    bool whole = read_all(self);

    progress_hide();

    if (whole)
        caw_capture_end(self->capture);
    int consumed = self->to.end(self->to.self, self->last);
    bool unread = output_is_over();
    int printed = output_end();
    if (whole && !unread && !self->quiet)
        notices_end(self->capture, input_dropped(self->from));
    return status_of(printed, consumed, unread ? STATUS_DONE : status_of_input(self, whole));
}

static int decode_with(const options *asked, const caw_names *names, input *from) {
    decoding self = {.from = from,
                     .live = input_is_live(from),
                     .quiet = asked->form.quiet,
                     .every = (int64_t)asked->every_seconds * 1000,
                     .showed = clock_now()};

    if (!(asked->report ? report_begin(&self.to, &asked->asked, asked->where, asked->memory)
                        : lines_begin(&self.to, &asked->form, asked->where, asked->most_lines)))
        return STATUS_USAGE;
    if (!(self.capture = new_capture(asked, names, &self.to)))
        return STATUS_USAGE;
    if (!asked->form.quiet && progress_begin())
        self.shown = input_size(from);
    signals_catch();
    if (asked->stats_seconds)
        signals_ask_every(asked->stats_seconds);
    int status = decode_for(&self);
    caw_capture_free(self.capture);
    return status;
}

int decode(const options *asked, input *from) {
    caw_names *names = NULL;

    if (asked->names && !(names = names_load(asked->names)))
        return STATUS_USAGE;
    if (names && !asked->form.quiet)
        names_say(names, asked->names);
    int status = decode_with(asked, names, from);
    caw_names_free(names);
    return status;
}
