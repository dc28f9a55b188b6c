/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin remembers beyond a packet: the core's history of each TCP conversation and of
 * all searches, on Wireshark's memory, and where in the stream messages begin.
 *
 * Built on the first visit of each frame, in capture order, and kept in a piece for each payload
 * of the frame; every later visit, in any order, reads the piece. So a click, a second pass and a
 * one-pass tshark all show the same.
 */
#ifndef CA_CONVERSATION_H
#define CA_CONVERSATION_H

#include "caw_capture.h"

#include <epan/packet.h>

struct tcpinfo;

/* What is kept for one message. */
typedef struct ca_entry {
    caw_note note;
    bool cancel_pending; /* of the context it was decoded in */
} ca_entry;

struct ca_entries;

struct ca_state;

/*
 * What is kept for one TCP payload or datagram. A payload has, in this order: bytes that an
 * earlier frame had, the end of a message that began in one, bytes that prove nothing, messages,
 * and again bytes that an earlier frame had. Most have messages alone.
 */
typedef struct {
    uint32_t repeated;          /* bytes at the start that an earlier frame had */
    uint32_t continued;         /* bytes of a message that began in an earlier frame */
    uint32_t skipped;           /* bytes before the first proven message */
    uint32_t until;             /* offset of bytes at the end that an earlier frame had */
    uint32_t missing;           /* bytes that the capture lacks in front of this piece */
    uint32_t wasted;            /* bytes in front of these, of a message that lacks them */
    bool opens;                 /* nothing but its place in the stream says that a message begins */
    bool strange;               /* no sign yet that this direction is Channel Access */
    bool late;                  /* others of this direction, from further on, came before */
    uint32_t start;             /* TCP sequence number of the first byte */
    uint32_t length;            /* bytes that were on the wire */
    struct ca_state *after;     /* where the stream stands behind the piece; NULL: no change */
    int end;                    /* of the circuit */
    caw_circuit *circuit;       /* NULL for a datagram */
    caw_side speaker;           /* of a datagram */
    bool recording;             /* this is the first visit */
    struct ca_stream *stream;   /* on the first visit, of a TCP payload */
    struct ca_entries *entries; /* of the messages, in order */
    struct ca_entries *at;      /* where to write the next one, or read it on later visits ... */
    uint32_t index;             /* ... in there */
} ca_piece;

/* Offset of the first message. */
static inline uint32_t conversation_first(const ca_piece *piece) {
    return piece->repeated + piece->continued + piece->skipped;
}

/*
 * The piece for this TCP payload. `bytes` is what is there of it, `captured` bytes; `tcp` is what
 * the TCP dissector says of the segment, or NULL.
 */
ca_piece *conversation_segment(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcp,
                               const uint8_t *bytes, uint32_t captured);

/* This segment is the first of its direction, behind the handshake. */
bool conversation_is_first(packet_info *pinfo, const struct tcpinfo *tcp);

/* An earlier visit has made the piece for this datagram. */
bool conversation_has_datagram(tvbuff_t *tvb, packet_info *pinfo);

/* The piece for this datagram. */
ca_piece *conversation_datagram(tvbuff_t *tvb, packet_info *pinfo);

/* How the message that starts here is to be decoded. */
caw_context conversation_context(ca_piece *piece, const uint8_t *bytes, uint32_t available);

/* The note of the piece's next message. Never NULL. */
const caw_note *conversation_note(ca_piece *piece, packet_info *pinfo, const caw_message *message,
                                  const caw_context *context);

/* What the circuit's client says of itself; NULL when it has not, or for a datagram. */
const char *conversation_user(const ca_piece *piece);
const char *conversation_host(const ca_piece *piece);

/* Numbers the TCP connections of a capture from 1; 0 of a datagram. */
uint32_t conversation_number(const ca_piece *piece, packet_info *pinfo);

/*
 * The circuit keeps this event of a piece, whose note is what conversation_note gave, or NULL: it
 * is told later. Only on the first visit: on later ones the notes are known.
 */
bool conversation_keeps(const ca_piece *piece, const caw_event *event);

/* Nothing is told of the piece now, but may be kept until it is known who serves. */
bool conversation_waits(const ca_piece *piece);

/* Where events may be kept that are to be told before the next of this piece; NULL: nowhere. */
caw_circuit *conversation_keeper(const ca_piece *piece);

/* The circuit of the TCP stream with this number; NULL when it has carried no messages. */
caw_circuit *conversation_circuit(uint32_t stream);

/* Visits all circuits, in the order of their first messages. */
void conversation_each_circuit(void (*visit)(caw_circuit *circuit));

/*
 * How the messages of a piece end; without a call the next one must be proven. With a message, of
 * which `rest` bytes are still to come that will not be reassembled ...
 */
void conversation_end(const ca_piece *piece, uint64_t rest);

/* ... or inside the message, or header, that begins with these bytes ... */
void conversation_inside(const ca_piece *piece, const uint8_t *bytes, uint32_t length);

/* ... which TCP is asked to reassemble ... */
void conversation_ask(const ca_piece *piece, const uint8_t *bytes, uint32_t length);

/* ... or with something that is no Channel Access. */
void conversation_foreign(const ca_piece *piece);

/* What is kept for a capture; called by the protocol's registration. */
void conversation_init(void);

#endif
