/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry points: a TCP payload and a datagram, cut into messages by the core.
 *
 * The core reads the bytes; this file only asks where messages end, has TCP collect what is
 * missing of one, and hands each message to the Info column, the tree and the tap.
 */
#include "compat.h"

#include "packet-ca.h"

#include "conversation.h"
#include "conversation_filters.h"
#include "endpoints.h"
#include "fields.h"
#include "flaws.h"
#include "heuristics.h"
#include "info.h"
#include "last.h"
#include "messages.h"
#include "protocol.h"
#include "tap.h"
#include "tree.h"

#include <epan/dissectors/packet-tcp.h>
#include <epan/proto_data.h>

static dissector_handle_t tcp_handle;
static dissector_handle_t udp_handle;

/* What a frame has shown so far; it can have several payloads. Lives as long as the packet. */
typedef struct {
    bool shown;        /* something is in the columns */
    bool counted;      /* the protocol is in the tree */
    bool refused;      /* what was given back, and may be offered again under the other port */
    uint32_t messages; /* and bytes that are none, so far */
} ca_frame;

/* One call of an entry point. */
typedef struct {
    tvbuff_t *tvb;
    packet_info *pinfo;
    proto_tree *tree;
    const uint8_t *bytes;
    uint32_t captured; /* bytes that are there */
    uint32_t reported; /* bytes that were on the wire */
    ca_notes *notes;
    ca_frame *frame;
    ca_wanted wanted;
    ca_info info;
    ca_messages messages;
    proto_tree *first; /* what the first message is below; NULL: no message yet */
    ca_flaws flaws;
    ca_events *events;      /* what the frame tells; NULL: nobody listens */
    const caw_event *about; /* what all events of the payload have in common; NULL: none yet */
} ca_payload;

static ca_frame *frame_of(packet_info *pinfo) {
    ca_frame *frame = p_get_proto_data(pinfo->pool, pinfo, proto_ca, CA_PACKET_FRAME);

    if (!frame) {
        frame = wmem_new0(pinfo->pool, ca_frame);
        p_add_proto_data(pinfo->pool, pinfo, proto_ca, CA_PACKET_FRAME, frame);
    }
    return frame;
}

static ca_payload payload_of(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree) {
    ca_payload payload = {
        .tvb = tvb, .pinfo = pinfo, .tree = tree, .flaws = {.pinfo = pinfo, .tvb = tvb}};

    payload.captured = tvb_captured_length(tvb);
    payload.reported = tvb_reported_length(tvb);
    payload.bytes = tvb_get_ptr(tvb, 0, (int)payload.captured);
    payload.frame = frame_of(pinfo);
    wanted_in(&payload.wanted, tree);
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
    const ca_notes *notes = payload->notes;

    about->transport = notes->circuit ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP;
    about->circuit = notes->circuit;
    about->connection = notes->connection;
    return payload->about = about;
}

static caw_event *new_event(ca_payload *payload, caw_event_kind kind) {
    const ca_notes *notes = payload->notes;
    caw_event *event = wmem_memdup(payload->pinfo->pool, about_payload(payload), sizeof(caw_event));

    event->kind = kind;
    event->speaker =
        notes->circuit ? caw_circuit_speaker(notes->circuit, notes->end) : notes->speaker;
    return event;
}

/* Nobody would ever hear of it. */
static bool is_unheard(const ca_payload *payload) {
    return !payload->events && !conversation_waits(payload->notes);
}

/* As it is now: the note of an event that is kept is written again. */
static const caw_note *note_of_now(const ca_payload *payload, const caw_event *event) {
    return event->note ? wmem_memdup(payload->pinfo->pool, event->note, sizeof *event->note) : NULL;
}

/* Tells an event, unless its circuit keeps it until it is known who serves. */
static void tell(const ca_payload *payload, caw_event *event) {
    event->index = payload->frame->messages++;
    bool kept = conversation_keeps(payload->notes, event);

    if (!payload->events || (kept && tap_waits()))
        return;
    if (kept)
        event->note = note_of_now(payload, event);
    tap_tell(payload->pinfo, payload->events, conversation_keeper(payload->notes), event);
}

/* NULL when nobody wants to know of it. */
static caw_event *event_of_message(ca_payload *payload, const caw_message *message,
                                   const ca_about *about) {
    const ca_wanted *wanted = &payload->wanted;

    if (is_unheard(payload) && !wanted->facts && !wanted->messages && !flaws_are_counted())
        return NULL;
    caw_event *event = new_event(payload, CAW_EVENT_MESSAGE);
    event->message = *message;
    event->note = about->note;
    event->user = about->user;
    event->host = about->host;
    event->last = last_moment(payload->pinfo);
    return event;
}

/* So many bytes at this offset of the payload. */
static void tell_malformed(ca_payload *payload, caw_malformed reason, uint32_t at,
                           uint64_t length) {
    if (is_unheard(payload))
        return;
    caw_event *event = new_event(payload, CAW_EVENT_MALFORMED);
    caw_event_malformed(event, reason, (caw_view){payload->bytes, 0, payload->captured}, at,
                        length);
    tell(payload, event);
}

/* Called with whatever is shown, so that the protocol is there even when an exception follows. */
static void begin_columns(const ca_payload *payload) {
    if (!payload->frame->shown)
        col_set_str(payload->pinfo->cinfo, COL_PROTOCOL, "CA");
}

/* Who counts the packets of each protocol looks for one item, also where messages have none. */
static void begin_tree(const ca_payload *payload) {
    if (payload->tree && !payload->wanted.messages && !payload->frame->counted)
        proto_tree_add_item(payload->tree, proto_ca, payload->tvb, 0, -1, ENC_NA);
    payload->frame->counted = true;
}

/*
 * What is shown of all messages: the field, and the Info column, which the first payload of a frame
 * that shows anything begins anew.
 */
static void show_all(ca_payload *payload) {
    messages_show(&payload->messages, payload->first, payload->tvb);
    if (!payload->info.text)
        return;
    info_show(&payload->info, payload->pinfo, !payload->frame->shown);
    payload->frame->shown = true;
}

/* The field of all messages is with the first one, where that is an item. */
static void add_to_messages(ca_payload *payload, proto_item *item, const caw_message *message) {
    if (!payload->first)
        payload->first = item ? proto_item_get_subtree(item) : payload->tree;
    messages_add(&payload->messages, payload->pinfo, message);
}

/*
 * Why a message has fewer bytes than it says is `cut`; NULL when it has all, or the capture lacks
 * them. The core's line says that it is malformed; of a datagram it never was a message.
 */
static void show(ca_payload *payload, uint32_t at, const caw_message *message, const caw_note *note,
                 expert_field *cut) {
    ca_about about = {note, conversation_user(payload->notes), conversation_host(payload->notes)};

    bool whole = cut != &ei_ca_own[OWN_FLAW_CUT];
    caw_event *event = whole ? event_of_message(payload, message, &about) : NULL;
    if (!whole)
        tell_malformed(payload, CAW_MALFORMED_DATAGRAM, at, message->whole.len);
    else if (!is_unheard(payload))
        tell(payload, event);
    begin_columns(payload);
    begin_tree(payload);
    info_add(&payload->info, payload->pinfo, message, &about);
    if (payload->wanted.visible)
        conversation_filters_add(payload->pinfo, note);
    proto_item *item = tree_message(payload->tree, payload->pinfo, payload->tvb, at, message,
                                    &about, event, &payload->wanted);
    if (payload->wanted.own[OWN_MESSAGES])
        add_to_messages(payload, item, message);
    flaws_report(&payload->flaws, item, at, message, note, event);
    if (cut)
        expert_add_info(payload->pinfo, item, cut);
}

static void show_message(ca_payload *payload, uint32_t at, const caw_message *message,
                         const caw_context *context, expert_field *cut) {
    const caw_note *note = conversation_note(payload->notes, payload->pinfo, message, context);

    endpoints_learn(payload->pinfo, message);
    show(payload, at, message, note, cut);
}

static void show_bytes(ca_payload *payload, uint32_t at, uint32_t length, int field,
                       expert_field *expert, const char *what) {
    if (!length)
        return;
    begin_columns(payload);
    info_add_text(&payload->info, payload->pinfo,
                  wmem_strdup_printf(payload->pinfo->pool, "[%s]", what));
    tree_bytes(payload->tree, payload->pinfo, payload->tvb, at, length, field, expert, what);
}

/* Throws Wireshark's own notice when the capture lacks bytes of the packet. */
static int finish(ca_payload *payload) {
    show_all(payload);
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
    if (at == 0)
        conversation_refuse(payload->notes, payload->pinfo);
    tell_malformed(payload, CAW_MALFORMED_FOREIGN, at, payload->reported - at);
    show_bytes(payload, at, payload->captured - at, hf_ca_own[OWN_UNDECODED],
               &ei_ca_own[OWN_FLAW_NOT_CA], "Not Channel Access");
    if (at)
        return finish(payload);
    show_all(payload);
    return 0;
}

/* The payload ends before the message does, and not because the capture lacks bytes. */
static bool is_incomplete(const ca_payload *payload, int64_t size, uint32_t left) {
    return payload->captured == payload->reported && (size == CAW_MORE || size > left);
}

/* ---- TCP -------------------------------------------------------------------------------- */

/* Asks TCP for what is missing of the message at `at`. */
static int want_more(ca_payload *payload, uint32_t at) {
    uint32_t left = payload->captured - at;
    int64_t size = caw_size(payload->bytes + at, left);

    show_all(payload);
    if (payload->notes->lone)
        return (int)payload->captured;
    payload->pinfo->desegment_offset = (int)at - (at && payload->notes->before);
    payload->pinfo->desegment_len =
        size == CAW_MORE ? DESEGMENT_ONE_MORE_SEGMENT : (uint32_t)(size - left);
    return (int)payload->captured;
}

/* Bytes that the capture lacks before a stretch, as an item without bytes. */
static void show_missing(ca_payload *payload, const caw_stretch *stretch) {
    if (!stretch->missing && !stretch->given_up)
        return;
    begin_columns(payload);
    info_add_text(&payload->info, payload->pinfo, "[Bytes missing]");
    proto_item *item = proto_tree_add_protocol_format(payload->tree, proto_ca, payload->tvb, 0, 0,
                                                      "Channel Access, %u bytes missing, %u wasted",
                                                      stretch->missing, stretch->given_up);
    expert_add_info_format(payload->pinfo, item, &ei_ca_own[OWN_FLAW_MISSING],
                           "The capture lacks %u bytes before this%s", stretch->missing,
                           stretch->given_up ? ", and a message that began before them is lost"
                                             : "");
}

/* What comes before the first message of the stretch at `at`. Where that is. */
static uint32_t show_start(ca_payload *payload, uint32_t at, const caw_stretch *stretch) {
    uint32_t repeated = MIN(stretch->repeated, payload->captured - at);
    uint32_t continued = MIN(stretch->continued, payload->captured - at - repeated);
    uint32_t skipped = MIN(stretch->skipped, payload->captured - at - repeated - continued);

    show_missing(payload, stretch);
    show_bytes(payload, at, repeated, hf_ca_own[OWN_CONTINUATION],
               &ei_ca_own[OWN_FLAW_CONTINUATION], "Sent before");
    at += repeated;
    show_bytes(payload, at, continued, hf_ca_own[OWN_CONTINUATION],
               &ei_ca_own[OWN_FLAW_CONTINUATION], "Continuation of a message");
    at += continued;
    if (skipped)
        tell_malformed(payload, CAW_MALFORMED_SKIPPED, at, skipped);
    show_bytes(payload, at, skipped, hf_ca_own[OWN_SKIPPED], &ei_ca_own[OWN_FLAW_SKIPPED],
               "Skipped to the next message");
    return at + skipped;
}

/* Messages from `at` on, in so many bytes. Where they end. */
static uint32_t show_messages(ca_payload *payload, uint32_t at, uint32_t length) {
    uint32_t end = at + MIN(length, payload->captured - at);

    while (at < end) {
        uint32_t left = payload->captured - at;
        caw_context context = conversation_context(payload->notes, payload->bytes + at, left);
        expert_field *cut = NULL;
        caw_message message;
        int64_t size = caw_decode(payload->bytes + at, left, &context, &message);

        if (size <= 0) /* other bytes than on the first visit */
            return end;
        if (is_incomplete(payload, size, left))
            cut = size > (int64_t)protocol_largest_message() ? &ei_ca_own[OWN_FLAW_NOT_REASSEMBLED]
                                                             : &ei_ca_own[OWN_FLAW_REASSEMBLY_OFF];
        show_message(payload, at, &message, &context, cut);
        at += (uint32_t)MIN(size, left);
    }
    return end;
}

/* The segment ends inside a header, and TCP will not collect the rest. */
static int end_in_header(ca_payload *payload, uint32_t at) {
    uint32_t length = payload->captured - at;

    tell_malformed(payload, CAW_MALFORMED_HEADER, at, length);
    show_bytes(payload, at, length, hf_ca_own[OWN_UNDECODED], &ei_ca_own[OWN_FLAW_REASSEMBLY_OFF],
               "Part of a header");
    show_all(payload);
    return (int)payload->captured;
}

/* The capture lacks the end of the segment, and with it that of a header. */
static int end_cut(ca_payload *payload, uint32_t at) {
    if (at < payload->captured)
        tell_malformed(payload, CAW_MALFORMED_CUT, at, payload->captured - at);
    return finish(payload);
}

/* What follows the last message of all stretches. */
static int show_tail(ca_payload *payload, uint32_t at, caw_tail kind) {
    switch (kind) {
    case CAW_TAIL_KEPT:
        return want_more(payload, at);
    case CAW_TAIL_HEADER:
        return end_in_header(payload, at);
    case CAW_TAIL_CUT:
        return end_cut(payload, at);
    case CAW_TAIL_FOREIGN:
        return refuse(payload, at);
    case CAW_TAIL_NONE:
        break;
    }
    return finish(payload);
}

/* No message in all these bytes, and they are enough to say that they are no Channel Access. */
static bool is_strange(const ca_payload *payload) {
    const ca_stretch *only = &payload->notes->first;
    bool skipped = only->is.skipped && caw_stretch_first(&only->is) >= payload->captured;

    return payload->notes->strange && skipped && !only->next &&
           (payload->captured == payload->reported || payload->captured >= CAW_HEADER_SIZE);
}

static int dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data) {
    ca_notes *notes = conversation_segment(&tvb, pinfo, data);
    ca_payload payload = payload_of(tvb, pinfo, tree);
    payload.notes = notes;
    const ca_stretch *stretch = &payload.notes->first;
    uint32_t at = 0;

    if (payload.notes->keep_alive)
        return 0;
    if (is_strange(&payload))
        return refuse(&payload, 0);
    for (;; stretch = stretch->next) {
        at = show_start(&payload, at, &stretch->is);
        at = show_messages(&payload, at, stretch->is.messages);
        if (!stretch->next)
            return show_tail(&payload, at, stretch->is.tail_kind);
    }
}

/* ---- UDP -------------------------------------------------------------------------------- */

/* The rest of a datagram, which is no message. What of it was dissected. */
static int end_datagram(ca_payload *payload, uint32_t at, caw_datagram_piece piece) {
    if (piece.problem == CAW_MALFORMED_FOREIGN)
        return refuse(payload, at);
    tell_malformed(payload, piece.problem, at, piece.length);
    if (piece.problem == CAW_MALFORMED_SHORT)
        show_bytes(payload, at, piece.length, hf_ca_own[OWN_UNDECODED],
                   &ei_ca_own[OWN_FLAW_TRAILING], "Trailing bytes");
    return finish(payload);
}

static int dissect_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_) {
    ca_payload payload = payload_of(tvb, pinfo, tree);
    payload.notes = conversation_datagram(tvb, pinfo);

    for (uint32_t at = 0; at < payload.captured;) {
        caw_context context =
            conversation_context(payload.notes, payload.bytes + at, payload.captured - at);
        caw_message message;
        caw_datagram_piece piece = caw_datagram_next(payload.bytes, payload.captured,
                                                     payload.reported, at, &context, &message);

        if (piece.problem != CAW_MALFORMED_NOT && piece.problem != CAW_MALFORMED_DATAGRAM)
            return end_datagram(&payload, at, piece);
        show_message(&payload, at, &message, &context,
                     piece.problem ? &ei_ca_own[OWN_FLAW_CUT] : NULL);
        at += piece.length;
    }
    return finish(&payload);
}

/* ---- registration ----------------------------------------------------------------------- */

void packet_register(void) {
    tcp_handle = register_dissector("ca.tcp", dissect_tcp, proto_ca);
    udp_handle = register_dissector("ca.udp", dissect_udp, proto_ca);
}

void packet_handoff(void) {
    dissector_add_uint_range_with_preference("tcp.port", CAW_LITERAL(CAW_SERVER_PORT), tcp_handle);
    dissector_add_uint_range_with_preference(
        "udp.port", CAW_LITERAL(CAW_SERVER_PORT) "-" CAW_LITERAL(CAW_REPEATER_PORT), udp_handle);
    endpoints_register(tcp_handle, udp_handle);
    heuristics_register(tcp_handle, udp_handle);
}
