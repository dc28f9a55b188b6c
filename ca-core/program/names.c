/* SPDX-License-Identifier: BSD-3-Clause */
#include "names.h"

#include "heap.h"
#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All of the file, to be freed; NULL when it cannot be read, and errno says why. */
static char *read_text(const char *name, size_t *length) {
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(name, "r");

    if (!file)
        return NULL;
    errno = 0;
    ssize_t got = getdelim(&text, &room, '\0', file);
    bool failed = got < 0 && errno;
    *length = got < 0 ? 0 : (size_t)got;
    fclose(file);
    if (!failed)
        return text;
    free(text);
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
