/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "conversation.h"
#include "endpoints.h"
#include "protocol.h"

#include <epan/conversation.h>
#include <epan/prefs.h>
#include <epan/wmem_scopes.h>

static dissector_handle_t tcp_handle;
static dissector_handle_t udp_handle;

/* Endpoints, each a key and its own value; emptied for each capture. */
static wmem_map_t *servers;
static wmem_map_t *clients;

uint64_t endpoints_endpoint(const address *host, uint32_t port) {
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

/* GLib's own hash uses half of the bits: a capture could make them all the same. */
static unsigned hash(const void *endpoint) {
    return wmem_strong_hash(endpoint, sizeof(uint64_t));
}

static wmem_map_t *new_map(void) {
    return wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), hash, g_int64_equal);
}

void endpoints_init(void) {
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

void endpoints_learn(packet_info *pinfo, const caw_message *message) {
    uint64_t sender = endpoints_endpoint(&pinfo->src, pinfo->srcport);
    bool searches =
        message->command == CAW_COMMAND_SEARCH && message->row->speaker == CAW_SIDE_CLIENT;

    if (PINFO_FD_VISITED(pinfo) || pinfo->flags.in_error_pkt)
        return;
    if (pinfo->src.type == AT_IPv4)
        learn_server(pinfo, caw_announced_server(message, sender));
    if (searches && message->transport == CAW_TRANSPORT_UDP)
        learn_client(pinfo, sender);
}

/* ---- who speaks ------------------------------------------------------------------------- */

/* One of two ends is the server's: CAW_SIDE_SERVER if the sender is there. */
static caw_side one_of(bool source, bool destination) {
    if (source == destination)
        return CAW_SIDE_NOBODY;
    return source ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT;
}

caw_side endpoints_announced_speaker(packet_info *pinfo) {
    return one_of(has(servers, endpoints_endpoint(&pinfo->src, pinfo->srcport)),
                  has(servers, endpoints_endpoint(&pinfo->dst, pinfo->destport)));
}

bool endpoints_serves(const caw_end *end) {
    uint32_t number;

    memcpy(&number, end->bytes, sizeof number);
    return is_configured("tcp.port", end->port) ||
           (end->size == sizeof number && has(servers, caw_endpoint(g_ntohl(number), end->port)));
}

caw_side endpoints_tcp_speaker(packet_info *pinfo) {
    caw_side announced = endpoints_announced_speaker(pinfo);

    if (announced != CAW_SIDE_NOBODY)
        return announced;
    return one_of(is_configured("tcp.port", pinfo->srcport),
                  is_configured("tcp.port", pinfo->destport));
}

caw_side endpoints_udp_speaker(packet_info *pinfo) {
    const range_t *ports = prefs_get_range_value("ca", "udp.port");
    uint32_t search = ports && ports->nranges ? ports->ranges[0].low : CAW_SERVER_PORT;

    return one_of(pinfo->srcport == search || pinfo->srcport == CAW_SERVER_PORT,
                  pinfo->destport == search || pinfo->destport == CAW_SERVER_PORT);
}

void endpoints_register(dissector_handle_t tcp, dissector_handle_t udp) {
    tcp_handle = tcp;
    udp_handle = udp;
}
