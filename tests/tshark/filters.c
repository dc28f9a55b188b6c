/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -V -z ca-filters: a plugin for tests, which prints what Wireshark's menu "Conversation
 * Filter" would offer for each frame: "@FRAME<tab>NAME<tab>FILTER", for names that begin with "CA:
 * ".
 *
 * -V, as menus belong to a packet that a person looks at.
 */
#define LISTENER_TAP    "frame"
#define LISTENER_OPTION "ca-filters"
#define LISTENER_WANTS  TL_REQUIRES_PROTO_TREE
#include "listener.h"

static void print_filter(conversation_filter_t *filter, packet_info *pinfo) {
    if (!g_str_has_prefix(filter->display_name, "CA: ") ||
        !CA_FILTER_CALL(filter, is_filter_valid, pinfo))
        return;
    char *text = CA_FILTER_CALL(filter, build_filter_string, pinfo);
    printf("@%u\t%s\t%s\n", pinfo->num, filter->display_name, text);
    g_free(text);
}

static tap_packet_status on_frame(void *data _U_, packet_info *pinfo, epan_dissect_t *edt _U_,
                                  const void *tapped _U_ CA_TAP_FLAGS) {
    for (GList *at = packet_conv_filter_list; at; at = at->next)
        print_filter(at->data, pinfo);
    return TAP_PACKET_DONT_REDRAW;
}
