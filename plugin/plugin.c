/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Wireshark looks for in a plugin's file: for which Wireshark it was built, and how to start.
 */
#include "compat.h"

#include "connections.h"
#include "conversation.h"
#include "conversation_filters.h"
#include "endpoints.h"
#include "fields.h"
#include "given_names.h"
#include "last.h"
#include "lines.h"
#include "output.h"
#include "packet-ca.h"
#include "plots.h"
#include "protocol.h"
#include "reports.h"
#include "srt.h"
#include "tap.h"

WS_DLL_PUBLIC_DEF const gchar plugin_version[] = CA_PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = CA_WIRESHARK_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = CA_WIRESHARK_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

#if CA_PLUGIN_DESCRIBES
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t plugin_describe(void) {
    return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER;
}
#endif

/* Everything that the plugin adds to Wireshark. */
static void register_all(void) {
    protocol_register();
    fields_register();
    given_names_register();
    plots_register();
    packet_register();
    last_register();
    tap_init();
    endpoints_init();
    conversation_init();
    connections_init();
    connections_register();
    conversation_filters_register();
    lines_register();
    reports_register();
    srt_register();
    if (g_getenv("CAW_CHECKS_OUTPUT")) /* caw does, for any report of Wireshark's */
        output_check_at_end();
}

void plugin_register(void) {
    static proto_plugin plugin = {register_all, packet_handoff};

    proto_register_plugin(&plugin);
}
