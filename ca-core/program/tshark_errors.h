/* SPDX-License-Identifier: BSD-3-Clause */
/* What tshark says, as the program says it: without what is noise here. */
#ifndef TSHARK_ERRORS_H
#define TSHARK_ERRORS_H

#include <stdio.h>

/*
 * Says on standard error what matters of it, to its end: for process_beside, because when we are
 * stopped there may still be something to tell.
 */
void tshark_errors_say(FILE *errors);

#endif
