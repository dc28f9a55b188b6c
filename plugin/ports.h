/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Channel Access is spoken beside the configured ports: servers on ports that searches and
 * beacons announced, clients behind ephemeral UDP ports, circuits that only their bytes give away.
 */
#ifndef CA_PORTS_H
#define CA_PORTS_H

#include "caw.h"

#include <epan/packet.h>

/* An address and port as the core knows endpoints. Of other than IPv4 a number as good as any. */
uint64_t ports_endpoint(const address *host, uint32_t port);

/* Learns from a message of this packet: servers it announces, the client that searches. */
void ports_learn(packet_info *pinfo, const caw_message *message);

/* Who sent this TCP segment: the server is where announced, or else on a configured port. */
caw_side ports_tcp_speaker(packet_info *pinfo);

/* Who sent this datagram, by its ports. */
caw_side ports_udp_speaker(packet_info *pinfo);

/* Makes these two the dissectors of what is learned, and offers the heuristics. */
void ports_register(dissector_handle_t tcp, dissector_handle_t udp);

/* What is kept for a capture; called by the protocol's registration. */
void ports_init(void);

#endif
