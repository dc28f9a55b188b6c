/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the headers around a message begin and end. How they are presented is in dpkt.c.
 *
 * Lengths in a header are believed up to what was captured. As in dpkt, a header that contradicts
 * itself (a TCP data offset below 5) is no header: its bytes are data of the layer below.
 */
#include "caw_capture.h"

#include "message/wire.h"
#include "packet/link.h"
#include "packet/protocols.h"

enum { TAG_SIZE = 4, MAX_TAGS = 2 };

/* The fixed part of each header, in bytes. */
static const uint32_t header_sizes[CAW_CLASSES] = {
    [CAW_CLASS_ETHERNET] = 14, [CAW_CLASS_SLL] = 16, [CAW_CLASS_SLL2] = 20,
    [CAW_CLASS_LOOPBACK] = 4,  [CAW_CLASS_IP] = 20,  [CAW_CLASS_IP6] = 40,
    [CAW_CLASS_TCP] = 20,      [CAW_CLASS_UDP] = 8,
};

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* The offset `length` bytes after `at`, at most the end of what is captured. */
static uint32_t reach(const caw_packet *packet, uint32_t at, uint32_t length) {
    return at + least(length, packet->frame.len - at);
}

/* Adds a layer at at..end, if its fixed part is there. Options, the rest of header, may be cut. */
static bool add_layer(caw_packet *packet, caw_layer_id id, caw_class is, uint32_t at,
                      uint32_t header, uint32_t end) {
    if (end - at < header_sizes[is] || header < header_sizes[is])
        return false;
    packet->layers[id] = (caw_layer){is, at, least(header, end - at), end};
    return true;
}

static void parse_transport(caw_packet *packet, uint32_t protocol, uint32_t at, uint32_t end) {
    if (protocol == CAW_IP_TCP) {
        uint32_t header = (uint32_t)wire_u8(packet->frame, at + 12) >> 4 << 2;
        add_layer(packet, CAW_LAYER_TRANSPORT, CAW_CLASS_TCP, at, header, end);
    } else if (protocol == CAW_IP_UDP) {
        uint32_t header = header_sizes[CAW_CLASS_UDP];
        add_layer(packet, CAW_LAYER_TRANSPORT, CAW_CLASS_UDP, at, header, end);
    }
}

/* A total length of 0 means up to the end of the frame (segmentation offload). */
static void parse_ip4(caw_packet *packet, uint32_t at) {
    uint32_t header = (wire_u8(packet->frame, at) & 0xfu) << 2;
    uint32_t length = wire_u16(packet->frame, at + 2);
    caw_layer *ip = &packet->layers[CAW_LAYER_IP];
    if (!add_layer(packet, CAW_LAYER_IP, CAW_CLASS_IP, at, header, packet->frame.len))
        return;
    if (length) /* too short to hold its own header: then there is no data */
        ip->end = reach(packet, at, length < ip->header ? ip->header : length);
    if ((wire_u16(packet->frame, at + 6) & CAW_IP4_OFFSET) == 0) /* the first fragment, or whole */
        parse_transport(packet, wire_u8(packet->frame, at + 9), at + ip->header, ip->end);
}

static bool is_extension_header(uint8_t next) {
    static const uint8_t extensions[] = {CAW_IP_HOP_BY_HOP, CAW_IP_ROUTING, CAW_IP_FRAGMENT,
                                         CAW_IP_ESP,        CAW_IP_AH,      CAW_IP_OPTIONS};
    return memchr(extensions, next, sizeof extensions) != NULL;
}

static void parse_ip6(caw_packet *packet, uint32_t at) {
    uint32_t length = wire_u16(packet->frame, at + 4);
    uint8_t next = wire_u8(packet->frame, at + 6);
    caw_layer *ip = &packet->layers[CAW_LAYER_IP];
    if (is_extension_header(next) || !add_layer(packet, CAW_LAYER_IP, CAW_CLASS_IP6, at,
                                                header_sizes[CAW_CLASS_IP6], packet->frame.len))
        return;
    if (length)
        ip->end = reach(packet, at + ip->header, length);
    parse_transport(packet, next, at + ip->header, ip->end);
}

static void parse_ip(caw_packet *packet, uint32_t type, uint32_t at) {
    if (type == CAW_TYPE_IP4)
        parse_ip4(packet, at);
    else if (type == CAW_TYPE_IP6)
        parse_ip6(packet, at);
    if (packet->layers[CAW_LAYER_IP].is)
        packet->layers[CAW_LAYER_ETHERNET].end = packet->layers[CAW_LAYER_IP].end;
}

/* The link layer reaches over all that is captured, until an IP length says otherwise. */
static bool add_link(caw_packet *packet, caw_class is) {
    return add_layer(packet, CAW_LAYER_ETHERNET, is, 0, header_sizes[is], packet->frame.len);
}

static void parse_ethernet(caw_packet *packet) {
    caw_layer *ethernet = &packet->layers[CAW_LAYER_ETHERNET];
    uint32_t type = wire_u16(packet->frame, 12);
    bool more = caw_link_is_tag((uint16_t)type);
    if (!add_link(packet, CAW_CLASS_ETHERNET))
        return;
    while (more && packet->tags < MAX_TAGS && wire_has(packet->frame, ethernet->header, TAG_SIZE)) {
        ethernet->is = CAW_CLASS_TAGGED;
        type = wire_u16(packet->frame, ethernet->header + 2);
        ethernet->header += TAG_SIZE;
        packet->tags++;
        more = type == CAW_TYPE_VLAN;
    }
    parse_ip(packet, type, ethernet->header);
}

static void parse_cooked(caw_packet *packet, caw_class is, uint32_t type) {
    if (add_link(packet, is))
        parse_ip(packet, type, header_sizes[is]);
}

static void parse_loopback(caw_packet *packet) {
    if (add_link(packet, CAW_CLASS_LOOPBACK))
        parse_ip(packet, caw_link_family_type(caw_packet_family(packet)), 4);
}

uint32_t caw_packet_family(const caw_packet *packet) {
    return caw_link_family(packet->frame);
}

void caw_packet_parse(const uint8_t *frame, uint32_t captured, caw_link link, caw_packet *packet) {
    *packet = (caw_packet){.frame = {frame, 0, captured}};
    switch (link) {
    case CAW_LINK_ETHERNET:
        parse_ethernet(packet);
        break;
    case CAW_LINK_SLL:
        parse_cooked(packet, CAW_CLASS_SLL, wire_u16(packet->frame, 14));
        break;
    case CAW_LINK_SLL2:
        parse_cooked(packet, CAW_CLASS_SLL2, wire_u16(packet->frame, 0));
        break;
    case CAW_LINK_NULL:
        parse_loopback(packet);
        break;
    case CAW_LINK_RAW_IP:
        parse_ip(packet, wire_u8(packet->frame, 0) >> 4 == 6 ? CAW_TYPE_IP6 : CAW_TYPE_IP4, 0);
        break;
    case CAW_LINK_UNKNOWN:
        break;
    }
}
