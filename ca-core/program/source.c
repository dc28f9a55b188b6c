/* SPDX-License-Identifier: BSD-3-Clause */
#include "source.h"

#include "deadline.h"
#include "descriptor.h"
#include "named.h"

#include <errno.h>
#include <stdlib.h>

bool source_init(source *self) {
    *self = (source){.fd = -1, .bytes = malloc(SOURCE_PIECE)};
    return self->bytes;
}

void source_open(source *self, int fd) {
    source_close(self);
    *self = (source){.fd = fd, .most = UINT64_MAX, .bytes = self->bytes};
    self->waits = named_look_at(fd).kind != NAMED_FILE;
}

void source_close(source *self) {
    if (self->fd >= 0)
        descriptor_close(self->fd);
    self->fd = -1;
}

void source_free(source *self) {
    source_close(self);
    free(self->bytes);
}

void source_stop(source *self) {
    self->most = self->waits && self->fd >= 0 ? (uint64_t)descriptor_bytes(self->fd) : 0;
}

/* As read(2), at most as much as there is room for, and as may be read: else it is the end. */
static ptrdiff_t read_piece(source *self) {
    size_t room = SOURCE_PIECE - self->to;
    if (self->most < room)
        room = (size_t)self->most;
    return room > 0 ? descriptor_read(self->fd, self->bytes + self->to, room) : 0;
}

bool source_more(source *self, int64_t deadline) {
    if (self->waits && self->most > 0 && !descriptor_wait(self->fd, deadline_left(deadline)))
        return false;
    if (self->from == self->to)
        self->from = self->to = 0;
    ptrdiff_t got = read_piece(self);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    if (got > 0) {
        self->to += (size_t)got;
        self->position += (size_t)got;
        self->most -= (size_t)got;
    } else {
        self->error = got < 0 ? errno : 0;
        self->ended = true;
    }
    return true;
}
