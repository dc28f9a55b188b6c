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

/*
 * A circuit to a server that was announced after it had begun, or one whose search was not
 * captured: then this segment must begin it, or be a proven chain. Wireshark asks us before LBMSRS,
 * which takes any bare VERSION on the loopback for a frame of 0 bytes and waits for more. It has no
 * such frame: all have 6 bytes or more.
 */
static ca_bool looks_like_circuit(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    uint32_t captured = tvb_captured_length(tvb);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)captured);
    bool whole = captured == tvb_reported_length(tvb);

    if (PINFO_FD_VISITED(pinfo))
        return false;
    bool first = data && conversation_is_first(pinfo, data);
    if (endpoints_announced_speaker(pinfo) == CAW_SIDE_NOBODY &&
        !caw_is_circuit(bytes, captured, whole, first))
        return false;
    return take(pinfo, tcp_handle, tvb, tree, data);
}

static ca_bool looks_like_datagram(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data) {
    uint32_t captured = tvb_captured_length(tvb);

    if (PINFO_FD_VISITED(pinfo)) /* UDP remembers who took the frame */
        return conversation_has_datagram(tvb, pinfo) &&
               call_dissector_only(udp_handle, tvb, pinfo, tree, data) > 0;
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)captured);
    if (captured < tvb_reported_length(tvb) || !caw_is_datagram(bytes, captured))
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
