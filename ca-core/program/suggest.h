/* SPDX-License-Identifier: BSD-3-Clause */
/* "Did you mean": of the words that would have been right, the one that is most like what was
 * written. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

enum { SUGGEST_MOST = 64, SUGGEST_ADVICE = 128 };

typedef struct {
    const char *written;
    size_t length;
    char best[SUGGEST_MOST]; /* "": none is like it */
    size_t distance;
} suggestion;

suggestion suggest_for(const char *written, size_t length);

/* This would have been right. It is copied. */
void suggest(suggestion *self, const char *word);

/* "did you mean BEST?" with `before` in front of it; when nothing is like it, `otherwise`. */
const char *suggest_say(const suggestion *self, const char *before, const char *otherwise,
                        char advice[SUGGEST_ADVICE]);

#endif
