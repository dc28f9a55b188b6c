/* SPDX-License-Identifier: BSD-3-Clause */
/* What a filter of pcap-filter(7) passes over although it is meant: tagged packets, fragments. */
#ifndef FILTER_REACH_H
#define FILTER_REACH_H

/* Says so on standard error. A filter that is wrong is for libpcap to refuse. */
void filter_reach_warn(const char *filter);

#endif
