/* SPDX-License-Identifier: BSD-3-Clause */
#include "udp.h"

/* Where clients search and servers send their beacons. */
static bool is_known(const caw_reader *reader, const caw_end *end) {
    return end->port == CAW_SERVER_PORT || end->port == CAW_REPEATER_PORT ||
           (end->size == 4 &&
            caw_endpoints_has_client(reader->endpoints, caw_reader_endpoint(reader, end)));
}

bool caw_udp_is_ours(const caw_reader *reader, const caw_packet_part *part) {
    const caw_span *payload = &part->payload;
    if (is_known(reader, &part->source) || is_known(reader, &part->target))
        return true;
    return payload->bytes.len == payload->length &&
           caw_is_datagram(payload->bytes.bytes, payload->bytes.len);
}

static caw_side speaker_of(const caw_packet_part *part) {
    caw_side speaker = caw_side_of_source(part->source.port == CAW_SERVER_PORT,
                                          part->target.port == CAW_SERVER_PORT);
    if (speaker != CAW_SIDE_NOBODY)
        return speaker;
    return caw_speaker_of_all(part->payload.bytes.bytes, part->payload.bytes.len,
                              CAW_TRANSPORT_UDP);
}

static void read_message(caw_teller *teller) {
    caw_reader *reader = teller->reader;
    const caw_event *event = &teller->event;
    const caw_message *message = &event->message;
    caw_note note;
    caw_searches_observe(reader->searches, caw_reader_endpoint(reader, &event->source),
                         caw_reader_endpoint(reader, &event->target), message, event->now, &note);
    caw_reader_learn(reader, message, &event->source);
    caw_teller_message(teller, &note);
}

void caw_udp_read(caw_reader *reader, const caw_packet_part *part, uint32_t copies) {
    const caw_view *bytes = &part->payload.bytes;
    if (!bytes->len || !caw_udp_is_ours(reader, part))
        return;
    caw_teller teller = caw_reader_teller(reader, &part->source, &part->target);
    teller.event.transport = CAW_TRANSPORT_UDP;
    teller.event.speaker = speaker_of(part);
    teller.event.copies = copies;
    caw_context context = {.transport = CAW_TRANSPORT_UDP, .speaker = teller.event.speaker};
    for (uint32_t at = 0; at < bytes->len;) {
        caw_datagram_piece piece = caw_datagram_next(bytes->bytes, bytes->len, part->payload.length,
                                                     at, &context, &teller.event.message);
        if (piece.problem == CAW_MALFORMED_NOT)
            read_message(&teller);
        else
            caw_teller_malformed(&teller, piece.problem, *bytes, at, piece.length);
        at += piece.length;
    }
}

void caw_udp_refused(caw_reader *reader, const caw_icmp_error *error) {
    if (!is_known(reader, &error->source) && !is_known(reader, &error->target))
        return;
    caw_teller teller = caw_reader_teller(reader, &error->target, &error->source);
    teller.event.kind = CAW_EVENT_REFUSED;
    teller.event.transport = CAW_TRANSPORT_UDP;
    teller.event.speaker = caw_side_of_source(error->target.port == CAW_SERVER_PORT,
                                              error->source.port == CAW_SERVER_PORT);
    teller.event.by = CAW_BY_ICMP;
    teller.event.icmp_type = error->type;
    teller.event.icmp_code = error->code;
    reader->setup.tell(reader->setup.user, &teller.event);
}
