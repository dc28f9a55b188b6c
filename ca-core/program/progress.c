/* SPDX-License-Identifier: BSD-3-Clause */
#include "progress.h"

#include "deadline.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

enum {
    WIDTH = 40,   /* of the bar, in columns */
    FIRST = 300,  /* milliseconds after which it is shown: most files are read by then */
    EACH = 200,   /* and then so often */
    SKIPPED = 256 /* calls between two looks at the clock */
};

static struct {
    bool shown;
    unsigned calls;
    int64_t due; /* a deadline */
} progress;

bool progress_begin(void) {
    progress.due = deadline_in(FIRST);
    return terminal_is(stderr) && !terminal_is(stdout);
}

/* A file that grows may have more than all. */
static void show(double share) {
    char bar[WIDTH + 1];
    int full = share < 1 ? (int)(share * WIDTH) : WIDTH;

    memset(bar, '#', (size_t)full);
    memset(bar + full, '.', (size_t)(WIDTH - full));
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3d %%", bar, share < 1 ? (int)(share * 100) : 100);
    progress.shown = true;
}

void progress_tell(uint64_t done, uint64_t all) {
    if (progress.calls++ % SKIPPED || deadline_left(progress.due) > 0)
        return;
    progress.due = deadline_in(EACH);
    show((double)done / (double)all);
}

void progress_hide(void) {
    if (progress.shown)
        fprintf(stderr, "\r%*s\r", WIDTH + 8, "");
    progress.shown = false;
}
