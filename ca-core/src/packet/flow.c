/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow.h"

#include <string.h>

/* Room that is kept between messages; what is larger is given back at once. */
#define ROOM_KEPT 4096u

static const caw_memory *memory_of(const caw_flow_look *look) {
    return caw_ages_memory(look->teller->reader->ages, CAW_HELD_STREAMS);
}

/* ---- the message that is not complete ----------------------------------------------------- */

static void give_room_back(caw_flow *flow, const caw_memory *memory) {
    if (flow->bytes)
        memory->release(memory->user, flow->bytes);
    flow->bytes = NULL;
    flow->room = 0;
}

static void drop(caw_flow *flow, const caw_memory *memory) {
    flow->count = flow->fed = 0;
    if (flow->room > ROOM_KEPT)
        give_room_back(flow, memory);
}

/* The size that a message says of itself is believed as its bytes come. */
static bool make_room(caw_flow *flow, const caw_memory *memory, uint32_t length) {
    uint64_t needed = (uint64_t)flow->count + length;
    uint64_t room = flow->room ? flow->room : 256;
    if (needed <= flow->room)
        return true;
    while (room < needed)
        room *= 2;
    uint8_t *bytes = room < UINT32_MAX ? memory->alloc(memory->user, (size_t)room) : NULL;
    if (!bytes)
        return false;
    if (flow->count)
        memcpy(bytes, flow->bytes, flow->count);
    give_room_back(flow, memory);
    flow->bytes = bytes;
    flow->room = (uint32_t)room;
    return true;
}

/* Adds bytes to the message. */
static bool append(caw_flow *flow, const caw_memory *memory, const uint8_t *bytes,
                   uint32_t length) {
    if (!make_room(flow, memory, length))
        return false;
    memcpy(flow->bytes + flow->count, bytes, length);
    flow->count += length;
    return true;
}

/* A message begins with the last bytes of a segment, and is to be completed. */
static void keep(caw_flow *flow, const caw_flow_look *look, const uint8_t *bytes, uint32_t length) {
    int64_t size = caw_size(bytes, length);
    bool own = flow->bytes && bytes >= flow->bytes && bytes < flow->bytes + flow->room;
    flow->wanted = size > 0 ? (uint64_t)size : (uint64_t)length + 1;
    if (own) {
        memmove(flow->bytes, bytes, length);
        flow->count = length;
    } else {
        flow->count = 0;
        if (!append(flow, memory_of(look), bytes, length))
            look->teller->reader->counts.partial += length;
    }
    flow->fed = flow->count;
}

/* ---- who speaks --------------------------------------------------------------------------- */

/* Bytes from the first message on. The first of these that knows tells. */
static void find_server(const caw_flow_look *look, const uint8_t *bytes, uint32_t length) {
    caw_circuit *circuit = look->teller->circuit;
    int end = look->teller->end;
    if (caw_circuit_speaker(circuit, end) != CAW_SIDE_NOBODY)
        return;
    caw_side speaker = look->source;
    if (speaker == CAW_SIDE_NOBODY)
        speaker = caw_speaker_of_all(bytes, length, CAW_TRANSPORT_TCP);
    if (speaker != CAW_SIDE_NOBODY)
        caw_circuit_set_server(circuit, speaker == CAW_SIDE_SERVER ? end : !end);
}

/* Is there no sign at all that this direction is Channel Access? */
static bool has_no_sign(const caw_flow *flow, const caw_flow *opposite) {
    caw_contents contents = caw_stream_contents(flow->stream);
    if (contents != CAW_CONTENTS_UNKNOWN)
        return contents == CAW_CONTENTS_FOREIGN;
    return !opposite->stream || caw_stream_contents(opposite->stream) != CAW_CONTENTS_MESSAGES;
}

/* No message in the whole segment, and enough bytes to say that they are no Channel Access. */
static bool is_strange(const caw_flow *flow, const caw_segment *segment, const caw_stretch *stretch,
                       const caw_flow_look *look) {
    return stretch->skipped && stretch->length == segment->length &&
           caw_stretch_first(stretch) >= segment->captured &&
           (segment->captured == segment->length || segment->captured >= CAW_HEADER_SIZE) &&
           has_no_sign(flow, look->opposite);
}

/* ---- messages ----------------------------------------------------------------------------- */

static void read_message(const caw_flow_look *look) {
    caw_teller *teller = look->teller;
    const caw_message *message = &teller->event.message;
    caw_reader *reader = teller->reader;
    const caw_end *source = &teller->event.source;
    caw_note note;
    caw_circuit_observe(teller->circuit, teller->end, message, caw_event_sent(&teller->event),
                        &note);
    uint64_t from = caw_reader_endpoint(reader, source);
    caw_searches_compare(reader->searches, from, message, &note);
    if (note.turn == CAW_TURN_REQUEST)
        caw_searches_link(reader->searches, from, caw_event_sent(&teller->event), &note);
    caw_reader_learn(reader, message, source);
    caw_teller_message(teller, &note);
}

/* Messages from `at` on. Where they end. */
static uint32_t read_messages(const caw_segment *segment, uint32_t at, uint32_t length,
                              const caw_flow_look *look) {
    caw_teller *teller = look->teller;
    uint32_t left = segment->captured - at;
    uint32_t end = at + (length < left ? length : left);
    while (at < end) {
        const uint8_t *bytes = segment->bytes + at;
        left = segment->captured - at;
        caw_context context = caw_circuit_context(teller->circuit, teller->end, bytes, left);
        int64_t size = caw_decode(bytes, left, &context, &teller->event.message);
        if (size <= 0)
            return end;
        read_message(look);
        at += size < left ? (uint32_t)size : left;
    }
    return end;
}

static void tell_malformed(const caw_flow_look *look, caw_malformed reason,
                           const caw_segment *segment, uint32_t at, uint64_t length) {
    caw_view payload = {segment->bytes, 0, segment->captured};
    caw_teller_malformed(look->teller, reason, payload, at, length);
}

static void read_tail(caw_flow *flow, const caw_segment *segment, uint32_t at, caw_tail kind,
                      const caw_flow_look *look) {
    uint32_t left = segment->captured - at;
    switch (kind) {
    case CAW_TAIL_KEPT:
        keep(flow, look, segment->bytes + at, left);
        return;
    case CAW_TAIL_HEADER:
        tell_malformed(look, CAW_MALFORMED_HEADER, segment, at, left);
        break;
    case CAW_TAIL_CUT:
        if (left)
            tell_malformed(look, CAW_MALFORMED_CUT, segment, at, left);
        break;
    case CAW_TAIL_FOREIGN:
        tell_malformed(look, CAW_MALFORMED_FOREIGN, segment, at, segment->length - at);
        break;
    case CAW_TAIL_NONE:
        break;
    }
    drop(flow, memory_of(look));
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static void read_stretch(caw_flow *flow, const caw_segment *segment, uint32_t at,
                         const caw_stretch *stretch, const caw_flow_look *look) {
    uint32_t before = stretch->repeated + stretch->continued;
    at = least(at + before, segment->captured);
    uint32_t skipped = least(stretch->skipped, segment->captured - at);
    if (skipped)
        tell_malformed(look, CAW_MALFORMED_SKIPPED, segment, at, skipped);
    at = read_messages(segment, at + skipped, stretch->messages, look);
    read_tail(flow, segment, at, stretch->tail_kind, look);
}

static void read_segment(caw_flow *flow, const caw_segment *segment, const caw_flow_look *look) {
    bool was_proven = caw_stream_contents(flow->stream) == CAW_CONTENTS_MESSAGES;
    for (uint32_t at = 0; at < segment->length;) {
        caw_stretch stretch = caw_stream_add(flow->stream, segment, at);
        uint32_t first = least(at + caw_stretch_first(&stretch), segment->captured);
        if (stretch.after_loss)
            caw_circuit_gap(look->teller->circuit);
        if (!was_proven && caw_stream_contents(flow->stream) == CAW_CONTENTS_MESSAGES) {
            look->proven(look->user);
            was_proven = true;
        }
        find_server(look, segment->bytes + first, segment->captured - first);
        if (is_strange(flow, segment, &stretch, look)) {
            tell_malformed(look, CAW_MALFORMED_FOREIGN, segment, at, segment->length);
            drop(flow, memory_of(look));
        } else {
            read_stretch(flow, segment, at, &stretch, look);
        }
        at += stretch.length;
    }
}

/* ---- bytes -------------------------------------------------------------------------------- */

/* Reads all bytes that are held, with so many after them that were not captured. */
static void read_held(caw_flow *flow, uint32_t end, uint32_t cut, const caw_flow_look *look) {
    caw_segment segment = {.sequence = end - flow->count,
                           .length = flow->count + cut,
                           .captured = flow->count,
                           .bytes = flow->bytes,
                           .keep = true};
    read_segment(flow, &segment, look);
}

static bool begin(caw_flow *flow, uint32_t sequence, const caw_flow_look *look) {
    if (flow->stream)
        return true;
    flow->stream = caw_stream_new(memory_of(look), look->teller->reader->setup.largest);
    if (!flow->stream)
        return false;
    caw_stream_in_order(flow->stream);
    if (look->begin && sequence - *look->begin < UINT32_MAX / 2)
        caw_stream_begin(flow->stream, *look->begin);
    return true;
}

/* More of the message that is held. False when there is none, or no memory for it. */
static bool add_to_held(caw_flow *flow, const caw_told *told, const caw_flow_look *look) {
    if (!flow->count)
        return false;
    if (!append(flow, memory_of(look), told->bytes, told->length)) {
        caw_flow_break(flow, look);
        return false;
    }
    if (flow->count >= flow->wanted || told->cut)
        read_held(flow, told->sequence + told->length, told->cut, look);
    return true;
}

void caw_flow_add(caw_flow *flow, const caw_told *told, const caw_flow_look *look) {
    bool has_bytes = told->kind == CAW_TOLD_BYTES;
    if (!begin(flow, told->sequence, look))
        return;
    if (!has_bytes && flow->cut) {
        flow->cut = false;
        return;
    }
    flow->cut = told->cut > 0;
    if (!has_bytes)
        caw_flow_break(flow, look);
    else if (add_to_held(flow, told, look))
        return;
    caw_segment segment = {.sequence = told->sequence,
                           .length = told->length + told->cut,
                           .captured = has_bytes ? told->length : 0,
                           .bytes = has_bytes ? told->bytes : (const uint8_t *)"",
                           .keep = true};
    read_segment(flow, &segment, look);
}

void caw_flow_break(caw_flow *flow, const caw_flow_look *look) {
    if (!flow->count)
        return;
    if (flow->fed < flow->count)
        read_held(flow, caw_stream_next(flow->stream) + flow->count, 0, look);
    look->teller->reader->counts.partial += flow->count;
    drop(flow, memory_of(look));
}

void caw_flow_free(caw_flow *flow, const caw_memory *memory) {
    caw_stream_free(flow->stream);
    give_room_back(flow, memory);
    *flow = (caw_flow){.stream = NULL};
}
