/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/tunnel.h"

#include "packet/protocols.h"

enum { GRE_CHECKSUM = 0x8000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000 };
enum { GRE_ROUTING_OR_VERSION = 0x4007, GRE_HEADER = 4, GRE_WORD = 4 };
enum { ERSPAN2_HEADER = 8, ERSPAN3_HEADER = 12, ERSPAN3_SUBHEADER = 8 };
enum { VXLAN_PORT = 4789, VXLAN_HEADER = 8, VXLAN_HAS_NETWORK = 0x08 };

static uint32_t gre_header(uint16_t flags) {
    uint32_t words = 0;
    words += (flags & GRE_CHECKSUM) != 0;
    words += (flags & GRE_KEY) != 0;
    words += (flags & GRE_SEQUENCE) != 0;
    return GRE_HEADER + words * GRE_WORD;
}

/* Type I has no header of its own and no sequence number; draft-foschiano-erspan. */
static uint32_t erspan_header(uint16_t type, uint16_t flags, caw_view erspan) {
    if (type == CAW_TYPE_ERSPAN)
        return flags & GRE_SEQUENCE ? ERSPAN2_HEADER : 0;
    return ERSPAN3_HEADER + (wire_u8(erspan, 11) & 1 ? ERSPAN3_SUBHEADER : 0);
}

caw_problem caw_tunnel_gre(caw_span gre, caw_carried *carried) {
    uint16_t flags = wire_u16(gre.bytes, 0);
    uint32_t header = gre_header(flags);
    *carried = (caw_carried){span_after(gre, header), wire_u16(gre.bytes, 2)};
    if (flags & GRE_ROUTING_OR_VERSION)
        return CAW_PROBLEM_TUNNEL;
    if (carried->type == CAW_TYPE_ERSPAN || carried->type == CAW_TYPE_ERSPAN3) {
        header += erspan_header(carried->type, flags, carried->span.bytes);
        *carried = (caw_carried){span_after(gre, header), CAW_TYPE_ETHERNET};
    }
    return wire_has(gre.bytes, 0, header) ? CAW_PROBLEM_NONE : CAW_PROBLEM_CUT;
}

bool caw_tunnel_vxlan(uint16_t port, caw_span payload, caw_carried *carried) {
    *carried = (caw_carried){span_after(payload, VXLAN_HEADER), CAW_TYPE_ETHERNET};
    return port == VXLAN_PORT && wire_has(payload.bytes, 0, VXLAN_HEADER) &&
           wire_u8(payload.bytes, 0) & VXLAN_HAS_NETWORK;
}
