/* SPDX-License-Identifier: BSD-3-Clause */
#include "notices.h"

#include "say.h"
#include "stats.h"

#include <inttypes.h>

/* ---- while it goes on ----------------------------------------------------------------------- */

/* Something that gets more. */
typedef struct {
    uint64_t told;  /* how much of it, when it was told */
    uint64_t times; /* that there was more */
} growth;

/* There is more, and it is to be told. */
static bool has_grown(growth *self, uint64_t now) {
    enum { EACH = 25, THEN = 1000 };

    if (now <= self->told)
        return false;
    self->told = now;
    self->times++;
    return self->times <= EACH || self->times % THEN == 0;
}

static void say_lost(uint64_t lost) {
    say("the kernel has dropped %" PRIu64 " packets: -B gives it more room, -f less to do", lost);
}

static void say_dropped(size_t kind, uint64_t dropped) {
    say("%" PRIu64 " %s were forgotten to stay within --memory", dropped, caw_open_texts[kind]);
}

void notices_watch(const caw_capture_counts *counts, uint64_t lost) {
    static growth by_kernel, by_kind[CAW_OPEN_KINDS];

    if (has_grown(&by_kernel, lost))
        say_lost(lost);
    for (size_t kind = 0; kind < CAW_OPEN_KINDS; kind++)
        if (has_grown(&by_kind[kind], counts->dropped[kind]))
            say_dropped(kind, counts->dropped[kind]);
}

/* ---- at the end ----------------------------------------------------------------------------- */

static void say_nothing_found(const caw_capture_counts *counts) {
    if (counts->packets && !counts->messages && !counts->malformed && !counts->unclaimed)
        say("no Channel Access in %" PRIu64 " packets", counts->packets);
}

static void say_not_understood(const caw_capture_counts *counts) {
    if (counts->malformed)
        say("%" PRIu64 " bytes were skipped that are no message (%" PRIu64 " times Malformed)",
            counts->skipped, counts->malformed);
    if (counts->unclaimed)
        say("%" PRIu64 " bytes came before it was known that they are Channel Access, and are not"
            " told",
            counts->unclaimed);
    if (counts->unnamed)
        say("%" PRIu64 " of %" PRIu64
            " messages are of channels whose names are not in the capture:"
            " it began later, or has gaps",
            counts->unnamed, counts->messages);
}

static void say_not_captured(const caw_capture_counts *counts) {
    if (counts->cut)
        say("%" PRIu64 " packets were captured only in part: tcpdump -s 0 takes all", counts->cut);
    if (counts->missing)
        say("%" PRIu64 " bytes of circuits are not in the capture", counts->missing);
    if (counts->unseen)
        say("%.2f %% of the acknowledgments are for bytes that the capture lacks",
            stats_loss(counts));
    if (counts->conflicts)
        say("%" PRIu64 " bytes differ from what was recorded first for the same place",
            counts->conflicts);
}

static void say_troubles(const caw_capture *capture) {
    const char *what;
    uint64_t times;

    for (size_t i = 0; caw_capture_trouble(capture, i, &what, &times); i++)
        if (times)
            say("%" PRIu64 " packets were not used: %s", times, what);
}

void notices_end(const caw_capture *capture, uint64_t lost) {
    caw_capture_counts counts = caw_capture_counted(capture);

    say_nothing_found(&counts);
    say_not_understood(&counts);
    say_not_captured(&counts);
    say_troubles(capture);
    for (size_t kind = 0; kind < CAW_OPEN_KINDS; kind++)
        if (counts.dropped[kind])
            say_dropped(kind, counts.dropped[kind]);
    if (lost)
        say_lost(lost);
}
