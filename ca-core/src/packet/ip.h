/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The headers of IPv4 (RFC 791) and IPv6 (RFC 8200), with IPv6's extension headers and AH.
 *
 *     caw_ip ip;
 *     caw_problem problem = caw_ip_read(CAW_TYPE_IP4, span, &ip);
 *     if (!problem && !ip.fragment && ip.protocol == CAW_IP_TCP)
 *         ...                            ip.payload begins with a TCP header
 *
 * The payload ends where the header says, so padding of Ethernet frames is left out; where the
 * header says nothing (length 0: segmentation offload, jumbograms) it ends with the frame. Of a
 * packet that the snap length has cut, ip.payload.length tells what the payload was on the wire.
 */
#ifndef CAW_IP_H
#define CAW_IP_H

#include "caw_capture.h"
#include "packet/checksum.h"
#include "packet/problem.h"
#include "packet/span.h"

typedef struct {
    caw_end source; /* without port */
    caw_end target;
    uint8_t protocol; /* of the payload */
    uint8_t ttl;      /* hop limit */
    bool is_open;     /* no length in the header: the payload ends with the frame */
    bool is_routed;   /* is to be sent on to an address that no checksum here can know */
    bool fragment;    /* the payload is a part of a datagram's; an atomic fragment's is all of it */
    bool more;        /* of a fragment: it is not the last */
    uint16_t offset;  /* of a fragment in its datagram, in bytes */
    uint32_t id;      /* of the datagram; 16 bits in IPv4, 0 in IPv6 without a fragment header */
    uint32_t header;  /* bytes that count in the 65535 of a datagram besides its payload */
    caw_checksum checksum; /* of the header; IPv6 has none: GOOD */
    caw_span payload;
} caw_ip;

/* Reads the header at the beginning of span, which is IPv4 or IPv6 by its EtherType. */
caw_problem caw_ip_read(uint16_t type, caw_span span, caw_ip *ip);

/*
 * Passes the headers between IP and the payload, up to a fragment's. caw_ip_read has done it; a
 * reassembled datagram can begin with more of them.
 */
caw_problem caw_ip_pass_extensions(caw_ip *ip);

#endif
