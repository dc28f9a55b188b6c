/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/link.h"

#include "packet/protocols.h"

/* LINKTYPE_*, and what libpcap's DLT_RAW is on some systems. */
enum {
    LINKTYPE_NULL = 0,
    LINKTYPE_ETHERNET = 1,
    LINKTYPE_PPP = 9,
    LINKTYPE_RAW_BSD = 12,
    LINKTYPE_RAW_OPENBSD = 14,
    LINKTYPE_PPP_HDLC = 50,
    LINKTYPE_RAW = 101,
    LINKTYPE_LOOP = 108,
    LINKTYPE_SLL = 113,
    LINKTYPE_IPV4 = 228,
    LINKTYPE_IPV6 = 229,
    LINKTYPE_SLL2 = 276
};

enum {
    ETHERNET_HEADER = 14,
    SLL_HEADER = 16,
    SLL2_HEADER = 20,
    FAMILY_HEADER = 4,
    TAG = 4,
    LABEL = 4,
    PPPOE_HEADER = 6,
    ALL_STATIONS = 0xff03, /* address and control, which PPP may leave out */
    CISCO_UNICAST = 0x0f00,
    CISCO_BROADCAST = 0x8f00,
    LAST_LABEL = 0x100
};

/* Takes a header of this size off, after which comes what `type` says. */
static caw_problem take(caw_carried *carried, uint32_t size, uint16_t type) {
    if (!wire_has(carried->span.bytes, 0, size))
        return CAW_PROBLEM_CUT;
    carried->span = span_after(carried->span, size);
    carried->type = type;
    return CAW_PROBLEM_NONE;
}

/* Takes a header off after which comes IP, if the version that it begins with says so. */
static caw_problem take_before_ip(caw_carried *carried, uint32_t size) {
    uint8_t version = wire_u8(carried->span.bytes, size) >> 4;
    if (!wire_has(carried->span.bytes, size, 1))
        return CAW_PROBLEM_CUT;
    return take(carried, size, version == 4 ? CAW_TYPE_IP4 : version == 6 ? CAW_TYPE_IP6 : 0);
}

bool caw_link_is_tag(uint16_t type) {
    return type == CAW_TYPE_VLAN || type == CAW_TYPE_QINQ || type == CAW_TYPE_QINQ1 ||
           type == CAW_TYPE_QINQ2;
}

/* The host's byte order is unknown, but all families in use fit one byte. */
uint32_t caw_link_family(caw_view frame) {
    uint32_t family = wire_u32(frame, 0);
    return family & 0xffffff ? family : family >> 24;
}

uint16_t caw_link_family_type(uint32_t family) {
    switch (family) {
    case 2:
        return CAW_TYPE_IP4;
    case 24: /* NetBSD */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        return CAW_TYPE_IP6;
    default:
        return 0;
    }
}

/* ---- PPP --------------------------------------------------------------------------------- */

static uint16_t type_of_ppp(uint32_t protocol) {
    switch (protocol) {
    case 0x0021:
        return CAW_TYPE_IP4;
    case 0x0057:
        return CAW_TYPE_IP6;
    case 0x0281:
        return CAW_TYPE_MPLS;
    default:
        return 0;
    }
}

/* From the protocol on; an odd first byte is all of it. */
static caw_problem take_ppp(caw_carried *carried) {
    caw_view bytes = carried->span.bytes;
    bool is_short = wire_u8(bytes, 0) & 1;
    uint32_t protocol = is_short ? wire_u8(bytes, 0) : wire_u16(bytes, 0);
    return take(carried, is_short ? 1 : 2, type_of_ppp(protocol));
}

static caw_problem take_hdlc(caw_carried *carried) {
    uint16_t start = wire_u16(carried->span.bytes, 0);
    if (!wire_has(carried->span.bytes, 0, 2))
        return CAW_PROBLEM_CUT;
    if (start == CISCO_UNICAST || start == CISCO_BROADCAST)
        return take(carried, 4, wire_u16(carried->span.bytes, 2));
    caw_problem problem = take(carried, start == ALL_STATIONS ? 2 : 0, 0);
    return problem ? problem : take_ppp(carried);
}

static caw_problem take_pppoe(caw_carried *carried) {
    uint32_t length = wire_u16(carried->span.bytes, 4);
    caw_problem problem = take(carried, PPPOE_HEADER, 0);
    if (problem)
        return problem;
    if (length < carried->span.length)
        carried->span = span_of_length(carried->span, length);
    return take_ppp(carried);
}

/* ---- MPLS -------------------------------------------------------------------------------- */

/* The last label does not say what it carries. That it is IP shows in the version (RFC 4928). */
static caw_problem take_label(caw_carried *carried) {
    if (!(wire_u32(carried->span.bytes, 0) & LAST_LABEL))
        return take(carried, LABEL, carried->type);
    caw_problem problem = take_before_ip(carried, LABEL);
    return problem || carried->type ? problem : CAW_PROBLEM_TUNNEL;
}

/* ------------------------------------------------------------------------------------------ */

static bool needs_peeling(uint16_t type) {
    return caw_link_is_tag(type) || type == CAW_TYPE_ETHERNET || type == CAW_TYPE_MPLS ||
           type == CAW_TYPE_MPLS_MULTICAST || type == CAW_TYPE_PPPOE;
}

static caw_problem peel_one(caw_carried *carried) {
    caw_view bytes = carried->span.bytes;
    switch (carried->type) {
    case CAW_TYPE_ETHERNET:
        return take(carried, ETHERNET_HEADER, wire_u16(bytes, 12));
    case CAW_TYPE_MPLS:
    case CAW_TYPE_MPLS_MULTICAST:
        return take_label(carried);
    case CAW_TYPE_PPPOE:
        return take_pppoe(carried);
    default:
        return take(carried, TAG, wire_u16(bytes, 2));
    }
}

caw_problem caw_link_peel(caw_carried *carried) {
    caw_problem problem = CAW_PROBLEM_NONE;
    while (!problem && needs_peeling(carried->type))
        problem = peel_one(carried);
    return problem;
}

static caw_way way_of(uint32_t packet_type) {
    return packet_type < CAW_WAY_UNKNOWN ? (caw_way)packet_type : CAW_WAY_UNKNOWN;
}

caw_problem caw_link_enter(uint32_t linktype, caw_span frame, caw_carried *carried,
                           caw_origin *origin) {
    *carried = (caw_carried){.span = frame};
    *origin = (caw_origin){.way = CAW_WAY_UNKNOWN};
    switch (linktype) {
    case LINKTYPE_ETHERNET:
        return take(carried, 0, CAW_TYPE_ETHERNET);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
        return take(carried, FAMILY_HEADER, caw_link_family_type(caw_link_family(frame.bytes)));
    case LINKTYPE_SLL:
        origin->way = way_of(wire_u16(frame.bytes, 0));
        return take(carried, SLL_HEADER, wire_u16(frame.bytes, 14));
    case LINKTYPE_SLL2:
        origin->way = way_of(wire_u8(frame.bytes, 10));
        origin->interface = wire_u32(frame.bytes, 4);
        return take(carried, SLL2_HEADER, wire_u16(frame.bytes, 0));
    case LINKTYPE_PPP:
    case LINKTYPE_PPP_HDLC:
        return take_hdlc(carried);
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
        return take_before_ip(carried, 0);
    case LINKTYPE_IPV4:
        return take(carried, 0, CAW_TYPE_IP4);
    case LINKTYPE_IPV6:
        return take(carried, 0, CAW_TYPE_IP6);
    default:
        return CAW_PROBLEM_LINK;
    }
}

caw_link caw_link_class(uint32_t linktype) {
    switch (linktype) {
    case LINKTYPE_ETHERNET:
        return CAW_LINK_ETHERNET;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
        return CAW_LINK_NULL;
    case LINKTYPE_SLL:
        return CAW_LINK_SLL;
    case LINKTYPE_SLL2:
        return CAW_LINK_SLL2;
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
        return CAW_LINK_RAW_IP;
    default:
        return CAW_LINK_UNKNOWN;
    }
}
