/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "endpoints.h"
#include "memory.h"
#include "protocol.h"

#include <epan/conversation.h>

static dissector_handle_t tcp_handle;
static dissector_handle_t udp_handle;

static caw_endpoints *known; /* of this capture */

uint64_t endpoints_endpoint(const address *host, uint32_t port) {
    uint32_t number;

    if (host->type != AT_IPv4)
        return caw_endpoint(add_address_to_hash(0, host), (uint16_t)port);
    memcpy(&number, host->data, sizeof number);
    return caw_endpoint(g_ntohl(number), (uint16_t)port);
}

static void new_capture(void) {
    known = caw_endpoints_new(&file_memory);
}

void endpoints_init(void) {
    register_init_routine(new_capture);
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

/* A server that was not known. */
static void adopt_server(packet_info *pinfo, uint64_t endpoint) {
    uint32_t number = g_htonl((uint32_t)(endpoint >> 16));
    uint32_t port = endpoint & 0xffff;
    address host;

    set_address(&host, AT_IPv4, sizeof number, &number);
    if (!is_configured("tcp.port", port))
        adopt(pinfo, &host, port, CONVERSATION_TCP, tcp_handle);
}

void endpoints_learn(packet_info *pinfo, const caw_message *message) {
    uint64_t sender = endpoints_endpoint(&pinfo->src, pinfo->srcport);
    uint64_t server = 0;

    if (PINFO_FD_VISITED(pinfo) || pinfo->flags.in_error_pkt)
        return;
    if (pinfo->src.type == AT_IPv4)
        server = caw_endpoints_learn_server(known, message, sender);
    if (server)
        adopt_server(pinfo, server);
    if (caw_endpoints_learn_client(known, message, sender) &&
        !is_configured("udp.port", pinfo->srcport))
        adopt(pinfo, &pinfo->src, pinfo->srcport, CONVERSATION_UDP, udp_handle);
}

/* ---- who speaks ------------------------------------------------------------------------- */

caw_side endpoints_announced_speaker(packet_info *pinfo) {
    return caw_side_of_source(
        caw_endpoints_has_server(known, endpoints_endpoint(&pinfo->src, pinfo->srcport)),
        caw_endpoints_has_server(known, endpoints_endpoint(&pinfo->dst, pinfo->destport)));
}

bool endpoints_serves(const caw_end *end) {
    uint32_t number;

    memcpy(&number, end->bytes, sizeof number);
    return is_configured("tcp.port", end->port) ||
           (end->size == sizeof number &&
            caw_endpoints_has_server(known, caw_endpoint(g_ntohl(number), end->port)));
}

caw_side endpoints_tcp_speaker(packet_info *pinfo) {
    caw_side announced = endpoints_announced_speaker(pinfo);

    if (announced != CAW_SIDE_NOBODY)
        return announced;
    return caw_side_of_source(is_configured("tcp.port", pinfo->srcport),
                              is_configured("tcp.port", pinfo->destport));
}

caw_side endpoints_udp_speaker(packet_info *pinfo) {
    const range_t *ports = prefs_get_range_value("ca", "udp.port");
    uint32_t search = ports && ports->nranges ? ports->ranges[0].low : CAW_SERVER_PORT;

    return caw_side_of_source(pinfo->srcport == search || pinfo->srcport == CAW_SERVER_PORT,
                              pinfo->destport == search || pinfo->destport == CAW_SERVER_PORT);
}

void endpoints_register(dissector_handle_t tcp, dissector_handle_t udp) {
    tcp_handle = tcp;
    udp_handle = udp;
}
