/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors as the layers above read them: see caw_icmp_error in caw_capture.h. */
#ifndef CAW_ICMP_H
#define CAW_ICMP_H

#include "caw_capture.h"
#include "message/wire.h"

/*
 * Reads the ICMP or ICMPv6 message at `at`. True when it is an error that says that a TCP segment
 * or a UDP datagram, which it quotes, did not arrive. The sequence of a datagram is 0.
 */
bool caw_icmp_read(caw_view frame, uint32_t at, bool is_ip4, caw_icmp_error *error,
                   caw_transport *quoted);

#endif
