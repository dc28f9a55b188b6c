/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "conversation.h"
#include "endpoints.h"
#include "given_names.h"
#include "memory.h"
#include "protocol.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

/* The first byte of a message, in a segment of its own: see conversation_segment. */
typedef struct {
    uint32_t sequence;
    const uint8_t *byte; /* NULL: none has come */
} ca_lone;

/* One TCP conversation. */
typedef struct {
    caw_circuit *circuit;
    caw_stream *streams[2]; /* by the end that sends; NULL before its first segment */
    ca_lone lone[2];        /* the same */
} ca_conversation;

/* Of this capture. */
static caw_searches *searches;
static const caw_names *names; /* given by the preferences; may be NULL */
static wmem_map_t *circuits;   /* by connection: those that have carried a message */
static wmem_list_t *in_order;  /* the same, one after another */
static wmem_map_t *refused;    /* by connection: the first frame that was */

static void new_capture(void) {
    searches = caw_searches_new(&file_memory);
    names = given_names_now();
    circuits = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    in_order = wmem_list_new(wmem_file_scope());
    refused = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
}

void conversation_init(void) {
    register_init_routine(new_capture);
}

/* ---- what is kept ----------------------------------------------------------------------- */

#define MOST_ENTRIES 32 /* as many as there are bits */

/* Notes of messages. They stay where they are, because the core may still write to one. */
typedef struct ca_entries {
    struct ca_entries *next;
    caw_note *note;
    uint16_t room;
    uint16_t used;
    uint32_t cancel_pending; /* 1 << index of a note: of the context its message was decoded in */
} ca_entries;

/* What most payloads have not. */
typedef struct {
    ca_stretch first;
    const uint8_t *before;
    bool keep_alive;
    bool lone;
    bool strange;
} ca_odd;

/* Of a payload, from the first visit on; small, as most payloads have one message. */
typedef struct ca_kept {
    caw_circuit *circuit;
    const ca_odd *odd; /* NULL: the payload is ... */
    uint32_t messages; /* ... so many bytes of whole messages */
    uint32_t connection;
    uint8_t end;
    uint8_t speaker;
    ca_entries entries;
    caw_note first; /* of these */
} ca_kept;

/* Nothing but whole messages. */
static bool is_usual(const ca_notes *notes) {
    const caw_stretch *is = &notes->first.is;

    return is->messages == is->length && !is->missing && !is->given_up && !is->after_loss &&
           is->tail_kind == CAW_TAIL_NONE && !notes->first.next && !notes->before &&
           !notes->keep_alive && !notes->lone && !notes->strange;
}

static ca_kept *keep(const ca_notes *notes) {
    ca_kept *kept = wmem_new0(wmem_file_scope(), ca_kept);

    kept->circuit = notes->circuit;
    kept->connection = notes->connection;
    kept->end = (uint8_t)notes->end;
    kept->speaker = (uint8_t)notes->speaker;
    kept->messages = notes->first.is.messages;
    if (!is_usual(notes)) {
        ca_odd odd = {notes->first, notes->before, notes->keep_alive, notes->lone, notes->strange};
        kept->odd = wmem_memdup(wmem_file_scope(), &odd, sizeof odd);
    }
    kept->entries.note = &kept->first;
    kept->entries.room = 1;
    return kept;
}

static void recall(ca_notes *notes, ca_kept *kept) {
    const ca_odd *odd = kept->odd;

    *notes = (ca_notes){.circuit = kept->circuit,
                        .connection = kept->connection,
                        .end = kept->end,
                        .speaker = (caw_side)kept->speaker,
                        .kept = kept,
                        .at = &kept->entries};
    notes->first.is.messages = notes->first.is.length = kept->messages;
    if (!odd)
        return;
    notes->first = odd->first;
    notes->before = odd->before;
    notes->keep_alive = odd->keep_alive;
    notes->lone = odd->lone;
    notes->strange = odd->strange;
}

static ca_entries *new_entries(uint16_t room) {
    ca_entries *entries = wmem_alloc0(wmem_file_scope(), sizeof *entries + room * sizeof(caw_note));

    entries->note = (caw_note *)(entries + 1);
    entries->room = room;
    return entries;
}

/* Each time there are more messages, there is room for twice as many. */
static caw_note *new_note(ca_notes *notes, const caw_context *context) {
    ca_entries *last = notes->at;

    if (last->used == last->room)
        last = notes->at = last->next = new_entries((uint16_t)MIN(2 * last->room, MOST_ENTRIES));
    last->cancel_pending |= (uint32_t)context->cancel_pending << last->used;
    return &last->note[last->used++];
}

/* There is something that the first visit has kept of the next message: it is the index-th `at`. */
static bool find_entry(ca_notes *notes) {
    if (notes->index == notes->at->used && notes->at->next) {
        notes->at = notes->at->next;
        notes->index = 0;
    }
    return notes->index < notes->at->used;
}

/* ---- notes ------------------------------------------------------------------------------ */

/*
 * A frame can have several payloads: a reassembled one, which starts at 0, and what follows in the
 * segment, which starts after the headers; each again for each connection in a tunnel. (The layer
 * number would tell these too, but it is not the same in all visits.)
 */
static uint32_t notes_key(tvbuff_t *tvb, const struct tcp_analysis *tcp) {
    return (uint32_t)tvb_raw_offset(tvb) | (tcp ? tcp->stream : 0) << 24;
}

bool conversation_has_datagram(tvbuff_t *tvb, packet_info *pinfo) {
    return p_get_proto_data(wmem_file_scope(), pinfo, proto_ca, notes_key(tvb, NULL)) != NULL;
}

/* What an earlier visit has kept; else the notes record. */
static ca_notes *notes_of(uint32_t key, packet_info *pinfo) {
    ca_notes *notes = wmem_new0(pinfo->pool, ca_notes);
    ca_kept *kept = p_get_proto_data(wmem_file_scope(), pinfo, proto_ca, key);

    if (kept)
        recall(notes, kept);
    else
        notes->recording = true;
    return notes;
}

/* What is known of the payload before its messages are read. */
static void keep_notes(ca_notes *notes, uint32_t key, packet_info *pinfo) {
    notes->kept = keep(notes);
    notes->at = &notes->kept->entries;
    p_add_proto_data(wmem_file_scope(), pinfo, proto_ca, key, notes->kept);
}

static int end_of(packet_info *pinfo) {
    int order = cmp_address(&pinfo->src, &pinfo->dst);

    return order ? order > 0 : pinfo->srcport > pinfo->destport;
}

static bool has_handshake(const struct tcp_analysis *tcp) {
    return tcp && tcp->server_port;
}

static caw_circuit *new_circuit(packet_info *pinfo) {
    caw_circuit *circuit =
        caw_circuit_new(&file_memory, has_handshake(get_tcp_conversation_data(NULL, pinfo)));
    uint64_t ends[2];

    ends[end_of(pinfo)] = endpoints_endpoint(&pinfo->src, pinfo->srcport);
    ends[!end_of(pinfo)] = endpoints_endpoint(&pinfo->dst, pinfo->destport);
    if (pinfo->src.type == AT_IPv4)
        caw_circuit_give_names(circuit, names, ends[0], ends[1]);
    return circuit;
}

static ca_conversation *conversation_of(packet_info *pinfo) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    ca_conversation *ours = conversation_get_proto_data(conversation, proto_ca);

    if (!ours) {
        ours = wmem_new0(wmem_file_scope(), ca_conversation);
        ours->circuit = new_circuit(pinfo);
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

/* The first of these that knows. */
static void find_server(ca_notes *notes, packet_info *pinfo, const uint8_t *bytes,
                        uint32_t length) {
    if (caw_circuit_speaker(notes->circuit, notes->end) != CAW_SIDE_NOBODY)
        return;
    caw_side speaker = speaker_by_syn(pinfo);
    if (speaker == CAW_SIDE_NOBODY)
        speaker = endpoints_tcp_speaker(pinfo);
    if (speaker == CAW_SIDE_NOBODY)
        speaker = caw_speaker_of_all(bytes, length, CAW_TRANSPORT_TCP);
    if (speaker != CAW_SIDE_NOBODY)
        caw_circuit_set_server(notes->circuit,
                               speaker == CAW_SIDE_SERVER ? notes->end : !notes->end);
}

/* ---- where messages begin --------------------------------------------------------------- */

/* TCP knows where this direction begins. 3.4 does only while it analyses sequence numbers. */
static bool knows_beginning(const struct tcp_analysis *tcp) {
    return tcp && tcp->fwd->static_flags & 1; /* packet-tcp.c: TCP_S_BASE_SEQ_SET */
}

static uint32_t distance(uint32_t a, uint32_t b) {
    return MIN(a - b, b - a);
}

/*
 * The first byte of this direction, as TCP counts: from 1 or from where the handshake says, after
 * its preference. Without the handshake in the capture, the first that TCP has seen; `start` where
 * TCP does not know.
 */
static uint32_t first_byte(packet_info *pinfo, uint32_t start) {
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);

    if (!knows_beginning(tcp))
        return start;
    uint32_t absolute = tcp->fwd->base_seq + 1;
    return distance(start, 1) < distance(start, absolute) ? 1 : absolute;
}

bool conversation_is_first(packet_info *pinfo, const struct tcpinfo *tcp) {
    const struct tcp_analysis *analysis = get_tcp_conversation_data(NULL, pinfo);
    uint32_t before = tcp->seq - first_byte(pinfo, tcp->seq);

    if (!knows_beginning(analysis))
        return false;
    if (has_handshake(analysis))
        return before == 0;
    return before <= 1; /* that of a keep-alive may be there */
}

/*
 * The byte of a keep-alive, which is no data, where TCP itself does not tell: before the first of
 * the stream, or as the first that was recorded.
 */
static bool is_keep_alive(const ca_conversation *conversation, int end, tvbuff_t *tvb,
                          packet_info *pinfo, const struct tcpinfo *tcp) {
    if (!tcp || conversation->streams[end] || tvb_reported_length(tvb) != 1)
        return false;
    const struct tcp_analysis *analysis = get_tcp_conversation_data(NULL, pinfo);
    uint32_t first = first_byte(pinfo, tcp->seq);
    bool certain = has_handshake(analysis) && knows_beginning(analysis);
    return tcp->seq + 1 == first || (tcp->seq == first && !certain);
}

/* The stream of this direction. Without TCP's word on a payload, a message begins with it. */
static caw_stream *stream_of(ca_conversation *conversation, int end, packet_info *pinfo,
                             const struct tcpinfo *tcp) {
    caw_stream **stream = &conversation->streams[end];
    uint32_t start = tcp ? tcp->seq : 0;

    if (*stream)
        return *stream;
    *stream = caw_stream_new(&file_memory, protocol_largest_message());
    if (!tcp || has_handshake(get_tcp_conversation_data(NULL, pinfo)))
        caw_stream_begin(*stream, first_byte(pinfo, start));
    return *stream;
}

/* Without TCP's word the payload is the next. */
static caw_segment segment_of(const caw_stream *stream, tvbuff_t *tvb, packet_info *pinfo,
                              const struct tcpinfo *tcp) {
    uint32_t captured = tvb_captured_length(tvb);

    return (caw_segment){
        .sequence = tcp ? tcp->seq : caw_stream_next(stream),
        .length = tvb_reported_length(tvb),
        .captured = captured,
        .bytes = tvb_get_ptr(tvb, 0, (int)captured),
        .keep = pinfo->can_desegment,
    };
}

/*
 * The first byte of a message alone is most likely the probe of a closed window, and comes again
 * with the rest, unless the window has opened. TCP is not asked to put the two together: it would
 * take what comes at the same number for seen in a second pass.
 */
static void keep_lone(ca_notes *notes, ca_lone *lone, const caw_segment *segment,
                      const struct tcpinfo *tcp) {
    notes->lone = tcp && segment->length == 1 && notes->first.is.tail_kind == CAW_TAIL_KEPT;
    if (notes->lone)
        *lone = (ca_lone){segment->sequence,
                          wmem_memdup(wmem_file_scope(), segment->bytes, segment->length)};
}

/* The lone byte of which this payload is the rest. */
static const uint8_t *lone_before(const ca_lone *lone, const caw_stream *stream,
                                  const struct tcpinfo *tcp) {
    if (!tcp || !lone->byte || tcp->seq != lone->sequence + 1 ||
        caw_stream_next(stream) != lone->sequence)
        return NULL;
    return lone->byte;
}

/* The payload with a byte before it. */
static tvbuff_t *put_before(const uint8_t *byte, tvbuff_t *tvb, packet_info *pinfo) {
    uint32_t captured = tvb_captured_length(tvb);
    uint8_t *bytes = wmem_alloc(pinfo->pool, captured + 1);

    bytes[0] = *byte;
    tvb_memcpy(tvb, bytes + 1, 0, captured);
    tvbuff_t *joined =
        tvb_new_child_real_data(tvb, bytes, captured + 1, (int)tvb_reported_length(tvb) + 1);
    add_new_data_source(pinfo, joined, "Probe and segment");
    return joined;
}

/* Cuts a segment into stretches, mostly one. */
static void cut(ca_notes *notes, caw_stream *stream, const caw_segment *segment) {
    ca_stretch *stretch = &notes->first;

    for (uint32_t at = 0;;) {
        stretch->is = caw_stream_add(stream, segment, at);
        if (stretch->is.after_loss)
            caw_circuit_gap(notes->circuit);
        at += stretch->is.length;
        if (at >= segment->length)
            return;
        stretch = stretch->next = wmem_new0(wmem_file_scope(), ca_stretch);
    }
}

/* Is there no sign at all that this direction is Channel Access? */
static bool is_strange(const ca_conversation *conversation, int end) {
    const caw_stream *other = conversation->streams[!end];
    caw_contents contents = caw_stream_contents(conversation->streams[end]);

    if (contents != CAW_CONTENTS_UNKNOWN)
        return contents == CAW_CONTENTS_FOREIGN;
    return !other || caw_stream_contents(other) != CAW_CONTENTS_MESSAGES;
}

/* Called when a direction has shown that it is Channel Access. */
static void list_circuit(const ca_notes *notes) {
    void *number = GUINT_TO_POINTER(notes->connection);

    if (!notes->connection || wmem_map_contains(circuits, number))
        return;
    wmem_map_insert(circuits, number, notes->circuit);
    wmem_list_append(in_order, notes->circuit);
}

/* ---- the entry points' side ------------------------------------------------------------- */

/* Of a payload on its first visit. */
static void record_segment(ca_notes *notes, tvbuff_t **tvb, packet_info *pinfo,
                           const struct tcpinfo *tcp) {
    ca_conversation *conversation = conversation_of(pinfo);
    int end = notes->end = end_of(pinfo);

    notes->circuit = conversation->circuit;
    notes->keep_alive = is_keep_alive(conversation, end, *tvb, pinfo, tcp);
    if (notes->keep_alive)
        return;
    caw_stream *stream = stream_of(conversation, end, pinfo, tcp);
    notes->before = lone_before(&conversation->lone[end], stream, tcp);
    if (notes->before)
        *tvb = put_before(notes->before, *tvb, pinfo);
    caw_segment segment = segment_of(stream, *tvb, pinfo, tcp);
    segment.sequence -= notes->before != NULL;
    bool known = caw_stream_contents(stream) == CAW_CONTENTS_MESSAGES;
    cut(notes, stream, &segment);
    keep_lone(notes, &conversation->lone[end], &segment, tcp);
    if (!known && caw_stream_contents(stream) == CAW_CONTENTS_MESSAGES)
        list_circuit(notes);
    notes->strange = is_strange(conversation, end);
    uint32_t at = MIN(caw_stretch_first(&notes->first.is), segment.captured);
    find_server(notes, pinfo, segment.bytes + at, segment.captured - at);
}

ca_notes *conversation_segment(tvbuff_t **tvb, packet_info *pinfo, const struct tcpinfo *tcp) {
    const struct tcp_analysis *analysis = get_tcp_conversation_data(NULL, pinfo);
    uint32_t key = notes_key(*tvb, analysis);
    ca_notes *notes = notes_of(key, pinfo);

    if (notes->recording) {
        notes->connection = analysis ? analysis->stream + 1 : 0;
        record_segment(notes, tvb, pinfo, tcp);
        keep_notes(notes, key, pinfo);
    } else if (notes->before) {
        *tvb = put_before(notes->before, *tvb, pinfo);
    }
    return notes;
}

ca_notes *conversation_datagram(tvbuff_t *tvb, packet_info *pinfo) {
    uint32_t key = notes_key(tvb, NULL);
    ca_notes *notes = notes_of(key, pinfo);
    uint32_t captured = tvb_captured_length(tvb);

    if (!notes->recording)
        return notes;
    notes->speaker = endpoints_udp_speaker(pinfo);
    if (notes->speaker == CAW_SIDE_NOBODY)
        notes->speaker =
            caw_speaker_of_all(tvb_get_ptr(tvb, 0, (int)captured), captured, CAW_TRANSPORT_UDP);
    keep_notes(notes, key, pinfo);
    return notes;
}

caw_context conversation_context(ca_notes *notes, const uint8_t *bytes, uint32_t available) {
    caw_context context = {.transport = CAW_TRANSPORT_UDP, .speaker = notes->speaker};

    if (!notes->circuit)
        return context;
    context = caw_circuit_context(notes->circuit, notes->end, bytes, available);
    if (!notes->recording)
        context.cancel_pending = find_entry(notes) && notes->at->cancel_pending >> notes->index & 1;
    return context;
}

static void record(ca_notes *notes, packet_info *pinfo, const caw_message *message,
                   caw_note *note) {
    caw_moment now = {pinfo->num, pinfo->abs_ts.nsecs, pinfo->abs_ts.secs};
    uint64_t from = endpoints_endpoint(&pinfo->src, pinfo->srcport);
    uint64_t to = endpoints_endpoint(&pinfo->dst, pinfo->destport);

    if (!notes->circuit) {
        caw_searches_observe(searches, from, to, message, now, note);
        return;
    }
    caw_circuit_observe(notes->circuit, notes->end, message, now, note);
    caw_searches_compare(searches, from, message, note);
    if (note->turn == CAW_TURN_REQUEST)
        caw_searches_link(searches, from, now, note);
}

const caw_note *conversation_note(ca_notes *notes, packet_info *pinfo, const caw_message *message,
                                  const caw_context *context) {
    static const caw_note nothing = {0};

    if (notes->recording) {
        caw_note *note = new_note(notes, context);
        record(notes, pinfo, message, note);
        return note;
    }
    return find_entry(notes) ? &notes->at->note[notes->index++] : &nothing;
}

const char *conversation_user(const ca_notes *notes) {
    return notes->circuit ? caw_circuit_user(notes->circuit) : NULL;
}

const char *conversation_host(const ca_notes *notes) {
    return notes->circuit ? caw_circuit_host(notes->circuit) : NULL;
}

/* ---- what is told later ----------------------------------------------------------------- */

bool conversation_keeps(const ca_notes *notes, const caw_event *event) {
    /* of a message of this visit, the note is the entry's */
    return notes->recording && notes->circuit &&
           caw_circuit_keep(notes->circuit, notes->end, event, (caw_note *)event->note);
}

bool conversation_waits(const ca_notes *notes) {
    return notes->recording && notes->circuit &&
           caw_circuit_speaker(notes->circuit, notes->end) == CAW_SIDE_NOBODY;
}

caw_circuit *conversation_keeper(const ca_notes *notes) {
    return notes->recording ? notes->circuit : NULL;
}

caw_circuit *conversation_circuit(uint32_t connection) {
    return wmem_map_lookup(circuits, GUINT_TO_POINTER(connection));
}

void conversation_refuse(const ca_notes *notes, const packet_info *pinfo) {
    void *connection = GUINT_TO_POINTER(notes->connection);

    if (notes->connection && !wmem_map_contains(refused, connection))
        wmem_map_insert(refused, connection, GUINT_TO_POINTER(pinfo->num));
}

uint32_t conversation_refused(uint32_t connection) {
    return GPOINTER_TO_UINT(wmem_map_lookup(refused, GUINT_TO_POINTER(connection)));
}

void conversation_each_circuit(void (*visit)(caw_circuit *circuit)) {
    for (wmem_list_frame_t *at = wmem_list_head(in_order); at; at = wmem_list_frame_next(at))
        visit(wmem_list_frame_data(at));
}
