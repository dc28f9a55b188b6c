/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP segments (RFC 9293, 7323) and UDP datagrams (RFC 768) out of IP packets.
 *
 * What a part borrows (segment, payload) lies in the frame, or in the memory of the reassembled
 * datagram: it holds until the next frame is given.
 */
#ifndef CAW_TRANSPORT_H
#define CAW_TRANSPORT_H

#include "packet/ip.h"
#include "packet/link.h"

#define CAW_TCP_NO_SCALE 0xff

typedef enum {
    CAW_PACKET_TCP,
    CAW_PACKET_UDP,
    CAW_PACKET_ICMP /* an error that quotes a packet: .error and .quoted, and of the others source,
                     target, ttl, id, origin */
} caw_packet_kind;

/* What one frame has for those above IP: a segment, a datagram or an error. */
typedef struct {
    caw_packet_kind kind;
    caw_end source;
    caw_end target;
    caw_origin origin;
    uint8_t ttl;        /* hop limit; of a reassembled datagram that of the last fragment seen */
    uint32_t id;        /* of the IP packet; IPv6: 0, or that of its fragments */
    uint8_t depth;      /* tunnels around it: 0 for most */
    bool reassembled;   /* from fragments; it was complete with this frame */
    bool is_routed;     /* see caw_ip */
    caw_span segment;   /* TCP or UDP header and payload */
    caw_span payload;   /* .bytes: what was captured; .length: bytes on the wire */
    caw_checksum below; /* of the innermost IP header */

    /* CAW_PACKET_TCP */
    uint32_t sequence;
    uint32_t acknowledgment;
    uint16_t flags;  /* all 12 bits, CAW_TCP_FIN ... and CAW_TCP_URG */
    uint16_t window; /* as sent, not scaled */
    uint16_t urgent;
    bool has_time; /* the timestamps option is there: */
    uint32_t time; /* TSval */
    uint32_t echo; /* TSecr */
    uint16_t mss;  /* of a SYN; 0: not said */
    uint8_t scale; /* of a SYN: window scale, at most 14; CAW_TCP_NO_SCALE: not said */

    /* CAW_PACKET_ICMP */
    caw_icmp_error error; /* sequence 0 when it quotes UDP */
    caw_transport quoted;
} caw_packet_part;

enum { CAW_TCP_PSH = 8 }; /* besides those of caw_capture.h */

/*
 * Reads a header of TCP or UDP at the beginning of ip->payload into the part, which has zeroes and
 * what is known of the layers below. Options that contradict themselves end the options. A header
 * that was not captured whole is CAW_PROBLEM_CUT; TCP options may be cut, then has_time and the
 * others may be missing.
 */
caw_problem caw_transport_tcp(const caw_ip *ip, caw_packet_part *part);
caw_problem caw_transport_udp(const caw_ip *ip, caw_packet_part *part);

/* What the checksum of a segment or datagram says. It is summed up at each call. */
caw_checksum caw_packet_checksum(const caw_packet_part *part);

/*
 * Equal for the records of one packet on several interfaces of a host, on its way through a bridge
 * or router, and inside and outside of a tunnel; different for any others, but for a resend with
 * the same IP identification, which sequence numbers, time and interface tell apart. It covers
 * addresses, ports, identification, lengths and all the bytes that were captured. Left out are what
 * changes on the way: TTL, the IP header's checksum, and TCP's or UDP's, which a card may fill in
 * between two records. A digest is 64 bits, and seeded: chance makes no two equal.
 */
uint64_t caw_packet_digest(const caw_packet_part *part, uint64_t seed);

#endif
