/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What needs Wireshark: display filters, and reports of its own. tshark does the work, with the
 * plugin; in the build folder that lies beside this program.
 */
#ifndef TSHARK_H
#define TSHARK_H

#include "input.h"
#include "options.h"

/*
 * Reads to the end, or until it is stopped. What is no single file comes from `input`, which is
 * NULL for one that tshark reads itself. The status.
 */
int tshark(const options *asked, input *from);

/* tshark reads this input itself: it is one regular file. */
bool tshark_reads(const options *asked);

#endif
