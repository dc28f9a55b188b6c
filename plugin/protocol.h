/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol "ca" as Wireshark knows it, and its preferences. */
#ifndef CA_PROTOCOL_H
#define CA_PROTOCOL_H

#include "compat.h"

#include <stdint.h>

extern int proto_ca;

/* What the protocol keeps of a packet as long as the packet is dissected: keys of its data. */
enum { CA_PACKET_FRAME, CA_PACKET_EVENTS, CA_PACKET_SUBJECTS };

/* Preferences. */
extern unsigned ca_elements_shown;  /* elements of an array shown one by one; 0: all */
extern unsigned ca_largest_message; /* largest message to reassemble, in MiB */
extern ca_bool ca_every_byte;       /* lines for zeros that only fill a place, too */

static inline uint64_t protocol_largest_message(void) { /* in bytes */
    return (uint64_t)ca_largest_message << 20;
}

/* Registers the protocol and its preferences: before all that belongs to it. */
void protocol_register(void);

#endif
