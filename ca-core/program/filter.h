/* SPDX-License-Identifier: BSD-3-Clause */
/* Capture filters: expressions on messages become some of pcap-filter(7). */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>

/*
 * What -f was given, for libpcap: after "ca:" an expression on messages. *filter is to be freed;
 * NULL stays NULL. False when it is wrong: why has been said.
 */
bool filter_compile(const char *given, char **filter);

/* Prints an expression on messages as one for libpcap. The status. */
int filter_print(const char *expression);

#endif
