/* SPDX-License-Identifier: BSD-3-Clause */
/* Channels that were there before the capture, whose names are given. */
#include "circuit.h"

void caw_circuit_give_names(caw_circuit *circuit, const caw_names *names, uint64_t end0,
                            uint64_t end1) {
    circuit->names = names;
    circuit->ends[0] = end0;
    circuit->ends[1] = end1;
}

static const char *given_name(const caw_circuit *circuit, caw_named kind, uint32_t id) {
    if (!circuit->names || circuit->server_end < 0)
        return NULL;
    caw_name_given asked = {.server = circuit->ends[circuit->server_end],
                            .client = circuit->ends[!circuit->server_end],
                            .kind = kind,
                            .id = id};
    return caw_names_find(circuit->names, &asked);
}

static uint64_t over(caw_named kind) {
    return kind == CAW_NAMED_SID ? OVER_SID : OVER_SUBSCRIPTION;
}

void caw_circuit_end_given(caw_circuit *circuit, caw_named kind, uint32_t id) {
    if (given_name(circuit, kind, id))
        circuit_set(circuit, over(kind), id, circuit);
}

/* A channel that was there before the capture, when its name is given; else NULL. */
static open_channel *given_channel(caw_circuit *circuit, caw_named kind, uint32_t id) {
    const char *pv = given_name(circuit, kind, id);
    if (!pv || circuit_knows_all(circuit) || circuit_get(circuit, over(kind), id))
        return NULL;
    caw_view name = caw_view_of(pv);
    open_channel *made = caw_circuit_new_channel(circuit, &name);
    if (!made)
        return NULL;
    made->channel.given = true;
    made->channel.has_sid = kind == CAW_NAMED_SID;
    made->channel.sid = id; /* or the subscription's, by which end_channel finds it */
    circuit->channels += made->channel.has_sid;
    caw_open_as(&circuit->store, made, CAW_OPEN_CHANNELS);
    circuit_set(circuit, kind == CAW_NAMED_SID ? BY_SID : BY_GIVEN_SUBSCRIPTION, id, made);
    return made;
}

open_channel *caw_circuit_channel_of_sid(caw_circuit *circuit, uint32_t sid) {
    open_channel *channel = circuit_get(circuit, BY_SID, sid);
    return channel ? channel : given_channel(circuit, CAW_NAMED_SID, sid);
}

open_channel *caw_circuit_given_subscription(caw_circuit *circuit, uint32_t id) {
    open_channel *channel = circuit_get(circuit, BY_GIVEN_SUBSCRIPTION, id);
    return channel ? channel : given_channel(circuit, CAW_NAMED_SUBSCRIPTION, id);
}

open_channel *caw_circuit_end_given_subscription(caw_circuit *circuit, uint32_t id) {
    open_channel *given = circuit_get(circuit, BY_GIVEN_SUBSCRIPTION, id);
    caw_circuit_end_given(circuit, CAW_NAMED_SUBSCRIPTION, id);
    caw_circuit_end_channel(circuit, given);
    return given;
}
