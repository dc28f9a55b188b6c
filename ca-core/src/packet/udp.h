/* SPDX-License-Identifier: BSD-3-Clause */
/* Datagrams: searches, their answers, beacons. */
#ifndef CAW_UDP_H
#define CAW_UDP_H

#include "reader.h"
#include "transport.h"

/* It is Channel Access, by its ports or its bytes. */
bool caw_udp_is_ours(const caw_reader *reader, const caw_packet_part *part);

/* Reads a datagram and tells its messages, if it is Channel Access; recorded so many times. */
void caw_udp_read(caw_reader *reader, const caw_packet_part *part, uint32_t copies);

/* An ICMP error quotes a datagram: tells that it was refused, if it was Channel Access. */
void caw_udp_refused(caw_reader *reader, const caw_icmp_error *error);

#endif
