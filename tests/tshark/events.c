/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tshark -q -z ca-events: a plugin for tests, which prints what the tap "ca" carries.
 *
 * A line for each event: the frame that tells it, the frame it is of, the number of its connection,
 * its source and target, who the source is, and what it is.
 */
#define LISTENER_TAP    "ca"
#define LISTENER_OPTION "ca-events"
#define LISTENER_WANTS  TL_REQUIRES_NOTHING
#include "listener.h"

#include "tap.h"

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
