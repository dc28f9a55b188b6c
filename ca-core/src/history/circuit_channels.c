/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels of a circuit, and the requests that wait on them. */
#include "circuit.h"

open_channel *caw_circuit_new_channel(caw_circuit *circuit, const caw_view *pv) {
    size_t size = sizeof(open_channel);
    open_channel *made = caw_keep(&circuit->store, size + (pv ? (size_t)pv->len + 1 : 0));
    if (!made)
        return NULL;
    if (pv)
        made->channel.pv = caw_put_text((char *)made + size, *pv);
    made->channel.number = ++circuit->numbered_channels;
    caw_ring_begin(&made->subscriptions);
    caw_ring_begin(&made->requests);
    return made;
}

uint32_t caw_circuit_enter_channel(caw_circuit *circuit, open_channel *made) {
    caw_key key = caw_name_key(ALIKE_CHANNELS, made->channel.pv);
    caw_alike *earlier =
        caw_alike_enter(&circuit->alike, &circuit->store.memory, &made->alike, key);
    const caw_channel *same =
        earlier ? &CAW_RING_ENTRY(earlier, open_channel, alike)->channel : NULL;
    return same && strcmp(same->pv, made->channel.pv) == 0 ? circuit_frame_of(same->creation) : 0;
}

/* ---- their end ------------------------------------------------------------------------------- */

void caw_circuit_abandon(caw_circuit *circuit, caw_exchange *exchange) {
    caw_retire(&circuit->store, exchange);
    if (exchange->command != CAW_COMMAND_CREATE_CHAN || !exchange->channel)
        return;
    circuit_leave_alike(circuit, &((open_channel *)exchange->channel)->alike);
    caw_retire(&circuit->store, exchange->channel);
}

void caw_circuit_give_up(caw_circuit *circuit, caw_request *request) {
    caw_withdraw(&circuit->store, &circuit->waiting, &request->exchange);
    caw_circuit_abandon(circuit, &request->exchange);
}

static void end_cid(caw_circuit *circuit, open_channel *ended) {
    open_channel *earlier = ended->earlier, *later = ended->later;
    if (earlier)
        earlier->later = later;
    if (later)
        later->earlier = earlier;
    else
        circuit_replace(circuit, BY_CID, ended->channel.cid, ended, earlier);
}

void caw_circuit_end_channel(caw_circuit *circuit, open_channel *channel) {
    if (!channel)
        return;
    caw_ring *subscriptions = &channel->subscriptions, *requests = &channel->requests;
    circuit->channels -= channel->channel.has_sid && !channel->channel.closed;
    channel->channel.closed = true;
    end_cid(circuit, channel);
    circuit_leave_alike(circuit, &channel->alike);
    circuit_replace(circuit, BY_SID, channel->channel.sid, channel, NULL);
    circuit_replace(circuit, BY_GIVEN_SUBSCRIPTION, channel->channel.sid, channel, NULL);
    while (!caw_ring_is_empty(subscriptions))
        caw_circuit_end_subscription(
            circuit, CAW_RING_ENTRY(subscriptions->after, subscription, of_channel));
    while (!caw_ring_is_empty(requests))
        caw_circuit_give_up(circuit, CAW_RING_ENTRY(requests->after, caw_request, of_channel));
    caw_retire(&circuit->store, channel);
}
