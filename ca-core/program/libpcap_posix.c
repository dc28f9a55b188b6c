/* SPDX-License-Identifier: BSD-3-Clause */
#include "libpcap.h"

#include "descriptor.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINK_TYPE_OFFSET = 20, /* in a capture file's header */
    NO_FD_WAIT = 10        /* ms between looks at what cannot be waited for */
};

/* The number that libpcap would write to a file: it knows where they differ from its own. */
bool libpcap_link(pcap_t *pcap, uint16_t *link) {
    char *header = NULL;
    size_t size = 0;
    uint32_t number = 0;
    FILE *memory = open_memstream(&header, &size);
    pcap_dumper_t *dumper = memory ? pcap_dump_fopen(pcap, memory) : NULL;
    if (dumper)
        pcap_dump_close(dumper); /* and the memory */
    else if (memory)
        fclose(memory);
    bool found = dumper && size >= LINK_TYPE_OFFSET + sizeof number;
    if (found)
        memcpy(&number, header + LINK_TYPE_OFFSET, sizeof number);
    free(header);
    *link = (uint16_t)number;
    return found;
}

void libpcap_wait(pcap_t *pcap, int milliseconds) {
    int fd = pcap_get_selectable_fd(pcap);
    descriptor_wait(fd, fd < 0 && milliseconds > NO_FD_WAIT ? NO_FD_WAIT : milliseconds);
}
