/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the plugin share: the protocol, its preferences, and what a frame tells taps.
 */
#ifndef PACKET_CA_H
#define PACKET_CA_H

#include "caw.h"

#include <epan/packet.h>

extern int proto_ca;

/* Preferences. */
extern unsigned ca_elements_shown;  /* elements of an array shown one by one */
extern unsigned ca_largest_message; /* largest message to reassemble, in MiB */

/* The callbacks Wireshark calls at start: names first, then who takes which port. */
void ca_register(void);
void ca_handoff(void);

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

#endif
