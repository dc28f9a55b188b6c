/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The field ca.messages, for a column: the classes of a payload's messages in the order of the
 * wire, those of a kind in a row counted, "SearchRequest x2", without the VERSION that others
 * follow. The Info column says more of each, in other words.
 */
#ifndef CA_MESSAGES_H
#define CA_MESSAGES_H

#include "caw.h"

#include <epan/packet.h>

/* Of one payload; all zero at first. */
typedef struct {
    wmem_strbuf_t *text;         /* of the rows that are complete */
    const caw_message_row *last; /* the latest messages ... */
    unsigned count;              /* ... and how many there are of it in a row */
    unsigned more;               /* messages without room */
} ca_messages;

void messages_add(ca_messages *messages, packet_info *pinfo, const caw_message *message);

/* Adds the field, if there was any message. */
void messages_show(ca_messages *messages, proto_tree *tree, tvbuff_t *tvb);

#endif
