/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of IPv4 in Ethernet frames, made from their parts, with the checksums of RFC 1071. An end
 * is the last byte of its address, 10.0.0.X, and a port.
 */
#ifndef PACKETS_H
#define PACKETS_H

#include "make.h"

#define PACKET_MOST 66000 /* bytes of a frame */

enum { PACKET_AT = 14, PACKET_IP = 20, PACKET_TCP = 20, PACKET_UDP = 8 };

typedef struct {
    uint8_t host;
    uint16_t port;
} packet_end;

typedef struct {
    uint8_t bytes[PACKET_MOST];
    uint32_t length;
} packet_frame;

static inline uint32_t packet_sum(const uint8_t *bytes, size_t length, uint32_t sum) {
    for (size_t i = 0; i < length; i++)
        sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static inline uint32_t packet_address(uint8_t host) {
    return 0x0a000000u | host;
}

/* The headers up to IP's end; `length`: bytes after them. */
static inline uint8_t *packet_begin(packet_frame *frame, uint8_t from, uint8_t to, int protocol,
                                    size_t length) {
    uint8_t *ip = frame->bytes + PACKET_AT, *at = ip;
    memset(frame->bytes, 2, 12);
    make_number(frame->bytes + 12, 0x0800, 2);
    at = make_number(at, 0x45000000u | (uint32_t)(PACKET_IP + length), 4);
    at = make_number(at, 0x4000, 4); /* not to be fragmented */
    at = make_number(at, 0x40000000u | (uint32_t)protocol << 16, 4);
    at = make_number(at, packet_address(from), 4);
    at = make_number(at, packet_address(to), 4);
    make_number(ip + 10, ~packet_sum(ip, PACKET_IP, 0), 2);
    frame->length = PACKET_AT + PACKET_IP + (uint32_t)length;
    return at;
}

/* The checksum of the segment, with the pseudo header, at this place in it. */
static inline void packet_finish(packet_frame *frame, size_t place) {
    uint8_t *ip = frame->bytes + PACKET_AT, *segment = ip + PACKET_IP;
    uint32_t length = frame->length - PACKET_AT - PACKET_IP;
    uint32_t sum = packet_sum(ip + 12, 8, ip[9] + length);
    make_number(segment + place, 0, 2);
    make_number(segment + place, ~packet_sum(segment, length, sum), 2);
}

static inline void packet_tcp(packet_frame *frame, packet_end from, packet_end to, unsigned flags,
                              uint32_t sequence, uint32_t acknowledgment, const uint8_t *bytes,
                              size_t length) {
    uint8_t *at = packet_begin(frame, from.host, to.host, 6, PACKET_TCP + length);
    at = make_number(at, (uint32_t)from.port << 16 | to.port, 4);
    at = make_number(at, sequence, 4);
    at = make_number(at, flags & 0x10 ? acknowledgment : 0, 4);
    at = make_number(at, 0x5000ea60u | flags << 16, 4); /* window: 60000 */
    at = make_number(at, 0, 4);
    if (length)
        memcpy(at, bytes, length);
    packet_finish(frame, 16);
}

static inline void packet_udp(packet_frame *frame, packet_end from, packet_end to,
                              const uint8_t *bytes, size_t length) {
    uint8_t *at = packet_begin(frame, from.host, to.host, 17, PACKET_UDP + length);
    at = make_number(at, (uint32_t)from.port << 16 | to.port, 4);
    at = make_number(at, (uint32_t)(PACKET_UDP + length) << 16, 4);
    memcpy(at, bytes, length);
    packet_finish(frame, 6);
}

/* An ICMP error (RFC 792) of this host, that quotes the IP header and 8 bytes of a frame. */
static inline void packet_icmp(packet_frame *frame, uint8_t from, uint8_t type, uint8_t code,
                               const packet_frame *quoted) {
    uint8_t to = quoted->bytes[PACKET_AT + 15];
    uint8_t *at = packet_begin(frame, from, to, 1, 8 + PACKET_IP + 8);
    uint8_t *icmp = at;
    at = make_number(at, (uint32_t)type << 24 | (uint32_t)code << 16, 4);
    at = make_number(at, 0, 4);
    memcpy(at, quoted->bytes + PACKET_AT, PACKET_IP + 8);
    make_number(icmp + 2, ~packet_sum(icmp, 8 + PACKET_IP + 8, 0), 2);
}

/* The second of two fragments, after `first` bytes (of 8 each); the frame becomes the first. */
static inline void packet_split(packet_frame *frame, packet_frame *second, uint32_t first) {
    uint8_t *ip = frame->bytes + PACKET_AT;
    const uint32_t head = PACKET_AT + PACKET_IP, rest = frame->length - head - first;
    memcpy(second->bytes, frame->bytes, head);
    memcpy(second->bytes + head, ip + PACKET_IP + first, rest);
    second->length = head + rest;
    frame->length = head + first;
    make_number(ip + 6, 0x2000, 2);
    make_number(second->bytes + PACKET_AT + 6, first / 8, 2);
    for (int i = 0; i < 2; i++) {
        packet_frame *part = i ? second : frame;
        uint8_t *header = part->bytes + PACKET_AT;
        make_number(header + 2, part->length - PACKET_AT, 2);
        make_number(header + 10, 0, 2);
        make_number(header + 10, ~packet_sum(header, PACKET_IP, 0), 2);
    }
}

/* The same packet as Linux records it on all interfaces: cooked, version 2 (LINKTYPE 276). */
static inline void packet_cook(packet_frame *frame, uint32_t interface) {
    enum { COOKED = 20 };
    memmove(frame->bytes + COOKED, frame->bytes + PACKET_AT, frame->length - PACKET_AT);
    frame->length += COOKED - PACKET_AT;
    uint8_t *at = make_number(frame->bytes, 0x08000000, 4);
    at = make_number(at, interface, 4);
    at = make_number(at, 0x00010106, 4); /* Ethernet, broadcast, six bytes of address: */
    memset(at, 2, 8);
}

#endif
