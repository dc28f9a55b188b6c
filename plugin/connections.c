/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A post-dissector reads what TCP has told its own tap of the frame, and the frame itself for ICMP
 * errors; the core says what that means for a connection.
 *
 * It works only when the tap "ca" is told, which may be in any visit of the frames, but is always
 * in the order of the capture. So the state here is that of one reading, and begins anew with each.
 */
#include "compat.h"

#include "connections.h"

#include "conversation.h"
#include "endpoints.h"
#include "protocol.h"
#include "tap.h"

#include <epan/dissectors/packet-tcp.h>
#include <epan/tap.h>

/* Events kept of a connection that may never be ours. */
#define MOST_OPENINGS 16

/* Of a connection that was refused. */
typedef struct {
    uint32_t number; /* the connection's; 0: none */
    bool carries;    /* there are messages after all */
    bool seen[2];    /* data of this end, up to the sequence number: */
    uint32_t seen_end[2];
} ca_strange;

/* The connections between two ends, one after another. Ends are numbered as a circuit's are. */
typedef struct {
    caw_end ends[2];
    caw_connection life;
    uint32_t stream; /* Wireshark's number of the latest */
    bool ours;       /* it is known to be Channel Access */
    ca_strange strange;
    GPtrArray *openings; /* of caw_event: until that is known; NULL: none */
} ca_connection;

/* One look at a frame. */
typedef struct {
    packet_info *pinfo;
    unsigned before; /* so many events stand before the frame's messages */
} ca_look;

static GHashTable *connections; /* by their ends, which are the key */
static GPtrArray *streams;      /* the same, by the number of a stream; NULL: not seen */
static uint32_t latest;         /* frame of this reading */
static int tap_tcp, tap_ip, tap_ipv6;
static int proto_icmp, proto_icmpv6;

/* ---- connections ------------------------------------------------------------------------ */

static int compare(const caw_end *a, const caw_end *b) {
    int order = a->size == b->size ? memcmp(a->bytes, b->bytes, a->size) : a->size - b->size;

    return order ? order : a->port - b->port;
}

static unsigned hash_ends(const void *ends) {
    return wmem_strong_hash(ends, sizeof(((ca_connection *)ends)->ends));
}

static gboolean same_ends(const void *a, const void *b) {
    return memcmp(a, b, sizeof(((ca_connection *)a)->ends)) == 0;
}

static void forget_openings(ca_connection *connection) {
    if (connection->openings)
        g_ptr_array_free(connection->openings, TRUE);
    connection->openings = NULL;
}

static void free_connection(void *data) {
    forget_openings(data);
    g_free(data);
}

static void forget_all(void) {
    if (connections)
        g_hash_table_destroy(connections);
    if (streams)
        g_ptr_array_free(streams, TRUE);
    connections = NULL;
    streams = NULL;
    latest = 0;
}

/* The ends in the order of a circuit's; the end that the source is. No stray bytes: it is a key. */
static int order_ends(const caw_end *source, const caw_end *target, ca_connection *key) {
    int end = compare(source, target) > 0;

    memset(key, 0, sizeof *key);
    memcpy(&key->ends[end], source, sizeof *source);
    memcpy(&key->ends[!end], target, sizeof *target);
    return end;
}

static ca_connection *find(const ca_connection *key) {
    return connections ? g_hash_table_lookup(connections, key) : NULL;
}

static ca_connection *find_or_make(const ca_connection *key) {
    ca_connection *connection = find(key);

    if (connection)
        return connection;
    if (!connections)
        connections = g_hash_table_new_full(hash_ends, same_ends, NULL, free_connection);
    connection = wmem_memdup(NULL, key, sizeof *key);
    g_hash_table_insert(connections, connection, connection);
    return connection;
}

/* A server is where one was announced or configured, or the connection has carried messages. */
static bool is_ours(ca_connection *connection) {
    for (int end = 0; end < 2 && !connection->ours; end++)
        connection->ours = caw_connection_speaker(&connection->life, end) != CAW_SIDE_CLIENT &&
                           endpoints_serves(&connection->ends[end]);
    if (!connection->ours)
        connection->ours = conversation_circuit(connection->stream + 1) != NULL;
    return connection->ours;
}

/* ---- telling ---------------------------------------------------------------------------- */

static caw_event *new_event(const ca_look *look, const ca_connection *connection, int end) {
    caw_event *event = tap_new(look->pinfo);
    const caw_circuit *circuit = conversation_circuit(connection->stream + 1);

    event->transport = CAW_TRANSPORT_TCP;
    event->source = connection->ends[end];
    event->target = connection->ends[!end];
    event->connection = connection->stream + 1;
    event->speaker = caw_connection_speaker(&connection->life, end);
    if (!circuit)
        return event;
    event->circuit = circuit;
    event->user = caw_circuit_user(circuit);
    event->host = caw_circuit_host(circuit);
    if (event->speaker == CAW_SIDE_NOBODY)
        event->speaker = caw_circuit_speaker(circuit, end);
    return event;
}

/* Of all that an event points to, the beginning of a connection has its frame only. */
static void keep(ca_connection *connection, const caw_event *event) {
    if (!connection->openings)
        connection->openings = g_ptr_array_new_with_free_func(g_free);
    if (event->kind == CAW_EVENT_CLOSED || connection->openings->len == MOST_OPENINGS)
        return;
    caw_event *kept = wmem_memdup(NULL, event, sizeof *event);
    kept->frame = (caw_view){0};
    g_ptr_array_add(connection->openings, kept);
}

static void tell_before(ca_look *look, const caw_event *event) {
    tap_tell_at(look->pinfo, tap_events(look->pinfo), look->before++, event);
}

static void tell_openings(ca_look *look, ca_connection *connection) {
    for (unsigned i = 0; connection->openings && i < connection->openings->len; i++)
        tell_before(look, wmem_memdup(look->pinfo->pool, g_ptr_array_index(connection->openings, i),
                                      sizeof(caw_event)));
    forget_openings(connection);
}

/* After the messages of the frame, and those that are still kept. */
static void tell_end(const ca_look *look, const caw_event *event) {
    caw_circuit *circuit = NULL;

    if (!PINFO_FD_VISITED(look->pinfo))
        circuit = conversation_circuit(event->connection);
    if (circuit)
        caw_circuit_stop_keeping(circuit);
    tap_tell(look->pinfo, tap_events(look->pinfo), circuit, event);
}

/* What a SYN does comes before what its segment may carry, all else after it. */
static void tell(ca_look *look, ca_connection *connection, const caw_event *event) {
    if (!is_ours(connection)) {
        keep(connection, event);
        return;
    }
    tell_openings(look, connection);
    if (event->by == CAW_BY_NOTHING || event->by == CAW_BY_SYN)
        tell_before(look, event);
    else
        tell_end(look, event);
}

/* ---- what others have taken over --------------------------------------------------------- */

/* The frame tells of the connection's bytes. */
static bool is_told(const ca_look *look, ca_strange *strange) {
    const ca_events *events = tap_events(look->pinfo);
    bool told = false;

    for (unsigned i = 0; i < events->count; i++) {
        const caw_event *event = events->all[i];
        bool message = event->kind == CAW_EVENT_MESSAGE;
        if (event->connection != strange->number)
            continue;
        strange->carries |= message;
        told |= message || event->kind == CAW_EVENT_MALFORMED;
    }
    return told;
}

static bool is_repeated(ca_strange *strange, int end, const struct tcpheader *tcp) {
    uint32_t last = tcp->th_rawseq + tcp->th_seglen;

    if (strange->seen[end] && (int32_t)(last - strange->seen_end[end]) <= 0)
        return true;
    strange->seen[end] = true;
    strange->seen_end[end] = last;
    return false;
}

/* The data of the frame's outermost TCP segment. */
static caw_view payload_of(const caw_event *event) {
    caw_packet packet;

    caw_packet_parse(event->frame.bytes, event->frame.len, event->link, &packet);
    const caw_layer *layer = &packet.layers[CAW_LAYER_TRANSPORT];
    uint32_t at = layer->at + layer->header;
    if (layer->is != CAW_CLASS_TCP || at > layer->end)
        return (caw_view){(const uint8_t *)"", 0, 0};
    return (caw_view){event->frame.bytes + at, 0, layer->end - at};
}

/*
 * Wireshark shows a connection that was refused to the dissector that took it, and no more to this
 * one: its data is told here, up to what looks like messages.
 */
static void see_strange(const ca_look *look, ca_connection *connection, int end,
                        const struct tcpheader *tcp) {
    uint32_t number = tcp->th_stream + 1, since = conversation_refused(number);
    ca_strange *strange = &connection->strange;

    if (!since || look->pinfo->num < since)
        return;
    if (strange->number != number)
        *strange = (ca_strange){.number = number};
    bool told = is_told(look, strange), repeated = is_repeated(strange, end, tcp);
    if (told || repeated || strange->carries)
        return;
    caw_event *event = new_event(look, connection, end);
    caw_view payload = payload_of(event);
    event->connection = number;
    strange->carries = caw_is_circuit(payload.bytes, payload.len, true, true);
    if (strange->carries)
        return;
    caw_event_malformed(event, CAW_MALFORMED_FOREIGN, payload, 0, tcp->th_seglen);
    tap_tell(look->pinfo, tap_events(look->pinfo), NULL, event);
}

/* ---- reading ---------------------------------------------------------------------------- */

static void begin(ca_connection *connection, uint32_t stream) {
    connection->stream = stream;
    connection->ours = false;
    forget_openings(connection);
}

static void see_change(ca_look *look, ca_connection *connection, int end, uint32_t stream,
                       const caw_change *change) {
    bool first = change->kind == CAW_EVENT_ASKED && change->times == 1;

    if (first || (change->by != CAW_BY_SYN && stream != connection->stream))
        begin(connection, stream);
    caw_event *event = new_event(look, connection, end);
    event->kind = change->kind;
    event->by = change->by;
    event->times = change->times;
    tell(look, connection, event);
}

/* Most segments are of a connection that has been seen: there is no need to look for its ends. */
static ca_connection *connection_of(const struct tcpheader *tcp, int *end) {
    if (!streams)
        streams = g_ptr_array_new();
    if (streams->len <= tcp->th_stream)
        g_ptr_array_set_size(streams, (int)tcp->th_stream + 1);
    ca_connection **of_stream = (ca_connection **)&streams->pdata[tcp->th_stream];
    if (!*of_stream) {
        caw_end source = tap_end(&tcp->ip_src, tcp->th_sport);
        caw_end target = tap_end(&tcp->ip_dst, tcp->th_dport);
        ca_connection key;
        order_ends(&source, &target, &key);
        *of_stream = find_or_make(&key);
    }
    int order = cmp_address(&tcp->ip_src, &tcp->ip_dst);
    *end = order ? order > 0 : tcp->th_sport > tcp->th_dport;
    return *of_stream;
}

static void see_segment(ca_look *look, const struct tcpheader *tcp) {
    int end;
    ca_connection *connection = connection_of(tcp, &end);
    uint32_t bytes = tcp->th_have_seglen ? tcp->th_seglen : 0;
    caw_change changes[CAW_CHANGES];
    size_t count = caw_connection_segment(&connection->life, end, tcp->th_flags, tcp->th_rawseq,
                                          bytes, changes);

    if (bytes)
        see_strange(look, connection, end, tcp);
    for (size_t i = 0; i < count; i++)
        see_change(look, connection, end, tcp->th_stream, &changes[i]);
    connection->stream = tcp->th_stream;
    if (connection->openings && is_ours(connection))
        tell_openings(look, connection);
}

static void see_error(ca_look *look) {
    caw_event *frame = tap_new(look->pinfo);
    caw_icmp_error error;
    caw_packet packet;
    ca_connection key;

    caw_packet_parse(frame->frame.bytes, frame->frame.len, frame->link, &packet);
    if (!caw_packet_icmp_error(&packet, &error))
        return;
    int client = order_ends(&error.source, &error.target, &key);
    ca_connection *connection = find(&key);
    if (!connection || !caw_connection_unreachable(&connection->life, client, error.sequence))
        return;
    caw_event *event = new_event(look, connection, !client);
    event->kind = CAW_EVENT_REFUSED;
    event->by = CAW_BY_ICMP;
    event->icmp_type = error.type;
    event->icmp_code = error.code;
    tell(look, connection, event);
}

/* A frame that is read before others of this reading begins another. */
static void follow_reading(uint32_t frame) {
    if (frame <= latest)
        forget_all();
    latest = frame;
}

static bool is_error(const packet_info *pinfo) {
    return wmem_list_find(pinfo->layers, GINT_TO_POINTER(proto_icmp)) ||
           wmem_list_find(pinfo->layers, GINT_TO_POINTER(proto_icmpv6));
}

/* The taps are told of this visit: of every packet, IP tells its own. */
static bool is_tapped(void) {
    return fetch_tapped_data(tap_ip, 0) || fetch_tapped_data(tap_ipv6, 0);
}

static int see_frame(tvbuff_t *tvb _U_, packet_info *pinfo, proto_tree *tree _U_, void *data _U_) {
    ca_look look = {.pinfo = pinfo};
    const struct tcpheader *tcp;

    if (!tap_listens() || !is_tapped())
        return 0;
    follow_reading(pinfo->num);
    if (is_error(pinfo)) /* what it quotes is told by TCP, too, and was not sent again */
        see_error(&look);
    else
        for (int i = 0; (tcp = fetch_tapped_data(tap_tcp, i)); i++)
            see_segment(&look, tcp);
    return 0;
}

/* ---- registration ----------------------------------------------------------------------- */

static void new_capture(void) {
    forget_all();
    tap_tcp = find_tap_id("tcp");
    tap_ip = find_tap_id("ip");
    tap_ipv6 = find_tap_id("ipv6");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
}

void connections_init(void) {
    register_init_routine(new_capture);
    register_cleanup_routine(forget_all);
}

void connections_register(void) {
    register_postdissector(create_dissector_handle(see_frame, proto_ca));
}
