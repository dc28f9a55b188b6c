/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "heuristics.h"

#include "conversation.h"
#include "endpoints.h"
#include "protocol.h"

#include <epan/conversation.h>

static dissector_handle_t tcp_handle;
static dissector_handle_t udp_handle;

/*
 * From this frame on the conversation is ours. Earlier frames stay what they were in the first
 * pass, and later passes do not ask again: what is learned after a frame must not change it.
 */
static bool take(packet_info *pinfo, dissector_handle_t handle, tvbuff_t *tvb, proto_tree *tree,
                 void *data) {
    conversation_set_dissector_from_frame_number(find_or_create_conversation(pinfo), pinfo->num,
                                                 handle);
    return call_dissector_only(handle, tvb, pinfo, tree, data) > 0;
}

/* The server's VERSION is mostly alone in its segment; the client's begins what it has to say. */
static bool begins_with_version(const uint8_t *bytes, uint32_t captured) {
    return caw_command_at(bytes, captured) == CAW_COMMAND_VERSION &&
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
    bool first = data && conversation_is_first(pinfo, data);
    if (endpoints_announced_speaker(pinfo) == CAW_SIDE_NOBODY &&
        caw_chain(bytes, captured, whole) < CAW_CLAIM &&
        !(first && whole && begins_with_version(bytes, captured)))
        return false;
    return take(pinfo, tcp_handle, tvb, tree, data);
}

/* Nothing worse than a note. */
static bool is_sound(uint64_t flaws) {
    for (int i = 0; i < CAW_FLAWS; i++)
        if (flaws >> i & 1 && caw_flaw_rows[i].level != CAW_LEVEL_NOTE)
            return false;
    return true;
}

/* Beacons and confirmations of a repeater, which has a port of its own for each client. */
static bool is_relayed(const uint8_t *bytes, uint32_t captured) {
    static const caw_context context = {.transport = CAW_TRANSPORT_UDP, .speaker = CAW_SIDE_SERVER};
    uint32_t at = 0;

    while (at < captured) {
        caw_message message;
        int64_t size = caw_decode(bytes + at, captured - at, &context, &message);
        if (size <= 0 || size > captured - at || !is_sound(message.flaws))
            return false;
        if (message.command != CAW_COMMAND_RSRV_IS_UP &&
            message.command != CAW_COMMAND_REPEATER_CONFIRM)
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
        bool ours = command == CAW_COMMAND_VERSION || command == CAW_COMMAND_SEARCH;
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
        return conversation_has_datagram(tvb, pinfo) &&
               call_dissector_only(udp_handle, tvb, pinfo, tree, data) > 0;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)captured);
    if (captured < tvb_reported_length(tvb) ||
        !(is_relayed(bytes, captured) || is_search(bytes, captured)))
        return false;
    return take(pinfo, udp_handle, tvb, tree, data);
}

void heuristics_register(dissector_handle_t tcp, dissector_handle_t udp) {
    tcp_handle = tcp;
    udp_handle = udp;
    heur_dissector_add("tcp", looks_like_circuit, "Channel Access on any port", "ca_tcp", proto_ca,
                       HEURISTIC_ENABLE);
    heur_dissector_add("udp", looks_like_datagram, "Channel Access on any port", "ca_udp", proto_ca,
                       HEURISTIC_ENABLE);
}
