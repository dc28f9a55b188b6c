/* SPDX-License-Identifier: BSD-3-Clause */
#include "devices.h"

#include "output.h"
#include "say.h"
#include "status.h"

#include <pcap/pcap.h>
#include <stdio.h>

/* The names are what -i takes, and first: cut -f 1 has them. */
static void print(const pcap_if_t *device) {
    output_text(device->name);
    if (device->description) {
        output_text("\t");
        output_text(device->description);
    }
    if (device->flags & PCAP_IF_UP && !(device->flags & PCAP_IF_RUNNING))
        output_text("\t(not running)");
    output_text("\n");
}

int devices_print(void) {
    char problem[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all;

    if (pcap_findalldevs(&all, problem) != 0)
        return refuse("%s", problem);
    if (!all)
        return refuse("no interface can be captured, perhaps for lack of rights");
    for (const pcap_if_t *device = all; device; device = device->next)
        print(device);
    pcap_freealldevs(all);
    return output_end();
}

void devices_each(void (*take)(void *user, const char *name, const char *what), void *user) {
    char problem[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all;

    if (pcap_findalldevs(&all, problem) != 0)
        return;
    for (const pcap_if_t *device = all; device; device = device->next)
        take(user, device->name, device->description);
    if (all)
        pcap_freealldevs(all);
}
