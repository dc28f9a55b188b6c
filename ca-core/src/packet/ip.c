/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/ip.h"

#include "packet/protocols.h"

enum { IP4_HEADER = 20, IP6_HEADER = 40, FRAGMENT_HEADER = 8, IP4_MORE = 0x2000 };

static void read_address(caw_view bytes, uint32_t at, uint8_t size, caw_end *end) {
    *end = (caw_end){.size = size};
    memcpy(end->bytes, bytes.bytes + at, size);
}

/* Passes a header before the payload, and takes note of what follows it. */
static caw_problem pass(caw_ip *ip, uint32_t size, uint8_t next) {
    if (size > ip->payload.length && !ip->is_open)
        return CAW_PROBLEM_IP;
    if (!wire_has(ip->payload.bytes, 0, size))
        return CAW_PROBLEM_CUT;
    ip->payload = span_after(ip->payload, size);
    ip->header += size;
    ip->protocol = next;
    return CAW_PROBLEM_NONE;
}

static caw_problem pass_fragment(caw_ip *ip) {
    caw_view bytes = ip->payload.bytes;
    uint16_t word = wire_u16(bytes, 2);
    ip->offset = word & 0xfff8;
    ip->more = word & 1;
    ip->fragment = ip->offset || ip->more;
    ip->id = wire_u32(bytes, 4);
    caw_problem problem = pass(ip, FRAGMENT_HEADER, wire_u8(bytes, 0));
    ip->header -= problem ? 0 : FRAGMENT_HEADER;
    return problem;
}

static caw_problem pass_one(caw_ip *ip) {
    caw_view bytes = ip->payload.bytes;
    uint8_t next = wire_u8(bytes, 0);
    uint32_t length = wire_u8(bytes, 1);
    switch (ip->protocol) {
    case CAW_IP_FRAGMENT:
        return pass_fragment(ip);
    case CAW_IP_AH: /* RFC 4302 */
        return pass(ip, 4 * (length + 2), next);
    case CAW_IP_ROUTING:
        ip->is_routed |= wire_u8(bytes, 3) != 0; /* segments left */
        return pass(ip, 8 * (length + 1), next);
    default:
        return pass(ip, 8 * (length + 1), next);
    }
}

static bool is_extension(const caw_ip *ip) {
    switch (ip->protocol) {
    case CAW_IP_AH:
        return true;
    case CAW_IP_HOP_BY_HOP:
    case CAW_IP_OPTIONS:
    case CAW_IP_ROUTING:
    case CAW_IP_FRAGMENT:
        return ip->source.size == 16;
    default:
        return false;
    }
}

caw_problem caw_ip_pass_extensions(caw_ip *ip) {
    caw_problem problem = CAW_PROBLEM_NONE;
    while (!problem && !ip->fragment && is_extension(ip))
        problem = pass_one(ip);
    return problem;
}

static caw_problem read_ip4(caw_span span, caw_ip *ip) {
    caw_view bytes = span.bytes;
    uint32_t header = (wire_u8(bytes, 0) & 0xfu) << 2;
    uint32_t length = wire_u16(bytes, 2);
    uint16_t fragment = wire_u16(bytes, 6);
    uint16_t sum = wire_u16(bytes, 10);
    if (!wire_has(bytes, 0, IP4_HEADER))
        return CAW_PROBLEM_CUT;
    if (wire_u8(bytes, 0) >> 4 != 4 || header < IP4_HEADER || (length && length < header))
        return CAW_PROBLEM_IP;
    if (!wire_has(bytes, 0, header))
        return header > span.length ? CAW_PROBLEM_IP : CAW_PROBLEM_CUT;
    read_address(bytes, 12, 4, &ip->source);
    read_address(bytes, 16, 4, &ip->target);
    ip->protocol = wire_u8(bytes, 9);
    ip->ttl = wire_u8(bytes, 8);
    ip->id = wire_u16(bytes, 4);
    ip->offset = (uint16_t)((fragment & CAW_IP4_OFFSET) << 3);
    ip->more = fragment & IP4_MORE;
    ip->fragment = ip->offset || ip->more;
    ip->is_open = length == 0;
    ip->header = header;
    ip->checksum = caw_checksum_add(0, wire_sub(bytes, 0, header)) == 0xffff ? CAW_CHECKSUM_GOOD
                   : sum                                                     ? CAW_CHECKSUM_BAD
                                                                             : CAW_CHECKSUM_ABSENT;
    ip->payload = span_after(length ? span_of_length(span, length) : span, header);
    return caw_ip_pass_extensions(ip);
}

static caw_problem read_ip6(caw_span span, caw_ip *ip) {
    caw_view bytes = span.bytes;
    uint32_t length = wire_u16(bytes, 4);
    if (!wire_has(bytes, 0, IP6_HEADER))
        return CAW_PROBLEM_CUT;
    if (wire_u8(bytes, 0) >> 4 != 6)
        return CAW_PROBLEM_IP;
    read_address(bytes, 8, 16, &ip->source);
    read_address(bytes, 24, 16, &ip->target);
    ip->protocol = wire_u8(bytes, 6);
    ip->ttl = wire_u8(bytes, 7);
    ip->is_open = length == 0;
    ip->checksum = CAW_CHECKSUM_GOOD;
    ip->payload = span_after(length ? span_of_length(span, IP6_HEADER + length) : span, IP6_HEADER);
    return caw_ip_pass_extensions(ip);
}

caw_problem caw_ip_read(uint16_t type, caw_span span, caw_ip *ip) {
    *ip = (caw_ip){.fragment = false};
    return type == CAW_TYPE_IP4 ? read_ip4(span, ip) : read_ip6(span, ip);
}
