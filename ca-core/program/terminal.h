/* SPDX-License-Identifier: BSD-3-Clause */
/* Who reads what the program prints, or writes what it reads: somebody at a terminal? */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* `file` is stdin, stdout or stderr. */
bool terminal_is(FILE *file);

/* The same, and the terminal knows colours: TERM says which one it is, and not "dumb". */
bool terminal_has_colors(FILE *file);

#endif
