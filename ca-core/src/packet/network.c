/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/network.h"

#include "packet/icmp.h"
#include "packet/protocols.h"
#include "packet/tunnel.h"

struct caw_network {
    caw_memory memory;
    uint64_t problems[CAW_PROBLEMS];
    caw_fragments *fragments;
};

/* How far the reading of a frame has come. */
typedef struct {
    caw_origin origin;
    caw_carried carried; /* to be read next */
    caw_ip ip;           /* the innermost so far, when one was read */
    uint8_t depth;
    bool reassembled;
    bool has_part;
} reading;

/* ---- IP ---------------------------------------------------------------------------------- */

/* What follows the headers of a datagram must not be a fragment's header again. */
static caw_problem reassemble(caw_network *network, reading *at, caw_moment now, bool *whole) {
    caw_ip *ip = &at->ip;
    if (ip->checksum == CAW_CHECKSUM_BAD || !caw_fragments_add(network->fragments, ip, now))
        return CAW_PROBLEM_NONE;
    at->reassembled = *whole = true;
    caw_problem problem = caw_ip_pass_extensions(ip);
    return !problem && ip->fragment ? CAW_PROBLEM_FRAGMENT : problem;
}

/* `whole`: the packet, or the datagram of which it is the last fragment to come, can be read on. */
static caw_problem read_ip(caw_network *network, reading *at, caw_moment now, bool *whole) {
    caw_problem problem = caw_ip_read(at->carried.type, at->carried.span, &at->ip);
    if (problem)
        return problem;
    if (at->ip.checksum == CAW_CHECKSUM_BAD)
        network->problems[CAW_PROBLEM_IP_CHECKSUM]++;
    if (at->ip.fragment)
        return reassemble(network, at, now, whole);
    *whole = true;
    return CAW_PROBLEM_NONE;
}

/* ---- what IP carries ---------------------------------------------------------------------- */

static void begin_part(const reading *at, caw_packet_part *part) {
    *part = (caw_packet_part){.source = at->ip.source,
                              .target = at->ip.target,
                              .origin = at->origin,
                              .ttl = at->ip.ttl,
                              .id = at->ip.id,
                              .depth = at->depth,
                              .reassembled = at->reassembled,
                              .is_routed = at->ip.is_routed,
                              .below = at->ip.checksum};
}

static void read_icmp(reading *at, caw_packet_part *part) {
    caw_view message = at->ip.payload.bytes;
    begin_part(at, part);
    part->kind = CAW_PACKET_ICMP;
    part->segment = at->ip.payload;
    at->has_part = caw_icmp_read(message, 0, at->ip.source.size == 4, &part->error, &part->quoted);
}

static caw_problem read_tcp(reading *at, caw_packet_part *part) {
    begin_part(at, part);
    caw_problem problem = caw_transport_tcp(&at->ip, part);
    at->has_part = !problem;
    return problem;
}

/* Goes into the tunnel that *carried is the inside of. */
static caw_problem enter(reading *at, caw_carried carried) {
    at->carried = carried;
    return at->depth++ < CAW_NETWORK_DEPTH ? CAW_PROBLEM_NONE : CAW_PROBLEM_NESTED;
}

static caw_problem read_udp(reading *at, caw_packet_part *part) {
    caw_carried inside;
    begin_part(at, part);
    caw_problem problem = caw_transport_udp(&at->ip, part);
    if (!problem && caw_tunnel_vxlan(part->target.port, part->payload, &inside))
        return enter(at, inside);
    at->has_part = !problem;
    return problem;
}

static caw_problem read_gre(reading *at) {
    caw_carried inside;
    caw_problem problem = caw_tunnel_gre(at->ip.payload, &inside);
    return problem ? problem : enter(at, inside);
}

/* Reads the payload of IP: a part, or the inside of a tunnel to be read next. */
static caw_problem read_payload(reading *at, caw_packet_part *part) {
    at->carried.type = 0;
    switch (at->ip.protocol) {
    case CAW_IP_TCP:
        return read_tcp(at, part);
    case CAW_IP_UDP:
        return read_udp(at, part);
    case CAW_IP_IP4:
        return enter(at, (caw_carried){at->ip.payload, CAW_TYPE_IP4});
    case CAW_IP_IP6:
        return enter(at, (caw_carried){at->ip.payload, CAW_TYPE_IP6});
    case CAW_IP_GRE:
        return read_gre(at);
    case CAW_IP_ICMP:
    case CAW_IP_ICMP6:
        read_icmp(at, part);
        return CAW_PROBLEM_NONE;
    default:
        return CAW_PROBLEM_NONE;
    }
}

/* ---- frames ------------------------------------------------------------------------------ */

static bool is_ip(uint16_t type) {
    return type == CAW_TYPE_IP4 || type == CAW_TYPE_IP6;
}

/* From one IP header to the next, if there is one; each turn but the last enters a tunnel. */
static caw_problem read_carried(caw_network *network, reading *at, caw_moment now,
                                caw_packet_part *part) {
    caw_problem problem = caw_link_peel(&at->carried);
    while (!problem && is_ip(at->carried.type)) {
        bool whole = false;
        problem = read_ip(network, at, now, &whole);
        if (problem || !whole)
            return problem;
        problem = read_payload(at, part);
        if (!problem)
            problem = caw_link_peel(&at->carried);
    }
    return problem;
}

bool caw_network_frame(caw_network *network, uint32_t linktype, caw_span frame, caw_moment now,
                       caw_packet_part *part) {
    reading at;
    at.depth = 0;
    at.reassembled = at.has_part = false;
    caw_fragments_expire(network->fragments, now);
    if (frame.length < frame.bytes.len)
        frame.length = frame.bytes.len;
    caw_problem problem = caw_link_enter(linktype, frame, &at.carried, &at.origin);
    if (!problem)
        problem = read_carried(network, &at, now, part);
    if (problem)
        network->problems[problem]++;
    return at.has_part;
}

void caw_network_tick(caw_network *network, caw_moment now) {
    caw_fragments_expire(network->fragments, now);
}

void caw_network_end(caw_network *network) {
    caw_fragments_end(network->fragments);
}

const uint64_t *caw_network_problems(const caw_network *network) {
    return network->problems;
}

size_t caw_network_bytes(const caw_network *network) {
    return caw_fragments_bytes(network->fragments);
}

caw_network *caw_network_new(const caw_memory *memory, caw_fragments_limits limits, uint64_t seed) {
    caw_network *network = memory->alloc(memory->user, sizeof *network);
    if (!network)
        return NULL;
    *network = (caw_network){.memory = *memory};
    network->fragments = caw_fragments_new(memory, limits, seed, network->problems);
    if (!network->fragments) {
        memory->release(memory->user, network);
        return NULL;
    }
    return network;
}

void caw_network_free(caw_network *network) {
    if (!network)
        return;
    caw_fragments_free(network->fragments);
    network->memory.release(network->memory.user, network);
}
