/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry points for TCP payloads and UDP datagrams. */
#ifndef PACKET_CA_H
#define PACKET_CA_H

/* Registers the dissectors by name ... */
void packet_register(void);

/* ... and then for their ports, configured, learned and guessed. */
void packet_handoff(void);

#endif
