/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the last packet of the capture was, of any protocol: a request of its last second may still
 * be answered.
 */
#ifndef CA_LAST_H
#define CA_LAST_H

#include "caw_history.h"

#include <epan/packet.h>

/* For a packet that has been seen before; frame 0 for one that has not: more may come. */
caw_moment last_moment(packet_info *pinfo);

/* Called by the protocol's registration. */
void last_register(void);

#endif
