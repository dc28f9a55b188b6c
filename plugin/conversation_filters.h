/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wireshark's menu "Conversation Filter" of a packet: "CA: PV", the packet's PVs wherever they are;
 * "CA: channel", its channels alone; "CA: circuit", its TCP connection.
 */
#ifndef CA_CONVERSATION_FILTERS_H
#define CA_CONVERSATION_FILTERS_H

#include "caw_capture.h"

#include <epan/packet.h>

#include <stdbool.h>

/* The packet has a message of which this is known. Only worth a call where a person looks at it. */
void conversation_filters_add(packet_info *pinfo, const caw_note *note);

/* Registers the three. */
void conversation_filters_register(void);

#endif
