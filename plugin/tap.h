/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame tells the listeners of the tap "ca". */
#ifndef CA_TAP_H
#define CA_TAP_H

#include "caw_history.h"

#include <epan/packet.h>

/*
 * One message of a frame as the tap "ca" sees it. Lives as long as the packet does; the message
 * borrows the packet's bytes.
 */
typedef struct ca_event {
    caw_message message;  /* when reason is NULL */
    const caw_note *note; /* of the message; NULL when there is a reason */
    const char *user;     /* of the circuit's client, or NULL */
    const char *host;
    const char *reason;    /* why these bytes are not a message that can be told */
    uint64_t bytes;        /* how many they are */
    struct ca_event *next; /* NULL at the end of the frame */
} ca_event;

/*
 * The data of a tap event: all messages that complete in one frame, in that order. One event a
 * frame, because Wireshark drops those beyond 5000. Queued with the first message, so that
 * nothing thrown later loses it.
 */
typedef struct {
    ca_event *first;
    ca_event *last;
} ca_events;

/* The message of this frame answers a request, and is the first to do so. */
bool ca_is_first_answer(const packet_info *pinfo, const ca_event *event);

/* Registers the tap; called by the protocol's registration. */
void tap_init(void);

/* Somebody listens to this frame. What an ICMP error quotes was not sent again. */
bool tap_listens(const packet_info *pinfo);

/*
 * Adds an event to those of the frame and queues them with the first; `*events` is NULL before.
 * The event lives as long as the packet does.
 */
ca_event *tap_add(packet_info *pinfo, ca_events **events);

#endif
