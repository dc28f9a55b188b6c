/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all parts of a capture's reader share: what is remembered beyond a packet, what is counted,
 * and the way on which events are told.
 */
#ifndef CAW_READER_H
#define CAW_READER_H

#include "history/ages.h"
#include "packet/recorded.h"
#include "tcp.h"

typedef struct {
    caw_capture_setup setup;
    caw_ages *ages; /* all that stays open */
    caw_searches *searches;
    caw_endpoints *endpoints;
    caw_capture_counts counts;
    uint64_t ignored[CAW_IGNORED_REASONS];
    caw_recorded frame;   /* that is read */
    uint32_t counted_in;  /* the frame of which ... */
    uint32_t index;       /* ... this is the latest message */
    caw_moment began;     /* when the first one was */
    uint32_t connections; /* that were numbered */
} caw_reader;

/* Where the events of a payload come from; `circuit` is NULL for a datagram. */
typedef struct {
    caw_reader *reader;
    caw_circuit *circuit;
    int end;         /* of the circuit, that speaks */
    caw_event event; /* what all events of the payload have in common, and the message last read */
} caw_teller;

/* A teller of the frame that is read, for what goes from one end to another. */
caw_teller caw_reader_teller(caw_reader *reader, const caw_end *source, const caw_end *target);

/* Tells event.message with its note, unless its circuit keeps it until it is known who serves. */
void caw_teller_message(caw_teller *teller, const caw_note *note);

/* Tells bytes of a payload that are no message, in the same way: see caw_event_malformed. */
void caw_teller_malformed(caw_teller *teller, caw_malformed reason, caw_view payload, uint32_t at,
                          uint64_t length);

/* Tells what the circuit has kept, and will not keep longer: it, or the capture, ends. */
void caw_teller_rest(caw_teller *teller);

/* An end as one number: an IPv4 address and port, or what an IPv6 address makes of the seed. */
uint64_t caw_reader_endpoint(const caw_reader *reader, const caw_end *end);

/* Learns from a message where servers and clients are. */
void caw_reader_learn(caw_reader *reader, const caw_message *message, const caw_end *source);

/* The end is where a server is by its port, or by what was announced. */
bool caw_reader_serves(const caw_reader *reader, const caw_end *end);

/* Who the source is, by what servers have announced, or by the ports. */
caw_side caw_reader_speaker(const caw_reader *reader, const caw_end *source, const caw_end *target);

#endif
