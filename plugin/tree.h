/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A decoded message as Wireshark shows it in the packet details.
 */
#ifndef CA_TREE_H
#define CA_TREE_H

#include "brief.h"
#include "wanted.h"

#include <epan/expert.h>

/*
 * Adds the message whose first byte is at `at` of the tvb: every byte in one item or more.
 * Returns its item; NULL when the tree is, or nobody looks at messages as such.
 */
proto_item *tree_message(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t at,
                         const caw_message *message, const ca_about *about,
                         const ca_wanted *wanted);

/* Adds a stretch of bytes that is no whole message: as this field, with what it is in words. */
void tree_bytes(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb, uint32_t at, uint32_t length,
                int field, expert_field *expert, const char *what);

#endif
