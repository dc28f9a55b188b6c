/* SPDX-License-Identifier: BSD-3-Clause */
#include "names.h"

#include "heap.h"
#include "named.h"
#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All of the file, to be freed; NULL when it cannot be read, and errno says why. */
static char *read_text(const char *name, size_t *length) {
    enum { PIECE = 1 << 16 };
    char *text = NULL, *more;
    size_t got = PIECE;
    FILE *file = named_stream(name);

    if (!file)
        return NULL;
    for (*length = 0; got == PIECE; *length += got) {
        if (!(more = realloc(text, *length + PIECE)))
            break;
        text = more;
        got = fread(text + *length, 1, PIECE, file);
    }
    int error = more ? errno : ENOMEM;
    bool whole = more && !ferror(file);
    fclose(file);
    if (whole)
        return text;
    free(text);
    errno = error;
    return NULL;
}

static caw_names *read_names(const char *file, caw_view text) {
    const char *problem = "out of memory";
    caw_names *names = caw_names_new(&heap);
    uint32_t line = names ? caw_names_read(names, text, &problem) : 1;

    if (!line)
        return names;
    say("%s, line %u: %s (caw help names)", file, line, problem);
    caw_names_free(names);
    return NULL;
}

caw_names *names_load(const char *file) {
    size_t length;
    char *text = read_text(file, &length);

    if (!text) {
        say("--names %s: %s", file, strerror(errno));
        return NULL;
    }
    caw_names *names = read_names(file, (caw_view){(const uint8_t *)text, 0, (uint32_t)length});
    free(text);
    return names;
}

void names_say(const caw_names *names, const char *file) {
    caw_names_channels channels = caw_names_counted(names);

    if (channels.only < channels.all)
        say("%s: %u of %u channels name nothing: casr tells no sids, and their clients have more"
            " than one (caw help names)",
            file, channels.all - channels.only, channels.all);
}
