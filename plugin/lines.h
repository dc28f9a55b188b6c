/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CA_LINES_H
#define CA_LINES_H

/* Registers "-z ca,lines[,FORMAT]": one line of text on stdout for each message. */
void lines_register(void);

#endif
