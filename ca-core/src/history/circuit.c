/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The history of one TCP connection: channels, subscriptions, requests that wait for answers.
 *
 * Ids are reused at will, so they are looked up in what is open now and the result is kept in the
 * message's note. A channel ends with the answer to CLEAR_CHANNEL, a subscription with the
 * confirmation of its cancel: what is in flight between is still theirs. Requests wait by command
 * and ioid, because a READ_NOTIFY may use a live subscription's id (libca, after an unresponsive
 * circuit recovered).
 */
#include "circuit.h"

#include "message/wire.h"

/* ---- life ------------------------------------------------------------------------------------ */

static caw_circuit *new_circuit(const caw_memory *memory, bool complete) {
    caw_circuit *circuit = memory->alloc(memory->user, sizeof *circuit);
    if (!circuit)
        return NULL;
    memset(circuit, 0, sizeof *circuit);
    circuit->complete = complete;
    circuit->server_end = -1;
    caw_ring_begin(&circuit->puts);
    return circuit;
}

caw_circuit *caw_circuit_new(const caw_memory *memory, bool complete) {
    caw_circuit *circuit = new_circuit(memory, complete);
    if (circuit)
        caw_store_keeping(&circuit->store, memory);
    return circuit;
}

void caw_circuit_free(caw_circuit *circuit) {
    if (!circuit)
        return;
    caw_memory memory = circuit->store.memory;
    caw_kept_free(&circuit->kept, &memory);
    caw_idmap_free(&circuit->open, &memory);
    caw_idmap_free(&circuit->waiting, &memory);
    caw_idmap_free(&circuit->alike, &memory);
    caw_store_free(&circuit->store);
    memory.release(memory.user, circuit);
}

const char *caw_circuit_user(const caw_circuit *circuit) {
    return circuit->user;
}

const char *caw_circuit_host(const caw_circuit *circuit) {
    return circuit->host;
}

uint32_t caw_circuit_channels(const caw_circuit *circuit) {
    return circuit->channels;
}

int caw_circuit_version(const caw_circuit *circuit, caw_side side) {
    return (int)circuit->versions[side == CAW_SIDE_SERVER] - 1;
}

void caw_circuit_gap(caw_circuit *circuit) {
    circuit->epoch++;
}

/* ---- who is who --------------------------------------------------------------------------- */

caw_side caw_circuit_speaker(const caw_circuit *circuit, int end) {
    if (circuit->server_end < 0)
        return CAW_SIDE_NOBODY;
    return end == circuit->server_end ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT;
}

static void observe(caw_circuit *circuit, const caw_message *message, caw_moment now,
                    caw_note *note) {
    if (!(message->row->transport & CAW_TRANSPORT_TCP))
        return; /* it belongs in datagrams, and means nothing here */
    if (message->row->speaker == CAW_SIDE_CLIENT)
        caw_circuit_request(circuit, message, now, note);
    else
        caw_circuit_answer(circuit, message, now, note);
    if (note->channel)
        note->rights = note->channel->rights;
    if (caw_store_forgets(&circuit->store)) {
        caw_touch(&circuit->store, note->channel);
        caw_circuit_forget_written(circuit, now);
    }
}

/* Reads a kept message again, now that it is known who sent it. */
static void reread(caw_circuit *circuit, const caw_kept *kept) {
    caw_event *event = kept->event;
    caw_message *message = &event->message;
    event->speaker = caw_circuit_speaker(circuit, kept->end);
    if (event->kind != CAW_EVENT_MESSAGE)
        return;
    caw_context context = {.transport = CAW_TRANSPORT_TCP, .speaker = event->speaker};
    caw_decode(message->whole.bytes, message->whole.len, &context, message);
    observe(circuit, message, caw_event_sent(event), kept->note);
    if (kept->later)
        *kept->later = *kept->note;
}

void caw_circuit_set_server(caw_circuit *circuit, int server_end) {
    if (circuit->server_end >= 0)
        return;
    circuit->server_end = server_end;
    if (circuit->stopped) /* what is still there has been judged */
        return;
    for (const caw_kept *each = circuit->kept.first; each; each = each->next)
        reread(circuit, each);
}

/* Of the subscription in this header. An empty update has a status where a confirmation has the
 * sid. */
static bool is_cancel_pending(const caw_circuit *circuit, caw_view view) {
    caw_header header;
    caw_read_header(view, &header);
    const subscription *known = circuit_get(circuit, BY_SUBSCRIPTION, header.param2);
    const open_channel *channel = known ? known->owner : NULL;
    caw_key key = caw_request_key_of_id(CAW_COMMAND_EVENT_CANCEL, header.param2);
    return caw_is_awaited(&circuit->waiting, key) &&
           (!channel || channel->channel.sid == header.param1);
}

/* Most messages need no look at the history: an EVENT_ADD without payload does. */
caw_context caw_circuit_context(const caw_circuit *circuit, int end, const uint8_t *bytes,
                                size_t available) {
    static const uint32_t empty = (uint32_t)CAW_COMMAND_EVENT_ADD << 16;
    caw_context context = {.transport = CAW_TRANSPORT_TCP,
                           .speaker = caw_circuit_speaker(circuit, end)};
    if (context.speaker != CAW_SIDE_SERVER || available < CAW_HEADER_SIZE)
        return context;
    caw_view view = {bytes, 0, CAW_HEADER_SIZE};
    if (wire_u32(view, 0) == empty)
        context.cancel_pending = is_cancel_pending(circuit, view);
    return context;
}

/* What notes that are to be told point to is not freed yet. */
static void sweep(caw_circuit *circuit) {
    if (caw_store_forgets(&circuit->store) && !circuit->kept.first)
        caw_sweep(&circuit->store);
}

void caw_circuit_observe(caw_circuit *circuit, int end, const caw_message *message, caw_moment now,
                         caw_note *note) {
    memset(note, 0, sizeof *note);
    sweep(circuit);
    if (message->speaker == CAW_SIDE_NOBODY)
        return;
    if (circuit->server_end < 0)
        caw_circuit_set_server(circuit, message->speaker == CAW_SIDE_SERVER ? end : !end);
    observe(circuit, message, now, note);
}

/* ---- what waits for that ------------------------------------------------------------------ */

static bool is_settled(const caw_circuit *circuit) {
    return circuit->server_end >= 0 || circuit->stopped;
}

/* Bytes that are no message wait only for messages before them. */
static bool must_wait(const caw_circuit *circuit, const caw_event *event) {
    return event->kind == CAW_EVENT_MESSAGE ||
           (event->kind == CAW_EVENT_MALFORMED && circuit->kept.first);
}

bool caw_circuit_keep(caw_circuit *circuit, int end, const caw_event *event, caw_note *later) {
    if (is_settled(circuit) || !must_wait(circuit, event))
        return false;
    bool kept = caw_kept_add(&circuit->kept, &circuit->store.memory, event, end, later);
    if (!kept)
        caw_circuit_stop_keeping(circuit);
    return kept;
}

void caw_circuit_stop_keeping(caw_circuit *circuit) {
    circuit->stopped = true;
}

const caw_event *caw_circuit_kept(caw_circuit *circuit) {
    if (caw_kept_is_empty(&circuit->kept) || !is_settled(circuit)) /* mostly it is */
        return NULL;
    return caw_kept_take(&circuit->kept, &circuit->store.memory);
}

/* ---- forgetting --------------------------------------------------------------------------- */

/* What is not known any more is not unknown for sure. */
static void drop(void *owner, caw_open *open) {
    caw_circuit *circuit = owner;
    circuit->complete = false;
    if (open->kind == CAW_OPEN_CHANNELS)
        caw_circuit_end_channel(circuit, caw_opened(open));
    else if (open->kind == CAW_OPEN_SUBSCRIPTIONS)
        caw_circuit_end_subscription(circuit, caw_opened(open));
    else
        caw_circuit_give_up(circuit, caw_opened(open));
    sweep(circuit);
}

caw_circuit *caw_circuit_new_forgetting(caw_ages *ages, bool complete) {
    caw_circuit *circuit = new_circuit(caw_ages_memory(ages, CAW_HELD_CIRCUITS), complete);
    if (circuit)
        caw_store_forgetting(&circuit->store, ages, CAW_HELD_CIRCUITS, (caw_holder){drop, circuit});
    return circuit;
}
