/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin remembers beyond a packet: per TCP conversation who is the server, where a
 * message ends that was not reassembled, and whether a segment begins where it should.
 *
 * Built on the first visit of each frame, in capture order, and frozen there as a note; every
 * later visit, in any order, reads the note. So a click, a second pass and a one-pass tshark all
 * show the same.
 */
#ifndef CA_MEMORY_H
#define CA_MEMORY_H

#include "caw.h"

#include <epan/packet.h>

struct tcpinfo;

/* What is known of one piece of TCP payload before its first message is read. */
typedef struct {
    caw_side speaker; /* CAW_NOBODY: nothing told yet */
    uint32_t skip;    /* leading bytes that belong to a message of an earlier frame */
    uint32_t orphan;  /* bytes behind them that belong to a message whose beginning is missing */
} ca_note;

/*
 * The note of this piece of payload. `bytes` is what is there of it, `captured` bytes; `tcp` is
 * what the TCP dissector says of the segment, or NULL.
 */
const ca_note *memory_segment(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcp,
                              const uint8_t *bytes, uint32_t captured);

/* The segment ends and its last message does not: `rest` bytes of it are still to come. */
void memory_rest(packet_info *pinfo, uint64_t rest);

/* The segment ends inside a header, of which it has these bytes (fewer than 24). */
void memory_header(packet_info *pinfo, const uint8_t *bytes, uint32_t length);

/* Where the message after this segment begins is not known. */
void memory_lost(packet_info *pinfo);

/* Who sent a datagram: its ports tell, or else its messages. */
caw_side memory_datagram(packet_info *pinfo, const uint8_t *bytes, uint32_t captured);

#endif
