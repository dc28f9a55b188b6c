/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a captured frame to its network layer. Source of the numbers: tcpdump.org/linktypes.html,
 * IEEE 802.1Q and 802.1ad, RFC 1661 and 1662 (PPP), 2516 (PPPoE), 3032 (MPLS).
 *
 *     caw_origin origin;
 *     caw_carried carried;
 *     caw_problem problem = caw_link_enter(1, frame, &carried, &origin);
 *     if (!problem)
 *         problem = caw_link_peel(&carried);
 *     if (!problem && carried.type == CAW_TYPE_IP4)
 *         ...                            carried.span begins with an IPv4 header
 *
 * VLAN tags and MPLS labels are passed, however many: each takes bytes of the frame.
 */
#ifndef CAW_LINK_H
#define CAW_LINK_H

#include "caw_capture.h"
#include "packet/problem.h"
#include "packet/span.h"

/* Bytes, and the EtherType that says what they begin with; 0: nothing that can carry IP. */
typedef struct {
    caw_span span;
    uint16_t type;
} caw_carried;

/* The way a frame went past the capturing host; `tcpdump -i any` records it. */
typedef enum {
    CAW_WAY_TO_US,
    CAW_WAY_BROADCAST,
    CAW_WAY_MULTICAST,
    CAW_WAY_TO_OTHERS,
    CAW_WAY_FROM_US,
    CAW_WAY_UNKNOWN /* the link layer does not say */
} caw_way;

typedef struct {
    uint32_t interface; /* index of the interface (SLL2), 0: the link layer does not say */
    caw_way way;
} caw_origin;

/* Takes the LINKTYPE's own header off. An Ethernet header is left for caw_link_peel. */
caw_problem caw_link_enter(uint32_t linktype, caw_span frame, caw_carried *carried,
                           caw_origin *origin);

/*
 * Takes off Ethernet headers, VLAN tags, MPLS labels, PPPoE and PPP, up to an EtherType that needs
 * no peeling: that of IPv4, of IPv6, or one that is of no use here.
 */
caw_problem caw_link_peel(caw_carried *carried);

/* How caw_packet_parse is to read a frame of this LINKTYPE. */
caw_link caw_link_class(uint32_t linktype);

/* The address family of a BSD loopback header, whatever its byte order. */
uint32_t caw_link_family(caw_view frame);

/* The EtherType of the IP that has this address family, or 0. */
uint16_t caw_link_family_type(uint32_t family);

/* The EtherType of a tag that another EtherType follows. */
bool caw_link_is_tag(uint16_t type);

#endif
