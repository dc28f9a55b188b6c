/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of circuits: asked for, accepted, refused, closed. Most of this happens in segments
 * without data, which TCP hands to no dissector.
 */
#ifndef CA_CONNECTIONS_H
#define CA_CONNECTIONS_H

/* Registers what looks at each frame when it has been dissected, for the tap. */
void connections_register(void);

/* What is kept for a capture; called by the protocol's registration. */
void connections_init(void);

#endif
