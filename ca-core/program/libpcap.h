/* SPDX-License-Identifier: BSD-3-Clause */
/* What libpcap does differently on Windows. */
#ifndef LIBPCAP_H
#define LIBPCAP_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

/* The LINKTYPE_ number of its packets in capture files. False: pcap_geterr says why not. */
bool libpcap_link(pcap_t *pcap, uint16_t *link);

/*
 * Waits until packets can be read, but no longer than so many milliseconds, or a signal comes.
 * Sooner where it cannot be waited for packets.
 */
void libpcap_wait(pcap_t *pcap, int milliseconds);

#endif
