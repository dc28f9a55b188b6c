/* SPDX-License-Identifier: BSD-3-Clause */
#include "filter_reach.h"

#include "caw.h"
#include "say.h"

#include <pcap/pcap.h>
#include <string.h>

enum { ETHERNET = 14, ADDRESSES = 12, IP = 20, SAMPLE = 64, FRAGMENT_AT = 6, PROTOCOL_AT = 9 };

/* A packet to the servers' port, of a host to another. */
typedef struct {
    uint8_t bytes[SAMPLE];
    unsigned length;
} sample;

static sample packet_of(uint8_t protocol) {
    static const uint8_t ip[IP] = {0x45, 0, 0,  40, 0, 0, 0,  0, 64, 0,
                                   0,    0, 10, 0,  0, 1, 10, 0, 0,  2};
    static const uint8_t ports[] = {0x9c, 0x40, CAW_SERVER_PORT >> 8, CAW_SERVER_PORT & 0xff};
    sample made = {.length = ETHERNET + IP + 20};

    made.bytes[ADDRESSES] = 0x08; /* IPv4 */
    memcpy(made.bytes + ETHERNET, ip, sizeof ip);
    made.bytes[ETHERNET + PROTOCOL_AT] = protocol;
    memcpy(made.bytes + ETHERNET + IP, ports, sizeof ports);
    return made;
}

static sample tagged(sample packet) {
    static const uint8_t tag[] = {0x81, 0, 0, 1};
    uint8_t *at = packet.bytes + ADDRESSES;

    memmove(at + sizeof tag, at, packet.length - ADDRESSES);
    memcpy(at, tag, sizeof tag);
    packet.length += sizeof tag;
    return packet;
}

/* Not the first one: it has no ports. */
static sample fragment(sample packet) {
    packet.bytes[ETHERNET + FRAGMENT_AT + 1] = 1;
    memset(packet.bytes + ETHERNET + IP, 0, 20);
    return packet;
}

static bool takes(const struct bpf_program *program, sample packet) {
    struct pcap_pkthdr header = {.caplen = packet.length, .len = packet.length};

    return pcap_offline_filter(program, &header, packet.bytes) != 0;
}

static void warn(const struct bpf_program *program) {
    enum { TCP = 6, UDP = 17 };
    sample tcp = packet_of(TCP), udp = packet_of(UDP);

    if ((takes(program, tcp) && !takes(program, tagged(tcp))) ||
        (takes(program, udp) && !takes(program, tagged(udp))))
        say("capture filter: packets that still have a VLAN tag are not captured; to have them:"
            " FILTER or (vlan and FILTER)");
    if (takes(program, udp) && !takes(program, fragment(udp)))
        say("capture filter: later IP fragments of a datagram are not captured; to have them:"
            " FILTER or (udp and ip[6:2] & 0x1fff != 0)");
}

void filter_reach_warn(const char *filter) {
    struct bpf_program program;
    pcap_t *nowhere = pcap_open_dead(DLT_EN10MB, UINT16_MAX);

    if (!nowhere)
        return;
    if (pcap_compile(nowhere, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0) {
        warn(&program);
        pcap_freecode(&program);
    }
    pcap_close(nowhere);
}
