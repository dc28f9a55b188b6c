/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/transport.h"

#include "packet/digest.h"
#include "packet/protocols.h"

enum { TCP_HEADER = 20, TCP_CHECKSUM_AT = 16, UDP_HEADER = 8, UDP_CHECKSUM_AT = 6 };
enum { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_MSS = 2, OPTION_SCALE = 3, OPTION_TIME = 8 };
enum { MOST_SCALE = 14 };

static void read_ports(const caw_ip *ip, caw_packet_part *part) {
    part->source.port = wire_u16(ip->payload.bytes, 0);
    part->target.port = wire_u16(ip->payload.bytes, 2);
}

/* ---- TCP --------------------------------------------------------------------------------- */

static void read_option(uint8_t kind, caw_view option, caw_packet_part *part) {
    if (kind == OPTION_TIME && option.len == 10) {
        part->has_time = true;
        part->time = wire_u32(option, 2);
        part->echo = wire_u32(option, 6);
    } else if (kind == OPTION_MSS && option.len == 4 && part->flags & CAW_TCP_SYN) {
        part->mss = wire_u16(option, 2);
    } else if (kind == OPTION_SCALE && option.len == 3 && part->flags & CAW_TCP_SYN) {
        uint8_t scale = wire_u8(option, 2);
        part->scale = scale < MOST_SCALE ? scale : MOST_SCALE;
    }
}

static void read_options(caw_view options, caw_packet_part *part) {
    uint32_t at = 0;
    while (at < options.len && wire_u8(options, at) != OPTION_END) {
        uint8_t kind = wire_u8(options, at);
        uint32_t length = kind == OPTION_NOTHING ? 1 : wire_u8(options, at + 1);
        if ((length < 2 && kind != OPTION_NOTHING) || !wire_has(options, at, length))
            return;
        read_option(kind, wire_sub(options, at, length), part);
        at += length;
    }
}

caw_problem caw_transport_tcp(const caw_ip *ip, caw_packet_part *part) {
    caw_view bytes = ip->payload.bytes;
    uint32_t header = (uint32_t)wire_u8(bytes, 12) >> 4 << 2;
    if (ip->payload.length < TCP_HEADER)
        return CAW_PROBLEM_TCP;
    if (!wire_has(bytes, 0, TCP_HEADER))
        return CAW_PROBLEM_CUT;
    if (header < TCP_HEADER || header > ip->payload.length)
        return CAW_PROBLEM_TCP;
    read_ports(ip, part);
    part->kind = CAW_PACKET_TCP;
    part->segment = ip->payload;
    part->payload = span_after(ip->payload, header);
    part->sequence = wire_u32(bytes, 4);
    part->acknowledgment = wire_u32(bytes, 8);
    part->flags = wire_u16(bytes, 12) & 0xfff;
    part->window = wire_u16(bytes, 14);
    part->urgent = wire_u16(bytes, 18);
    part->scale = CAW_TCP_NO_SCALE;
    read_options(wire_sub(bytes, TCP_HEADER, header - TCP_HEADER), part);
    return CAW_PROBLEM_NONE;
}

/* ---- UDP --------------------------------------------------------------------------------- */

/* A length of 0 is a jumbogram's or, where IP says none either, left to the network card. */
caw_problem caw_transport_udp(const caw_ip *ip, caw_packet_part *part) {
    uint32_t length = wire_u16(ip->payload.bytes, 4);
    if (ip->payload.length < UDP_HEADER)
        return CAW_PROBLEM_UDP;
    if (!wire_has(ip->payload.bytes, 0, UDP_HEADER))
        return CAW_PROBLEM_CUT;
    if (!length && ip->is_open)
        length = ip->payload.length;
    if (length < UDP_HEADER || length > ip->payload.length)
        return CAW_PROBLEM_UDP;
    read_ports(ip, part);
    part->kind = CAW_PACKET_UDP;
    part->segment = span_of_length(ip->payload, length);
    part->payload = span_after(part->segment, UDP_HEADER);
    return CAW_PROBLEM_NONE;
}

/* ---- both -------------------------------------------------------------------------------- */

static uint32_t checksum_at(const caw_packet_part *part) {
    return part->kind == CAW_PACKET_TCP ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT;
}

/* Of the addresses, the protocol and the length. */
static uint16_t pseudo_header(const caw_packet_part *part) {
    uint64_t sum = part->kind == CAW_PACKET_TCP ? CAW_IP_TCP : CAW_IP_UDP;
    sum += part->segment.length;
    sum = caw_checksum_add(sum, (caw_view){part->source.bytes, 0, part->source.size});
    return caw_checksum_add(sum, (caw_view){part->target.bytes, 0, part->target.size});
}

caw_checksum caw_packet_checksum(const caw_packet_part *part) {
    caw_span segment = part->segment;
    uint16_t sent = wire_u16(segment.bytes, checksum_at(part));
    uint16_t pseudo = pseudo_header(part);
    if (part->kind == CAW_PACKET_ICMP || part->is_routed || segment.bytes.len < segment.length)
        return CAW_CHECKSUM_UNKNOWN;
    if (part->kind == CAW_PACKET_UDP && sent == 0)
        return CAW_CHECKSUM_ABSENT;
    if (caw_checksum_add(pseudo, segment.bytes) == 0xffff)
        return CAW_CHECKSUM_GOOD;
    if (sent == 0) /* the network card fills it in */
        return CAW_CHECKSUM_ABSENT;
    return sent == pseudo ? CAW_CHECKSUM_PARTIAL : CAW_CHECKSUM_BAD;
}

uint64_t caw_packet_digest(const caw_packet_part *part, uint64_t seed) {
    caw_view segment = part->segment.bytes;
    uint32_t at = checksum_at(part);
    uint64_t digest = caw_digest_number(seed, (uint64_t)part->kind << 32 | part->id);
    digest = caw_digest(digest, (caw_view){part->source.bytes, 0, part->source.size});
    digest = caw_digest(digest, (caw_view){part->target.bytes, 0, part->target.size});
    digest = caw_digest_number(digest, part->segment.length);
    digest = caw_digest(digest, wire_sub(segment, 0, at));
    return caw_digest(digest, wire_sub(segment, at + 2, segment.len));
}
