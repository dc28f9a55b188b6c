/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines in colour: alarms, what has failed, and puts. */
#ifndef COLOR_H
#define COLOR_H

#include "caw_capture.h"

typedef enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color_wish;

/* As wished; automatically on a terminal, but for NO_COLOR and TERM=dumb. */
bool color_is_wanted(color_wish wish);

typedef struct color color;

/* NULL without memory. */
color *color_new(void);
void color_free(color *self);

/* More bytes than a line gets by its colour. */
enum { COLOR_MOST = 16 };

/*
 * Colours a line of an event, if it is to be, and returns its length. There is room for COLOR_MOST
 * bytes more.
 */
size_t color_line(color *self, const caw_event *event, char *line, size_t length);

#endif
