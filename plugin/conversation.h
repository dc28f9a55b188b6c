/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the plugin remembers beyond a packet: the core's history and streams of each TCP
 * conversation and its history of all searches, on Wireshark's memory.
 *
 * Built on the first visit of each frame, in capture order, and kept in notes for each payload of
 * the frame; every later visit, in any order, reads the notes. So a click, a second pass and a
 * one-pass tshark all show the same.
 */
#ifndef CA_CONVERSATION_H
#define CA_CONVERSATION_H

#include "caw_capture.h"

#include <epan/packet.h>

struct tcpinfo;

struct ca_kept;
struct ca_entries;

/* A stretch of a TCP payload. */
typedef struct ca_stretch {
    caw_stretch is;
    struct ca_stretch *next; /* NULL after the last one; mostly there is one only */
} ca_stretch;

/* What is known of one TCP payload or datagram, on this visit. Lives as long as the packet. */
typedef struct {
    ca_stretch first;      /* of a TCP payload */
    const uint8_t *before; /* a lone byte of which this is the rest; NULL: none */
    caw_circuit *circuit;  /* NULL for a datagram */
    uint32_t connection;   /* numbers those of the capture from 1; 0: none is known */
    int end;               /* of the circuit */
    caw_side speaker;      /* of a datagram */
    bool keep_alive;       /* its only byte is that of a keep-alive: there is nothing to read */
    bool lone;             /* its only byte begins a message; TCP is not asked for more */
    bool strange;          /* no sign yet that this direction is Channel Access */
    bool recording;        /* this is the first visit */
    struct ca_kept *kept;  /* the same for all visits */
    struct ca_entries *at; /* where to write the next note, or read it on later visits ... */
    uint32_t index;        /* ... in there */
} ca_notes;

/*
 * The notes of this TCP payload; `tcp` is what the TCP dissector says of the segment, or NULL. When
 * there is a byte `before`, *tvb becomes the payload with it.
 */
ca_notes *conversation_segment(tvbuff_t **tvb, packet_info *pinfo, const struct tcpinfo *tcp);

/* This segment is the first of its direction: after the handshake, or of those recorded. */
bool conversation_is_first(packet_info *pinfo, const struct tcpinfo *tcp);

/* An earlier visit has made the notes of this datagram. */
bool conversation_has_datagram(tvbuff_t *tvb, packet_info *pinfo);

/* The notes of this datagram. */
ca_notes *conversation_datagram(tvbuff_t *tvb, packet_info *pinfo);

/* How the message that starts here is to be decoded. */
caw_context conversation_context(ca_notes *notes, const uint8_t *bytes, uint32_t available);

/* The note of the payload's next message. Never NULL. */
const caw_note *conversation_note(ca_notes *notes, packet_info *pinfo, const caw_message *message,
                                  const caw_context *context);

/* What the circuit's client says of itself; NULL when it has not, or for a datagram. */
const char *conversation_user(const ca_notes *notes);
const char *conversation_host(const ca_notes *notes);

/*
 * The circuit keeps this event of a payload, whose note is what conversation_note gave, or NULL: it
 * is told later. Only on the first visit: on later ones the notes are known.
 */
bool conversation_keeps(const ca_notes *notes, const caw_event *event);

/* Nothing is told of the payload now, but may be kept until it is known who serves. */
bool conversation_waits(const ca_notes *notes);

/* Where events may be kept that are to be told before the next of this payload; NULL: nowhere. */
caw_circuit *conversation_keeper(const ca_notes *notes);

/*
 * This segment is nothing of Channel Access, and given back: others may take over its connection,
 * of which this protocol then sees no more. The first frame with such a one, 0: none.
 */
void conversation_refuse(const ca_notes *notes, const packet_info *pinfo);
uint32_t conversation_refused(uint32_t connection);

/* The circuit of the connection with this number; NULL when it has carried no messages. */
caw_circuit *conversation_circuit(uint32_t connection);

/* Visits all circuits, in the order of their first messages. */
void conversation_each_circuit(void (*visit)(caw_circuit *circuit));

/* What is kept for a capture; called by the protocol's registration. */
void conversation_init(void);

#endif
