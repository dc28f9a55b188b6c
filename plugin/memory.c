/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is the server of a TCP circuit? In order: whom the SYN went to, who has a Channel Access
 * port, who sent or got a message that only one side sends.
 */
#include "compat.h"

#include "memory.h"
#include "packet-ca.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>

#define CA_PORT 5064

/* One direction of a conversation, where it stands behind the last segment seen. */
typedef struct {
    bool started;                             /* there was one */
    bool lost;                                /* the next message may begin anywhere */
    uint32_t next;                            /* TCP sequence number of the next segment */
    uint32_t frame;                           /* the last one */
    uint64_t rest;                            /* bytes of an unfinished message to come */
    uint8_t header[CAW_EXTENDED_HEADER_SIZE]; /* an unfinished header */
    uint32_t header_length;
} ca_stream;

typedef struct {
    bool settled;
    address server;
    uint16_t server_port;
    ca_stream streams[2];
} ca_circuit;

static ca_circuit *circuit_of(packet_info *pinfo) {
    conversation_t *conversation = find_or_create_conversation(pinfo);
    ca_circuit *circuit = conversation_get_proto_data(conversation, proto_ca);

    if (!circuit) {
        circuit = wmem_new0(wmem_file_scope(), ca_circuit);
        conversation_add_proto_data(conversation, proto_ca, circuit);
    }
    return circuit;
}

/* ---- who speaks ------------------------------------------------------------------------- */

/* The first message here that only one side could have sent tells. */
static caw_side speaker_of_bytes(const uint8_t *bytes, uint32_t length, caw_transport transport) {
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

/* One of two ports is the server's: CAW_SERVER if the sender has it. */
static caw_side by_port(bool source, bool destination) {
    if (source == destination)
        return CAW_NOBODY;
    return source ? CAW_SERVER : CAW_CLIENT;
}

static caw_side speaker_by_syn(packet_info *pinfo) {
    struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);

    if (!tcp || !tcp->server_port)
        return CAW_NOBODY;
    return by_port(pinfo->srcport == tcp->server_port, pinfo->destport == tcp->server_port);
}

static caw_side speaker_by_port(packet_info *pinfo) {
    range_t *ports = prefs_get_range_value("ca", "tcp.port");

    return by_port(value_is_in_range(ports, pinfo->srcport),
                   value_is_in_range(ports, pinfo->destport));
}

static void settle(ca_circuit *circuit, packet_info *pinfo, caw_side speaker) {
    const address *server = speaker == CAW_SERVER ? &pinfo->src : &pinfo->dst;

    circuit->settled = true;
    circuit->server_port = (uint16_t)(speaker == CAW_SERVER ? pinfo->srcport : pinfo->destport);
    copy_address_wmem(wmem_file_scope(), &circuit->server, server);
}

static caw_side speaker_of(ca_circuit *circuit, packet_info *pinfo, const uint8_t *bytes,
                           uint32_t length) {
    if (circuit->settled) {
        bool server = pinfo->srcport == circuit->server_port &&
                      addresses_equal(&pinfo->src, &circuit->server);
        return server ? CAW_SERVER : CAW_CLIENT;
    }
    caw_side speaker = speaker_by_syn(pinfo);
    if (speaker == CAW_NOBODY)
        speaker = speaker_by_port(pinfo);
    if (speaker == CAW_NOBODY)
        speaker = speaker_of_bytes(bytes, length, CAW_TCP);
    if (speaker != CAW_NOBODY)
        settle(circuit, pinfo, speaker);
    return speaker;
}

caw_side memory_datagram(packet_info *pinfo, const uint8_t *bytes, uint32_t captured) {
    range_t *ports = prefs_get_range_value("ca", "udp.port");
    uint32_t search = ports && ports->nranges ? ports->ranges[0].low : CA_PORT;
    bool source = pinfo->srcport == search || pinfo->srcport == CA_PORT;
    bool destination = pinfo->destport == search || pinfo->destport == CA_PORT;
    caw_side speaker = by_port(source, destination);

    return speaker != CAW_NOBODY ? speaker : speaker_of_bytes(bytes, captured, CAW_UDP);
}

/* ---- messages that were not reassembled ------------------------------------------------- */

static ca_stream *stream_of(packet_info *pinfo) {
    int order = cmp_address(&pinfo->src, &pinfo->dst);
    bool second = order ? order > 0 : pinfo->srcport > pinfo->destport;

    return &circuit_of(pinfo)->streams[second];
}

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

/* How many bytes at the start of this segment belong to the message before. */
static uint32_t skip_of(ca_stream *stream, uint32_t gap, const uint8_t *bytes, uint32_t captured,
                        uint32_t reported) {
    if (gap) {
        stream->header_length = 0;
        stream->lost = stream->lost || gap > stream->rest;
        stream->rest -= MIN(stream->rest, gap);
    }
    if (stream->header_length)
        finish_header(stream, bytes, captured);
    uint32_t skip = (uint32_t)MIN(stream->rest, reported);
    stream->rest -= skip;
    return skip;
}

void memory_rest(packet_info *pinfo, uint64_t rest) {
    if (!PINFO_FD_VISITED(pinfo))
        stream_of(pinfo)->rest = rest;
}

void memory_header(packet_info *pinfo, const uint8_t *bytes, uint32_t length) {
    ca_stream *stream = stream_of(pinfo);

    if (PINFO_FD_VISITED(pinfo))
        return;
    memcpy(stream->header, bytes, length);
    stream->header_length = length;
}

void memory_lost(packet_info *pinfo) {
    if (!PINFO_FD_VISITED(pinfo))
        stream_of(pinfo)->lost = true;
}

/* ---- segments that are missing ---------------------------------------------------------- */

/*
 * Bytes between the last segment and this one; an older segment that comes late counts too. What
 * TCP has put together has no gap, nor has what follows it in the same frame.
 */
static uint32_t gap_before(const ca_stream *stream, packet_info *pinfo, const struct tcpinfo *tcp,
                           uint32_t reported) {
    if (!tcp || tcp->is_reassembled || !stream->started || stream->frame == pinfo->num)
        return 0;
    return tcp->nxtseq - reported - stream->next;
}

/* Was the beginning of the conversation captured? */
static bool saw_syn(packet_info *pinfo) {
    struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);

    return tcp && tcp->server_port;
}

static void advance(ca_stream *stream, packet_info *pinfo, const struct tcpinfo *tcp) {
    if (tcp && (!stream->started || (int32_t)(tcp->nxtseq - stream->next) > 0))
        stream->next = tcp->nxtseq;
    stream->started = true;
    stream->frame = pinfo->num;
}

/*
 * After a hole a segment may begin inside a message. These bytes do when nothing speaks for a
 * message at their start and something does for one further on, or nowhere.
 */
static uint32_t orphan_of(ca_stream *stream, const uint8_t *bytes, uint32_t length) {
    if (!stream->lost || !length)
        return 0;
    uint32_t orphan = (uint32_t)caw_resync(bytes, length);
    if (orphan == length && (length < CAW_HEADER_SIZE || caw_evidence(bytes, length)))
        orphan = 0;
    stream->lost = orphan == length;
    return orphan;
}

/* ---- notes ------------------------------------------------------------------------------ */

/*
 * A frame can have several pieces: a reassembled one, which starts at 0, and what follows in the
 * segment, which starts behind the headers; each again in a tunnel within a tunnel.
 */
static uint32_t note_key(tvbuff_t *tvb, packet_info *pinfo) {
    return (uint32_t)tvb_raw_offset(tvb) | (uint32_t)pinfo->curr_layer_num << 24;
}

const ca_note *memory_segment(tvbuff_t *tvb, packet_info *pinfo, const struct tcpinfo *tcp,
                              const uint8_t *bytes, uint32_t captured) {
    uint32_t key = note_key(tvb, pinfo);
    ca_note *note = p_get_proto_data(wmem_file_scope(), pinfo, proto_ca, key);

    if (note)
        return note;
    ca_stream *stream = stream_of(pinfo);
    uint32_t reported = tvb_reported_length(tvb);
    uint32_t gap = gap_before(stream, pinfo, tcp, reported);
    note = wmem_new0(wmem_file_scope(), ca_note);
    if (!stream->started)
        stream->lost = !saw_syn(pinfo);
    note->skip = skip_of(stream, gap, bytes, captured, reported);
    uint32_t start = MIN(note->skip, captured);
    note->orphan = orphan_of(stream, bytes + start, captured - start);
    start += note->orphan;
    note->speaker = speaker_of(circuit_of(pinfo), pinfo, bytes + start, captured - start);
    advance(stream, pinfo, tcp);
    p_add_proto_data(wmem_file_scope(), pinfo, proto_ca, key, note);
    return note;
}
