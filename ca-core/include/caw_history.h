/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcaw: what came before a message. Read caw.h first.
 *
 *     1. history      whose PV, which answer, how long
 *     2. streams      where messages begin, when a capture has gaps
 *     3. plausibility is this Channel Access at all, and where does it go on
 *     4. endpoints    where servers and clients are
 *     5. forgetting   the same in bounded memory, for a capture that is read once
 *     6. names        of channels that were created before the capture
 */
#ifndef CAW_HISTORY_H
#define CAW_HISTORY_H

#include "caw.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. history -------------------------------------------------------------------------- */

/*
 * What one message alone cannot tell: its PV, the request it answers, how long that took. Two
 * objects remember: a caw_circuit the messages of one TCP connection, a caw_searches the search
 * datagrams of a whole capture. They are shown each message once, in the order of the capture,
 * and give a note for it. Notes point to channels and exchanges that live as long as the object
 * that made them, unless that forgets (section 5); an answer completes the exchange its request's
 * note points to.
 *
 * Not knowing is normal: a capture that starts in the middle gives notes with NULL members.
 */

/* Where the memory comes from. alloc may return NULL; then less is known. */
typedef struct {
    void *(*alloc)(void *user, size_t bytes);
    void (*release)(void *user, void *memory);
    void *user;
} caw_memory;

/* When and where a message was seen. The caller numbers the frames, from 1. */
typedef struct {
    uint32_t frame; /* 0: not seen */
    int32_t nanoseconds;
    int64_t seconds;
} caw_moment;

typedef struct caw_exchange caw_exchange;

typedef struct {
    const char *pv; /* the name, with a NUL; NULL when CREATE_CHAN was not seen */
    uint32_t cid;
    uint32_t sid;    /* with has_sid: the server has said it, and these two: */
    uint32_t count;  /* of elements, at most */
    uint16_t type;   /* native, a DBR type */
    uint8_t rights;  /* as ACCESS_RIGHTS said last, with CAW_RIGHTS_KNOWN; 0: not known */
    uint32_t number; /* among those of its circuit, from 1: no other one ever has it */
    bool has_sid;
    bool given;             /* its name is the caller's word (section 6): of the others only the
                               sid can be known, and rights */
    bool closed;            /* cleared, refused or dropped by the server */
    caw_exchange *creation; /* NULL when CREATE_CHAN was not seen */
} caw_channel;

/* Bits of a channel's rights: the first two as on the wire. */
enum { CAW_RIGHTS_READ = 1, CAW_RIGHTS_WRITE = 2, CAW_RIGHTS_KNOWN = 4 };

/* One request and its answer. */
struct caw_exchange {
    uint16_t command; /* of the request */
    bool failed;      /* answered by an ERROR, CREATE_CH_FAIL or NOT_FOUND */
    union {
        uint32_t sequence; /* of a search: its datagram's number, 0 when it has none; of a
                              subscription and of its cancel: the subscription's number among those
                              of its circuit, from 1; 0: not known */
        uint32_t status;   /* of a put: the ECA status of its answer, 0 when there is none */
    };
    const char *pv;       /* of a search, else the channel's; may be NULL */
    caw_channel *channel; /* NULL when not known, and for searches */
    caw_moment request;   /* the first one, when it was sent again */
    caw_moment answer;    /* frame 0: none yet */
    union {
        const caw_exchange *search;  /* of a channel's creation: the search before it, or NULL */
        const caw_moment *connected; /* of a search: when this client's address asked for a channel
                                        of the PV last; NULL: not known, as all is not kept */
    };
    uint64_t server; /* of a search answer: address and TCP port, see caw_endpoint */
    uint32_t sid;    /* of a request about a channel: as it was sent, known or not */
    uint32_t epoch;  /* private */
};

typedef struct {
    const caw_channel *channel;   /* that the message is about */
    const caw_exchange *exchange; /* that it is part of; of each update: its subscription's, of
                                     which only the first update or an ERROR is the answer */
    uint32_t flaws;               /* 1 << caw_history_flaw, of those that history finds */
    uint8_t turn : 2;      /* caw_turn of this message in its exchange; small, as notes are many */
    bool repeated : 1;     /* a search that had been sent before */
    uint8_t rights;        /* of the channel, as they were with this message */
    int16_t interval_high; /* see caw_note_interval */
    union {
        uint32_t interval_low;
        uint32_t duplicate_of; /* of a creation or subscription: frame of the request for the same
                                  on this circuit that is still open. 0: none */
    };
    uint32_t number; /* of a search: how many of this PV this client has made, with this one; of an
                        update: how many of its subscription; of a beacon: see caw_beacon_average.
                        0: not known */
} caw_note;

/* What is wrong only in the light of what came before. caw_history_rows says each in a sentence. */
typedef enum {
    CAW_HISTORY_UNKNOWN_SID,          /* no channel of this circuit has the sid */
    CAW_HISTORY_UNKNOWN_ID,           /* an answer that nothing waits for */
    CAW_HISTORY_ID_IN_USE,            /* an earlier request with it waits */
    CAW_HISTORY_CID_IN_USE,           /* an open channel has it */
    CAW_HISTORY_UNKNOWN_SUBSCRIPTION, /* a cancel of none that was seen */
    CAW_HISTORY_REFRESH,              /* a recovered client reads under a subscription's id */
    CAW_HISTORY_DUPLICATE_PV,         /* another server has answered the search too */
    CAW_HISTORY_DUPLICATE_PV_HOST,    /* the same, at another port of the same address */
    CAW_HISTORY_NOT_SEARCHED,         /* an answer to no search of this client */
    CAW_HISTORY_UPDATE_AFTER_CANCEL,  /* the end of its subscription was confirmed before */
    CAW_HISTORY_RIGHTS_CHANGED,       /* of a channel */
    CAW_HISTORY_VERSION_MISMATCH,     /* a search answer and the circuit's server do not agree */
    CAW_HISTORY_SAME_HOST_NAME,       /* a client at another address has claimed this host name */
    CAW_HISTORY_BEACON_IDENTITY,      /* two senders announce one server */
    CAW_HISTORY_BEACON_ANOMALY,       /* as libca judges (bhe.cpp) */
    CAW_HISTORY_BEACON_LOST,          /* its number skips some */
    CAW_HISTORY_BEACON_RESTART,       /* its number falls to 0 */
    /* these are no bits of a note: caw_event_flaws of caw_capture.h finds them */
    CAW_HISTORY_COUNT_ZERO_OLD,         /* asks a server older than 4.13 for as many as there are */
    CAW_HISTORY_WRITE_WITHOUT_RIGHT,    /* the server has said that the client may not write */
    CAW_HISTORY_MORE_THAN_CHANNEL,      /* a request for more elements than the channel has */
    CAW_HISTORY_DUPLICATE_CHANNEL,      /* see caw_note.duplicate_of */
    CAW_HISTORY_DUPLICATE_SUBSCRIPTION, /* the same */
    CAW_HISTORY_EMPTY_UPDATE,           /* an update without elements */
    CAW_HISTORY_OLD_TIME,               /* of an update but the first: stamped long before */
    CAW_HISTORY_UNKNOWN_NAME,           /* of a channel created before the capture, or in a gap */
    CAW_HISTORY_SEARCH_TO_REPEATER,     /* which passes it on to clients, not to servers */
    CAW_HISTORY_REPLY_WITHOUT_VERSION,  /* a datagram's search answer without one before it */
    /* and these depend on what comes later */
    CAW_HISTORY_UNANSWERED,               /* a request */
    CAW_HISTORY_ECHO_UNANSWERED,          /* within 5 s */
    CAW_HISTORY_NO_FIRST_UPDATE,          /* of a subscription, within 5 s */
    CAW_HISTORY_REPLY_WITHOUT_CONNECTION, /* no channel is asked for after a search's answer */
    CAW_HISTORY_FLAWS
} caw_history_flaw;

extern const caw_flaw_row caw_history_rows[CAW_HISTORY_FLAWS];

/*
 * Nanoseconds from the one before to this search, update or beacon, as its number counts them; of
 * beacons those that libca counts. False when there is none, or it is more than a day and a half.
 */
bool caw_note_interval(const caw_note *note, int64_t *nanoseconds);

/*
 * The average of a server's beacon period as libca keeps it (bhe.cpp), in nanoseconds, with the
 * beacon that the note is of; to a microsecond. -1: not known.
 */
int64_t caw_beacon_average(const caw_note *note);

/* The name that belongs to a message, or NULL. */
const char *caw_pv(const caw_note *note);

/* An IPv4 address and port as one number, address above. */
static inline uint64_t caw_endpoint(uint32_t ipv4, uint16_t port) {
    return (uint64_t)ipv4 << 16 | port;
}

typedef struct caw_circuit caw_circuit;

/*
 * A circuit between two ends, 0 and 1, of which nobody knows yet which is the server. `complete`:
 * its beginning is in the capture, so an id that was not seen is wrong, not merely unknown. NULL
 * without memory. Free it with caw_circuit_free, and with it all its channels and exchanges.
 */
caw_circuit *caw_circuit_new(const caw_memory *memory, bool complete);
void caw_circuit_free(caw_circuit *circuit);

/*
 * Says which end is the server. The first word stands. Messages that were seen before, could have
 * been sent by both sides, and are kept (caw_circuit_keep), get their notes now.
 */
void caw_circuit_set_server(caw_circuit *circuit, int server_end);

/* Who speaks at this end; CAW_SIDE_NOBODY until it is settled. */
caw_side caw_circuit_speaker(const caw_circuit *circuit, int end);

/* What the circuit knows of the message that starts here, before it is decoded. */
caw_context caw_circuit_context(const caw_circuit *circuit, int end, const uint8_t *bytes,
                                size_t available);

/* Bytes are missing here in the capture: answers may be lost. */
void caw_circuit_gap(caw_circuit *circuit);

/*
 * Takes note of a message, sent by this end. A message that only one side can have sent settles
 * who serves; of one that both can have sent nothing is noted before that is settled.
 */
void caw_circuit_observe(caw_circuit *circuit, int end, const caw_message *message, caw_moment now,
                         caw_note *note);

/* What the client says of itself, NULL until it has. */
const char *caw_circuit_user(const caw_circuit *circuit);
const char *caw_circuit_host(const caw_circuit *circuit);

/* How many channels are open, as far as the capture shows. */
uint32_t caw_circuit_channels(const caw_circuit *circuit);

/* The minor version that this side speaks, as it said last; -1 when it has not. */
int caw_circuit_version(const caw_circuit *circuit, caw_side side);

typedef struct caw_searches caw_searches;

/* NULL without memory. */
caw_searches *caw_searches_new(const caw_memory *memory);
void caw_searches_free(caw_searches *searches);

/*
 * Takes note of a message in a datagram from one endpoint to another. An answer is matched by the
 * endpoint it goes to: it may come from any address.
 */
void caw_searches_observe(caw_searches *searches, uint64_t from, uint64_t to,
                          const caw_message *message, caw_moment now, caw_note *note);

/*
 * The search of a PV by this client address that was the last to be sent or answered: two clients
 * on a host may search at the same time. NULL when there was none.
 */
const caw_exchange *caw_searches_find(const caw_searches *searches, uint32_t client,
                                      const char *pv);

/*
 * Takes note of a request on a circuit, that this client endpoint has sent now: a search counts
 * like one in a datagram, the creation of a channel gets the search that went before it. Both
 * forget, or both keep; the circuit must then live as long as the searches do.
 */
void caw_searches_link(caw_searches *searches, uint64_t client, caw_moment now, caw_note *request);

/*
 * Takes note of what a message on a circuit, sent from this endpoint, claims: the version of a
 * server, the name of a client's host. Another claim, here or in datagrams, may contradict it. For
 * all messages that the circuit has observed.
 */
void caw_searches_compare(caw_searches *searches, uint64_t from, const caw_message *message,
                          caw_note *note);

/*
 * Where a server says it is, as an endpoint: in a search answer or a beacon that came `from`
 * there. 0 when the message says nothing of the kind. udpiiu.cpp has the rules.
 */
uint64_t caw_announced_server(const caw_message *message, uint64_t from);

/* ---- 2. streams -------------------------------------------------------------------------- */

/*
 * Where messages begin in what one side of a TCP connection sends. A capture is rarely the whole
 * stream: it lacks bytes (a gap), has bytes twice or late, begins in the middle, keeps only the
 * first bytes of each packet. A caw_stream is given the segments of one direction in the order of
 * the capture, and tells of each which of its bytes are messages, and what the others are.
 *
 *     caw_stream *stream = caw_stream_new(&memory, 64 << 20);
 *     caw_stream_begin(stream, syn + 1);                     // if the SYN is in the capture
 *     caw_segment segment = {.sequence = sequence, .length = length, .captured = length,
 *                            .bytes = bytes};
 *     for (uint32_t at = 0; at < segment.length;) {          // mostly once
 *         caw_stretch stretch = caw_stream_add(stream, &segment, at);
 *         uint32_t first = at + caw_stretch_first(&stretch); // caw_decode from here ...
 *         uint32_t end = first + stretch.messages;        // ... until here
 *         at += stretch.length;
 *     }
 *
 * Bytes seen first win: those that come again are told as repeated and never looked at. A message
 * begins where the last one ended, or at the sequence number after the SYN. Where that is not
 * known, bytes are skipped up to messages that prove themselves (caw_resync). A segment that comes
 * late fills a gap and is read from there: each stream remembers its gaps, and what was known
 * where they begin, until they are filled or it is freed. A step costs no more than the logarithm
 * of their number.
 *
 * The stream copies no payload. A message that goes on in a later segment is either told by its
 * first bytes, and what follows as continued; or, when the caller can keep bytes, they are to be
 * added again, in a segment that starts with them and goes on with the next ones.
 */
typedef struct caw_stream caw_stream;

/* Bytes at a place in the stream. They are borrowed for the call. */
typedef struct {
    uint32_t sequence; /* TCP's number of the first byte */
    uint32_t length;   /* bytes that were sent, less than 2^31 */
    uint32_t captured; /* of these the capture has: fewer than `length` with a snap length */
    const uint8_t *bytes;
    bool keep; /* the last bytes can be added again, with those that follow */
} caw_segment;

/* What the bytes after the last message of a stretch are. */
typedef enum {
    CAW_TAIL_NONE,   /* there are none */
    CAW_TAIL_KEPT,   /* the start of a message: add it again, followed by more */
    CAW_TAIL_HEADER, /* the start of a header; the rest of its message will be continued */
    CAW_TAIL_CUT,    /* not captured, but perhaps for the start of a header */
    CAW_TAIL_FOREIGN /* no Channel Access */
} caw_tail;

/*
 * What the bytes of a stretch are, in the order in which they stand there. All counts are bytes.
 */
typedef struct {
    uint32_t missing;   /* that the capture lacks before this stretch, so far */
    uint32_t given_up;  /* before these, of a message that was kept and lacks them */
    uint32_t repeated;  /* that were seen before */
    uint32_t continued; /* of a message that began in an earlier segment */
    uint32_t skipped;   /* up to the first proven message */
    uint32_t messages;  /* the last one may go on after the segment */
    uint32_t tail;      /* up to the end of the segment: see `tail_kind` */
    uint32_t length;    /* from repeated to tail; the next stretch begins after them */
    caw_tail tail_kind;
    bool after_loss; /* what comes before this stretch is missing or was not understood: answers
                        may be lost */
} caw_stretch;

/* Bytes before its first message. */
static inline uint32_t caw_stretch_first(const caw_stretch *stretch) {
    return stretch->repeated + stretch->continued + stretch->skipped;
}

/*
 * A stream of which nothing is known yet. Messages larger than `largest` bytes are never kept.
 * NULL without memory. Free it with caw_stream_free.
 */
caw_stream *caw_stream_new(const caw_memory *memory, uint64_t largest);
void caw_stream_free(caw_stream *stream);

/* The first message begins at this sequence number. Counts before the first segment only. */
void caw_stream_begin(caw_stream *stream, uint32_t sequence);

/* Segments come in order only: what is missing never comes, and is not remembered. */
void caw_stream_in_order(caw_stream *stream);

/*
 * Takes the bytes of a segment from `at` on, and tells what the next of them are: at least one
 * byte. Call it again with what follows the stretch, until the segment has no more. Without memory
 * a gap is forgotten, and what comes of it is taken for repeated.
 */
caw_stretch caw_stream_add(caw_stream *stream, const caw_segment *segment, uint32_t at);

/* The sequence number of the byte that is to be added next: the first one kept, or never seen. */
uint32_t caw_stream_next(const caw_stream *stream);

/* What a stream carries, by what was seen of it. */
typedef enum {
    CAW_CONTENTS_UNKNOWN,  /* nothing that tells */
    CAW_CONTENTS_MESSAGES, /* Channel Access: a message was found */
    CAW_CONTENTS_FOREIGN   /* no message was where the first one had to be */
} caw_contents;

caw_contents caw_stream_contents(const caw_stream *stream);

/* ---- 3. plausibility --------------------------------------------------------------------- */

/*
 * How strongly the message that starts here speaks for being one, in bits: what other binary data
 * would have to get right. 0: it cannot be one. Looks at the header and what follows of it.
 */
unsigned caw_evidence(const uint8_t *bytes, size_t available);

/*
 * The evidence of the messages from here on together; 0 when one of them cannot be one. The last
 * may be incomplete. `whole`: the bytes are all that was sent at once, so it counts when the last
 * message ends with them. Messages that are little more than zeros never give CAW_CLAIM, and
 * CAW_PROOF only when they are many or fill the bytes.
 */
unsigned caw_chain(const uint8_t *bytes, size_t available, bool whole);

/* Enough evidence to go on in a stream that is known to be Channel Access. */
#define CAW_PROOF 40

/* Enough evidence to take a stream of unknown contents for Channel Access. */
#define CAW_CLAIM 48

/*
 * A stream can begin with these bytes, or with what they will become: weak, but enough to tell
 * other protocols and random bytes. `available` > 0.
 */
bool caw_begins(const uint8_t *bytes, size_t available);

/*
 * The first place where a chain of messages begins that is proven plausible: CAW_PROOF before the
 * bytes end, and nothing against it. `available` when there is none. Messages start at multiples
 * of 8 bytes of the stream: where these are known, places are tried from `first` in steps of 8;
 * where not, from 0 in steps of 1. `whole` is that of caw_chain, for a chain of all the bytes.
 */
size_t caw_resync(const uint8_t *bytes, size_t available, size_t first, size_t step, bool whole);

/*
 * A TCP segment on a port that nobody has named is one of a circuit: its messages are evidence
 * enough, or it is the `first` of its direction (after the handshake, or of those that were
 * recorded) and begins with a VERSION.
 * `whole`: all bytes of the segment are there.
 */
bool caw_is_circuit(const uint8_t *bytes, size_t length, bool whole, bool first);

/*
 * A whole datagram on a port that nobody has named is Channel Access: searches or their answers, or
 * what a repeater passes on to its clients' ports.
 */
bool caw_is_datagram(const uint8_t *bytes, size_t length);

/* Why bytes are no message. */
typedef enum {
    CAW_MALFORMED_NOT,      /* they are one */
    CAW_MALFORMED_FOREIGN,  /* nothing of Channel Access */
    CAW_MALFORMED_SKIPPED,  /* after a gap, before the next message that proves itself */
    CAW_MALFORMED_CUT,      /* the capture lacks the rest of the packet */
    CAW_MALFORMED_SHORT,    /* a datagram ends with too few bytes for a header ... */
    CAW_MALFORMED_DATAGRAM, /* ... or within a message */
    CAW_MALFORMED_HEADER,   /* a segment ends within a header, and nobody keeps its bytes */
    CAW_MALFORMEDS
} caw_malformed;

/* In a few words, as the line says it: "not Channel Access". */
extern const char *const caw_malformed_texts[CAW_MALFORMEDS];

/* Bytes of a datagram, and what they are. */
typedef struct {
    caw_malformed problem;
    uint32_t length;
} caw_datagram_piece;

/*
 * What is next in a datagram, of which `captured` bytes of `length` are there, at offset `at` of
 * them: a message that is decoded in this context, also with CAW_MALFORMED_DATAGRAM, or the rest
 * of the datagram, which is none. Of the context, `starts` is set here.
 */
caw_datagram_piece caw_datagram_next(const uint8_t *bytes, uint32_t captured, uint32_t length,
                                     uint32_t at, caw_context *context, caw_message *message);

/* The first of these messages that only one side can have sent tells who sent them all. */
caw_side caw_speaker_of_all(const uint8_t *bytes, size_t length, caw_transport transport);

/* ---- 4. endpoints ------------------------------------------------------------------------- */

/*
 * Where servers have said that they are, in search answers and beacons, and from where clients have
 * searched in datagrams: answers may come to them from anywhere. Which ports are configured is the
 * caller's to know.
 */
typedef struct caw_endpoints caw_endpoints;

/* NULL without memory. */
caw_endpoints *caw_endpoints_new(const caw_memory *memory);
void caw_endpoints_free(caw_endpoints *endpoints);

/*
 * Learns from a message that came `from` there. The server that it announces, if that is news, else
 * 0; true if a client searches that was not known. Without memory nothing is learned.
 */
uint64_t caw_endpoints_learn_server(caw_endpoints *endpoints, const caw_message *message,
                                    uint64_t from);
bool caw_endpoints_learn_client(caw_endpoints *endpoints, const caw_message *message,
                                uint64_t from);

bool caw_endpoints_has_server(const caw_endpoints *endpoints, uint64_t endpoint);
bool caw_endpoints_has_client(const caw_endpoints *endpoints, uint64_t endpoint);

/* One of two ends is the server's: CAW_SIDE_SERVER if it is the source, nobody if it is both. */
static inline caw_side caw_side_of_source(bool source_serves, bool target_serves) {
    if (source_serves == target_serves)
        return CAW_SIDE_NOBODY;
    return source_serves ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT;
}

/* ---- 5. forgetting ------------------------------------------------------------------------ */

/*
 * Circuits, searches and endpoints that forget what is done, for months in bounded memory. What
 * they give notes for is the same; only how long these hold differs:
 *
 * - A note and all it points to hold until the next message is shown to its circuit or searches,
 *   for kept events until they have been told (caw_circuit_kept), and in no case beyond
 *   caw_ages_drop_oldest or, of searches, caw_searches_expire.
 * - Then is forgotten: an exchange with its answer; a plain put when it has succeeded; a
 *   subscription when its cancel is confirmed; a channel, with all that belongs to it, when it is
 *   closed. A channel's creation and a subscription's first exchange live with them.
 *
 * What stays open is bounded by whoever asks for it, and the longest unused goes first:
 *
 *     caw_ages *ages = caw_ages_new(&memory);
 *     caw_circuit *circuit = caw_circuit_new_forgetting(ages, true);
 *     ... observe, tell ...
 *     while (caw_ages_bytes(ages) > most && caw_ages_drop_oldest(ages))
 *         ;
 *     caw_circuit_free(circuit);
 *     caw_ages_free(ages);
 */
typedef struct caw_ages caw_ages;

/* What stays open. */
typedef enum {
    CAW_OPEN_CONNECTIONS,   /* TCP connections, whatever they carry, with their circuits */
    CAW_OPEN_CHANNELS,      /* with their subscriptions */
    CAW_OPEN_SUBSCRIPTIONS, /* of channels that are not known */
    CAW_OPEN_REQUESTS,      /* that wait for their answers */
    CAW_OPEN_SEARCHES,
    CAW_OPEN_ENDPOINTS, /* where servers and clients are */
    CAW_OPEN_SERIES,    /* searches of a client for a PV, beacons of a server: how many, and when */
    CAW_OPEN_KINDS
} caw_open_kind;

/* Such as "requests". */
extern const char *const caw_open_texts[CAW_OPEN_KINDS];

/* What memory is taken for. */
typedef enum {
    CAW_HELD_STREAMS,   /* TCP: connections, bytes that wait for others */
    CAW_HELD_CIRCUITS,  /* channels, subscriptions, requests */
    CAW_HELD_SEARCHES,  /* and where servers and clients are */
    CAW_HELD_FRAGMENTS, /* of IP datagrams, and packets that wait for their copies */
    CAW_HELD_KINDS
} caw_held_kind;

/* Such as "streams". */
extern const char *const caw_held_texts[CAW_HELD_KINDS];

/* How many there are, and how many had to be dropped since the beginning. */
typedef struct {
    uint64_t open[CAW_OPEN_KINDS];
    uint64_t dropped[CAW_OPEN_KINDS];
} caw_open_counts;

/* NULL without memory. Freed after all that was made with it. */
caw_ages *caw_ages_new(const caw_memory *memory);
void caw_ages_free(caw_ages *ages);

/* Forgets what was not used for the longest time, and counts it. False when nothing is open. */
bool caw_ages_drop_oldest(caw_ages *ages);

caw_open_counts caw_ages_counts(const caw_ages *ages);

/* Bytes of memory that are taken: for this, and for everything. */
uint64_t caw_ages_held(const caw_ages *ages, caw_held_kind kind);
uint64_t caw_ages_bytes(const caw_ages *ages);

/* As caw_circuit_new, _searches_new and _endpoints_new; freed as those are, in any order. */
caw_circuit *caw_circuit_new_forgetting(caw_ages *ages, bool complete);
caw_searches *caw_searches_new_forgetting(caw_ages *ages);
caw_endpoints *caw_endpoints_new_forgetting(caw_ages *ages);

/*
 * Forgets searches whose last message is 60 s of capture time ago, and after an hour that there
 * were any. For every frame: is quick when none is due. A clock that is set back, or ahead by more
 * than an hour, is no time that has passed.
 */
void caw_searches_expire(caw_searches *searches, caw_moment now);

/* ---- 6. names ------------------------------------------------------------------------------ */

/*
 * Of channels whose creation the capture lacks nobody knows the PV but by other ways: the caller's.
 * A circuit that meets a sid, or updates of a subscription, of which it has not seen the beginning
 * asks here, once: until it sees them end, or begin.
 *
 * The ends are those of caw_endpoint: Channel Access is of IPv4.
 */
typedef struct caw_names caw_names;

typedef enum { CAW_NAMED_SID, CAW_NAMED_SUBSCRIPTION } caw_named;

/* What a name is of. */
typedef struct {
    uint64_t server;
    uint64_t client; /* 0: any of the server's. Ids of subscriptions are the client's own */
    caw_named kind;
    uint32_t id;
} caw_name_given;

/* NULL without memory. */
caw_names *caw_names_new(const caw_memory *memory);
void caw_names_free(caw_names *names);

/* Of two names for the same the last one counts. False without memory. The name is copied. */
bool caw_names_add(caw_names *names, const caw_name_given *given, caw_view pv);

/*
 * A channel that this client has, of no known id. With a single one all that its circuit does is
 * about it; several name nothing. False without memory.
 */
bool caw_names_add_channel(caw_names *names, uint64_t client, caw_view pv);

/* How many of these there are, and how many of them are their client's only one. */
typedef struct {
    uint32_t all;
    uint32_t only;
} caw_names_channels;

caw_names_channels caw_names_counted(const caw_names *names);

/*
 * Reads a text: a line for each, "SERVER [CLIENT] sid|subscription ID PV", empty ones and those
 * that begin with #; or what casr of an IOC shell prints at level 2. The number of the first line
 * that is wrong, from 1, and what to do about it, static text; 0 when none is.
 */
uint32_t caw_names_read(caw_names *names, caw_view text, const char **problem);

/* "10.0.0.5:5064", or "10.0.0.5" when `port` is not 0. False when the text is no such. */
bool caw_endpoint_read(caw_view text, uint16_t port, uint64_t *endpoint);

/* The name of what is asked for, or NULL. It lives as long as the names do. */
const char *caw_names_find(const caw_names *names, const caw_name_given *asked);

/* The names live longer than the circuit, whose ends 0 and 1 are these. */
void caw_circuit_give_names(caw_circuit *circuit, const caw_names *names, uint64_t end0,
                            uint64_t end1);

#ifdef __cplusplus
}
#endif

#endif
