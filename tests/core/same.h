/* SPDX-License-Identifier: BSD-3-Clause */
/* Notes of two readers of the same messages, compared by what they say. */
#ifndef SAME_H
#define SAME_H

#include "caw_history.h"

#include <string.h>

static inline bool same_text(const char *a, const char *b) {
    return !a == !b && (!a || strcmp(a, b) == 0);
}

static inline bool same_moment(caw_moment a, caw_moment b) {
    return a.frame == b.frame && a.seconds == b.seconds && a.nanoseconds == b.nanoseconds;
}

static inline bool same_exchange(const caw_exchange *a, const caw_exchange *b) {
    if (!a || !b)
        return a == b;
    return a->command == b->command && a->failed == b->failed && a->sequence == b->sequence &&
           a->sid == b->sid && same_text(a->pv, b->pv) && same_moment(a->request, b->request) &&
           same_moment(a->answer, b->answer) && a->server == b->server &&
           (a->command != CAW_COMMAND_CREATE_CHAN || same_exchange(a->search, b->search));
}

static inline bool same_channel(const caw_channel *a, const caw_channel *b) {
    if (!a || !b)
        return a == b;
    return same_text(a->pv, b->pv) && a->cid == b->cid && a->sid == b->sid &&
           a->has_sid == b->has_sid && a->number == b->number && a->type == b->type &&
           a->count == b->count && a->rights == b->rights && a->closed == b->closed &&
           same_exchange(a->creation, b->creation);
}

static inline bool same_note(const caw_note *a, const caw_note *b) {
    const caw_exchange *of_a = a->exchange, *of_b = b->exchange;
    return same_channel(a->channel, b->channel) && same_exchange(of_a, of_b) &&
           (!of_a || same_channel(of_a->channel, of_b->channel)) && a->flaws == b->flaws &&
           a->turn == b->turn && a->repeated == b->repeated && a->rights == b->rights &&
           a->number == b->number && a->interval_high == b->interval_high &&
           a->interval_low == b->interval_low;
}

#endif
