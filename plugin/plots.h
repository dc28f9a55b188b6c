/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preference "PVs to plot": fields ca.plot.LABEL with the values of PVs, for graphs. */
#ifndef CA_PLOTS_H
#define CA_PLOTS_H

#include "caw_capture.h"

#include <epan/packet.h>

/* Registers it, for the preferences of proto_ca. The fields come and go with its rows. */
void plots_register(void);

/*
 * Adds the fields of this PV, which may be NULL, to the message at this offset when it has a value
 * of the PV: the first element, of an enumeration its index; nothing of texts. Those fields that
 * somebody names, all when the tree is `visible`.
 */
void plots_add(proto_tree *tree, tvbuff_t *tvb, uint32_t at, const caw_message *message,
               const char *pv, bool visible);

#endif
