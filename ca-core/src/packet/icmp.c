/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors that routers and hosts send back, with the beginning of the packet they are about. */
#include "packet/icmp.h"

#include "packet/protocols.h"

enum { ICMP_HEADER = 8, QUOTED = 8 };

/* RFC 792: unreachable, but for "fragmentation needed"; time exceeded; parameter problem. */
static bool is_icmp4_error(const caw_icmp_error *error) {
    return (error->type == 3 && error->code != 4) || error->type == 11 || error->type == 12;
}

/* RFC 4443: the same; 2 is "packet too big". */
static bool is_icmp6_error(const caw_icmp_error *error) {
    return error->type == 1 || error->type == 3 || error->type == 4;
}

static void read_end(caw_view frame, uint32_t address, uint8_t size, uint32_t port, caw_end *end) {
    end->size = size;
    memcpy(end->bytes, frame.bytes + address, size);
    end->port = wire_u16(frame, port);
}

/* The quoted IP packet at `at`: its TCP or UDP header, of which 8 bytes are always there. */
static bool read_quoted(caw_view frame, uint32_t at, bool is_ip4, caw_icmp_error *error,
                        caw_transport *quoted) {
    uint32_t header = is_ip4 ? (wire_u8(frame, at) & 0xfu) << 2 : 40;
    uint8_t protocol = wire_u8(frame, at + (is_ip4 ? 9 : 6));
    uint32_t transport = at + header;
    uint32_t addresses = at + (is_ip4 ? 12 : 8);
    uint8_t size = is_ip4 ? 4 : 16;
    bool fragment = is_ip4 && wire_u16(frame, at + 6) & CAW_IP4_OFFSET;
    if (header < 20 || (protocol != CAW_IP_TCP && protocol != CAW_IP_UDP) || fragment ||
        !wire_has(frame, transport, QUOTED))
        return false;
    read_end(frame, addresses, size, transport, &error->source);
    read_end(frame, addresses + size, size, transport + 2, &error->target);
    *quoted = protocol == CAW_IP_TCP ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP;
    error->sequence = protocol == CAW_IP_TCP ? wire_u32(frame, transport + 4) : 0;
    return true;
}

bool caw_icmp_read(caw_view frame, uint32_t at, bool is_ip4, caw_icmp_error *error,
                   caw_transport *quoted) {
    if (!wire_has(frame, at, ICMP_HEADER))
        return false;
    *error = (caw_icmp_error){.type = wire_u8(frame, at), .code = wire_u8(frame, at + 1)};
    return (is_ip4 ? is_icmp4_error(error) : is_icmp6_error(error)) &&
           read_quoted(frame, at + ICMP_HEADER, is_ip4, error, quoted);
}

bool caw_packet_icmp_error(const caw_packet *packet, caw_icmp_error *error) {
    const caw_layer *ip = &packet->layers[CAW_LAYER_IP];
    caw_view frame = {packet->frame.bytes, 0, ip->end};
    bool is_ip4 = ip->is == CAW_CLASS_IP;
    caw_transport quoted;
    if (ip->is == CAW_CLASS_NONE ||
        wire_u8(frame, ip->at + (is_ip4 ? 9 : 6)) != (is_ip4 ? CAW_IP_ICMP : CAW_IP_ICMP6) ||
        (is_ip4 && wire_u16(frame, ip->at + 6) & CAW_IP4_OFFSET))
        return false;
    return caw_icmp_read(frame, ip->at + ip->header, is_ip4, error, &quoted) &&
           quoted == CAW_TRANSPORT_TCP;
}
