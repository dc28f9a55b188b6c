/* SPDX-License-Identifier: BSD-3-Clause */
#include "notices.h"

#include "say.h"
#include "stats.h"

#include <inttypes.h>
#include <stdio.h>

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

/* "TCP 22 (200), UDP 53 (3)". */
static void list_strangers(const caw_capture *capture, char *text, size_t size) {
    enum { SHOWN = 4 };
    caw_stranger each;
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < SHOWN && caw_capture_stranger(capture, i, &each) && length < size; i++)
        length += (size_t)snprintf(
            text + length, size - length, "%s%s %u (%" PRIu64 ")", i ? ", " : "",
            each.transport == CAW_TRANSPORT_TCP ? "TCP" : "UDP", each.port, each.packets);
}

/* With what there is instead, and what to do when it is Channel Access after all. */
static void say_nothing_found(const caw_capture *capture, const caw_capture_counts *counts) {
    char list[256];
    caw_stranger first;

    if (!counts->packets || counts->messages || counts->malformed || counts->unclaimed)
        return;
    if (!caw_capture_stranger(capture, 0, &first)) {
        say("no Channel Access in %" PRIu64 " packets, and neither TCP nor UDP", counts->packets);
        return;
    }
    list_strangers(capture, list, sizeof list);
    say("no Channel Access in %" PRIu64
        " packets, but port %s; if that is some: -- -d %s.port==%u,ca",
        counts->packets, list, first.transport == CAW_TRANSPORT_TCP ? "tcp" : "udp", first.port);
}

bool notices_nothing_but_malformed(const caw_capture_counts *counts) {
    return counts->malformed && !counts->messages;
}

static void say_all_malformed(const caw_capture_counts *counts) {
    if (notices_nothing_but_malformed(counts))
        say("not one of %" PRIu64 " bytes for Channel Access is a message: all are Malformed",
            counts->skipped);
}

static void say_not_understood(const caw_capture_counts *counts) {
    if (counts->malformed && counts->messages)
        say("%" PRIu64 " bytes were skipped that are no message (%" PRIu64 " times Malformed)",
            counts->skipped, counts->malformed);
    if (counts->unclaimed)
        say("%" PRIu64 " bytes came before it was known that they are Channel Access, and are not"
            " told",
            counts->unclaimed);
}

/* Names are in the creation of a channel, and in the search before it. */
static void say_unnamed(const caw_capture_counts *counts) {
    if (counts->unnamed)
        say("%" PRIu64 " of %" PRIu64
            " messages are of channels whose names are not in the capture:"
            " it began after they were created%s (begin before clients connect, restart one, or "
            "name"
            " them: --names FILE)",
            counts->unnamed, counts->messages, counts->missing ? ", or lacks their creation" : "");
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

    say_nothing_found(capture, &counts);
    say_all_malformed(&counts);
    say_not_understood(&counts);
    say_unnamed(&counts);
    say_not_captured(&counts);
    say_troubles(capture);
    for (size_t kind = 0; kind < CAW_OPEN_KINDS; kind++)
        if (counts.dropped[kind])
            say_dropped(kind, counts.dropped[kind]);
    if (lost)
        say_lost(lost);
}
