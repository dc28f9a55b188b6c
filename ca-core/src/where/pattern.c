/* SPDX-License-Identifier: BSD-3-Clause */
/* A pattern of names by itself, for who chooses PVs without an expression. */
#include "caw_capture.h"

#include "glob.h"

#include <string.h>

struct caw_pattern {
    caw_memory memory;
    glob read;
    glob_step steps[]; /* of it */
};

caw_pattern *caw_pattern_new(const char *text, const caw_memory *memory, const char **problem) {
    glob_step steps[GLOB_MOST];
    glob read;
    uint32_t at;
    *problem = NULL;
    if (!caw_glob_read(caw_view_of(text), false, steps, GLOB_MOST, &read, problem, &at))
        return NULL;
    size_t size = read.count * sizeof *steps;
    caw_pattern *pattern = memory->alloc(memory->user, sizeof *pattern + size);
    *problem = "out of memory";
    if (!pattern)
        return NULL;
    *problem = NULL;
    pattern->memory = *memory;
    pattern->read = read;
    pattern->read.steps = pattern->steps;
    if (size)
        memcpy(pattern->steps, steps, size);
    return pattern;
}

void caw_pattern_free(caw_pattern *pattern) {
    if (pattern)
        pattern->memory.release(pattern->memory.user, pattern);
}

bool caw_pattern_matches(const caw_pattern *pattern, const char *text) {
    return caw_glob_matches(&pattern->read, caw_view_of(text));
}
