/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the plugin share: the protocol and its preferences.
 */
#ifndef PACKET_CA_H
#define PACKET_CA_H

#include "caw_history.h"

#include <epan/packet.h>

extern int proto_ca;

/* Preferences. */
extern unsigned ca_elements_shown;  /* elements of an array shown one by one */
extern unsigned ca_largest_message; /* largest message to reassemble, in MiB */

/* The callbacks Wireshark calls at start: names first, then who takes which port. */
void ca_register(void);
void ca_handoff(void);

#endif
