/* SPDX-License-Identifier: BSD-3-Clause */
/* What "caw help" knows: parts of the manual pages in man/, of which tools/pages.c makes topics.c.
 */
#ifndef TOPICS_H
#define TOPICS_H

typedef struct {
    const char *names;        /* "capture, live": the first one is shown */
    const char *summary;      /* one line */
    const char *const *lines; /* without their ends; NULL after the last */
} topic;

extern const topic topics[]; /* the last one has no names */

#endif
