/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin remembers beyond a packet: the core's history of each TCP conversation and of
 * all searches, on Wireshark's memory, and where in the stream messages begin.
 *
 * Built on the first visit of each frame, in capture order, and kept in a piece for each payload
 * of the frame; every later visit, in any order, reads the piece. So a click, a second pass and a
 * one-pass tshark all show the same.
 */
#ifndef CA_MEMORY_H
#define CA_MEMORY_H

#include "caw.h"

#include <epan/packet.h>

struct tcpinfo;

/* What is kept for one message. */
typedef struct ca_entry {
    caw_note note;
    bool cancel_pending; /* of the context it was decoded in */
    struct ca_entry *next;
} ca_entry;

/* What is kept for one TCP payload or datagram. */
typedef struct {
    uint32_t continued;   /* leading bytes that belong to a message of an earlier frame */
    uint64_t still;       /* bytes of that message that come behind this piece */
    uint32_t skipped;     /* bytes behind them before the next proven message */
    uint32_t missing;     /* bytes that the capture lacks in front of this piece */
    bool unknown;         /* no message has been seen in this stream yet */
    bool placed;          /* the next is known */
    uint32_t start;       /* TCP sequence number of the first byte */
    uint32_t length;      /* bytes that were on the wire */
    int end;              /* of the circuit */
    caw_circuit *circuit; /* NULL for a datagram */
    caw_side speaker;     /* of a datagram */
    bool recording;       /* this is the first visit */
    ca_entry *first;
    ca_entry *last;
    ca_entry *at; /* the next to read, on later visits */
} ca_piece;

/*
 * The piece for this TCP payload. `bytes` is what is there of it, `captured` bytes; `tcp` is what
 * the TCP dissector says of the segment, or NULL.
 */
ca_piece *memory_segment(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcp,
                         const uint8_t *bytes, uint32_t captured);

/* The piece for this datagram. */
ca_piece *memory_datagram(tvbuff_t *tvb, packet_info *pinfo);

/* How the message that starts here is to be decoded. */
caw_context memory_context(const ca_piece *piece, const uint8_t *bytes, uint32_t available);

/* The note of the piece's next message. Never NULL. */
const caw_note *memory_note(ca_piece *piece, packet_info *pinfo, const caw_message *message,
                            const caw_context *context);

/* What the circuit's client says of itself; NULL when it has not, or for a datagram. */
const char *memory_user(const ca_piece *piece);
const char *memory_host(const ca_piece *piece);

/* The piece ends: `rest` bytes of its last message are still to come, and not reassembled. */
void memory_end(const ca_piece *piece, packet_info *pinfo, uint64_t rest);

/* The piece ends inside a header, of which it has these bytes (fewer than 24). */
void memory_header(const ca_piece *piece, packet_info *pinfo, const uint8_t *bytes,
                   uint32_t length);

/* TCP is asked to reassemble the message `at` this offset, of this size or CAW_MORE. */
void memory_ask(const ca_piece *piece, packet_info *pinfo, uint32_t at, int64_t size);

/* The piece is not understood; messages must be proven again. */
void memory_lost(const ca_piece *piece, packet_info *pinfo);

/* What is kept for a capture; called by the protocol's registration. */
void memory_init(void);

#endif
