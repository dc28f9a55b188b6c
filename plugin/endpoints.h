/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Channel Access is spoken besides the configured ports: servers on ports that searches and
 * beacons announced, clients on ephemeral UDP ports.
 */
#ifndef CA_ENDPOINTS_H
#define CA_ENDPOINTS_H

#include "caw_capture.h"

#include <epan/packet.h>

/* An address and port as the core knows endpoints. An address that is not IPv4 is hashed. */
uint64_t endpoints_endpoint(const address *host, uint32_t port);

/* Learns from a message of this packet: servers it announces, the client that searches. */
void endpoints_learn(packet_info *pinfo, const caw_message *message);

/* A server was announced at this end, or its port is a configured one. */
bool endpoints_serves(const caw_end *end);

/* Who sent this TCP segment: the server is where announced, or else on a configured port. */
caw_side endpoints_tcp_speaker(packet_info *pinfo);

/* Who sent this datagram, by its ports. */
caw_side endpoints_udp_speaker(packet_info *pinfo);

/* The server is where a search answer or beacon announced one: CAW_SIDE_SERVER if the sender is. */
caw_side endpoints_announced_speaker(packet_info *pinfo);

/* Makes these two the dissectors of what is learned. */
void endpoints_register(dissector_handle_t tcp, dissector_handle_t udp);

/* What is kept for a capture; called by the protocol's registration. */
void endpoints_init(void);

#endif
