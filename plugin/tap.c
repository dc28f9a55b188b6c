/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "tap.h"

#include <epan/tap.h>

static int tap_ca = -1;

void tap_init(void) {
    tap_ca = register_tap("ca");
}

bool tap_listens(const packet_info *pinfo) {
    return have_tap_listener(tap_ca) && !pinfo->flags.in_error_pkt;
}

ca_event *tap_add(packet_info *pinfo, ca_events **events) {
    ca_event *event = wmem_new0(pinfo->pool, ca_event);

    if (!*events) {
        *events = wmem_new0(pinfo->pool, ca_events);
        (*events)->first = event;
        tap_queue_packet(tap_ca, pinfo, *events);
    } else {
        (*events)->last->next = event;
    }
    (*events)->last = event;
    return event;
}

bool ca_is_first_answer(const packet_info *pinfo, const ca_event *event) {
    const caw_note *note = event->note;

    return note && note->turn == CAW_TURN_RESPONSE && note->exchange &&
           note->exchange->answer.frame == pinfo->num;
}
