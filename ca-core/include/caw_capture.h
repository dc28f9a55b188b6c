/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcaw: whole packets, and questions about them. Read caw.h and caw_history.h first.
 *
 *     1. headers     the objects `ethernet`, `ip` and `transport` of a line format
 *     2. events      what happens in a capture: messages, and the life of circuits
 *     3. files       pcap and pcapng: bytes in, frames out
 *     4. captures    frames in, events out
 *     5. facts       what is known of a message beside its bytes
 *     6. reports     questions about a whole capture, answered by a table
 *     7. expressions a question in words of the protocol, asked about events or by capture filters
 *     8. lines       one line of text for each message, as a format says
 *     9. data        the same lines as JSON and CSV, their keys, and schemas of them
 *
 * A whole program, which prints a line for each message of a capture that it reads:
 *
 *     #include "caw_capture.h"
 *     #include <stdio.h>
 *     #include <stdlib.h>
 *
 *     static void *take(void *user, size_t bytes) { return malloc(bytes); }
 *     static void give_back(void *user, void *memory) { free(memory); }
 *
 *     static void tell(void *user, const caw_event *event) {
 *         char text[65536];
 *         if (caw_lines_print(user, event, text, sizeof text))
 *             fputs(text, stdout);
 *     }
 *
 *     int main(void) {
 *         caw_memory memory = {take, give_back, NULL};
 *         char problem[CAW_LINES_PROBLEM];
 *         caw_lines_form form = {.format = "{timestamp} {src} {pv} {command}"};
 *         caw_lines *lines = caw_lines_new(&form, &memory, problem, sizeof problem);
 *         caw_capture_setup setup = {.memory = memory, .tell = tell, .user = lines,
 *                                    .most = 1 << 30, .largest = 64 << 20, .seed = 1};
 *         caw_capture *capture = caw_capture_new(&setup);
 *         caw_file *file = caw_file_new(&memory);
 *         uint8_t bytes[65536];
 *         caw_frame frame;
 *         for (size_t length; (length = fread(bytes, 1, sizeof bytes, stdin)) > 0;) {
 *             caw_file_feed(file, bytes, length);
 *             while (caw_file_next(file, &frame))
 *                 caw_capture_frame(capture, &frame);
 *         }
 *         caw_file_end(file);
 *         caw_capture_end(capture);
 *         caw_file_free(file);
 *         caw_capture_free(capture);
 *         caw_lines_free(lines);
 *         return 0;
 *     }
 *
 * It leaves out what may fail for want of memory: what makes an object returns NULL then. The seed
 * should be random, see caw_capture_setup.
 */
#ifndef CAW_CAPTURE_H
#define CAW_CAPTURE_H

#include "caw_history.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. headers -------------------------------------------------------------------------- */

/*
 * The headers around a message, as the Python library dpkt (1.9.8) presents them: the objects
 * `ethernet`, `ip` and `transport` of a line format, with dpkt's attribute names and its text.
 * Like caw.h: no allocation, no state, bytes are borrowed from the caller.
 *
 *     caw_packet packet;
 *     caw_attribute port;
 *     caw_packet_parse(frame, captured, CAW_LINK_ETHERNET, &packet);
 *     if (caw_packet_find(&packet, "transport.sport", &port) && port.kind == CAW_ATTRIBUTE_NUMBER)
 *         printf("%lld\n", (long long)port.number);
 *
 * Covered is what carries Channel Access: Ethernet II with up to two VLAN tags, Linux cooked
 * captures (both versions), BSD loopback, bare IP; IPv4, IPv6 without extension headers; TCP and
 * UDP. Anything else is the plain bytes in `data` of the layer below.
 */

/* What a captured frame begins with. */
typedef enum {
    CAW_LINK_ETHERNET,
    CAW_LINK_SLL,     /* Linux cooked capture */
    CAW_LINK_SLL2,    /* the same, version 2 */
    CAW_LINK_NULL,    /* BSD loopback: an address family in either byte order, then IP */
    CAW_LINK_RAW_IP,  /* IPv4 or IPv6 at once; there is no ethernet object */
    CAW_LINK_UNKNOWN, /* nothing can be found */
} caw_link;

/* The three objects. `ethernet` stands for whatever link layer there is. */
typedef enum { CAW_LAYER_ETHERNET, CAW_LAYER_IP, CAW_LAYER_TRANSPORT, CAW_LAYERS } caw_layer_id;

/* What a layer is: dpkt's classes. */
typedef enum {
    CAW_CLASS_NONE, /* the frame has no such layer */
    CAW_CLASS_ETHERNET,
    CAW_CLASS_TAGGED, /* Ethernet with VLAN tags */
    CAW_CLASS_SLL,
    CAW_CLASS_SLL2,
    CAW_CLASS_LOOPBACK,
    CAW_CLASS_IP,
    CAW_CLASS_IP6,
    CAW_CLASS_TCP,
    CAW_CLASS_UDP,
    CAW_CLASSES
} caw_class;

typedef struct {
    caw_class is;
    uint32_t at;     /* offset of its first byte in the frame */
    uint32_t header; /* bytes of header, tags and options that are there */
    uint32_t end;    /* offset after its last byte: padding of short frames left out */
} caw_layer;

typedef struct {
    caw_view frame;
    uint32_t tags; /* VLAN tags */
    caw_layer layers[CAW_LAYERS];
} caw_packet;

/* Finds the layers of a frame of which `captured` bytes are there. Never fails. */
void caw_packet_parse(const uint8_t *frame, uint32_t captured, caw_link link, caw_packet *packet);

/* The address family a loopback frame begins with, whatever its byte order. */
uint32_t caw_packet_family(const caw_packet *packet);

typedef enum {
    CAW_ATTRIBUTE_NONE,   /* this packet has none: `transport.seq` of a UDP datagram */
    CAW_ATTRIBUTE_NUMBER, /* .number */
    CAW_ATTRIBUTE_OBJECT, /* bytes, a list or a whole layer: known by its text only */
} caw_attribute_kind;

typedef struct {
    caw_attribute_kind kind;
    int64_t number;
    caw_layer_id layer;
    /* private */
    const struct caw_attribute_row *row; /* NULL: the layer itself, or its data */
    bool data;
} caw_attribute;

/*
 * Looks an attribute up by the path a Python programmer would write: "ip", "ip.ttl",
 * "ethernet.dst", "transport.data", "ip.data.sport", "ethernet.ip.tcp.flags". False when no packet
 * could ever have it.
 */
bool caw_packet_find(const caw_packet *packet, const char *path, caw_attribute *attribute);

/*
 * The attribute as text: repr() of it, or str(), which for a layer is its bytes as dpkt would
 * send them (an IPv4 header without checksum gets one, and its length). Works like snprintf:
 * writes at most size bytes, NUL included, and returns the length of the whole text.
 */
size_t caw_packet_text(const caw_packet *packet, const caw_attribute *attribute, bool repr,
                       char *text, size_t size);

/* ---- 2. events ---------------------------------------------------------------------------- */

/*
 * What lines, reports and expressions read, and nothing else: a reader of packets makes these,
 * one after another in the order of the capture; in a frame, the end of a circuit comes after the
 * frame's messages. An event and all it points to hold until the callback that gets it returns:
 * copy what you need for longer. What is not known is zero or NULL.
 *
 * An event may be told later than its own frame, and says itself when and where it was: a message
 * waits until it is known who serves (caw_circuit_keep), the beginning of a connection until it is
 * known that it is Channel Access.
 */
typedef enum {
    CAW_EVENT_MESSAGE,   /* a message: .message with its .note */
    CAW_EVENT_MALFORMED, /* bytes that are no message: .bytes of them, for a .reason */
    CAW_EVENT_ASKED,     /* somebody asks for a circuit: a SYN, the .times-th of this attempt */
    CAW_EVENT_ACCEPTED,  /* the other end takes it: a SYN with an ACK */
    CAW_EVENT_REFUSED,   /* it was asked for and is refused: .by a RST or an ICMP error; of UDP: an
                            ICMP error quotes a datagram, such as a search */
    CAW_EVENT_CLOSED     /* a circuit has ended: .by a FIN, a RST or a new SYN of the source */
} caw_event_kind;

/* What ended or refused a circuit. */
typedef enum {
    CAW_BY_NOTHING, /* neither ended nor refused */
    CAW_BY_FIN,
    CAW_BY_RST,
    CAW_BY_SYN, /* of the next circuit between the same ends */
    CAW_BY_ICMP /* an error: .icmp_type, .icmp_code */
} caw_by;

#define CAW_FOREIGN_MOST 16 /* bytes that show what somebody talks instead */

/* Where a packet comes from or goes to. */
typedef struct {
    uint8_t size;      /* of the address: 4 bytes, 16, or 0 when it has none */
    uint8_t bytes[16]; /* in network order */
    uint16_t port;
} caw_end;

typedef struct {
    caw_event_kind kind;
    caw_moment now;  /* of the frame; a message belongs to the frame that completes it */
    caw_moment sent; /* of the packet with the message's last byte, when that is another one: it
                        waited for bytes before it. Frame 0: it is `now`, see caw_event_sent */
    uint32_t index;  /* CAW_EVENT_MESSAGE, CAW_EVENT_MALFORMED: of those of `now`'s frame, from 0 */
    bool exact;      /* the capture counts nanoseconds, not microseconds */
    caw_moment began; /* when the first packet of the capture was that has a time */
    caw_transport transport;
    caw_end source; /* CAW_BY_ICMP: the end that was asked, although a router may have answered */
    caw_end target;
    uint32_t connection;        /* numbers the TCP connections of a capture from 1; 0: UDP */
    const caw_circuit *circuit; /* NULL for UDP, and before a connection has carried anything */
    caw_side speaker;           /* of the source, when the connection's roles are known */
    const char *user;           /* what the circuit's client says of itself, as on the wire */
    const char *host;
    caw_message message;   /* CAW_EVENT_MESSAGE */
    const caw_note *note;  /* CAW_EVENT_MESSAGE: never NULL then; is not changed once it is told */
    caw_moment last;       /* of the capture, when all of it has been read before, as by who shows
                              messages again; frame 0: more may come */
    const char *reason;    /* CAW_EVENT_MALFORMED: a few words; static text */
    uint64_t bytes;        /* CAW_EVENT_MALFORMED */
    uint8_t foreign_count; /* CAW_EVENT_MALFORMED: a segment or datagram that is nothing of Channel
                              Access from its first byte on begins with these; else 0 of them */
    uint8_t foreign[CAW_FOREIGN_MOST];
    uint32_t times;    /* CAW_EVENT_ASKED: from 1; CAW_EVENT_ACCEPTED: of how many, 0: not known */
    caw_by by;         /* CAW_EVENT_REFUSED, CAW_EVENT_CLOSED */
    uint8_t icmp_type; /* CAW_BY_ICMP: as in RFC 792 and 4443 */
    uint8_t icmp_code;
    uint32_t copies; /* CAW_EVENT_MESSAGE: how often its datagram was recorded, on as many
                        interfaces; 0 and 1 are once */
    caw_view frame;  /* the packet as captured, for the objects of a line format; may be empty */
    caw_link link;   /* what the frame begins with */
} caw_event;

/*
 * Makes a CAW_EVENT_MALFORMED of an event of a payload: `length` bytes at offset `at` of it are no
 * message. The payload's bytes that were captured are `payload`.
 */
void caw_event_malformed(caw_event *event, caw_malformed reason, caw_view payload, uint32_t at,
                         uint64_t length);

/* When and where a message was recorded itself; its exchange is timed by that. */
static inline caw_moment caw_event_sent(const caw_event *event) {
    return event->sent.frame ? event->sent : event->now;
}

/*
 * The address as text, without the port: 10.0.0.1, or as RFC 5952 has it, 2001:db8::1, with the
 * last 32 bits of an address that carries an IPv4 one dotted, as inet_ntop does: ::ffff:10.0.0.1.
 * "" for an end without address. As snprintf: writes at most size bytes, NUL included, returns the
 * length of the whole text.
 */
size_t caw_end_text(const caw_end *end, char *text, size_t size);

/* The same with its port, where it has one: 10.0.0.1:5064, [2001:db8::1]:5064. */
size_t caw_end_port_text(const caw_end *end, char *text, size_t size);

/* Room for any such text, NUL included: without and with a port. */
#define CAW_END_TEXT      46
#define CAW_END_PORT_TEXT (CAW_END_TEXT + 8)

/*
 * A copy that stands alone: the bytes of its message and frame, its note, user and host lie after
 * it in one piece of memory, to be freed with memory->release. What belongs to a circuit, or to
 * searches, stays theirs: the circuit, and what the note points to. NULL without memory.
 */
caw_event *caw_event_copy(const caw_event *event, const caw_memory *memory);

/*
 * While nobody knows who serves on a circuit, requests may look like answers, so the circuit keeps
 * its events and gives them back in order when it is known: before the one that settles it. It
 * does not wait for ever: not for more than CAW_KEPT_MOST events or CAW_KEPT_BYTES of them, and not
 * beyond its end. What it gives back then is as the message alone shows.
 *
 *     caw_circuit_observe(circuit, end, &event.message, event.now, &note);
 *     if (!caw_circuit_keep(circuit, end, &event, NULL)) {
 *         for (const caw_event *kept; (kept = caw_circuit_kept(circuit));)
 *             tell(kept);
 *         tell(&event);
 *     }
 */
#define CAW_KEPT_MOST  64
#define CAW_KEPT_BYTES (1 << 20)

/*
 * True: the circuit has a copy of the event, sent by this end, and it is not to be told now. False:
 * it is to be told, after what caw_circuit_kept still has. A message was observed before. `later`,
 * or NULL: where the note of a message is written too when it is known, for a caller who reads
 * messages again; it must stay where it is as long as the circuit lives.
 */
bool caw_circuit_keep(caw_circuit *circuit, int end, const caw_event *event, caw_note *later);

/* Stops waiting: the circuit or the capture ends, and what was kept is to be told. */
void caw_circuit_stop_keeping(caw_circuit *circuit);

/*
 * The next of the kept events that is to be told now, or NULL. It holds until the next call for
 * this circuit.
 */
const caw_event *caw_circuit_kept(caw_circuit *circuit);

/* What a TCP segment says of its connection: bits of its header, RFC 9293. */
enum { CAW_TCP_FIN = 1, CAW_TCP_SYN = 2, CAW_TCP_RST = 4, CAW_TCP_ACK = 16, CAW_TCP_URG = 32 };

/*
 * The life of the connections between two ends, 0 and 1, one after another. Begins zeroed; holds no
 * memory; its members are private. The caller tells the two ends apart by address and port.
 */
typedef struct {
    bool asked;      /* a SYN has been seen ... */
    bool accepted;   /* ... and one with an ACK */
    bool used;       /* something else that belongs to a connection */
    bool refused;    /* it has come to nothing, but may be asked for again */
    bool closed;     /* it has been closed */
    int client;      /* the end that asked; undefined before asked or accepted */
    uint32_t isn[2]; /* sequence number of the SYN of each end */
    uint32_t times;  /* how often it was asked for */
    bool carries[2]; /* this end has sent data */
} caw_connection;

/* What a segment has changed: see the members of caw_event. */
typedef struct {
    caw_event_kind kind;
    caw_by by;
    uint32_t times;
} caw_change;

/* A segment can end one connection and ask for the next. */
#define CAW_CHANGES 2

/*
 * Looks at a segment, sent by this end, with these flags, sequence number as on the wire and
 * bytes of data. Writes what it has changed, in order, and returns how many changes these are. The
 * first FIN, RST or new SYN closes a connection; a RST of the server before any data refuses it. A
 * SYN with another sequence number asks for another connection; the same one again, for the same.
 */
size_t caw_connection_segment(caw_connection *connection, int end, unsigned flags,
                              uint32_t sequence, uint32_t bytes, caw_change changes[CAW_CHANGES]);

/*
 * A SYN, or with CAW_TCP_ACK among the flags a SYN/ACK, that is known to be this connection's,
 * though the capture has it after other segments of it: who asked is known from now on, and nothing
 * else has changed.
 */
void caw_connection_late(caw_connection *connection, int end, unsigned flags, uint32_t sequence);

/*
 * An ICMP error quotes a segment of this end with this sequence number. True when that is the SYN
 * of an attempt that nobody has answered: it is refused.
 */
bool caw_connection_unreachable(caw_connection *connection, int end, uint32_t sequence);

/* Who is at this end: the one that asked is the client. CAW_SIDE_NOBODY without a handshake. */
caw_side caw_connection_speaker(const caw_connection *connection, int end);

/* An ICMP or ICMPv6 error and the TCP segment that it quotes. */
typedef struct {
    uint8_t type; /* RFC 792, RFC 4443 */
    uint8_t code;
    caw_end source; /* of the segment */
    caw_end target;
    uint32_t sequence;
} caw_icmp_error;

/*
 * True when the packet is an ICMP error that says that a TCP segment did not arrive: destination
 * unreachable, time exceeded, parameter problem; not "too big", which has it sent again.
 */
bool caw_packet_icmp_error(const caw_packet *packet, caw_icmp_error *error);

/* ---- 3. files ----------------------------------------------------------------------------- */

/*
 * Capture files, bytes in, packets out: pcap and pcapng. Does no I/O: the bytes come from a file, a
 * pipe or a decompressor, in pieces of any size.
 *
 *     caw_file *file = caw_file_new(&memory);
 *     while ((length = read(fd, buffer, sizeof buffer)) > 0) {
 *         caw_file_feed(file, buffer, length);
 *         while (caw_file_next(file, &frame))
 *             ... frame.bytes, frame.seconds ...
 *     }
 *     caw_file_end(file);
 *     if ((problem = caw_file_problem(file, &at)))
 *         fprintf(stderr, "%s: at byte %" PRIu64 ": %s\n", name, at, problem);
 *
 * A packet is given with its last byte, and not with the first of the next: a live pipe is never a
 * packet late. A packet that lies whole in a piece is not copied. What is read:
 *
 *     pcap    of either byte order, in micro- or nanoseconds, and Kuznetsov's "modified" format;
 *             draft-ietf-opsawg-pcap
 *     pcapng  sections of either byte order, one after another; interfaces with link types, snap
 *             lengths, resolutions and offsets of their own; enhanced, simple and obsolete packet
 *             blocks. Other blocks are passed. draft-ietf-opsawg-pcapng
 *
 * Memory is bounded: twice what has come of one packet that does not lie whole in a piece (a packet
 * has at most 256 MiB), and 65536 interfaces of a section. No length that a file declares takes
 * memory before its bytes have come.
 */
typedef enum {
    CAW_FILE_UNKNOWN, /* nothing that is known here, or too short to tell */
    CAW_FILE_PCAP,
    CAW_FILE_PCAPNG,
    CAW_FILE_GZIP, /* compressed: what is inside is not known yet */
    CAW_FILE_ZSTD,
    CAW_FILE_LZ4,
    CAW_FILE_XZ,
    CAW_FILE_BZIP2,
    CAW_FILE_OTHER /* a capture of a format that Wireshark reads */
} caw_file_kind;

enum { CAW_FILE_MAGIC = 8 };

/*
 * What a file is by its first bytes: give CAW_FILE_MAGIC of them, or all when there are fewer.
 * `name` gets what people call the format, "gzip", "Sun snoop", or NULL; it may be NULL itself.
 */
caw_file_kind caw_file_kind_of(const uint8_t *bytes, size_t length, const char **name);

/* A packet as it was captured. All but the bytes are values. */
typedef struct {
    int64_t seconds;       /* since 1970-01-01 00:00 UTC; 0 when not timed */
    int32_t nanoseconds;   /* 0..999999999 */
    bool timed;            /* simple packet blocks have no time */
    bool exact;            /* the file counts in less than microseconds, see caw_event.exact */
    uint16_t link;         /* LINKTYPE_ number as in the file, tcpdump.org/linktypes.html */
    uint32_t interface_id; /* from 0; those of all sections of a file are counted through */
    const uint8_t *bytes;  /* borrowed until the next call of caw_file_next, _feed or _begin */
    uint32_t captured;     /* how many of them there are */
    uint32_t length;       /* bytes of the packet on the wire, as the file says it */
} caw_frame;

typedef struct caw_file caw_file;

/* NULL without memory. */
caw_file *caw_file_new(const caw_memory *memory);
void caw_file_free(caw_file *file);

/* Begins anew: the next bytes are the first of another file, its interfaces counted from 0. */
void caw_file_begin(caw_file *file);

/*
 * The next bytes, borrowed until caw_file_next has returned false: only then may more be fed. After
 * a file has ended, or seemed to, more bytes of it go on where it stopped (a file that grows).
 */
void caw_file_feed(caw_file *file, const uint8_t *bytes, size_t length);

/* The next packet. False: it has not come as a whole yet, or nothing more can be read. */
bool caw_file_next(caw_file *file, caw_frame *frame);

/*
 * No more bytes are there: a packet or block that is not whole is now a problem. As in Wireshark
 * and libpcap what is there of such a packet is not given: a file that grows still brings it.
 */
void caw_file_end(caw_file *file);

/*
 * What is wrong, in a sentence without a period, or NULL; `at` is the offset of the packet or block
 * in the file, from 0. After anything but an end too early nothing more is read: caw_file_next
 * returns false, and more bytes are taken and ignored. The text is the reader's.
 */
const char *caw_file_problem(const caw_file *file, uint64_t *at);

/* Nothing more can be read of this file, whatever comes: stop reading it. */
bool caw_file_is_damaged(const caw_file *file);

/* ---- 4. captures -------------------------------------------------------------------------- */

/*
 * From frames to events: link layers, tunnels, IP and its fragments, TCP streams in order,
 * messages, circuits, searches. Give it all frames of a capture in their order, of several files
 * one after another; it tells what happens, in an order that never goes back in time. Does no I/O,
 * has no clock.
 *
 *     caw_capture_setup setup = {.memory = memory, .tell = print, .user = &output,
 *                                .most = 1 << 30, .largest = 64 << 20, .seed = random()};
 *     caw_capture *capture = caw_capture_new(&setup);
 *     while (next_frame(&frame))
 *         caw_capture_frame(capture, &frame);
 *     caw_capture_end(capture);
 *     caw_capture_free(capture);
 *
 * It is meant to run for months: what is done is forgotten once it has been told. An exchange is
 * done with its answer, a search 60 s of capture time after its last message, a plain put when it
 * has succeeded, a channel when it is cleared, a subscription when its cancel is confirmed, a
 * circuit when its connection is closed. What stays open is bounded: beyond that the longest unused
 * is dropped, and counted.
 */
typedef struct {
    caw_memory memory;
    void (*tell)(void *user, const caw_event *event); /* must not call the capture */
    void *user;
    uint64_t most;          /* bytes of memory for what stays open */
    uint64_t largest;       /* messages beyond so many bytes are told by their first segment */
    uint64_t seed;          /* secret and random, so that nobody can choose what collides */
    const caw_names *names; /* of channels that are older than the capture, and live longer than
                               it; NULL: none are known */
} caw_capture_setup;

/* How a capture stands. All count from its beginning, but `open` and `held`. */
typedef struct {
    uint64_t packets;   /* frames that were given */
    uint64_t messages;  /* told, malformed ones not counted */
    uint64_t malformed; /* events that say so ... */
    uint64_t skipped;   /* ... and bytes in them */
    uint64_t unnamed;   /* messages of a channel whose PV is not known: created before the capture,
                           or where it has a gap */
    uint64_t unclaimed; /* bytes of connections that were known to carry Channel Access later only,
                           and are not told */
    uint64_t partial;   /* bytes of messages of which the capture lacks the rest, not told */
    uint64_t missing;   /* bytes that were sent on circuits, and are not in the capture */
    uint64_t cut;       /* packets of which only the beginning was captured (snap length) */
    uint64_t copies;    /* datagrams recorded again on another interface, not told again */
    uint64_t conflicts; /* bytes that differ from what was recorded first for the same place */
    uint64_t acknowledgments; /* TCP segments that acknowledge data of circuits ... */
    uint64_t unseen;          /* ... that the capture lacks, so far: the share that it has lost */
    uint64_t open[CAW_OPEN_KINDS];
    uint64_t dropped[CAW_OPEN_KINDS];
    uint64_t held[CAW_HELD_KINDS]; /* bytes */
} caw_capture_counts;

typedef struct caw_capture caw_capture;

/* NULL without memory. The setup is copied. */
caw_capture *caw_capture_new(const caw_capture_setup *setup);
void caw_capture_free(caw_capture *capture);

/* The next frame. Its number in events is how many were given, 1 for the first. */
void caw_capture_frame(caw_capture *capture, const caw_frame *frame);

/*
 * Live: time passes without a frame. Nanoseconds, above 0, of a clock that does not jump. What has
 * waited long enough for bytes or copies that do not come is told. Some times in 50 ms, as long as
 * caw_capture_waits.
 */
void caw_capture_tick(caw_capture *capture, int64_t nanoseconds);

/* Something waits that a tick may tell. */
bool caw_capture_waits(const caw_capture *capture);

/* No more frames come: tells all that waits. */
void caw_capture_end(caw_capture *capture);

caw_capture_counts caw_capture_counted(const caw_capture *capture);

/*
 * What else was met and not used: segments that do not count, packets that are not understood; not
 * what happens to every TCP and loses nothing, as copies and keep-alives. The
 * `index`-th kind of it, from 0: a few words, and how often. False after the last kind.
 */
bool caw_capture_trouble(const caw_capture *capture, size_t index, const char **what,
                         uint64_t *times);

/* What a capture has as long as no message was found in it. */
typedef struct {
    caw_transport transport;
    uint16_t port; /* the lower one of a packet's */
    uint64_t packets;
} caw_stranger;

/* The `index`-th, from 0, the most frequent first. False after the last one, and after a message.
 */
bool caw_capture_stranger(const caw_capture *capture, size_t index, caw_stranger *stranger);

/* ---- 5. facts ------------------------------------------------------------------------------ */

/*
 * What is known of one message by what came before it and, when all of the capture has been read
 * before (caw_event.last), after it. Each is found when it is asked for. Words of expressions,
 * tokens of lines and fields of Wireshark are made of these rows.
 */
typedef enum {
    /* marks: exactly one on each such message */
    CAW_FACT_SEARCH,
    CAW_FACT_CREATE,
    CAW_FACT_GET,
    CAW_FACT_PUT,
    CAW_FACT_UPDATE,
    CAW_FACT_UNANSWERED,
    /* searches and connecting */
    CAW_FACT_SEARCH_COUNT,
    CAW_FACT_SEARCH_INTERVAL,
    CAW_FACT_SEARCH_TIME,
    CAW_FACT_CONNECT_TIME,
    CAW_FACT_DUPLICATE_PV_IN,
    /* subscriptions and values */
    CAW_FACT_UPDATE_NO,
    CAW_FACT_UPDATE_INTERVAL,
    CAW_FACT_SUBSCRIBED_IN,
    CAW_FACT_DATA_AGE,
    CAW_FACT_VALUE,
    /* beacons */
    CAW_FACT_BEACON_PERIOD,
    CAW_FACT_BEACON_AVERAGE,
    CAW_FACT_BEACON_SERVER,
    /* outcomes, channels, circuits */
    CAW_FACT_PUT_STATUS,
    CAW_FACT_DUPLICATE_OF,
    CAW_FACT_CHANNEL_RIGHTS,
    CAW_FACT_CHANNEL_COUNT,
    CAW_FACT_CLIENT_VERSION,
    CAW_FACT_SERVER_VERSION,
    CAW_FACT_ECA_SEVERITY,
    CAW_FACTS
} caw_fact_id;

typedef enum {
    CAW_FACT_IS_MARK,     /* there, or not: .number is 1 */
    CAW_FACT_IS_NUMBER,   /* .number, perhaps with names */
    CAW_FACT_IS_DURATION, /* .nanoseconds; negative when clocks differ */
    CAW_FACT_IS_FRAME,    /* .number of a frame */
    CAW_FACT_IS_TEXT,     /* UTF-8, printable */
    CAW_FACT_IS_ADDRESS   /* the same: 10.0.0.1:5064 */
} caw_fact_kind;

typedef struct {
    const char *key; /* filter name without "ca.", word of expressions and lines, key of JSON */
    const char *title;
    const char *meaning; /* one sentence */
    caw_fact_kind kind;
    const caw_name *names; /* of numbers; may be NULL */
    bool plain; /* to be seen otherwise too: not worth a line of its own where all are shown */
} caw_fact_row;

extern const caw_fact_row caw_fact_rows[CAW_FACTS];

typedef struct {
    uint64_t number;
    int64_t nanoseconds;
    size_t length; /* of a text */
} caw_fact_value;

/*
 * False when the event has no such fact, or it is not known. A text is written to `text` as
 * snprintf does: at most size bytes, NUL included.
 */
bool caw_fact(const caw_event *event, caw_fact_id id, caw_fact_value *value, char *text,
              size_t size);

#define CAW_FACT_TEXT CAW_SHOWN_VALUE /* room for any text of a fact, NUL included */

/*
 * What is wrong with a message in the light of what came before, and after: 1 << caw_history_flaw.
 * What depends on what comes later is known when all of the capture has been read before.
 */
uint32_t caw_event_flaws(const caw_event *event);

/*
 * The sentence of the flaw's row, with what this event adds to it: of CAW_HISTORY_DUPLICATE_PV both
 * servers. As snprintf.
 */
size_t caw_event_flaw_text(const caw_event *event, caw_history_flaw flaw, char *text, size_t size);

#define CAW_FLAW_TEXT 160 /* room for any of them, NUL included */

/* The name of a fact's number, as the row has it; NULL when it has none. */
const char *caw_fact_name(caw_fact_id id, const caw_fact_value *value);

/* The fact with this key; CAW_FACTS when there is none. */
caw_fact_id caw_fact_find(const char *key);

/* A request of which nobody knows yet whether it will be answered. */
bool caw_event_is_open(const caw_event *event);

/* Where it came from; the address is 0 when it is no IPv4. */
uint64_t caw_event_source(const caw_event *event);

/* ---- 6. reports --------------------------------------------------------------------------- */

/*
 * A report answers one question about a whole capture with a table; it may have further tables
 * that look at the same things otherwise. It is shown each event once, in order, and printed at the
 * end, or at any time between. It keeps copies only: no event has to outlive the call it is shown
 * in.
 *
 *     caw_report *report = caw_report_new(caw_report_find("connect"), &memory, SIZE_MAX);
 *     while (next_event(&event))
 *         caw_report_observe(report, &event);
 *     if (!caw_report_print(report, CAW_FORM_JSON, NULL, &output))
 *         ...                            the output has failed, and knows why
 *     caw_report_free(report);
 */

/*
 * What stands in a column. What is not known is null in JSON, nothing in CSV and "-" in text.
 */
typedef enum {
    CAW_CELL_TEXT,    /* words, or a name with dangerous characters escaped: UTF-8, printable */
    CAW_CELL_COUNT,   /* how many */
    CAW_CELL_SECONDS, /* a duration */
    CAW_CELL_MOMENT,  /* a point in time: nanoseconds since 1970 in JSON and CSV, in text seconds
                         since the first packet that the report was shown */
    CAW_CELL_ADDRESS, /* "10.1.0.2:5064", "[fe80::1]:5064"; an address alone when the port is 0 */
    CAW_CELL_FRAME,   /* the number of a frame */
    CAW_CELL_REAL,    /* any other number */
    CAW_CELL_LIST     /* texts: in JSON a list, in CSV with "; " between them, in text with ", " */
} caw_cell_kind;

/* A list of texts, each as in a CAW_CELL_TEXT. */
typedef struct caw_listed {
    const char *text;
    struct caw_listed *next;
} caw_listed;

typedef struct {
    const char *key;   /* in JSON and CSV; of a duration it ends in _s, of a moment in _ns */
    const char *title; /* for a person */
    caw_cell_kind kind;
} caw_column;

/* What stands in one place of a table, by the kind of its column. */
typedef struct {
    bool known; /* nothing below counts when it is not */
    union {
        const char *text;       /* CAW_CELL_TEXT: ends with a NUL; the report's own */
        uint64_t count;         /* CAW_CELL_COUNT, CAW_CELL_FRAME */
        int64_t nanoseconds;    /* CAW_CELL_SECONDS */
        caw_moment moment;      /* CAW_CELL_MOMENT */
        caw_end end;            /* CAW_CELL_ADDRESS */
        double real;            /* CAW_CELL_REAL */
        const caw_listed *list; /* CAW_CELL_LIST: NULL is the empty one; the report's own */
    } is;
} caw_cell;

#define CAW_MOST_TABLES  5  /* of a report */
#define CAW_MOST_COLUMNS 20 /* of a table */

typedef struct {
    const char *name; /* the value of "table" in JSON */
    uint32_t columns;
    caw_column column[CAW_MOST_COLUMNS];
} caw_table;

typedef struct {
    const char *name;        /* as people ask for it; the first table has the same */
    const char *title;       /* for a menu: what it lists */
    const char *question;    /* that it answers, in one sentence */
    const caw_table *tables; /* the main one first */
    uint32_t table_count;
    bool streams; /* its only table has rows that can be printed as they come: caw_report_stream */
    bool apart;   /* it is asked for by name alone: caw_report_rows does not have it */
    const struct caw_report_code *code; /* private */
} caw_report_row;

/* The reports that together tell of a capture; the last one is followed by NULL. */
extern const caw_report_row *const caw_report_rows[];

/* The report of this name, one of those or one apart, or NULL. */
const caw_report_row *caw_report_find(const char *name);

/* The report has a table of this name. */
bool caw_report_has(const caw_report_row *row, const char *table);

/* What every report knows beside its tables: the keys of the first object in JSON. */
typedef struct {
    caw_moment first;  /* "first_ns": of the earliest event shown; frame 0 when there was none */
    caw_moment last;   /* "last_ns": of the latest */
    uint64_t messages; /* "messages": shown */
    uint64_t skipped;  /* "skipped": bytes that were no message */
    uint64_t dropped;  /* "dropped": what could not be kept, for lack of memory or beyond the most
                          rows: a row, or a part of one. 0: the report is complete */
} caw_totals;

typedef struct caw_report caw_report;

/* An empty report of at most so many rows in a table. NULL without memory. */
caw_report *caw_report_new(const caw_report_row *row, const caw_memory *memory, size_t most_rows);
void caw_report_free(caw_report *report);

void caw_report_observe(caw_report *report, const caw_event *event);

/*
 * Time has passed until then, with nothing that is shown to the report: what waits is late by then.
 * It never goes back.
 */
void caw_report_pass(caw_report *report, caw_moment now);

caw_totals caw_report_totals(const caw_report *report);

/*
 * The main table, as it grows: takes one of its rows that are new or have changed since they were
 * taken, oldest change first. New rows come in the order of their numbers, from 0. False when there
 * is none left. Cells hold until the report is shown the next event.
 */
bool caw_report_take(caw_report *report, size_t *number, caw_cell cells[CAW_MOST_COLUMNS]);

/* How a report is printed. */
typedef enum {
    CAW_FORM_TEXT, /* sentences, then aligned columns for the eye */
    CAW_FORM_CSV,  /* RFC 4180: one table, its keys in the first line */
    CAW_FORM_JSON  /* an object in each line: the totals as "table": "totals", then the rows, each
                      with the name of its table. Always valid JSON in UTF-8 */
} caw_form;

/* Where text goes. write may fail: returns false then, and is not called again. */
typedef struct {
    bool (*write)(void *user, const char *text, size_t length);
    void *user;
} caw_output;

/*
 * It is printed together with others: each object of JSON begins with its name, as "report", and
 * text with a heading.
 */
void caw_report_name_rows(caw_report *report);

/*
 * For a report that `streams`, before it is shown anything: its rows are printed as soon as nothing
 * can change them, in the order in which that is so, and none is kept. caw_report_print then prints
 * the others, and the totals, as the last thing; not before all events have been shown. The output
 * is copied. False without memory, or when a write failed.
 */
bool caw_report_stream(caw_report *report, caw_form form, const caw_output *output);

/*
 * Prints the report as far as it has come. `table` names one of its tables; NULL is all of them,
 * in CSV the main one. False when a write failed.
 */
bool caw_report_print(caw_report *report, caw_form form, const char *table,
                      const caw_output *output);

/* How a report is asked for in one argument, as those of tshark's -z are. */
typedef struct {
    caw_form form;      /* text when it does not say */
    const char *table;  /* the report's own name of it; NULL: all */
    const char *filter; /* the rest of the argument, commas and all; NULL: none */
} caw_report_words;

/*
 * Reads what follows the report's name: [,text|,json|,csv][,table=TABLE][,FILTER], the words before
 * the filter in any order. Row NULL: it is for all reports, which have many tables. False: `wrong`,
 * which has room for `size` bytes, says what is.
 */
bool caw_report_read_words(const caw_report_row *row, const char *text, caw_report_words *words,
                           char *wrong, size_t size);

/* ---- 7. expressions ---------------------------------------------------------------------- */

/*
 * One language for two questions. Which messages are wanted of all that was captured: an expression
 * is asked about an event, with all that history knows. And which packets are to be captured: the
 * expression becomes one of pcap-filter(7), for tcpdump, dumpcap and the capture dialog of
 * Wireshark, if a packet alone can answer it. This comment is the manual of the expressions.
 *
 *     caw --where 'put and pv ~ "SR:*" and user == "operator"' ring.pcap
 *     caw --where 'unanswered or time > 0.1' ring.pcap
 *     caw --capture-filter 'search and pv ^= "BL7:"'
 *     caw -i eth0 -f 'ca:write or error'
 *     tcpdump -i eth0 -w puts.pcap "$(caw --capture-filter write)"
 *
 * # Expressions
 *
 * Messages, by name
 *     `search`, `beacon`, `create`, `subscribe`, `event`, `clear`, `error`, `echo`,
 *     `access rights`, `host name` ...: the words of the short form and the titles of Wireshark's
 *     tree, and what lines begin with, in any case. `caw help words` lists them. `read` and `write`
 *     are with and without NOTIFY. `NAME reply` (or `NAME response`) are the answers of the
 *     command, `NAME request` its requests: `search reply`, `create reply`, `subscribe reply`. `ca`
 *     is every message.
 * Groups
 *     `put` is `write`, `get` is `read`, `update` is `event`: values of a subscription, not the end
 *     of one. `request` and `response` are all that ask and all that answer. `failed` is an
 *     `error`, `create failed`, `server disconnect`, and every status other than ECA_NORMAL.
 *     A word with an operator after it is the field, though: `error == "t:ao"`, `beacon > 7`.
 * Fields, compared with a number
 *     `cid == 7`, `sid != 3`, `priority > 0`, `dtype == DBR_TIME_DOUBLE`, `eca != ECA_NORMAL`,
 *     `serv.ip == 10.0.0.1`. Names as in display filters, with or without `ca.`; operators
 *     == != < <= > >=; decimal or 0x numbers, inf, nan, or a name of the field's values. `port` is
 *     `serv.port`, the server's port in search answers and beacons. Only fields at fixed places
 *     are there: headers, a subscription's mask, the failed command of an ERROR, the version in a
 *     search answer; not values, and not the rest of the request that an ERROR repeats.
 * Names
 *     `pv == "name"`, `pv != "name"`, `pv ^= "prefix"` in searches and creates, the same for
 *     `user` and `host`. At most 80 characters. A pattern that is a beginning, `pv ~ "BL7:*"`,
 *     is one.
 * Sets
 *     `cid in {1, 5..9}`, `pv in {"t:ai", "t:ao"}`: one of these, or from 5 to 9.
 * Presence
 *     `has sid`: there is one. In a capture filter of fields of headers only, not of names.
 * Packets
 *     `tcp`, `udp`, `[src|dst] host ADDRESS`, `[src|dst] net ADDRESS/BITS`,
 *     `[tcp|udp] [src|dst] port NUMBER`: as pcap-filter has them; `src` and `dst`, addresses, and
 *     `sport` and `dport` as fields: `src in 10.0.0.0/8`. In a capture filter IPv4 only.
 * Operators
 *     `and`, `or`, `not` and `&&`, `||`, `!`, with parentheses. `not` binds strongest, then `and`.
 *
 * # Of messages
 *
 * What follows takes a whole message, or more than one; a capture filter refuses it, with why.
 *
 * Fields
 *     All that display filters have, wherever they stand: `data.units == "mm"`,
 *     `data.severity >= MINOR` (or `severity`), `data.time < "2026-11-24 15:00"`. Besides:
 *     `pv`, `user`, `host`     of every message whose channel or circuit is known
 *     `value`                  each element: a number, a text (also of a CHAR array that is one),
 *                              the name of a state where the message has it; no conversions
 *     `time`                   seconds from request to answer, of both (`dt` is the same)
 *     `timestamp`, `frame`     of the packet
 *     `message`                what the line begins with, "ReadNotifyResponse"
 *     `line`                   the text of the command
 *     `request`, `response`    1 or 0
 *     `mask.alarm`, `flaw.KEY` a bit; alone, that it is set
 * Operators
 *     `~` compares with a pattern, `~i` in any case of ASCII letters: `*` any characters, `?` one,
 *     `[a-z]` or `[!a-z]` one of these or of the others, `{on,off}` one or the other, `\` before a
 *     character that is meant as it stands. `^=` begins with. Texts are in double or single
 *     quotes, and compared in UTF-8, whatever the wire has (caw_utf8).
 * Several values
 *     Of an array one element is enough, `value > 3`; of `!=` none may be equal. `any value != 3`
 *     and `all value > 3` say it otherwise; of no elements both are false.
 * What is not there
 *     A comparison with it is false, whatever the operator: `pv != "t:ai"` is a message with
 *     another PV, `not pv == "t:ai"` also one without.
 * Times
 *     "2026-11-24", "2026-11-24 15:00", "2026-11-24T15:00:07.25Z", "... 15:00+01:00": UTC without
 *     a zone; or seconds since 1970. A date is its first moment. `in` takes ranges of them.
 * `unanswered`
 *     A request without an answer. ERROR, CREATE_CH_FAIL and NOT_FOUND are answers; a WRITE asks
 *     for none. Whether one comes is known later only, and so is `time` of a request.
 * `malformed`
 *     Bytes that are no message.
 *
 * Here the question is about one message: `write and sid == 3` is a write with this sid, `write and
 * pv == "t:ao"` one to this PV. Bytes that are no message have addresses, ports, a `timestamp`, a
 * `frame` and a `line`, and the `user` and `host` of their circuit; nothing else is there. So it is
 * with the life of circuits (caw_event_class), which has a `message` too.
 *
 * # Of packets
 *
 * In a capture filter the question is about a packet, as in display filters: `write and sid == 3`
 * is a packet with a write and a message with this sid, which need not be the same. `sid != 3` is a
 * message with another sid; `not sid == 3` a packet without this one.
 *
 * One thing that this allows is refused: a name together with a message that never carries it, as
 * `write and pv == "t:ao"`. Names are in searches, creates, and where a client says who it is; a
 * write has the number of a channel instead, which a filter cannot look up. What `and` brings
 * together must not be such a message, by its name and not under a `not` of its own, and a
 * comparison with such a name; an `or` counts when both of its sides do. Capture by one of them,
 * and choose by both afterwards, with --where, or with a display filter: `ca.pv == "t:ao" &&
 * ca.command == 4`.
 *
 * # Which packets count as Channel Access
 *
 * When the expression names ports, as `search and udp port 5064` or `not echo and port 42289`
 * does, it is taken at its word. Otherwise one of a packet's ports must be 5064 or 5065, or its
 * first bytes must be a header as the protocol wants it: known command, payload size a multiple
 * of 8, reserved words zero, types and status codes that may be. So servers on any port are
 * found; a packet of something else that begins like this is captured too, and on other ports a
 * message that breaks the rules is not.
 *
 * # What a capture filter cannot see
 *
 * A filter in the kernel sees one packet, and cannot loop. So:
 *
 * - TCP: it looks at the first 4 messages of a segment, under `not` at the first 2. The first
 *   bytes of the segment must be a header. Later messages slip through. So does a message of
 *   which the header does not lie in one segment. Of a message longer than a segment only the
 *   segment with the header is seen: the rest of a large array is not captured by `write`, and
 *   Wireshark cannot show its value. In a segment that begins inside a message, data is taken for
 *   a header.
 * - UDP: names of messages, `command`, `size`, and everything under `not` look at the first 2
 *   messages of a datagram: the VERSION and the first search or answer. Other comparisons look at
 *   all messages that start in the first 256 bytes, about 7 searches, for names of PVs, and 160
 *   for numbers. Later ones slip through. After the first, only messages as the protocol wants
 *   them are found; the rare data that looks like one is, too.
 * - What follows a message with an extended header (large arrays) in the same packet is not seen.
 * - Requests and answers have the same command number. Who sends from port 5064 is a server, who
 *   sends to it a client. On other ports the header decides, by payload size, count, status and
 *   equal ids. Where both could be, both are captured, as for `echo` and `clear`, or for a
 *   subscription and an update of 16 bytes; a message that breaks the rules (ca.flaw) may be
 *   missed. Even on 5064 an update without payload may look like the end of a subscription.
 * - Commands that the protocol does not have are found by `command ==` and a port only. A message
 *   on a transport where it does not belong is not found by its name.
 * - `not` drops a packet when one of the messages that are seen is surely such a message:
 *   although others are in it, just as a display filter would. When in doubt the packet is
 *   captured. Sure means, beside the above, a header as the protocol wants it. Data at the
 *   beginning of a segment that happens to look like such a header is dropped with it.
 * - Without a port in the expression, a segment that begins inside a message is captured by
 *   `not` only on 5064 and 5065.
 * - Names without a NUL at their end are seen by ^= only.
 * - IPv6 and packets in tunnels are not seen, and dropped. So are fragments of a datagram but the
 *   first, which do not tell what they belong to; EPICS sends no datagrams that need them. To have
 *   them: "$(caw --capture-filter EXPR) or (udp and ip[6:2] & 0x1fff != 0)".
 * - After VLAN tags (802.1Q, or two as in QinQ) no messages and addresses are looked at: an
 *   Ethernet packet is captured by its ports, those that the expression names, or 5064 and 5065.
 *   That is for tags that the filter sees; on Linux the outer one is taken off before it does, and
 *   the packet is like any other.
 * - A segment of which the IP header gives no length (captured before the network card has set it,
 *   on some systems) may be dropped.
 * - In a file whose packets were cut short (tcpdump -s), a packet that ends before what the filter
 *   wants to see is dropped.
 *
 * A long expression may become more than the 4096 instructions that Linux takes. libpcap then
 * warns "Kernel filter failed" and filters in the capturing program: slower, with the same result.
 *
 * caw says on standard error which of these touch an expression.
 */

/* What a user should know about a filter: bits of caw_where_verdict.remarks. */
typedef enum {
    CAW_WHERE_DEEP,     /* messages far inside a packet slip through */
    CAW_WHERE_ALIKE,    /* requests and answers are not always told apart */
    CAW_WHERE_NOT,      /* "not" drops what else is in a packet */
    CAW_WHERE_GUESS,    /* other protocols may look like Channel Access */
    CAW_WHERE_TAGGED,   /* after VLAN tags only ports are seen */
    CAW_WHERE_FRAGMENT, /* later fragments of datagrams are not captured */
    CAW_WHERE_REMARKS
} caw_where_remark;

/* One sentence for each. */
extern const char *const caw_where_remarks[CAW_WHERE_REMARKS];

#define CAW_WHERE_PROBLEM 2048

typedef struct {
    char problem[CAW_WHERE_PROBLEM]; /* why there is no filter, and what would be; "": fine */
    size_t at;                       /* where in the expression, in bytes */
    unsigned remarks;                /* 1 << caw_where_remark */
} caw_where_verdict;

/*
 * Asks an expression about events.
 *
 *     caw_where *where = caw_where_new("put and pv ~ 'SR:*'", &memory, &verdict);
 *     while (next_event(&event))
 *         if (caw_where_ask(where, &event, &rest) == CAW_WHERE_YES)
 *             print(&event);
 *     caw_where_free(where);
 *
 * Asking allocates nothing, but for a text that is longer than any before it and has to be made:
 * `line`, and names that are neither ASCII nor UTF-8.
 */
typedef struct caw_where caw_where;

/* NULL when the expression is wrong, or without memory: the verdict says why. It is copied. */
caw_where *caw_where_new(const char *expression, const caw_memory *memory,
                         caw_where_verdict *verdict);
void caw_where_free(caw_where *where);

typedef enum {
    CAW_WHERE_NO,
    CAW_WHERE_YES,
    CAW_WHERE_LATER /* when it is known whether the request is answered, and when */
} caw_where_answer;

/* What is left of the question then. Its members are private; it needs nothing of the event. */
typedef struct {
    uint64_t yes;
    uint64_t later;
} caw_where_rest;

/* `rest`, or NULL: filled in with CAW_WHERE_LATER. Only what has a
 * caw_event_class matches. */
caw_where_answer caw_where_ask(caw_where *where, const caw_event *event, caw_where_rest *rest);

/* What has become of a request. */
typedef enum {
    CAW_FATE_UNKNOWN, /* the capture ended before that could be said */
    CAW_FATE_UNANSWERED,
    CAW_FATE_ANSWERED
} caw_fate;

typedef struct {
    caw_fate is;
    double seconds;  /* from request to answer; CAW_FATE_UNANSWERED: that nothing came */
    uint32_t status; /* the same: of a put its ECA status */
} caw_where_fate;

/* The answer to a question that was put off. */
bool caw_where_settle(const caw_where *where, const caw_where_rest *rest, caw_where_fate fate);

/*
 * Lines that wait for CAW_WHERE_LATER. Each waits only for its own request: it is told when that is
 * answered, or is known to stay without an answer, because its channel is closed, its connection
 * has ended (a minute after a FIN, as what came before it is still answered) or a search is
 * forgotten; and so in the order of these decisions.
 *
 *     caw_pending_observe(pending, &event);               first, for every event
 *     switch (caw_where_ask(where, &event, &rest)) {
 *     case CAW_WHERE_YES: write(line); break;
 *     case CAW_WHERE_LATER: caw_pending_add(pending, &event, &rest, line, length); break;
 *     case CAW_WHERE_NO: break;
 *     }
 *     ...
 *     caw_pending_end(pending, last);
 *
 * Beyond `most` bytes the oldest line is told as it is, and counted.
 */
typedef struct {
    caw_memory memory;
    const caw_where *where;
    uint64_t most;
    void (*tell)(void *user, const char *text, size_t length); /* of a line that matches */
    void *user;
} caw_pending_setup;

typedef struct caw_pending caw_pending;

/* NULL without memory. The setup is copied. */
caw_pending *caw_pending_new(const caw_pending_setup *setup);
void caw_pending_free(caw_pending *pending);

/* What an event decides is told now. */
void caw_pending_observe(caw_pending *pending, const caw_event *event);

/*
 * A line of a request, with what is left to ask of it. The text is copied. False without memory: it
 * is to be told now, and is counted.
 */
bool caw_pending_add(caw_pending *pending, const caw_event *event, const caw_where_rest *rest,
                     const char *text, size_t length);

/*
 * The capture has ended, its last packet was then. What still waits is without an answer, but for
 * requests of the last second, of which that cannot be said.
 */
void caw_pending_end(caw_pending *pending, caw_moment last);

/* Lines that were told undecided, for lack of room. */
uint64_t caw_pending_hurried(const caw_pending *pending);

/*
 * What of a capture a report is to know. Messages are chosen, and bytes that are none; the life of
 * circuits is always told. An expression that has words of the circuit alone (user, host, src, dst,
 * and those of packets) chooses whole circuits: all messages of both sides, when one of them
 * matches. For that the first messages of a circuit, until it is known who its client is, are told
 * with the one that settles it. A datagram is a message of its own.
 *
 * A report does not wait: an expression that asks for an answer which has yet to come
 * ("unanswered", "time") is refused.
 */
typedef struct caw_choice caw_choice;

/* NULL when the expression is wrong, or without memory: the verdict says why. It is copied. */
caw_choice *caw_choice_new(const char *expression, const caw_memory *memory,
                           void (*tell)(void *user, const caw_event *event), void *user,
                           caw_where_verdict *verdict);
void caw_choice_free(caw_choice *choice);

/* The next event: is told, or not, or kept for a while. */
void caw_choice_observe(caw_choice *choice, const caw_event *event);

/* No more events come: what is kept is told, if it is chosen. */
void caw_choice_end(caw_choice *choice);

/*
 * Writes the pcap-filter expression, as snprintf: at most size bytes, NUL included; returns the
 * length of the whole text. 0 when the expression is wrong: the verdict says why. Allocates
 * nothing. An expression has at most 64 conditions and operators and 16 levels of parentheses.
 */
size_t caw_where_to_pcap(const char *expression, char *text, size_t size,
                         caw_where_verdict *verdict);

/*
 * A pattern as expressions have it after ~, by itself: *, ?, [a-z], [!a-z], {one,two}, \\. NULL
 * when it cannot be meant, or without memory: `problem` says why, static text. It is copied.
 */
typedef struct caw_pattern caw_pattern;

caw_pattern *caw_pattern_new(const char *text, const caw_memory *memory, const char **problem);
void caw_pattern_free(caw_pattern *pattern);

/* The whole text, in UTF-8, is as the pattern says. */
bool caw_pattern_matches(const caw_pattern *pattern, const char *text);

/* The names of messages and fields that expressions know, for a person. As snprintf. */
size_t caw_where_words(char *text, size_t size);

/* The same, one by one, with the words between them: for completion. */
void caw_where_each_word(void (*take)(void *user, const char *word), void *user);

/* ---- 8. lines ----------------------------------------------------------------------------- */

/*
 * A line of text for each message, as caproto-shark prints them. The format is a Python format
 * string, as str.format() of Python 3.11 takes it with keyword arguments:
 * "{timestamp:.3f} {src:>15} {command}". Not taken are indices but numbers ("{a[b]}"), fields in
 * fields ("{a:{b}}") and "z"; widths and precisions go up to 9999. Between fields \t, \n and \\ are
 * what they are in C; objects as {command} take the specs of text. The locale changes nothing.
 *
 *     {timestamp}  when, as caw_lines_form says: seconds since 1970 are a float, or a decimal when
 *                  the capture has nanoseconds
 *     {elapsed}    seconds since the first packet of the capture, with six or nine places
 *     {src} {dst}  addresses, without port
 *     {ethernet} {ip} {transport}   the headers, see above, and what is in them:
 *                  {transport.sport}, {ip.ttl}
 *     {command}    the message, as caw_event_line has it
 *     {command.NAME}   a word of that line, or what is in it: {command.data[0]},
 *                  {command.status.name}, {command.metadata.severity}
 *     {message}    what that line begins with; {command.__class__.__name__} is the same
 *     {value}      caw_plain_value
 *     {severity}   of the alarm, as Base names it: MAJOR
 *     {pv} {user} {host}   the names that belong to the message
 *     {dt}         seconds from the request to this answer
 *     {frame}      its number
 *     {search_count} and other facts, by their keys; of numbers with names these. What depends on
 *                  what comes later, as {unanswered}, is not known
 *
 * What is not known, or what this message has not, is None, and suits every spec. Names and strings
 * of the wire are shown as caw_printable does, unless !r or !a asks for Python's way.
 *
 *     char problem[CAW_LINES_PROBLEM];
 *     caw_lines_form form = {.format = "{timestamp} {pv}"};
 *     caw_lines *lines = caw_lines_new(&form, &memory, problem, sizeof problem);
 *     while (next_event(&event)) {
 *         size_t length = caw_lines_print(lines, &event, text, size);
 *         if (!length && caw_lines_problem(lines))
 *             ...                        "{src}: 'd' is for numbers, and this is text"
 *     }
 *     caw_lines_free(lines);
 */
typedef struct caw_lines caw_lines;

/* What {timestamp} is, and what the other lines begin with. */
typedef enum {
    CAW_TIME_EPOCH,    /* seconds since 1970 */
    CAW_TIME_ISO,      /* 2026-11-23T03:03:24.197149Z: RFC 3339, UTC; a text */
    CAW_TIME_LOCAL,    /* 2026-11-23T04:03:24.197149+01:00: as the zone has it; a text */
    CAW_TIME_RELATIVE, /* as {elapsed} */
    CAW_TIME_DELTA     /* seconds since the line before, see caw_lines_follow */
} caw_time_style;

/* What a line is. */
typedef enum {
    CAW_LINES_TEXT, /* as the rest of the form says */
    CAW_LINES_JSON, /* an object, always valid JSON in UTF-8: see section 9 */
    CAW_LINES_CSV   /* RFC 4180; the first line is caw_lines_head's */
} caw_lines_kind;

/* How lines are to be. Zeroed it is the default. */
typedef struct {
    caw_lines_kind kind; /* but for CAW_LINES_TEXT only `circuits`, `elements` and these count: */
    bool full;           /* CAW_LINES_JSON: with all keys */
    const char *keys;    /* CAW_LINES_CSV: with commas between them; NULL: CAW_CSV_KEYS */
    const char *format;  /* NULL: "{timestamp} {src}:{transport.sport}->{dst}:{transport.dport}
                            {command}", or the short line */
    bool brief;          /* the short line: time, client, direction, server, and caw_event_summary,
                            in at most CAW_BRIEF_COLUMNS; what does not fit ends in "..." */
    bool circuits;       /* lines for the life of circuits too */
    uint32_t elements;   /* that {command} has of an array; 0: all */
    uint32_t shown;      /* that {value} and the short line have of one; 0: three */
    caw_time_style time;
    int32_t (*zone)(int64_t seconds); /* CAW_TIME_LOCAL: seconds east of UTC at that time */
} caw_lines_form;

#define CAW_BRIEF_COLUMNS 119

/*
 * What an event is in the line: its class, NULL for one that no line tells of, and all of it, with
 * at most so many elements of an array. Beside messages and Malformed(...) these are
 *
 *     Connected(attempts=1)       a circuit is accepted; after so many SYN, if they were seen
 *     Refused(by='server RST')    it was asked for and is refused; or by='ICMP 3/10', type and code
 *     Disconnected(by='client FIN', channels=12)  it has ended, by a FIN, a RST or the SYN of the
 *                                 next, with so many channels open; the side is left out when it is
 *                                 not known
 */
const char *caw_event_class(const caw_event *event);
size_t caw_event_line(const caw_event *event, uint32_t elements, char *text, size_t size);

/* As caw_line_word and caw_line_part. And: a name that some event could have. */
bool caw_event_word(const caw_event *event, const char *name, uint32_t elements,
                    caw_word_value *value, char *text, size_t size);
bool caw_event_is_word(const char *name);

/* As caw_summary. `about` may be NULL. */
size_t caw_event_summary(const caw_event *event, const caw_about *about, char *text, size_t size);

/* Room for any sentence about a format, NUL included; a longer one is cut. */
#define CAW_LINES_PROBLEM 1024

/*
 * Lines of this form, NULL is the default; its format is copied. NULL when the format is wrong,
 * names what no message has, or there is no memory; `problem` is then a sentence that says what and
 * where, cut at `size`. The memory is the lines' own: for the format, and for text that a spec
 * measures or converts.
 */
caw_lines *caw_lines_new(const caw_lines_form *form, const caw_memory *memory, char *problem,
                         size_t size);

/* The line before all others; 0 when there is none. As caw_lines_print. */
size_t caw_lines_head(const caw_lines *lines, char *text, size_t size);

/* There is a line of this event. */
bool caw_lines_has(const caw_lines *lines, const caw_event *event);

/*
 * The line of an event, with its line end. As snprintf: writes at most size bytes, NUL included,
 * and returns the length of the whole line; a line can have many megabytes. 0 for an event that has
 * no line, and when it cannot be printed: caw_lines_problem then says why.
 * Nothing of the event is kept.
 */
size_t caw_lines_print(caw_lines *lines, const caw_event *event, char *text, size_t size);

/* A line of this moment has been written: what CAW_TIME_DELTA counts from. */
void caw_lines_follow(caw_lines *lines, caw_moment previous);

/*
 * A line that is written later, after lines that are not known yet: the same, but where it depends
 * on them it has NULs. caw_lines_complete, as snprintf, makes a line of that, by the time of its
 * event: of `when` it reads `now`, `exact` and `began`.
 */
size_t caw_lines_print_later(caw_lines *lines, const caw_event *event, char *text, size_t size);
size_t caw_lines_complete(caw_lines *lines, const char *line, size_t length, const caw_event *when,
                          char *text, size_t size);

/* Why the last call printed nothing: a value does not suit its spec; NULL when nothing was wrong.
 */
const char *caw_lines_problem(const caw_lines *lines);

void caw_lines_free(caw_lines *lines);

/* ---- 9. data ------------------------------------------------------------------------------ */

/*
 * Lines of JSON and CSV have the same keys, made of the tables of fields and facts: filter names
 * without "ca.", or caw_field_row.json, nested at the dots; "failed." before those of the header
 * that an ERROR quotes. Besides:
 *
 *     timestamp timestamp_ns frame src sport dst dport transport index message reason bytes by
 *     attempts channels pv user host response_to time_ns flaws copies line, and in the object data
 *     special (elements that are no numbers) and raw (strings in base64)
 *     KEY_name     of a number with a name        KEY2    the second in a header, when it differs
 *     KEY_special  "nan", "inf" or "-inf"         KEY_ns  of a time: nanoseconds
 *     ethernet ip tcp udp   objects with the numbers and bytes of section 1
 *
 * What is not known has no key in JSON and an empty cell in CSV. Facts that are no marks, `line`,
 * `data.raw` and the last four are told by caw_lines_form.full, or when they are asked for. A key
 * has one type, always.
 */

/* The columns of CSV, unless others are asked for. */
#define CAW_CSV_KEYS                                                                               \
    "timestamp,frame,src,sport,dst,dport,transport,message,pv,user,host,time_ns,dtype_name,count," \
    "data.value,data.string,data.severity_name,data.time_ns,eca_name,flaws"

/* Each key, with what it is in a few words, in the order in which JSON has them. False without
 * memory. */
bool caw_each_key(const caw_memory *memory,
                  void (*take)(void *user, const char *key, const char *title), void *user);

/* In whose words a schema is. */
typedef enum {
    CAW_SCHEMA_JSON,   /* JSON Schema, draft 2020-12 */
    CAW_SCHEMA_DUCKDB, /* the argument `columns` of read_json: {timestamp: 'TIMESTAMP_NS', ...} */
    CAW_SCHEMA_SPARK,  /* DDL of Spark SQL: timestamp TIMESTAMP, ... */
    CAW_SCHEMA_ELASTIC /* a mapping of Elasticsearch */
} caw_schema;

/* What JSON has, all of it. False without memory, or when a write failed. */
bool caw_schema_print(caw_schema schema, const caw_memory *memory, const caw_output *output);

#ifdef __cplusplus
}
#endif

#endif
