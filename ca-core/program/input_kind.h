/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kinds of input have in common, each of which has a file of its own. */
#ifndef INPUT_KIND_H
#define INPUT_KIND_H

#include "input.h"

#include <string.h>

enum { INPUT_STATUS_NOT_READ = 2, INPUT_STATUS_DAMAGED = 3 };

/* As the functions of input.h with these names. */
typedef struct {
    input_state (*next)(input *self, caw_frame *frame, int milliseconds);
    void (*stop)(input *self);
    uint64_t (*dropped)(const input *self); /* NULL: none ever */
    void (*free)(input *self);
} input_kind;

/* The first member of each kind's own. */
struct input {
    const input_kind *kind;
    bool live;
    bool stopped;
    int status;
    uint64_t size; /* see input.h */
    uint64_t done;
};

/* The smaller status weighs more, but for 0. */
static inline void input_fail(input *self, int status) {
    if (!self->status || status < self->status)
        self->status = status;
}

/* All interfaces at once: as LINUX_SLL2, where that can be had, frames tell which one it was. */
static inline bool input_is_any(const char *interface) {
    return strcmp(interface, "any") == 0;
}

#endif
