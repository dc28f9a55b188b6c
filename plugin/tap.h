/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame tells the listeners of the tap "ca": the core's events. */
#ifndef CA_TAP_H
#define CA_TAP_H

#include "caw_capture.h"

#include <epan/packet.h>

/*
 * The data of a tap packet: all that a frame tells, in that order; never nothing. One tap packet a
 * frame, because Wireshark drops those beyond 5000. Queued with the first event, so that nothing
 * thrown later loses it. An event may be of an earlier frame than this: see caw_capture.h.
 */
typedef struct {
    const caw_event **all; /* live as long as the packet does */
    unsigned count;
    unsigned room;
} ca_events;

/*
 * What no frame has told when packets end: it was still not known who serves. It is told to all
 * that asked for it, when one of them has seen all frames and says so, or before Wireshark forgets
 * them: tshark -M does so while it reads.
 */
void tap_ask_rest(void (*tell)(void *user, const caw_event *event), void *user);
void tap_forget(const void *user);
void tap_rest(void);

/*
 * Somebody listens to some frames only, by a display filter: each event is told with its own frame
 * from now on, whether it is known who serves or not.
 */
void tap_do_not_wait(void);

/* The event is a message that answers a request, and is the first to do so. */
bool ca_is_first_answer(const caw_event *event);

/* Registers the tap; called by the protocol's registration. */
void tap_init(void);

/* ---- for those who tell ----------------------------------------------------------------- */

/* Somebody listens. */
bool tap_listens(void);

/* Events may be told later than their frame. */
bool tap_waits(void);

/* What this frame tells so far; NULL when nobody listens. */
ca_events *tap_events(packet_info *pinfo);

/* An event of this frame, of no kind yet, from its source to its target; on the packet's memory. */
caw_event *tap_new(packet_info *pinfo);

/*
 * Tells an event as the last of the frame so far. `circuit`, or NULL: what it has kept until now
 * is told before.
 */
void tap_tell(packet_info *pinfo, ca_events *events, caw_circuit *circuit, const caw_event *event);

/* Tells an event as the `at`-th of the frame, from 0; others make room. */
void tap_tell_at(packet_info *pinfo, ca_events *events, unsigned at, const caw_event *event);

/* Where a packet comes from or goes to. */
caw_end tap_end(const address *host, uint32_t port);

#endif
