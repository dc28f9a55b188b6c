/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The headers around a message, as the Python library dpkt (1.9.8) presents them: the objects
 * `ethernet`, `ip` and `transport` of a line format, with dpkt's attribute names and its text.
 * Like caw.h: no allocation, no state, bytes are borrowed from the caller.
 *
 *     caw_packet packet;
 *     caw_attribute port;
 *     caw_packet_parse(frame, captured, CAW_LINK_ETHERNET, &packet);
 *     if (caw_packet_find(&packet, "transport.sport", &port) && port.kind == CAW_ATTRIBUTE_NUMBER)
 *         printf("%lld\n", (long long)port.number);
 *
 * Covered is what carries Channel Access: Ethernet II with up to two VLAN tags, Linux cooked
 * captures (both versions), BSD loopback, bare IP; IPv4, IPv6 without extension headers; TCP and
 * UDP. Anything else is the plain bytes in `data` of the layer below.
 */
#ifndef CAW_PACKET_H
#define CAW_PACKET_H

#include "caw.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a captured frame begins with. */
typedef enum {
    CAW_LINK_ETHERNET,
    CAW_LINK_SLL,     /* Linux cooked capture */
    CAW_LINK_SLL2,    /* the same, version 2 */
    CAW_LINK_NULL,    /* BSD loopback: an address family in either byte order, then IP */
    CAW_LINK_RAW_IP,  /* IPv4 or IPv6 at once; there is no ethernet object */
    CAW_LINK_UNKNOWN, /* nothing can be found */
} caw_link;

/* The three objects. `ethernet` stands for whatever link layer there is. */
typedef enum { CAW_LAYER_ETHERNET, CAW_LAYER_IP, CAW_LAYER_TRANSPORT, CAW_LAYERS } caw_layer_id;

/* What a layer is: dpkt's classes. */
typedef enum {
    CAW_CLASS_NONE, /* the frame has no such layer */
    CAW_CLASS_ETHERNET,
    CAW_CLASS_TAGGED, /* Ethernet with VLAN tags */
    CAW_CLASS_SLL,
    CAW_CLASS_SLL2,
    CAW_CLASS_LOOPBACK,
    CAW_CLASS_IP,
    CAW_CLASS_IP6,
    CAW_CLASS_TCP,
    CAW_CLASS_UDP,
    CAW_CLASSES
} caw_class;

typedef struct {
    caw_class is;
    uint32_t at;     /* offset of its first byte in the frame */
    uint32_t header; /* bytes of header, tags and options that are there */
    uint32_t end;    /* offset after its last byte: padding of short frames left out */
} caw_layer;

typedef struct {
    caw_view frame;
    uint32_t tags; /* VLAN tags */
    caw_layer layers[CAW_LAYERS];
} caw_packet;

/* Finds the layers of a frame of which `captured` bytes are there. Never fails. */
void caw_packet_parse(const uint8_t *frame, uint32_t captured, caw_link link, caw_packet *packet);

/* The address family a loopback frame begins with, whatever its byte order. */
uint32_t caw_packet_family(const caw_packet *packet);

typedef enum {
    CAW_ATTRIBUTE_NONE,   /* this packet has none: `transport.seq` of a UDP datagram */
    CAW_ATTRIBUTE_NUMBER, /* .number */
    CAW_ATTRIBUTE_OBJECT, /* bytes, a list or a whole layer: known by its text only */
} caw_attribute_kind;

typedef struct {
    caw_attribute_kind kind;
    int64_t number;
    caw_layer_id layer;
    /* private */
    const struct caw_attribute_row *row; /* NULL: the layer itself, or its data */
    bool data;
} caw_attribute;

/*
 * Looks an attribute up by the path a Python programmer would write: "ip", "ip.ttl",
 * "ethernet.dst", "transport.data", "ip.data.sport", "ethernet.ip.tcp.flags". False when no packet
 * could ever have it.
 */
bool caw_packet_find(const caw_packet *packet, const char *path, caw_attribute *attribute);

/*
 * The attribute as text: repr() of it, or str(), which for a layer is its bytes as dpkt would
 * send them (an IPv4 header without checksum gets one, and its length). Works like snprintf:
 * writes at most size bytes, NUL included, and returns the length of the whole text.
 */
size_t caw_packet_text(const caw_packet *packet, const caw_attribute *attribute, bool repr,
                       char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
