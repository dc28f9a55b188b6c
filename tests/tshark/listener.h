/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each plugin for tests is besides what it prints: a listener of a tap, and an option -z of
 * tshark that begins it. Before it is included, LISTENER_TAP and LISTENER_OPTION are their names,
 * LISTENER_WANTS is what the tap is asked for; on_frame() is called for each packet.
 */
#ifndef CA_TEST_LISTENER_H
#define CA_TEST_LISTENER_H

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

static tap_packet_status on_frame(void *data, packet_info *pinfo, epan_dissect_t *edt,
                                  const void *tapped CA_TAP_FLAGS);

static ca_tap_init init(const char *argument _U_, void *user _U_) {
    static char listener;
    GString *refused = register_tap_listener(LISTENER_TAP, &listener, NULL, LISTENER_WANTS, NULL,
                                             on_frame, NULL, NULL);

    if (refused) {
        fprintf(stderr, LISTENER_OPTION ": %s\n", refused->str);
        g_string_free(refused, TRUE);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

static void register_all(void) {
    static stat_tap_ui ui = {REGISTER_STAT_GROUP_GENERIC, NULL, LISTENER_OPTION, init, 0, NULL};

    register_stat_tap_ui(&ui, NULL);
}

void plugin_register(void) {
    static proto_plugin plugin = {register_all, NULL};

    proto_register_plugin(&plugin);
}

#endif
