/* SPDX-License-Identifier: BSD-3-Clause */
#include "output.h"

#include "descriptor.h"
#include "say.h"
#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    STANDARD = 1,    /* output */
    PIECE = 1 << 18, /* is written when so much has come together */
    SPARE = 1 << 14  /* and is followed by so much room, for most lines */
};

static struct {
    char *bytes;
    size_t length, size;
    bool over;
    int status;
} output;

/* ---- what goes wrong ------------------------------------------------------------------------ */

/* When nobody reads any more the work is done. */
static void fail(int error) {
    if (!output.over && error != EPIPE) {
        say("%s", strerror(error));
        output.status = STATUS_OUTPUT;
    }
    output.over = true;
    output.length = 0;
}

bool output_is_over(void) {
    return output.over;
}

bool output_is_unread(void) {
    if (!output.over && descriptor_is_unread(STANDARD))
        fail(EPIPE);
    return output.over;
}

/* ---- writing -------------------------------------------------------------------------------- */

bool output_flush(void) {
    for (size_t at = 0; at < output.length;) {
        ptrdiff_t written = descriptor_write(STANDARD, output.bytes + at, output.length - at);
        if (written >= 0)
            at += (size_t)written;
        else if (errno != EINTR)
            fail(errno);
    }
    output.length = 0;
    return !output.over;
}

/* A line can have many megabytes, which are not kept. */
static bool resize(size_t size) {
    char *bytes = realloc(output.bytes, size);

    if (!bytes) {
        fail(ENOMEM);
        return false;
    }
    output.bytes = bytes;
    output.size = size;
    return true;
}

char *output_room(size_t least, size_t *size) {
    if (output.over)
        return NULL;
    if (least < SPARE)
        least = SPARE;
    if (output.size - output.length < least && output.length > 0 && !output_flush())
        return NULL;
    if (output.size < least && !resize(least > PIECE ? least : PIECE + SPARE))
        return NULL;
    *size = output.size - output.length;
    return output.bytes + output.length;
}

void output_took(size_t length) {
    output.length += length;
    if (output.length < PIECE)
        return;
    output_flush();
    if (output.size > PIECE + SPARE)
        resize(PIECE + SPARE);
}

bool output_write(const char *text, size_t length) {
    size_t size;
    char *room = output_room(length, &size);

    if (!room)
        return false;
    memcpy(room, text, length);
    output_took(length);
    return !output.over;
}

bool output_text(const char *text) {
    return output_write(text, strlen(text));
}

bool output_waits(void) {
    return output.length > 0;
}

/* A file system may say only now that it has no room. */
int output_end(void) {
    output_flush();
    free(output.bytes);
    output.bytes = NULL;
    output.size = 0;
    if (!output.over && descriptor_close(STANDARD) != 0 && errno != EINTR)
        fail(errno);
    return output.status;
}
