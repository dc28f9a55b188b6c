/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "conversation.h"
#include "endpoints.h"
#include "protocol.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>
#include <epan/wmem_scopes.h>

/*
 * Where a direction of a conversation stands: what is known of the next message at a place in the
 * stream. A message that began before that place has `rest` bytes to come; a header that began
 * before it is kept, because the message's size is not known yet.
 */
typedef struct ca_state {
    bool lost;     /* where the next message begins is not known, and the following means nothing */
    uint64_t rest; /* up to 2^32 and more */
    uint8_t header[CAW_EXTENDED_HEADER_SIZE];
    uint32_t header_length;
} ca_state;

/* Bytes that the capture lacks so far. They may still come, out of order. */
typedef struct ca_hole {
    uint32_t from; /* TCP sequence numbers */
    uint32_t to;
    ca_state state; /* at `from` */
    struct ca_hole *next;
} ca_hole;

/* One direction of a conversation. */
typedef struct ca_stream {
    bool begun;     /* a piece was seen */
    bool proven;    /* a message was seen */
    bool refused;   /* its first bytes were seen, and were no Channel Access */
    bool aligned;   /* `grid` is known */
    uint32_t grid;  /* TCP sequence number of a message: all begin at multiples of 8 from there */
    uint32_t seen;  /* TCP sequence number behind the last piece */
    ca_state state; /* there */
    uint32_t asked; /* bytes before there of a message that TCP shall reassemble */
    ca_hole *holes; /* in descending order */
} ca_stream;

/* One TCP conversation. */
typedef struct {
    caw_circuit *circuit;
    ca_stream streams[2];
} ca_conversation;

/* Of this capture. */
static caw_searches *searches;
static wmem_map_t *circuits;  /* by stream: those that have carried a message */
static wmem_list_t *in_order; /* the same, one after another */

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
    circuits = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    in_order = wmem_list_new(wmem_file_scope());
}

void conversation_init(void) {
    register_init_routine(new_capture);
}

/* ---- entries ---------------------------------------------------------------------------- */

/* They stay where they are, because the core may still write to a note. */
typedef struct ca_entries {
    struct ca_entries *next;
    uint32_t room;
    uint32_t used;
    ca_entry entry[];
} ca_entries;

static ca_entries *new_entries(uint32_t room) {
    ca_entries *entries =
        wmem_alloc0(wmem_file_scope(), sizeof *entries + room * sizeof *entries->entry);

    entries->room = room;
    return entries;
}

/* Most payloads have one message; each time there are more, there is room for twice as many. */
static ca_entry *new_entry(ca_piece *piece) {
    ca_entries *last = piece->at;

    if (!last)
        piece->entries = piece->at = new_entries(1);
    else if (last->used == last->room)
        piece->at = last->next = new_entries(2 * last->room);
    return &piece->at->entry[piece->at->used++];
}

/* What the first visit has kept of the next message; NULL behind the last. */
static ca_entry *entry_at(ca_piece *piece) {
    if (piece->at && piece->index == piece->at->used) {
        piece->at = piece->at->next;
        piece->index = 0;
    }
    return piece->at ? &piece->at->entry[piece->index] : NULL;
}

/* ---- pieces ----------------------------------------------------------------------------- */

/*
 * A frame can have several pieces: a reassembled one, which starts at 0, and what follows in the
 * segment, which starts behind the headers; each again for each connection in a tunnel. (The layer
 * number would tell these too, but it is not the same in all visits.)
 */
static uint32_t piece_key(tvbuff_t *tvb, const struct tcp_analysis *tcp) {
    return (uint32_t)tvb_raw_offset(tvb) | (tcp ? tcp->stream : 0) << 24;
}

bool conversation_has_datagram(tvbuff_t *tvb, packet_info *pinfo) {
    return p_get_proto_data(wmem_file_scope(), pinfo, proto_ca, piece_key(tvb, NULL)) != NULL;
}

/* The piece of an earlier visit, rewound, or a new one that records. */
static ca_piece *piece_of(tvbuff_t *tvb, const struct tcp_analysis *tcp, packet_info *pinfo) {
    uint32_t key = piece_key(tvb, tcp);
    ca_piece *piece = p_get_proto_data(wmem_file_scope(), pinfo, proto_ca, key);

    if (piece) {
        piece->recording = false;
        piece->at = piece->entries;
        piece->index = 0;
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

/* ---- who speaks ------------------------------------------------------------------------- */

/* One of two ends is the server's: CAW_SIDE_SERVER if the sender is there. */
static caw_side speaker_by_syn(packet_info *pinfo) {
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);

    if (!has_handshake(tcp) || pinfo->srcport == pinfo->destport)
        return CAW_SIDE_NOBODY;
    return pinfo->srcport == tcp->server_port ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT;
}

/* The first message here that only one side could have sent tells. */
static caw_side speaker_by_bytes(const uint8_t *bytes, uint32_t length, caw_transport transport) {
    uint32_t at = 0;

    while (at < length) {
        caw_side side = caw_speaker(bytes + at, length - at, transport);
        if (side != CAW_SIDE_NOBODY)
            return side;
        int64_t size = caw_size(bytes + at, length - at);
        if (size <= 0 || size > length - at)
            break;
        at += (uint32_t)size;
    }
    return CAW_SIDE_NOBODY;
}

/* The first of these that knows. */
static void settle(ca_piece *piece, packet_info *pinfo, const uint8_t *bytes, uint32_t length) {
    if (caw_circuit_speaker(piece->circuit, piece->end) != CAW_SIDE_NOBODY)
        return;
    caw_side speaker = speaker_by_syn(pinfo);
    if (speaker == CAW_SIDE_NOBODY)
        speaker = endpoints_tcp_speaker(pinfo);
    if (speaker == CAW_SIDE_NOBODY)
        speaker = speaker_by_bytes(bytes, length, CAW_TRANSPORT_TCP);
    if (speaker != CAW_SIDE_NOBODY)
        caw_circuit_set_server(piece->circuit,
                               speaker == CAW_SIDE_SERVER ? piece->end : !piece->end);
}

/* ---- where messages begin --------------------------------------------------------------- */

static const ca_state lost = {.lost = true};

/* The state behind these bytes, with which a message begins. */
static ca_state inside(const uint8_t *bytes, uint32_t length) {
    int64_t size = caw_size(bytes, length);
    ca_state state = {0};

    if (size == CAW_MORE) {
        memcpy(state.header, bytes, length);
        state.header_length = length;
    } else {
        state.rest = (uint64_t)size - length;
    }
    return state;
}

/* Adds the next bytes to an unfinished header, to know how many of them belong to its message. */
static ca_state finish_header(ca_state state, const uint8_t *bytes, uint32_t captured) {
    uint32_t held = state.header_length;
    uint32_t added = MIN(captured, (uint32_t)sizeof state.header - held);

    memcpy(state.header + held, bytes, added);
    int64_t size = caw_size(state.header, held + added);
    if (size == CAW_MORE) {
        state.header_length += added;
        return state;
    }
    return size > held ? (ca_state){.rest = (uint64_t)size - held} : lost;
}

/* The state behind a gap: known as long as all that is missing is of one message. */
static ca_state cross(ca_state state, uint32_t gap) {
    if (!gap)
        return state;
    if (state.lost || state.header_length || gap > state.rest)
        return lost;
    return (ca_state){.rest = state.rest - gap};
}

/*
 * The first byte of this direction, as TCP counts: from 1 or from where the handshake says, after
 * its preference. `start` when the handshake is not in the capture.
 */
static uint32_t first_byte(packet_info *pinfo, uint32_t start) {
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);

    if (!has_handshake(tcp))
        return start;
    uint32_t absolute = tcp->fwd->base_seq + 1;
    return start - 1 < start - absolute ? 1 : absolute;
}

bool conversation_is_first(packet_info *pinfo, const struct tcpinfo *tcp) {
    return has_handshake(get_tcp_conversation_data(NULL, pinfo)) &&
           tcp->seq == first_byte(pinfo, tcp->seq);
}

static void begin(ca_stream *stream, packet_info *pinfo, uint32_t start) {
    stream->aligned = has_handshake(get_tcp_conversation_data(NULL, pinfo));
    stream->seen = stream->grid = first_byte(pinfo, start);
    stream->state.lost = !stream->aligned;
}

static ca_hole *new_hole(uint32_t from, uint32_t to, ca_state state, ca_hole *next) {
    ca_hole *hole = wmem_new(wmem_file_scope(), ca_hole);

    *hole = (ca_hole){from, to, state, next};
    return hole;
}

/* Is sequence number a before b? */
static bool is_before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

/* The hole that this piece has bytes of, or NULL. */
static ca_hole *hole_of(const ca_stream *stream, const ca_piece *piece) {
    for (ca_hole *hole = stream->holes; hole; hole = hole->next) {
        if (!is_before(piece->start, hole->to))
            return NULL;
        if (hole->from != hole->to && is_before(hole->from, piece->start + piece->length))
            return hole;
    }
    return NULL;
}

/* A piece that is older than others: what is new of it fills a hole. The state at its start. */
static ca_state come_late(ca_piece *piece, const ca_stream *stream) {
    ca_hole *hole = hole_of(stream, piece);

    piece->late = true;
    if (!hole) {
        piece->repeated = piece->length;
        return lost;
    }
    ca_state state = hole->state;
    if (is_before(piece->start, hole->from)) {
        piece->repeated = hole->from - piece->start;
    } else if (hole->from != piece->start) {
        hole->next = new_hole(hole->from, piece->start, state, hole->next);
        state = cross(state, piece->start - hole->from);
    }
    piece->until = MIN(piece->length, hole->to - piece->start);
    hole->from = piece->start + piece->until;
    piece->after = &hole->state;
    return state;
}

/* A piece that goes on behind what was seen, or behind a hole. The state at its start. */
static ca_state come_next(ca_piece *piece, ca_stream *stream, uint32_t gap) {
    ca_state state = cross(stream->state, gap);

    if (gap)
        stream->holes = new_hole(stream->seen, piece->start, stream->state, stream->holes);
    if (gap || stream->asked || (stream->state.lost && stream->begun))
        caw_circuit_gap(piece->circuit);
    piece->missing = gap;
    piece->wasted = stream->asked;
    return state;
}

/* Puts the piece where it belongs in the stream. The state at its first new byte. */
static ca_state put(ca_piece *piece, ca_stream *stream) {
    uint32_t end = piece->start + piece->length;
    uint32_t old = stream->seen - piece->start;
    ca_state state = {0};

    if (is_before(piece->start, stream->seen) && !is_before(stream->seen, end))
        return come_late(piece, stream);
    piece->after = &stream->state;
    if (is_before(stream->seen, piece->start)) {
        state = come_next(piece, stream, piece->start - stream->seen);
    } else if (!stream->asked || stream->asked != old) { /* not what TCP was asked for */
        piece->repeated = old;
        state = come_next(piece, stream, 0);
    }
    stream->seen = end;
    stream->asked = 0;
    return state;
}

/* How many bytes from `at` on are no proven message. */
static uint32_t skip(const ca_stream *stream, const ca_piece *piece, const uint8_t *bytes,
                     uint32_t at, uint32_t end) {
    uint32_t first = stream->aligned ? (stream->grid - (piece->start + at)) % 8 : 0;
    bool whole = at == 0 && end == piece->length;

    return (uint32_t)caw_resync(bytes + at, end - at, first, stream->aligned ? 8 : 1, whole);
}

/*
 * Finds the first message of a piece. Leaves the state behind the piece as it is if no message
 * ends it: the callers of conversation_end and its like know better.
 */
static void find_start(ca_piece *piece, ca_stream *stream, const uint8_t *bytes,
                       uint32_t captured) {
    ca_state state = put(piece, stream);
    stream->begun = true;
    uint32_t at = MIN(piece->repeated, captured);
    uint32_t end = MIN(piece->until, captured);

    if (state.header_length)
        state = finish_header(state, bytes + at, end - at);
    if (state.header_length) {
        piece->continued = piece->until - piece->repeated;
    } else if (!state.lost) {
        piece->continued = (uint32_t)MIN(state.rest, piece->until - piece->repeated);
        state.rest -= piece->continued;
    } else if (piece->after) {
        piece->skipped = skip(stream, piece, bytes, at, end);
    }
    at += piece->continued + piece->skipped;
    piece->opens = !stream->proven && !state.lost && !piece->continued;
    if (at < end)
        stream->grid = piece->start + at;
    if (piece->after)
        *piece->after = at < piece->until ? lost : state;
}

/* Is there no sign at all that this direction is Channel Access? */
static bool is_strange(const ca_conversation *conversation, int end) {
    const ca_stream *stream = &conversation->streams[end];

    return !stream->proven && (stream->refused || !conversation->streams[!end].proven);
}

/* ---- the entry points' side ------------------------------------------------------------- */

ca_piece *conversation_segment(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcp,
                               const uint8_t *bytes, uint32_t captured) {
    ca_piece *piece = piece_of(tvb, get_tcp_conversation_data(NULL, pinfo), pinfo);

    if (!piece->recording)
        return piece;
    ca_conversation *conversation = conversation_of(pinfo);
    piece->end = end_of(pinfo);
    piece->circuit = conversation->circuit;
    piece->length = piece->until = tvb_reported_length(tvb);
    piece->stream = &conversation->streams[piece->end];
    if (tcp) {
        ca_stream *stream = piece->stream;
        piece->start = tcp->seq;
        if (!stream->begun)
            begin(stream, pinfo, piece->start);
        find_start(piece, stream, bytes, captured);
    }
    piece->strange = is_strange(conversation, piece->end);
    uint32_t at = MIN(conversation_first(piece), captured);
    settle(piece, pinfo, bytes + at, captured - at);
    return piece;
}

ca_piece *conversation_datagram(tvbuff_t *tvb, packet_info *pinfo) {
    ca_piece *piece = piece_of(tvb, NULL, pinfo);
    uint32_t captured = tvb_captured_length(tvb);

    if (!piece->recording)
        return piece;
    piece->until = tvb_reported_length(tvb);
    piece->speaker = endpoints_udp_speaker(pinfo);
    if (piece->speaker == CAW_SIDE_NOBODY)
        piece->speaker =
            speaker_by_bytes(tvb_get_ptr(tvb, 0, (int)captured), captured, CAW_TRANSPORT_UDP);
    return piece;
}

caw_context conversation_context(ca_piece *piece, const uint8_t *bytes, uint32_t available) {
    caw_context context = {.transport = CAW_TRANSPORT_UDP, .speaker = piece->speaker};

    if (!piece->circuit)
        return context;
    context = caw_circuit_context(piece->circuit, piece->end, bytes, available);
    if (!piece->recording) {
        const ca_entry *entry = entry_at(piece);
        context.cancel_pending = entry && entry->cancel_pending;
    }
    return context;
}

/* Called with the first message of each direction. */
static void list_circuit(caw_circuit *circuit, packet_info *pinfo) {
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);
    void *stream = tcp ? GUINT_TO_POINTER(tcp->stream) : NULL;

    if (!tcp || wmem_map_contains(circuits, stream))
        return;
    wmem_map_insert(circuits, stream, circuit);
    wmem_list_append(in_order, circuit);
}

static void record(ca_piece *piece, packet_info *pinfo, const caw_message *message,
                   ca_entry *entry) {
    caw_moment now = {pinfo->num, pinfo->abs_ts.nsecs, pinfo->abs_ts.secs};
    uint64_t from = endpoints_endpoint(&pinfo->src, pinfo->srcport);
    uint64_t to = endpoints_endpoint(&pinfo->dst, pinfo->destport);

    if (!piece->circuit) {
        caw_searches_observe(searches, from, to, message, now, &entry->note);
        return;
    }
    caw_circuit_observe(piece->circuit, piece->end, message, now, &entry->note);
    if (entry->note.turn == CAW_TURN_REQUEST)
        caw_searches_link(searches, (uint32_t)(from >> 16), &entry->note);
    if (!piece->stream->proven)
        list_circuit(piece->circuit, pinfo);
    piece->stream->proven = piece->stream->aligned = true;
}

const caw_note *conversation_note(ca_piece *piece, packet_info *pinfo, const caw_message *message,
                                  const caw_context *context) {
    static const caw_note nothing = {0};
    ca_entry *entry;

    if (piece->recording) {
        entry = new_entry(piece);
        entry->cancel_pending = context->cancel_pending;
        record(piece, pinfo, message, entry);
    } else {
        entry = entry_at(piece);
        piece->index++;
    }
    return entry ? &entry->note : &nothing;
}

const char *conversation_user(const ca_piece *piece) {
    return piece->circuit ? caw_circuit_user(piece->circuit) : NULL;
}

const char *conversation_host(const ca_piece *piece) {
    return piece->circuit ? caw_circuit_host(piece->circuit) : NULL;
}

uint32_t conversation_number(const ca_piece *piece, packet_info *pinfo) {
    const struct tcp_analysis *tcp = piece->circuit ? get_tcp_conversation_data(NULL, pinfo) : NULL;

    return tcp ? tcp->stream + 1 : 0;
}

/* ---- what is told later ----------------------------------------------------------------- */

bool conversation_keeps(const ca_piece *piece, const caw_event *event) {
    /* of a message of this visit, the note is the entry's */
    return piece->recording && piece->circuit &&
           caw_circuit_keep(piece->circuit, piece->end, event, (caw_note *)event->note);
}

bool conversation_waits(const ca_piece *piece) {
    return piece->recording && piece->circuit &&
           caw_circuit_speaker(piece->circuit, piece->end) == CAW_SIDE_NOBODY;
}

caw_circuit *conversation_keeper(const ca_piece *piece) {
    return piece->recording ? piece->circuit : NULL;
}

caw_circuit *conversation_circuit(uint32_t stream) {
    return wmem_map_lookup(circuits, GUINT_TO_POINTER(stream));
}

void conversation_each_circuit(void (*visit)(caw_circuit *circuit)) {
    for (wmem_list_frame_t *at = wmem_list_head(in_order); at; at = wmem_list_frame_next(at))
        visit(wmem_list_frame_data(at));
}

/* ---- the end of a piece ----------------------------------------------------------------- */

static void set_state(const ca_piece *piece, ca_state state) {
    if (piece->recording && piece->after)
        *piece->after = state;
}

void conversation_end(const ca_piece *piece, uint64_t rest) {
    set_state(piece, (ca_state){.rest = rest});
}

void conversation_inside(const ca_piece *piece, const uint8_t *bytes, uint32_t length) {
    set_state(piece, inside(bytes, length));
}

void conversation_ask(const ca_piece *piece, const uint8_t *bytes, uint32_t length) {
    conversation_inside(piece, bytes, length);
    if (piece->recording && piece->after)
        piece->stream->asked = length;
}

void conversation_foreign(const ca_piece *piece) {
    ca_stream *stream = piece->stream;

    if (!piece->recording)
        return;
    stream->aligned = false; /* it may have been wrong */
    stream->refused = !stream->proven;
    set_state(piece, lost);
}
