/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "conversation.h"
#include "protocol.h"
#include "tap.h"

#include <epan/proto_data.h>
#include <epan/tap.h>

static int tap_ca = -1;

/* The latest frame with events had been read before: then its notes were known. */
static bool told_again;

/* Somebody who wants to hear what no frame has told. */
typedef struct {
    void (*tell)(void *user, const caw_event *event);
    void *user;
} asker;

static GArray *askers;

static bool immediate; /* nothing waits */

static void new_capture(void) {
    told_again = false;
}

void tap_init(void) {
    tap_ca = register_tap("ca");
    askers = g_array_new(FALSE, FALSE, sizeof(asker));
    register_init_routine(new_capture);
    register_cleanup_routine(tap_rest);
}

bool tap_listens(void) {
    return have_tap_listener(tap_ca);
}

/* ---- events of a frame ------------------------------------------------------------------ */

ca_events *tap_events(packet_info *pinfo) {
    if (!tap_listens())
        return NULL;
    ca_events *events = p_get_proto_data(pinfo->pool, pinfo, proto_ca, CA_PACKET_EVENTS);
    if (!events) {
        events = wmem_new0(pinfo->pool, ca_events);
        p_add_proto_data(pinfo->pool, pinfo, proto_ca, CA_PACKET_EVENTS, events);
        told_again = PINFO_FD_VISITED(pinfo);
    }
    return events;
}

static caw_link link_of(int encapsulation) {
    switch (encapsulation) {
    case WTAP_ENCAP_ETHERNET:
        return CAW_LINK_ETHERNET;
    case WTAP_ENCAP_SLL:
        return CAW_LINK_SLL;
    case WTAP_ENCAP_SLL2:
        return CAW_LINK_SLL2;
    case WTAP_ENCAP_NULL:
    case WTAP_ENCAP_LOOP:
        return CAW_LINK_NULL;
    case WTAP_ENCAP_RAW_IP:
    case WTAP_ENCAP_RAW_IP4:
    case WTAP_ENCAP_RAW_IP6:
        return CAW_LINK_RAW_IP;
    default:
        return CAW_LINK_UNKNOWN;
    }
}

caw_end tap_end(const address *host, uint32_t port) {
    caw_end end = {.port = (uint16_t)port};

    if (host->type == AT_IPv4 || host->type == AT_IPv6) {
        end.size = (uint8_t)host->len;
        memcpy(end.bytes, host->data, end.size);
    }
    return end;
}

caw_event *tap_new(packet_info *pinfo) {
    caw_event *event = wmem_new0(pinfo->pool, caw_event);
    const GSList *first = pinfo->data_src; /* the frame; then what is reassembled */

    event->now = (caw_moment){pinfo->num, pinfo->abs_ts.nsecs, pinfo->abs_ts.secs};
    nstime_t began = pinfo->abs_ts;
    nstime_subtract(&began, &pinfo->rel_ts);
    event->began = (caw_moment){1, began.nsecs, began.secs};
    event->exact = pinfo->rec->tsprec > WTAP_TSPREC_USEC;
    event->source = tap_end(&pinfo->src, pinfo->srcport);
    event->target = tap_end(&pinfo->dst, pinfo->destport);
    event->link = link_of(pinfo->rec->rec_header.packet_header.pkt_encap);
    if (first) {
        tvbuff_t *frame = get_data_source_tvb(first->data);
        event->frame.len = tvb_captured_length(frame);
        event->frame.bytes = tvb_get_ptr(frame, 0, (int)event->frame.len);
    }
    return event;
}

/* ---- telling ---------------------------------------------------------------------------- */

static void *allocate(void *pool, size_t bytes) {
    return wmem_alloc(pool, bytes);
}

static void release(void *pool, void *memory) {
    wmem_free(pool, memory);
}

/* A copy of an event that its circuit is about to forget. */
static const caw_event *copy(const caw_event *event, wmem_allocator_t *pool) {
    const caw_memory memory = {allocate, release, pool};

    return caw_event_copy(event, &memory);
}

/* Room for one more; the first is the sign for the taps that there is something. */
static void make_room(packet_info *pinfo, ca_events *events) {
    if (!events->count)
        tap_queue_packet(tap_ca, pinfo, events);
    if (events->count < events->room)
        return;
    events->room = events->room ? 2 * events->room : 4;
    events->all =
        wmem_realloc(pinfo->pool, (void *)events->all, events->room * sizeof *events->all);
}

static void append(packet_info *pinfo, ca_events *events, const caw_event *event) {
    make_room(pinfo, events);
    events->all[events->count++] = event;
}

/* When nothing waits, what a circuit keeps has been told. */
static void tell_kept(packet_info *pinfo, ca_events *events, caw_circuit *circuit) {
    for (const caw_event *kept; (kept = caw_circuit_kept(circuit));)
        if (!immediate)
            append(pinfo, events, copy(kept, pinfo->pool));
}

void tap_tell(packet_info *pinfo, ca_events *events, caw_circuit *circuit, const caw_event *event) {
    if (circuit)
        tell_kept(pinfo, events, circuit);
    append(pinfo, events, event);
}

void tap_tell_at(packet_info *pinfo, ca_events *events, unsigned at, const caw_event *event) {
    make_room(pinfo, events);
    memmove(events->all + at + 1, events->all + at, (events->count - at) * sizeof *events->all);
    events->all[at] = event;
    events->count++;
}

/* ---- listening -------------------------------------------------------------------------- */

bool ca_is_first_answer(const caw_event *event) {
    const caw_note *note = event->note;

    return note && note->turn == CAW_TURN_RESPONSE && note->exchange &&
           note->exchange->answer.frame == event->now.frame;
}

void tap_do_not_wait(void) {
    immediate = true;
}

bool tap_waits(void) {
    return !immediate;
}

void tap_ask_rest(void (*tell)(void *user, const caw_event *event), void *user) {
    asker one = {tell, user};

    g_array_append_val(askers, one);
}

void tap_forget(const void *user) {
    for (unsigned i = askers->len; i-- > 0;)
        if (g_array_index(askers, asker, i).user == user)
            g_array_remove_index(askers, i);
}

static void tell_askers(const caw_event *event) {
    for (unsigned i = 0; i < askers->len; i++) {
        const asker *one = &g_array_index(askers, asker, i);
        one->tell(one->user, event);
    }
}

static void tell_rest(caw_circuit *circuit) {
    caw_circuit_stop_keeping(circuit);
    for (const caw_event *kept; (kept = caw_circuit_kept(circuit));)
        tell_askers(kept);
}

/* A circuit gives each event once, so this tells nothing twice. */
void tap_rest(void) {
    if (!told_again && !immediate && askers->len)
        conversation_each_circuit(tell_rest);
}
