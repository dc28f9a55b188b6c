/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -V -z ca-filters: a plugin for tests, which prints what Wireshark's menu "Conversation
 * Filter" would offer for each frame: "@FRAME<tab>NAME<tab>FILTER", for names that begin with "CA:
 * ".
 *
 * -V, as menus belong to a packet that a person looks at.
 */
#include "compat.h"

#include <epan/tap.h>

#include <stdio.h>

WS_DLL_PUBLIC_DEF const gchar plugin_version[] = "0";
WS_DLL_PUBLIC_DEF const int plugin_want_major = CA_WIRESHARK_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = CA_WIRESHARK_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

#if CA_PLUGIN_DESCRIBES
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t plugin_describe(void) {
    return WS_PLUGIN_DESC_TAP_LISTENER;
}
#endif

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

static ca_tap_init init(const char *argument _U_, void *user _U_) {
    static char listener;
    GString *refused = register_tap_listener("frame", &listener, NULL, TL_REQUIRES_PROTO_TREE, NULL,
                                             on_frame, NULL, NULL);

    if (refused) {
        fprintf(stderr, "ca-filters: %s\n", refused->str);
        g_string_free(refused, TRUE);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

static void register_all(void) {
    static stat_tap_ui ui = {REGISTER_STAT_GROUP_GENERIC, NULL, "ca-filters", init, 0, NULL};

    register_stat_tap_ui(&ui, NULL);
}

void plugin_register(void) {
    static proto_plugin plugin = {register_all, NULL};

    proto_register_plugin(&plugin);
}
