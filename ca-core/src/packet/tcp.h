/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP: the segments of a connection in, the bytes of each direction in order out.
 *
 * A caw_tcp is given every segment between two ends, 0 and 1 (an address and a port each, as the
 * caller tells them apart), in the order of the capture. It calls `tell` for what follows:
 *
 *     caw_tcp *tcp = caw_tcp_new(&setup);
 *     caw_tcp_add(tcp, &segment);        // for each segment
 *     caw_tcp_tick(tcp, nanoseconds);    // live, some times in 50 ms, while caw_tcp_waits
 *     caw_tcp_flush(tcp);                // the capture ends
 *     caw_tcp_free(tcp);
 *
 *     void tell(void *user, const caw_told *told) {
 *         switch (told->kind) {
 *         case CAW_TOLD_ANEW:  // new connection: free the circuit and both caw_streams
 *         case CAW_TOLD_SIGN:  // caw_connection_segment(c, told->end, told->flags,
 *                              //                        told->sequence, 0, changes)
 *                              // or, when told->late, caw_connection_late
 *         case CAW_TOLD_BYTES: // caw_stream_add: told->bytes at told->sequence
 *         case CAW_TOLD_CUT:   // the same, captured 0
 *         case CAW_TOLD_GAP:   // nothing to do: the sequence numbers tell caw_stream
 *         ...
 *
 * Only signs (SYN, SYN/ACK, FIN, RST) that count are told, in the order of the stream: a FIN after
 * the bytes before it. So a caw_connection that is shown them, and the bytes (with flags
 * CAW_TCP_ACK and their number), follows the same rules.
 *
 * The rules are those of a receiver (RFC 9293, RFC 7323, Linux) as far as a bystander can know:
 *
 * - The bytes recorded first win. A later copy with other bytes is told as a conflict, once for
 * each segment. What was told is compared as long as CAW_TCP_PAST bytes remember it.
 * - A gap before bytes that wait is given up when the other end has acknowledged it (its segments
 * may be recorded before the data they acknowledge) and a grace is over: `packets` of this
 * connection or `nanoseconds` of capture time. It is over from the start where the gap was
 * acknowledged more than a second before anything after it was recorded. Of the other end nothing
 * was recorded: by the grace alone. Each packet adds 25 ms to the time at most, so no clock that
 * jumps ends a grace; one that goes back adds nothing. Bytes that are acknowledged, and nothing
 * after them is recorded, delay nobody and are told as missing by caw_tcp_flush, but for one: that
 * may be the number of a FIN.
 * - Data, or a FIN, of an end that has acknowledged such a gap of the other may answer what waits
 * there, and is told after it: then both directions are told in the order of the capture, until
 * neither has such a gap.
 * - A gap is also given up when more waits than `most` or `most_of_all`, and by caw_tcp_tick.
 * - Without a SYN the first byte recorded is the first.
 * - A single byte is a keep-alive's and not data: right before the next or the last one recorded;
 * as the first of a direction without a SYN; where it was acknowledged more than a second before,
 * and what comes before it is missing. Segments without data there, and copies of what was told,
 * are ignored as well.
 * - A segment does not count: with a bad checksum where the direction has good ones, unless bad
 *   ones are 16 times as many; with an older timestamp than bytes that were next; with data beyond
 *   twice the window; with data and without ACK; with SYN and FIN; of a side after its FIN; of both
 *   after a RST.
 * - A RST counts with the number that is next, acknowledged, or after the last byte recorded; its
 *   data is none.
 * - Data of a SYN waits until it is acknowledged, or the same end goes on after it; it is dropped
 *   when only the SYN is acknowledged, for then it comes again (RFC 7413).
 * - A SYN or SYN/ACK with another number begins a new connection at once after a FIN or RST, or
 * when nobody answered the last; else when the other end acknowledges it or its own goes on from
 * it. One recorded late, up to 64 KiB before the first byte, is the connection's own. After the
 * end, data far from the old numbers begins a new connection, whose SYN was not recorded.
 * - Of several SYN/ACKs the one counts whose number is acknowledged.
 * - Urgent data stays in the stream where it is (as with SO_OOBINLINE; CA has none), and is told.
 */
#ifndef CAW_TCP_H
#define CAW_TCP_H

#include "caw_capture.h"
#include "packet/checksum.h"

/* How many of the bytes told last are remembered, each direction. */
#define CAW_TCP_PAST 1024

typedef enum {
    CAW_TOLD_ANEW,     /* what follows is of another connection between the same ends */
    CAW_TOLD_SIGN,     /* flags of a segment that count */
    CAW_TOLD_BYTES,    /* the next bytes */
    CAW_TOLD_CUT,      /* the next ones were recorded without their bytes (snaplen) */
    CAW_TOLD_GAP,      /* the next ones are missing: given up */
    CAW_TOLD_CONFLICT, /* this many bytes of a segment differ from those recorded first */
    CAW_TOLD_IGNORED,  /* a segment, or this many bytes of it, do not count: see `reason` */
    CAW_TOLD_URGENT    /* a segment has urgent data, which is told as any other */
} caw_told_kind;

typedef enum {
    CAW_IGNORED_REPEATED,
    CAW_IGNORED_LATE, /* bytes of a gap that was given up */
    CAW_IGNORED_KEEP_ALIVE,
    CAW_IGNORED_CHECKSUM,
    CAW_IGNORED_TIMESTAMP,
    CAW_IGNORED_WINDOW,
    CAW_IGNORED_NO_ACK,
    CAW_IGNORED_SYN_FIN,
    CAW_IGNORED_SYN, /* with a number of its own, in the middle of a connection */
    CAW_IGNORED_SYN_DATA,
    CAW_IGNORED_RST,
    CAW_IGNORED_RST_DATA,
    CAW_IGNORED_AFTER_END,
    CAW_IGNORED_MEMORY, /* there was none */
    CAW_IGNORED_REASONS
} caw_ignored;

/* Such as "out of the window". */
const char *caw_ignored_text(caw_ignored reason);

/* It happens to every TCP, and nothing is lost by it. */
bool caw_ignored_is_usual(caw_ignored reason);

/* It and its bytes hold until `tell` returns. */
typedef struct {
    caw_told_kind kind;
    int end;           /* who has sent it */
    caw_moment when;   /* of the packet with these bytes; of a gap, that which ended the waiting */
    uint32_t sequence; /* of the first byte, or of the sign */
    uint32_t length;   /* bytes */
    const uint8_t *bytes;
    uint32_t cut;   /* bytes: so many more were in the packet and not recorded, a CUT comes next */
    unsigned flags; /* of a sign */
    caw_ignored reason;
    bool at_start; /* bytes, cut, gap: it is the first byte after the SYN */
    bool late;     /* sign: a SYN recorded after other segments of its connection */
} caw_told;

typedef struct {
    caw_memory memory;
    void (*tell)(void *user, const caw_told *told); /* must not call this caw_tcp */
    void *user;
    uint64_t most;  /* bytes of memory in which one direction's pieces wait, about */
    uint64_t *held; /* the same of all connections with this setup: kept here; begins with 0 */
    uint64_t most_of_all; /* of *held: who adds to more gives up his gaps */
    uint32_t packets;     /* the grace: 64 */
    int64_t nanoseconds;  /* 50 ms */
} caw_tcp_setup;

/* As it stands in the packet. Its bytes are borrowed for the call. */
typedef struct {
    int end; /* the sender: 0 or 1 */
    unsigned flags;
    uint32_t sequence;
    uint32_t acknowledgment; /* with CAW_TCP_ACK */
    uint16_t window;         /* before scaling */
    bool has_scale;          /* of a SYN: the option */
    uint8_t scale;
    bool has_timestamp;
    uint32_t timestamp;    /* TSval */
    const uint8_t *bytes;  /* of the payload ... */
    uint32_t captured;     /* ... how many were */
    uint32_t length;       /* on the wire, below 2^30 */
    caw_checksum checksum; /* only good and bad ones count */
    caw_moment when;
} caw_tcp_segment;

typedef struct caw_tcp caw_tcp;

/* The setup must live as long. NULL without memory. */
caw_tcp *caw_tcp_new(const caw_tcp_setup *setup);
void caw_tcp_add(caw_tcp *tcp, const caw_tcp_segment *segment);

/*
 * Live: the time of a clock that does not jump, above 0. A gap that is acknowledged is given up
 * when `nanoseconds` have gone by from the first tick that found it, one that is not after 60 times
 * that.
 */
void caw_tcp_tick(caw_tcp *tcp, int64_t nanoseconds);

/* Bytes wait for others: a tick may change something. */
bool caw_tcp_waits(const caw_tcp *tcp);

/* Nothing comes any more: all gaps are given up. */
void caw_tcp_flush(caw_tcp *tcp);

/* The connection has ended, by a RST or the FINs of both ends: once told, it may be freed. */
bool caw_tcp_ended(const caw_tcp *tcp);

/* Nothing is told. */
void caw_tcp_free(caw_tcp *tcp);

#endif
