/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry points: a piece of TCP payload and a datagram, cut into messages by the core.
 *
 * The core reads the bytes; this file only asks where messages end, has TCP collect what is
 * missing of one, and hands each message to the Info column, the tree and the tap.
 */
#include "compat.h"

#include "packet-ca.h"

#include "conversation.h"
#include "endpoints.h"
#include "fields.h"
#include "heuristics.h"
#include "protocol.h"
#include "tap.h"
#include "tree.h"

#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

#define MIB (1024 * 1024)

static dissector_handle_t tcp_handle;
static dissector_handle_t udp_handle;

/* What a frame has shown so far; it can have several payloads. Lives as long as the packet. */
typedef struct {
    bool shown;   /* something is in the columns */
    bool refused; /* what was given back, and may be offered again under the other port */
} ca_frame;

/* One call of an entry point. */
typedef struct {
    tvbuff_t *tvb;
    packet_info *pinfo;
    proto_tree *tree;
    const uint8_t *bytes;
    uint32_t captured; /* bytes that are there */
    uint32_t reported; /* bytes that were on the wire */
    ca_piece *piece;
    ca_frame *frame;
    ca_events *events;      /* what the frame tells; NULL: nobody listens */
    const caw_event *about; /* what all events of the payload have in common; NULL: none yet */
} ca_payload;

static ca_frame *frame_of(packet_info *pinfo) {
    ca_frame *frame = p_get_proto_data(pinfo->pool, pinfo, proto_ca, 0);

    if (!frame) {
        frame = wmem_new0(pinfo->pool, ca_frame);
        p_add_proto_data(pinfo->pool, pinfo, proto_ca, 0, frame);
    }
    return frame;
}

static ca_payload payload_of(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree) {
    ca_payload payload = {.tvb = tvb, .pinfo = pinfo, .tree = tree};

    payload.captured = tvb_captured_length(tvb);
    payload.reported = tvb_reported_length(tvb);
    payload.bytes = tvb_get_ptr(tvb, 0, (int)payload.captured);
    payload.frame = frame_of(pinfo);
    if (!pinfo->flags.in_error_pkt) /* what an ICMP error quotes was not sent again */
        payload.events = tap_events(pinfo);
    return payload;
}

/* ---- what is shown ---------------------------------------------------------------------- */

/* What is known of any event of this payload. */
static const caw_event *about_payload(ca_payload *payload) {
    if (payload->about)
        return payload->about;
    caw_event *about = tap_new(payload->pinfo);
    const ca_piece *piece = payload->piece;

    about->transport = piece->circuit ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP;
    about->circuit = piece->circuit;
    about->connection = conversation_number(piece, payload->pinfo);
    return payload->about = about;
}

static caw_event *new_event(ca_payload *payload, caw_event_kind kind) {
    const ca_piece *piece = payload->piece;
    caw_event *event = wmem_memdup(payload->pinfo->pool, about_payload(payload), sizeof(caw_event));

    event->kind = kind;
    event->speaker =
        piece->circuit ? caw_circuit_speaker(piece->circuit, piece->end) : piece->speaker;
    return event;
}

/* Nobody would ever hear of it. */
static bool is_unheard(const ca_payload *payload) {
    return !payload->events && !conversation_waits(payload->piece);
}

/* Tells an event, unless its circuit keeps it until it is known who serves. */
static void tell(const ca_payload *payload, const caw_event *event) {
    if (conversation_keeps(payload->piece, event) || !payload->events)
        return;
    tap_tell(payload->pinfo, payload->events, conversation_keeper(payload->piece), event);
}

static void tell_message(ca_payload *payload, const caw_message *message, const caw_note *note) {
    if (is_unheard(payload))
        return;
    caw_event *event = new_event(payload, CAW_EVENT_MESSAGE);
    event->message = *message;
    event->note = note;
    event->user = conversation_user(payload->piece);
    event->host = conversation_host(payload->piece);
    tell(payload, event);
}

static void tell_malformed(ca_payload *payload, const char *reason, uint64_t bytes) {
    if (is_unheard(payload))
        return;
    caw_event *event = new_event(payload, CAW_EVENT_MALFORMED);
    event->reason = reason;
    event->bytes = bytes;
    tell(payload, event);
}

/* True for the first thing this frame shows, which begins the columns anew. */
static bool begin_columns(const ca_payload *payload) {
    bool first = !payload->frame->shown;

    payload->frame->shown = true;
    if (first)
        col_set_str(payload->pinfo->cinfo, COL_PROTOCOL, "CA");
    return first;
}

/*
 * Why a message has fewer bytes than it says is `cut`; NULL when it has all, or the capture lacks
 * them. The core's line says that it is malformed; of a datagram it never was a message.
 */
static void show(ca_payload *payload, uint32_t at, const caw_message *message, const caw_note *note,
                 expert_field *cut) {
    tree_about about = {note, conversation_user(payload->piece), conversation_host(payload->piece)};

    if (cut == &ei_ca_cut)
        tell_malformed(payload, "the datagram ends inside the message", message->whole.len);
    else
        tell_message(payload, message, note);
    tree_info(payload->pinfo, begin_columns(payload), message, &about);
    proto_item *item =
        tree_message(payload->tree, payload->pinfo, payload->tvb, at, message, &about);
    if (cut)
        expert_add_info(payload->pinfo, item, cut);
}

static void show_message(ca_payload *payload, uint32_t at, const caw_message *message,
                         const caw_context *context, expert_field *cut) {
    const caw_note *note = conversation_note(payload->piece, payload->pinfo, message, context);

    endpoints_learn(payload->pinfo, message);
    show(payload, at, message, note, cut);
}

static void show_bytes(const ca_payload *payload, uint32_t at, uint32_t length, int field,
                       expert_field *expert, const char *what) {
    if (!length)
        return;
    if (begin_columns(payload))
        col_clear(payload->pinfo->cinfo, COL_INFO);
    col_append_sep_fstr(payload->pinfo->cinfo, COL_INFO, ", ", "[%s]", what);
    tree_bytes(payload->tree, payload->pinfo, payload->tvb, at, length, field, expert, what);
}

/* Throws Wireshark's own notice when the capture lacks bytes of the packet. */
static int finish(const ca_payload *payload) {
    if (payload->captured < payload->reported)
        tvb_ensure_bytes_exist(payload->tvb, (int)payload->captured,
                               (int)(payload->reported - payload->captured));
    return (int)payload->captured;
}

/* The rest of the payload is another protocol's: say so, do not wait for more, hand it back. */
static int refuse(ca_payload *payload, uint32_t at) {
    if (at == 0 && payload->frame->refused)
        return 0;
    payload->frame->refused = true;
    tell_malformed(payload, "not Channel Access", payload->reported - at);
    show_bytes(payload, at, payload->captured - at, hf_ca_foreign, &ei_ca_foreign,
               "Not Channel Access");
    return at == 0 ? 0 : finish(payload);
}

/*
 * No message of Channel Access begins here. What would need more than is here must be a known
 * command: the text of a web browser asks for 21 kB.
 */
static bool is_foreign(const ca_payload *payload, uint32_t at, int64_t size,
                       const caw_message *message) {
    uint32_t left = payload->captured - at;
    bool far_from_any = caw_command_at(payload->bytes + at, left) > UINT8_MAX;

    if (payload->piece->opens && at == conversation_first(payload->piece) &&
        !caw_begins(payload->bytes + at, left))
        return true;
    if (size == CAW_MALFORMED)
        return true;
    if (!payload->piece->circuit && at == 0 && far_from_any)
        return true;
    return size > left && message->flaws >> CAW_FLAW_UNKNOWN_COMMAND & 1;
}

/* The payload ends before the message does, and not because the capture lacks bytes. */
static bool is_incomplete(const ca_payload *payload, int64_t size, uint32_t left) {
    return payload->captured == payload->reported && (size == CAW_MORE || size > left);
}

/* ---- TCP -------------------------------------------------------------------------------- */

/* Asks TCP for what is missing of the message at `at`. */
static int want_more(const ca_payload *payload, uint32_t at, int64_t size) {
    uint32_t left = payload->captured - at;

    conversation_ask(payload->piece, payload->bytes + at, left);
    payload->pinfo->desegment_offset = (int)at;
    payload->pinfo->desegment_len =
        size == CAW_MORE ? DESEGMENT_ONE_MORE_SEGMENT : (uint32_t)(size - left);
    return (int)payload->captured;
}

/*
 * NULL when TCP shall collect a message of this size, or else why not. What follows an older
 * segment has been given away already.
 */
static expert_field *reassembly(const ca_payload *payload, int64_t size) {
    if (size > (int64_t)ca_largest_message * MIB)
        return &ei_ca_large;
    return payload->pinfo->can_desegment && !payload->piece->late ? NULL : &ei_ca_not_reassembled;
}

/* Bytes between the piece before this one and this, as an item without bytes. */
static void show_missing(const ca_payload *payload) {
    const ca_piece *piece = payload->piece;

    if (!piece->missing && !piece->wasted)
        return;
    if (begin_columns(payload))
        col_clear(payload->pinfo->cinfo, COL_INFO);
    col_append_sep_str(payload->pinfo->cinfo, COL_INFO, ", ", "[Bytes missing]");
    proto_item *item = proto_tree_add_protocol_format(payload->tree, proto_ca, payload->tvb, 0, 0,
                                                      "Channel Access, %u bytes missing, %u wasted",
                                                      piece->missing, piece->wasted);
    expert_add_info_format(payload->pinfo, item, &ei_ca_missing,
                           "The capture lacks %u bytes in front of this%s", piece->missing,
                           piece->wasted ? ", and a message that began before them is lost" : "");
}

/* What is in front of the first message. */
static void show_start(ca_payload *payload) {
    const ca_piece *piece = payload->piece;
    uint32_t repeated = MIN(piece->repeated, payload->captured);
    uint32_t continued = MIN(piece->continued, payload->captured - repeated);
    uint32_t skipped = MIN(piece->skipped, payload->captured - repeated - continued);

    show_missing(payload);
    show_bytes(payload, 0, repeated, hf_ca_continuation, &ei_ca_continuation, "Sent before");
    show_bytes(payload, repeated, continued, hf_ca_continuation, &ei_ca_continuation,
               "Continuation of a message");
    if (skipped)
        tell_malformed(payload, "no message begins here", skipped);
    show_bytes(payload, repeated + continued, skipped, hf_ca_skipped, &ei_ca_skipped,
               "Skipped to the next message");
}

/* What is behind the last one. */
static int show_end(const ca_payload *payload, uint32_t at) {
    show_bytes(payload, at, payload->captured - at, hf_ca_continuation, &ei_ca_continuation,
               "Sent before");
    return finish(payload);
}

/* The segment ends inside a header, and TCP will not collect the rest. */
static int end_in_header(ca_payload *payload, uint32_t at) {
    uint32_t length = payload->captured - at;

    conversation_inside(payload->piece, payload->bytes + at, length);
    tell_malformed(payload, "not reassembled", length);
    show_bytes(payload, at, length, hf_ca_foreign, &ei_ca_not_reassembled, "Part of a header");
    return (int)payload->captured;
}

/* There are bytes enough to say that they are no Channel Access. */
static bool can_judge(const ca_payload *payload) {
    return payload->captured == payload->reported || payload->captured >= CAW_HEADER_SIZE;
}

static int dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    ca_payload payload = payload_of(tvb, pinfo, tree);
    ca_piece *piece = payload.piece =
        conversation_segment(tvb, pinfo, data, payload.bytes, payload.captured);
    uint32_t end = MIN(piece->until, payload.captured);
    uint32_t at = conversation_first(piece);

    if (piece->skipped && at >= end && piece->strange && can_judge(&payload))
        return refuse(&payload, 0);
    show_start(&payload);
    while (at < end) {
        uint32_t left = payload.captured - at;
        caw_context context = conversation_context(piece, payload.bytes + at, left);
        expert_field *cut = NULL;
        caw_message message;
        int64_t size = caw_decode(payload.bytes + at, left, &context, &message);

        if (is_foreign(&payload, at, size, &message)) {
            conversation_foreign(piece);
            return refuse(&payload, at);
        }
        if (is_incomplete(&payload, size, left)) {
            cut = reassembly(&payload, size);
            if (!cut)
                return want_more(&payload, at, size);
            if (size == CAW_MORE)
                return end_in_header(&payload, at);
        }
        if (size == CAW_MORE) {
            tell_malformed(&payload, "cut short in the capture", left);
            return finish(&payload);
        }
        show_message(&payload, at, &message, &context, cut);
        if (size >= piece->until - at)
            conversation_end(piece, (uint64_t)(size - (piece->until - at)));
        at += (uint32_t)MIN(size, left);
    }
    return show_end(&payload, at);
}

/* ---- UDP -------------------------------------------------------------------------------- */

static int dissect_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_) {
    ca_payload payload = payload_of(tvb, pinfo, tree);
    payload.piece = conversation_datagram(tvb, pinfo);

    for (uint32_t at = 0; at < payload.captured;) {
        uint32_t left = payload.captured - at;
        caw_context context = conversation_context(payload.piece, payload.bytes + at, left);
        caw_message message;

        context.starts = at == 0;
        int64_t size = caw_decode(payload.bytes + at, left, &context, &message);
        bool incomplete = is_incomplete(&payload, size, left);
        if (is_foreign(&payload, at, size, &message))
            return refuse(&payload, at);
        if (size == CAW_MORE && incomplete) {
            tell_malformed(&payload, "too short for a header", left);
            show_bytes(&payload, at, left, hf_ca_foreign, &ei_ca_trailing, "Trailing bytes");
            break;
        }
        if (size == CAW_MORE) {
            tell_malformed(&payload, "cut short in the capture", left);
            break;
        }
        show_message(&payload, at, &message, &context, incomplete ? &ei_ca_cut : NULL);
        at += (uint32_t)MIN(size, left);
    }
    return finish(&payload);
}

/* ---- registration ----------------------------------------------------------------------- */

void packet_register(void) {
    tcp_handle = register_dissector("ca.tcp", dissect_tcp, proto_ca);
    udp_handle = register_dissector("ca.udp", dissect_udp, proto_ca);
}

void packet_handoff(void) {
    dissector_add_uint_range_with_preference("tcp.port", "5064", tcp_handle);
    dissector_add_uint_range_with_preference("udp.port", "5064-5065", udp_handle);
    endpoints_register(tcp_handle, udp_handle);
    heuristics_register(tcp_handle, udp_handle);
}
