/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "memory.h"
#include "packet-ca.h"
#include "ports.h"

#include <epan/conversation.h>
#include <epan/prefs.h>
#include <epan/wmem_scopes.h>

#define CA_PORT 5064

static dissector_handle_t tcp_handle;
static dissector_handle_t udp_handle;

/* Endpoints, each a key and its own value; emptied for each capture. */
static wmem_map_t *servers;
static wmem_map_t *clients;

uint64_t ports_endpoint(const address *host, uint32_t port) {
    uint32_t number;

    if (host->type != AT_IPv4)
        return caw_endpoint(add_address_to_hash(0, host), (uint16_t)port);
    memcpy(&number, host->data, sizeof number);
    return caw_endpoint(g_ntohl(number), (uint16_t)port);
}

static bool has(wmem_map_t *map, uint64_t endpoint) {
    return wmem_map_contains(map, &endpoint);
}

static void add(wmem_map_t *map, uint64_t endpoint) {
    uint64_t *key = wmem_new(wmem_file_scope(), uint64_t);

    *key = endpoint;
    wmem_map_insert(map, key, key);
}

/* GLib's own looks at half of the bits: a capture could have them all alike. */
static unsigned hash(const void *endpoint) {
    return wmem_strong_hash(endpoint, sizeof(uint64_t));
}

static wmem_map_t *new_map(void) {
    return wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), hash, g_int64_equal);
}

void ports_init(void) {
    servers = new_map();
    clients = new_map();
}

/* ---- learning --------------------------------------------------------------------------- */

static bool is_configured(const char *transport, uint32_t port) {
    return value_is_in_range(prefs_get_range_value("ca", transport), port);
}

/* From this frame on, whatever goes to or from this endpoint is ours. */
static void adopt(packet_info *pinfo, const address *host, uint32_t port, conversation_type type,
                  dissector_handle_t handle) {
    conversation_t *conversation = conversation_new(pinfo->num, host, NULL, type, port, 0,
                                                    NO_ADDR2 | NO_PORT2 | CONVERSATION_TEMPLATE);

    conversation_set_dissector(conversation, handle);
}

static void learn_server(packet_info *pinfo, uint64_t endpoint) {
    uint32_t number = g_htonl((uint32_t)(endpoint >> 16));
    uint32_t port = endpoint & 0xffff;
    address host;

    if (!endpoint || !port || has(servers, endpoint))
        return;
    add(servers, endpoint);
    set_address(&host, AT_IPv4, sizeof number, &number);
    if (!is_configured("tcp.port", port))
        adopt(pinfo, &host, port, CONVERSATION_TCP, tcp_handle);
}

/* A client searches from a socket of its own; answers may come from anywhere. */
static void learn_client(packet_info *pinfo, uint64_t endpoint) {
    if (has(clients, endpoint))
        return;
    add(clients, endpoint);
    if (!is_configured("udp.port", pinfo->srcport))
        adopt(pinfo, &pinfo->src, pinfo->srcport, CONVERSATION_UDP, udp_handle);
}

void ports_learn(packet_info *pinfo, const caw_message *message) {
    uint64_t sender = ports_endpoint(&pinfo->src, pinfo->srcport);
    bool searches = message->command == CAW_SEARCH && message->row->speaker == CAW_CLIENT;

    if (PINFO_FD_VISITED(pinfo) || pinfo->flags.in_error_pkt)
        return;
    if (pinfo->src.type == AT_IPv4)
        learn_server(pinfo, caw_announced_server(message, sender));
    if (searches && message->transport == CAW_UDP)
        learn_client(pinfo, sender);
}

/* ---- who speaks ------------------------------------------------------------------------- */

/* One of two ends is the server's: CAW_SERVER if the sender is there. */
static caw_side one_of(bool source, bool destination) {
    if (source == destination)
        return CAW_NOBODY;
    return source ? CAW_SERVER : CAW_CLIENT;
}

static caw_side announced_speaker(packet_info *pinfo) {
    return one_of(has(servers, ports_endpoint(&pinfo->src, pinfo->srcport)),
                  has(servers, ports_endpoint(&pinfo->dst, pinfo->destport)));
}

caw_side ports_tcp_speaker(packet_info *pinfo) {
    caw_side announced = announced_speaker(pinfo);

    if (announced != CAW_NOBODY)
        return announced;
    return one_of(is_configured("tcp.port", pinfo->srcport),
                  is_configured("tcp.port", pinfo->destport));
}

caw_side ports_udp_speaker(packet_info *pinfo) {
    const range_t *ports = prefs_get_range_value("ca", "udp.port");
    uint32_t search = ports && ports->nranges ? ports->ranges[0].low : CA_PORT;

    return one_of(pinfo->srcport == search || pinfo->srcport == CA_PORT,
                  pinfo->destport == search || pinfo->destport == CA_PORT);
}

/* ---- heuristics ------------------------------------------------------------------------- */

/*
 * From this frame on the conversation is ours. Earlier frames stay what they were in the first
 * pass, and later passes do not ask again: what is learned behind a frame must not change it.
 */
static bool take(packet_info *pinfo, dissector_handle_t handle, tvbuff_t *tvb, proto_tree *tree,
                 void *data) {
    conversation_set_dissector_from_frame_number(find_or_create_conversation(pinfo), pinfo->num,
                                                 handle);
    return call_dissector_only(handle, tvb, pinfo, tree, data) > 0;
}

/* The server's VERSION is mostly alone in its segment; the client's begins what it has to say. */
static bool begins_with_version(const uint8_t *bytes, uint32_t captured) {
    return caw_command_at(bytes, captured) == CAW_VERSION &&
           caw_chain(bytes, captured, true) >= CAW_PROOF;
}

/*
 * A circuit to a server that was announced after it had begun, or one whose search was not
 * captured: then this segment must begin it, or be a proven chain.
 */
static ca_bool looks_like_circuit(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    uint32_t captured = tvb_captured_length(tvb);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)captured);
    bool whole = captured == tvb_reported_length(tvb);

    if (PINFO_FD_VISITED(pinfo))
        return false;
    bool first = data && memory_is_first(pinfo, data);
    if (announced_speaker(pinfo) == CAW_NOBODY && caw_chain(bytes, captured, whole) < CAW_CLAIM &&
        !(first && whole && begins_with_version(bytes, captured)))
        return false;
    return take(pinfo, tcp_handle, tvb, tree, data);
}

/* Nothing worse than a note. */
static bool is_sound(uint64_t flaws) {
    for (int i = 0; i < CAW_FLAWS; i++)
        if (flaws >> i & 1 && caw_flaw_rows[i].level != CAW_NOTE)
            return false;
    return true;
}

/* Beacons and confirmations of a repeater, which has a port of its own for each client. */
static bool is_relayed(const uint8_t *bytes, uint32_t captured) {
    static const caw_context context = {.transport = CAW_UDP, .speaker = CAW_SERVER};
    uint32_t at = 0;

    while (at < captured) {
        caw_message message;
        int64_t size = caw_decode(bytes + at, captured - at, &context, &message);
        if (size <= 0 || size > captured - at || !is_sound(message.flaws))
            return false;
        if (message.command != CAW_RSRV_IS_UP && message.command != CAW_REPEATER_CONFIRM)
            return false;
        at += (uint32_t)size;
    }
    return at > 0;
}

/* Searches, or answers to them, at a site that has other ports than the usual ones. */
static bool is_search(const uint8_t *bytes, uint32_t captured) {
    uint32_t at = 0;

    if (caw_chain(bytes, captured, true) < CAW_CLAIM)
        return false;
    while (captured - at >= CAW_HEADER_SIZE) {
        int64_t size = caw_size(bytes + at, captured - at);
        int32_t command = caw_command_at(bytes + at, captured - at);
        bool ours = command == CAW_VERSION || command == CAW_SEARCH;
        if (!ours || size <= 0 || size > captured - at)
            return false;
        at += (uint32_t)size;
    }
    return at == captured;
}

static ca_bool looks_like_datagram(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    uint32_t captured = tvb_captured_length(tvb);

    if (PINFO_FD_VISITED(pinfo)) /* UDP remembers who took the frame */
        return memory_has_datagram(tvb, pinfo) &&
               call_dissector_only(udp_handle, tvb, pinfo, tree, data) > 0;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)captured);
    if (captured < tvb_reported_length(tvb) ||
        !(is_relayed(bytes, captured) || is_search(bytes, captured)))
        return false;
    return take(pinfo, udp_handle, tvb, tree, data);
}

void ports_register(dissector_handle_t tcp, dissector_handle_t udp) {
    tcp_handle = tcp;
    udp_handle = udp;
    heur_dissector_add("tcp", looks_like_circuit, "Channel Access on any port", "ca_tcp", proto_ca,
                       HEURISTIC_ENABLE);
    heur_dissector_add("udp", looks_like_datagram, "Channel Access on any port", "ca_udp", proto_ca,
                       HEURISTIC_ENABLE);
}
