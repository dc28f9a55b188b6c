/* SPDX-License-Identifier: BSD-3-Clause */
#include "libpcap.h"

/* Npcap's own numbers are those of files, but for this one. */
bool libpcap_link(pcap_t *pcap, uint16_t *link) {
    enum { LINKTYPE_RAW = 101 };
    int own = pcap_datalink(pcap);
    *link = own == DLT_RAW ? LINKTYPE_RAW : (uint16_t)own;
    return own >= 0;
}

void libpcap_wait(pcap_t *pcap, int milliseconds) {
    enum { LOOK = 10 }; /* so often, in milliseconds: packets come in batches that are as long */
    (void)pcap;
    Sleep((DWORD)(milliseconds < LOOK ? milliseconds : LOOK));
}
