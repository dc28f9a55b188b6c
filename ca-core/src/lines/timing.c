/* SPDX-License-Identifier: BSD-3-Clause */
#include "timing.h"

#include "history/moment.h"

/* How many digits of a second the capture has. */
static int digits_of(const caw_event *event) {
    return event->exact ? 9 : 6;
}

/* A capture that knows nanoseconds prints all of them, any other a float: as dpkt reads them. */
static caw_value epoch_value(const caw_event *event) {
    uint64_t nanoseconds = (uint64_t)event->now.seconds * 1000000000u;
    nanoseconds += (uint64_t)event->now.nanoseconds;
    if (event->exact)
        return (caw_value){.kind = CAW_VALUE_DECIMAL, .integer = (int64_t)nanoseconds};
    return (caw_value){.kind = CAW_VALUE_REAL,
                       .real = (double)event->now.seconds + event->now.nanoseconds / 1000 / 1e6};
}

static void put_all_digits(const caw_event *event, caw_text *out) {
    int32_t place = 100000000;
    caw_put_signed(out, event->now.seconds);
    caw_put(out, '.');
    for (int i = 0; i < digits_of(event); i++, place /= 10)
        caw_put(out, (char)('0' + event->now.nanoseconds / place % 10));
}

void caw_put_epoch(const caw_event *event, caw_text *out) {
    if (!event->exact) {
        caw_put_time(out, event->now.seconds, (uint32_t)event->now.nanoseconds / 1000);
        return;
    }
    put_all_digits(event, out);
}

caw_value caw_timing_between(const caw_moment *from, const caw_event *to) {
    int64_t unit = to->exact ? 1 : 1000;
    return (caw_value){.kind = CAW_VALUE_FIXED,
                       .integer = caw_between(from, &to->now) / unit,
                       .places = digits_of(to)};
}

/* Of the first line nothing has passed. */
static caw_value since(const caw_timing *self, const caw_event *event) {
    if (self->style == CAW_TIME_RELATIVE)
        return caw_timing_between(&event->began, event);
    return caw_timing_between(self->previous.frame ? &self->previous : &event->now, event);
}

static bool is_date(const caw_timing *self) {
    return self->style == CAW_TIME_ISO || self->style == CAW_TIME_LOCAL;
}

static void put_date(const caw_timing *self, const caw_event *event, caw_text *out) {
    const caw_moment *now = &event->now;
    int32_t east = self->style == CAW_TIME_LOCAL && self->zone ? self->zone(now->seconds) : 0;
    caw_put_date(out, now->seconds, now->nanoseconds, digits_of(event), east);
}

caw_value caw_timing_value(caw_timing *self, const caw_event *event) {
    if (self->style == CAW_TIME_EPOCH)
        return epoch_value(event);
    if (!is_date(self))
        return since(self, event);
    caw_text out = caw_text_into(self->text, sizeof self->text);
    put_date(self, event, &out);
    return (caw_value){.kind = CAW_VALUE_TEXT, .text = self->text, .length = caw_text_end(&out)};
}

void caw_timing_put(const caw_timing *self, const caw_event *event, caw_text *out) {
    static const caw_spec aligned = {.align = '>', .width = 11, .precision = -1};
    if (self->style == CAW_TIME_EPOCH) {
        put_all_digits(event, out);
    } else if (is_date(self)) {
        put_date(self, event, out);
    } else {
        caw_value value = since(self, event);
        caw_text nothing = caw_text_into(NULL, 0); /* a number suits its spec */
        caw_put_value(out, &aligned, &value, &nothing);
    }
}
