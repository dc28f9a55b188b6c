/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is this Channel Access at all? Circuits and datagrams on ports that nobody has named. */
#ifndef CA_HEURISTICS_H
#define CA_HEURISTICS_H

#include <epan/packet.h>

/* Offers these two the TCP segments and datagrams that look like Channel Access. */
void heuristics_register(dissector_handle_t tcp, dissector_handle_t udp);

#endif
