/* SPDX-License-Identifier: BSD-3-Clause */
/* Headers of tunnels that carry frames or packets inside IP packets. */
#ifndef CAW_TUNNEL_H
#define CAW_TUNNEL_H

#include "packet/link.h"

/*
 * What a GRE packet carries (RFC 2784 and 2890: with checksum, key and sequence number), inside of
 * ERSPAN too, of all three types. Source routes (RFC 1701) and PPTP's version are not understood.
 */
caw_problem caw_tunnel_gre(caw_span gre, caw_carried *carried);

/*
 * True when a datagram to this port is VXLAN's (RFC 7348): then it carries an Ethernet frame.
 * `payload` is the datagram's.
 */
bool caw_tunnel_vxlan(uint16_t port, caw_span payload, caw_carried *carried);

#endif
