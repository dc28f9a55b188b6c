/* SPDX-License-Identifier: BSD-3-Clause */
/* A manual page as plain text: the few requests of roff and of man(7) that our pages have. */
#ifndef PAGE_TEXT_H
#define PAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { PAGE_WIDTH = 78, PAGE_LINE = 1024 };

/* To be zeroed but for the first two. */
typedef struct {
    void (*put)(void *user, const char *line); /* gets each line, without its end */
    void *user;

    char line[PAGE_LINE]; /* that is being filled */
    size_t length;
    size_t indent, shift; /* of the next lines: of the paragraph, and of .in */
    bool wants_tag;       /* the next line is what .TP explains */
    bool is_example;      /* lines stay as they are */
    bool is_after_blank, has_begun;
} page_text;

/* The next line of the source. */
void page_text_add(page_text *self, const char *source);

/* There is no more: puts what waits. */
void page_text_end(page_text *self);

#endif
