/* SPDX-License-Identifier: BSD-3-Clause */
#include "suggest.h"

#include "caw.h"

#include <stdio.h>

suggestion suggest_for(const char *written, size_t length) {
    return (suggestion){written, length, "", CAW_DISTANCE_LIKE(length) + 1};
}

void suggest(suggestion *self, const char *word) {
    size_t distance = caw_distance(self->written, self->length, word);

    if (distance >= self->distance)
        return;
    self->distance = distance;
    snprintf(self->best, sizeof self->best, "%s", word);
}

const char *suggest_say(const suggestion *self, const char *before, const char *otherwise,
                        char advice[SUGGEST_ADVICE]) {
    if (self->best[0])
        snprintf(advice, SUGGEST_ADVICE, "did you mean %s%s?", before, self->best);
    else
        snprintf(advice, SUGGEST_ADVICE, "%s", otherwise);
    return advice;
}
