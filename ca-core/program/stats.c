/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats.h"

#include "say.h"

#include <inttypes.h>
#include <stdio.h>

double stats_loss(const caw_capture_counts *counts) {
    if (counts->acknowledgments == 0)
        return 0;
    return 100.0 * (double)counts->unseen / (double)counts->acknowledgments;
}

enum { LIST = 256 };

/* "streams 1 circuits 2" */
static const char *list(const char *const *names, const uint64_t *numbers, size_t count,
                        char text[LIST]) {
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count && length < LIST; i++)
        length += (size_t)snprintf(text + length, LIST - length, "%s%s %" PRIu64, i ? " " : "",
                                   names[i], numbers[i]);
    return text;
}

void stats_say(const caw_capture *capture, uint64_t lost) {
    caw_capture_counts counts = caw_capture_counted(capture);
    char open[LIST], held[LIST], dropped[LIST];

    say("packets %" PRIu64 ", dropped by the kernel %" PRIu64 ", messages %" PRIu64
        ", open: %s, bytes held: %s, dropped: %s, loss %.2f %%",
        counts.packets, lost, counts.messages,
        list(caw_open_texts, counts.open, CAW_OPEN_KINDS, open),
        list(caw_held_texts, counts.held, CAW_HELD_KINDS, held),
        list(caw_open_texts, counts.dropped, CAW_OPEN_KINDS, dropped), stats_loss(&counts));
}
