/* SPDX-License-Identifier: BSD-3-Clause */
#include "reader.h"

#include "digest.h"
#include "facts/event_flaws.h"

/* ---- telling ---------------------------------------------------------------------------- */

static void count(caw_capture_counts *counts, const caw_event *event) {
    if (event->kind == CAW_EVENT_MESSAGE) {
        counts->messages++;
        counts->unnamed += caw_is_unnamed(event);
    } else if (event->kind == CAW_EVENT_MALFORMED) {
        counts->malformed++;
        counts->skipped += event->bytes;
    }
}

static void tell(caw_reader *reader, const caw_event *event) {
    count(&reader->counts, event);
    reader->setup.tell(reader->setup.user, event);
}

static void tell_kept(caw_teller *teller) {
    if (teller->circuit)
        for (const caw_event *kept; (kept = caw_circuit_kept(teller->circuit));)
            tell(teller->reader, kept);
}

static void tell_or_keep(caw_teller *teller, const caw_event *event) {
    if (teller->circuit && caw_circuit_keep(teller->circuit, teller->end, event, NULL))
        return;
    tell_kept(teller);
    tell(teller->reader, event);
}

caw_teller caw_reader_teller(caw_reader *reader, const caw_end *source, const caw_end *target) {
    const caw_recorded *recorded = &reader->frame;
    return (caw_teller){.reader = reader,
                        .event = {.now = recorded->now,
                                  .exact = recorded->exact,
                                  .began = reader->began,
                                  .source = *source,
                                  .target = *target,
                                  .frame = recorded->frame,
                                  .link = recorded->link}};
}

/* What may have changed since the last event. */
static void refresh(caw_teller *teller) {
    if (!teller->circuit)
        return;
    teller->event.speaker = caw_circuit_speaker(teller->circuit, teller->end);
    teller->event.user = caw_circuit_user(teller->circuit);
    teller->event.host = caw_circuit_host(teller->circuit);
}

static uint32_t next_index(caw_reader *reader) {
    uint32_t frame = reader->frame.now.frame;
    reader->index = frame == reader->counted_in ? reader->index + 1 : 0;
    reader->counted_in = frame;
    return reader->index;
}

void caw_teller_message(caw_teller *teller, const caw_note *note) {
    caw_event *event = &teller->event;
    event->kind = CAW_EVENT_MESSAGE;
    event->index = next_index(teller->reader);
    event->note = note;
    refresh(teller);
    tell_or_keep(teller, event);
}

void caw_teller_malformed(caw_teller *teller, caw_malformed reason, caw_view payload, uint32_t at,
                          uint64_t length) {
    caw_event event = teller->event;
    caw_event_malformed(&event, reason, payload, at, length);
    event.index = next_index(teller->reader);
    if (teller->circuit)
        event.speaker = caw_circuit_speaker(teller->circuit, teller->end);
    tell_or_keep(teller, &event);
}

void caw_teller_rest(caw_teller *teller) {
    if (teller->circuit)
        caw_circuit_stop_keeping(teller->circuit);
    tell_kept(teller);
}

/* ---- ends ------------------------------------------------------------------------------- */

uint64_t caw_reader_endpoint(const caw_reader *reader, const caw_end *end) {
    caw_view address = {end->bytes, 0, end->size};
    if (end->size == 4)
        return caw_endpoint(wire_u32(address, 0), end->port);
    return caw_endpoint((uint32_t)caw_digest(reader->setup.seed, address), end->port);
}

static bool is_announced(const caw_reader *reader, const caw_end *end) {
    return end->size == 4 &&
           caw_endpoints_has_server(reader->endpoints, caw_reader_endpoint(reader, end));
}

bool caw_reader_serves(const caw_reader *reader, const caw_end *end) {
    return end->port == CAW_SERVER_PORT || is_announced(reader, end);
}

caw_side caw_reader_speaker(const caw_reader *reader, const caw_end *source,
                            const caw_end *target) {
    caw_side announced =
        caw_side_of_source(is_announced(reader, source), is_announced(reader, target));
    if (announced != CAW_SIDE_NOBODY)
        return announced;
    return caw_side_of_source(source->port == CAW_SERVER_PORT, target->port == CAW_SERVER_PORT);
}

void caw_reader_learn(caw_reader *reader, const caw_message *message, const caw_end *source) {
    uint64_t sender = caw_reader_endpoint(reader, source);
    if (source->size == 4)
        caw_endpoints_learn_server(reader->endpoints, message, sender);
    caw_endpoints_learn_client(reader->endpoints, message, sender);
}
