/* SPDX-License-Identifier: BSD-3-Clause */
/* The statuses that the program exits with. The help lists them. */
#ifndef STATUS_H
#define STATUS_H

enum {
    STATUS_DONE = 0,     /* also when it was stopped, or nobody reads its output any more */
    STATUS_OUTPUT = 1,   /* the output failed */
    STATUS_USAGE = 2,    /* an option is wrong, or the input cannot be read */
    STATUS_DAMAGED = 3,  /* damaged input was read as far as it goes, or all is Malformed */
    STATUS_NO_MATCH = 4, /* --quiet: there was no line to print */
};

#endif
