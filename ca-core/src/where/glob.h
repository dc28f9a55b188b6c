/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Patterns of names: * for any characters, ? for one, [a-z] for one of these, [!a-z] for one of
 * the others, {one,two} for one or the other, \ before a character that is meant as it stands.
 */
#ifndef CAW_WHERE_GLOB_H
#define CAW_WHERE_GLOB_H

#include "caw.h"

#define GLOB_MOST 256 /* steps of a pattern */

typedef enum {
    GLOB_CHARACTER,
    GLOB_ONE,   /* any character */
    GLOB_ANY,   /* any characters, or none */
    GLOB_SET,   /* one of the ranges that follow ... */
    GLOB_OTHER, /* ... or none of them */
    GLOB_RANGE, /* from .character to .to */
    GLOB_FORK,  /* an alternative begins after this; another one at .to */
    GLOB_JUMP   /* an alternative ends: go on at .to */
} glob_kind;

typedef struct {
    glob_kind kind;
    uint32_t character;
    uint32_t to; /* GLOB_SET, GLOB_OTHER: the step after the ranges */
} glob_step;

typedef struct {
    const glob_step *steps;
    uint32_t count;
    bool any_case; /* of ASCII letters */
} glob;

/*
 * Reads a pattern into at most `room` steps, of which no more than GLOB_MOST are ever needed. False
 * when it cannot be meant: *problem says why, *at where in it.
 */
bool caw_glob_read(caw_view pattern, bool any_case, glob_step *steps, uint32_t room, glob *self,
                   const char **problem, uint32_t *at);

/* The whole text, in UTF-8, is as the pattern says. At most steps times characters of work. */
bool caw_glob_matches(const glob *self, caw_view text);

#endif
