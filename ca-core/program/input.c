/* SPDX-License-Identifier: BSD-3-Clause */
#include "input_kind.h"

input_state input_next(input *self, caw_frame *frame, int milliseconds) {
    return self->kind->next(self, frame, milliseconds);
}

bool input_is_live(const input *self) {
    return self->live;
}

uint64_t input_size(const input *self) {
    return self->live ? 0 : self->size;
}

uint64_t input_done(const input *self) {
    return self->done;
}

void input_stop(input *self) {
    if (!self->stopped)
        self->kind->stop(self);
    self->stopped = true;
}

uint64_t input_dropped(const input *self) {
    return self->kind->dropped ? self->kind->dropped(self) : 0;
}

int input_status(const input *self) {
    return self->status;
}

void input_free(input *self) {
    if (self)
        self->kind->free(self);
}
