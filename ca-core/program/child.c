/* SPDX-License-Identifier: BSD-3-Clause */
#include "child.h"

#include "descriptor.h"

#include <errno.h>
#include <string.h>

static void close_errors(child *self) {
    if (self->errors)
        fclose(self->errors);
    self->errors = NULL;
}

int child_start(child *self, const char *const *arguments, bool reads) {
    int ends[2];
    if (!process_pipe(ends))
        return -1;
    *self = (child){.program = arguments[0], .errors = process_scratch()};
    process_files files = {reads ? 0 : PROCESS_NOTHING, ends[1],
                           self->errors ? fileno(self->errors) : PROCESS_NOTHING};
    int error = process_start(&self->process, arguments, files, false);
    descriptor_close(ends[1]);
    if (error == 0)
        return ends[0];
    descriptor_close(ends[0]);
    close_errors(self);
    errno = error;
    return -1;
}

void child_interrupt(const child *self) {
    if (self->process)
        process_interrupt(self->process);
}

/* From after "PROGRAM: ", if that is there: before it are remarks that do not concern us. */
static void read_errors(const child *self, char *text, size_t size) {
    char said[4096];
    rewind(self->errors);
    said[fread(said, 1, sizeof said - 1, self->errors)] = '\0';
    const char *from = said, *found;
    size_t name = strlen(self->program);
    for (found = said; (found = strstr(found, self->program)); found++)
        if (strncmp(found + name, ": ", 2) == 0) {
            from = found + name + 2;
            break;
        }
    snprintf(text, size, "%s", from);
    for (char *at = text; (at = strchr(at, '\n'));)
        *at = at[1] ? ' ' : '\0';
}

bool child_end(child *self, char *text, size_t size) {
    snprintf(text, size, "%s", "");
    if (!self->process)
        return true;
    int status = process_end(self->process);
    self->process = 0;
    if (self->errors)
        read_errors(self, text, size);
    if (status != 0 && !*text)
        snprintf(text, size, "it has failed");
    close_errors(self);
    return status == 0;
}
