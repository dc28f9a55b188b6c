/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "memory.h"
#include "packet-ca.h"
#include "ports.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>
#include <epan/wmem_scopes.h>

/* One direction of a conversation, where it stands behind the last piece seen. */
typedef struct {
    bool begun;          /* a piece was seen */
    bool lost;           /* where the next message begins is not known */
    bool proven;         /* a message was seen */
    uint32_t seen;       /* TCP sequence number up to which all is known */
    uint64_t rest;       /* bytes of a message that was not reassembled, from there on */
    uint32_t asked;      /* where a message begins that TCP shall reassemble */
    uint32_t asked_size; /* its size, 0: none, or not known */
    uint8_t header[CAW_EXTENDED_HEADER_SIZE]; /* an unfinished header */
    uint32_t header_length;
} ca_stream;

/* One TCP conversation. */
typedef struct {
    caw_circuit *circuit;
    ca_stream streams[2];
} ca_conversation;

static caw_searches *searches; /* of this capture */

/* ---- Wireshark's memory under the core's history ---------------------------------------- */

static void *allocate(void *user _U_, size_t bytes) {
    return wmem_alloc(wmem_file_scope(), bytes);
}

static void release(void *user _U_, void *memory) {
    wmem_free(wmem_file_scope(), memory);
}

static const caw_memory file_memory = {allocate, release, NULL};

static void new_capture(void) {
    searches = caw_searches_new(&file_memory);
}

void memory_init(void) {
    register_init_routine(new_capture);
}

/* ---- pieces ----------------------------------------------------------------------------- */

/*
 * A frame can have several pieces: a reassembled one, which starts at 0, and what follows in the
 * segment, which starts behind the headers; each again in a tunnel within a tunnel.
 */
static uint32_t piece_key(tvbuff_t *tvb, packet_info *pinfo) {
    return (uint32_t)tvb_raw_offset(tvb) | (uint32_t)pinfo->curr_layer_num << 24;
}

/* The piece of an earlier visit, rewound, or a new one that records. */
static ca_piece *piece_of(tvbuff_t *tvb, packet_info *pinfo) {
    uint32_t key = piece_key(tvb, pinfo);
    ca_piece *piece = p_get_proto_data(wmem_file_scope(), pinfo, proto_ca, key);

    if (piece) {
        piece->recording = false;
        piece->at = piece->first;
        return piece;
    }
    piece = wmem_new0(wmem_file_scope(), ca_piece);
    piece->recording = true;
    p_add_proto_data(wmem_file_scope(), pinfo, proto_ca, key, piece);
    return piece;
}

static int end_of(packet_info *pinfo) {
    int order = cmp_address(&pinfo->src, &pinfo->dst);

    return order ? order > 0 : pinfo->srcport > pinfo->destport;
}

static bool has_handshake(const struct tcp_analysis *tcp) {
    return tcp && tcp->server_port;
}

static ca_conversation *conversation_of(packet_info *pinfo) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    ca_conversation *ours = conversation_get_proto_data(conversation, proto_ca);

    if (!ours) {
        ours = wmem_new0(wmem_file_scope(), ca_conversation);
        ours->circuit =
            caw_circuit_new(&file_memory, has_handshake(get_tcp_conversation_data(NULL, pinfo)));
        conversation_add_proto_data(conversation, proto_ca, ours);
    }
    return ours;
}

static ca_stream *stream_of(const ca_piece *piece, packet_info *pinfo) {
    return &conversation_of(pinfo)->streams[piece->end];
}

/* ---- who speaks ------------------------------------------------------------------------- */

/* One of two ends is the server's: CAW_SERVER if the sender is there. */
static caw_side speaker_by_syn(packet_info *pinfo) {
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);

    if (!has_handshake(tcp) || pinfo->srcport == pinfo->destport)
        return CAW_NOBODY;
    return pinfo->srcport == tcp->server_port ? CAW_SERVER : CAW_CLIENT;
}

/* The first message here that only one side could have sent tells. */
static caw_side speaker_by_bytes(const uint8_t *bytes, uint32_t length, caw_transport transport) {
    uint32_t at = 0;

    while (at < length) {
        caw_side side = caw_speaker(bytes + at, length - at, transport);
        if (side != CAW_NOBODY)
            return side;
        int64_t size = caw_size(bytes + at, length - at);
        if (size <= 0 || size > length - at)
            break;
        at += (uint32_t)size;
    }
    return CAW_NOBODY;
}

static void settle(ca_piece *piece, packet_info *pinfo, const uint8_t *bytes, uint32_t length) {
    if (caw_circuit_speaker(piece->circuit, piece->end) != CAW_NOBODY)
        return;
    caw_side speaker = speaker_by_syn(pinfo);
    if (speaker == CAW_NOBODY)
        speaker = ports_tcp_speaker(pinfo);
    if (speaker == CAW_NOBODY)
        speaker = speaker_by_bytes(bytes, length, CAW_TCP);
    if (speaker != CAW_NOBODY)
        caw_circuit_settle(piece->circuit, speaker == CAW_SERVER ? piece->end : !piece->end);
}

/* ---- where messages begin --------------------------------------------------------------- */

/* Adds the start of a segment to an unfinished header; once it is whole, so is the message size. */
static void finish_header(ca_stream *stream, const uint8_t *bytes, uint32_t captured) {
    uint32_t held = stream->header_length;
    uint32_t room = (uint32_t)sizeof stream->header - held;
    uint32_t added = MIN(captured, room);

    memcpy(stream->header + held, bytes, added);
    stream->header_length = held + added;
    int64_t size = caw_size(stream->header, stream->header_length);
    if (size == CAW_MORE) {
        stream->rest = captured;
        return;
    }
    stream->header_length = 0;
    if (size > held)
        stream->rest = (uint64_t)size - held;
}

/*
 * The first bytes of this direction: a message begins there if they follow the handshake. TCP
 * counts sequence numbers from there, or as they are, as its preference says.
 */
static void begin(ca_stream *stream, packet_info *pinfo, uint32_t start) {
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);
    bool follows = has_handshake(tcp) && (start == 1 || start == tcp->fwd->base_seq + 1);

    stream->begun = true;
    stream->seen = start;
    stream->lost = !follows;
}

/*
 * Bytes of the stream that never came, from `seen` on. As long as they are all of one message,
 * its end is still known.
 */
static void cross_hole(ca_piece *piece, ca_stream *stream, uint32_t gap) {
    piece->missing = gap;
    caw_circuit_hole(piece->circuit);
    if (stream->header_length || gap > stream->rest) {
        stream->lost = true;
        stream->rest = 0;
        stream->header_length = 0;
        return;
    }
    stream->rest -= gap;
}

/* TCP goes on without the message it was asked for: bytes of it never came. */
static void give_up_message(ca_piece *piece, ca_stream *stream) {
    piece->missing = stream->asked_size;
    stream->asked_size = 0;
    caw_circuit_hole(piece->circuit);
}

/* Finds the first message of a piece that is not a reassembled one. */
static void find_start(ca_piece *piece, packet_info *pinfo, const uint8_t *bytes,
                       uint32_t captured) {
    ca_stream *stream = stream_of(piece, pinfo);

    if (!stream->begun)
        begin(stream, pinfo, piece->start);
    int32_t gap = (int32_t)(piece->start - stream->seen);
    if (gap >= 0 && stream->asked_size)
        give_up_message(piece, stream);
    if (gap > 0)
        cross_hole(piece, stream, (uint32_t)gap);
    if (stream->header_length)
        finish_header(stream, bytes, captured);
    if (gap >= 0) {
        piece->continued = (uint32_t)MIN(stream->rest, piece->length);
        piece->still = stream->rest - piece->continued;
    }
    uint32_t at = MIN(piece->continued, captured);
    /* an older segment that comes late: nothing is known of its first byte */
    if (stream->lost || gap < 0)
        piece->skipped = (uint32_t)caw_resync(bytes + at, captured - at);
}

/* TCP has put these bytes together: they are no part of the frame. */
static bool is_reassembled(tvbuff_t *tvb) {
    return tvb_raw_offset(tvb) == 0;
}

/* Where the piece is in the stream; a reassembled one begins where it was asked for. */
static void place(ca_piece *piece, packet_info *pinfo, const struct tcpinfo *tcp,
                  bool reassembled) {
    ca_stream *stream = stream_of(piece, pinfo);

    piece->placed = tcp != NULL;
    if (tcp)
        piece->start = reassembled ? stream->asked : tcp->nxtseq - piece->length;
    piece->unknown = !stream->proven;
}

/* ---- the entry points' side ------------------------------------------------------------- */

ca_piece *memory_segment(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcp,
                         const uint8_t *bytes, uint32_t captured) {
    ca_piece *piece = piece_of(tvb, pinfo);

    if (!piece->recording)
        return piece;
    piece->end = end_of(pinfo);
    piece->circuit = conversation_of(pinfo)->circuit;
    piece->length = tvb_reported_length(tvb);
    place(piece, pinfo, tcp, is_reassembled(tvb));
    if (is_reassembled(tvb))
        stream_of(piece, pinfo)->asked_size = 0;
    else if (tcp)
        find_start(piece, pinfo, bytes, captured);
    uint32_t at = MIN(piece->continued + piece->skipped, captured);
    settle(piece, pinfo, bytes + at, captured - at);
    return piece;
}

ca_piece *memory_datagram(tvbuff_t *tvb, packet_info *pinfo) {
    ca_piece *piece = piece_of(tvb, pinfo);
    uint32_t captured = tvb_captured_length(tvb);

    if (!piece->recording)
        return piece;
    piece->speaker = ports_udp_speaker(pinfo);
    if (piece->speaker == CAW_NOBODY)
        piece->speaker = speaker_by_bytes(tvb_get_ptr(tvb, 0, (int)captured), captured, CAW_UDP);
    return piece;
}

caw_context memory_context(const ca_piece *piece, const uint8_t *bytes, uint32_t available) {
    caw_context context = {.transport = CAW_UDP, .speaker = piece->speaker};

    if (!piece->circuit)
        return context;
    context = caw_circuit_context(piece->circuit, piece->end, bytes, available);
    if (!piece->recording)
        context.cancel_pending = piece->at && piece->at->cancel_pending;
    return context;
}

static void record(ca_piece *piece, packet_info *pinfo, const caw_message *message,
                   ca_entry *entry) {
    caw_moment now = {pinfo->num, pinfo->abs_ts.nsecs, pinfo->abs_ts.secs};
    uint64_t from = ports_endpoint(&pinfo->src, pinfo->srcport);
    uint64_t to = ports_endpoint(&pinfo->dst, pinfo->destport);

    if (!piece->circuit) {
        caw_searches_see(searches, from, to, message, now, &entry->note);
        return;
    }
    caw_circuit_see(piece->circuit, piece->end, message, now, &entry->note);
    if (entry->note.turn == CAW_REQUEST)
        caw_searches_link(searches, (uint32_t)(from >> 16), &entry->note);
    stream_of(piece, pinfo)->proven = true;
}

static ca_entry *new_entry(ca_piece *piece) {
    ca_entry *entry = wmem_new0(wmem_file_scope(), ca_entry);

    if (piece->last)
        piece->last->next = entry;
    else
        piece->first = entry;
    piece->last = entry;
    return entry;
}

const caw_note *memory_note(ca_piece *piece, packet_info *pinfo, const caw_message *message,
                            const caw_context *context) {
    static const caw_note nothing = {0};
    ca_entry *entry = piece->at;

    if (piece->recording) {
        entry = new_entry(piece);
        entry->cancel_pending = context->cancel_pending;
        record(piece, pinfo, message, entry);
    } else if (entry) {
        piece->at = entry->next;
    }
    return entry ? &entry->note : &nothing;
}

const char *memory_user(const ca_piece *piece) {
    return piece->circuit ? caw_circuit_user(piece->circuit) : NULL;
}

const char *memory_host(const ca_piece *piece) {
    return piece->circuit ? caw_circuit_host(piece->circuit) : NULL;
}

/* ---- the end of a piece ----------------------------------------------------------------- */

/* The stream to move on, unless this is a later visit or an older segment that came late. */
static ca_stream *advance(const ca_piece *piece, packet_info *pinfo, uint32_t to) {
    if (!piece->recording || !piece->placed)
        return NULL;
    ca_stream *stream = stream_of(piece, pinfo);
    if ((int32_t)(piece->start + to - stream->seen) < 0)
        return NULL;
    stream->seen = piece->start + to;
    stream->rest = 0;
    stream->header_length = 0;
    stream->lost = false;
    return stream;
}

void memory_end(const ca_piece *piece, packet_info *pinfo, uint64_t rest) {
    ca_stream *stream = advance(piece, pinfo, piece->length);

    if (stream)
        stream->rest = rest;
}

void memory_header(const ca_piece *piece, packet_info *pinfo, const uint8_t *bytes,
                   uint32_t length) {
    ca_stream *stream = advance(piece, pinfo, piece->length);

    if (!stream)
        return;
    memcpy(stream->header, bytes, length);
    stream->header_length = length;
}

void memory_ask(const ca_piece *piece, packet_info *pinfo, uint32_t at, int64_t size) {
    ca_stream *stream = advance(piece, pinfo, at + (uint32_t)size);

    if (!stream)
        return;
    stream->asked = piece->start + at;
    stream->asked_size = (uint32_t)size;
}

void memory_lost(const ca_piece *piece, packet_info *pinfo) {
    ca_stream *stream = advance(piece, pinfo, piece->length);

    if (stream)
        stream->lost = true;
}
