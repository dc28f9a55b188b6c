/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q -z ca-events: a plugin for tests, which prints what the tap "ca" carries.
 *
 * A line for each event: the frame that tells it, the frame it is of, the number of its connection,
 * its source and target, who the source is, and what it is.
 */
#include "compat.h"

#include "tap.h"

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

static void print_end(const caw_end *end) {
    char text[CAW_END_TEXT];

    caw_end_text(end, text, sizeof text);
    printf(" %s:%u", text, end->port);
}

static void print_message(const caw_event *event) {
    char text[200];

    caw_line(&event->message, text, sizeof text);
    printf("%.*s", (int)strcspn(text, "("), text);
    if (caw_pv(event->note))
        printf(" of %s", caw_pv(event->note));
    if (event->note->turn == CAW_TURN_RESPONSE)
        printf(" to %u", event->note->exchange->request.frame);
}

static void print_what(const caw_event *event) {
    static const char *const by[] = {"nothing", "FIN", "RST", "SYN", "ICMP"};

    switch (event->kind) {
    case CAW_EVENT_MESSAGE:
        print_message(event);
        break;
    case CAW_EVENT_MALFORMED:
        printf("malformed, %u bytes: %s", (unsigned)event->bytes, event->reason);
        break;
    case CAW_EVENT_ASKED:
        printf("asked, %u", event->times);
        break;
    case CAW_EVENT_ACCEPTED:
        printf("accepted");
        break;
    case CAW_EVENT_REFUSED:
        printf("refused by %s", by[event->by]);
        if (event->by == CAW_BY_ICMP)
            printf(" %u/%u", event->icmp_type, event->icmp_code);
        break;
    case CAW_EVENT_CLOSED:
        printf("closed by %s%s%s", by[event->by], event->user ? " of " : "",
               event->user ? event->user : "");
        break;
    }
}

static tap_packet_status on_frame(void *data _U_, packet_info *pinfo, epan_dissect_t *edt _U_,
                                  const void *tapped CA_TAP_FLAGS) {
    const ca_events *events = tapped;
    static const char *const sides[] = {"nobody", "client", "server"};

    for (unsigned i = 0; i < events->count; i++) {
        const caw_event *event = events->all[i];
        printf("%u %u #%u", pinfo->num, event->now.frame, event->connection);
        print_end(&event->source);
        print_end(&event->target);
        printf(" %s: ", sides[event->speaker]);
        print_what(event);
        putchar('\n');
    }
    return TAP_PACKET_DONT_REDRAW;
}

static ca_tap_init init(const char *argument _U_, void *user _U_) {
    static char listener;
    GString *refused = register_tap_listener("ca", &listener, NULL, TL_REQUIRES_NOTHING, NULL,
                                             on_frame, NULL, NULL);

    if (refused) {
        fprintf(stderr, "ca-events: %s\n", refused->str);
        g_string_free(refused, TRUE);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

static void register_all(void) {
    static stat_tap_ui ui = {REGISTER_STAT_GROUP_GENERIC, NULL, "ca-events", init, 0, NULL};

    register_stat_tap_ui(&ui, NULL);
}

void plugin_register(void) {
    static proto_plugin plugin = {register_all, NULL};

    proto_register_plugin(&plugin);
}
