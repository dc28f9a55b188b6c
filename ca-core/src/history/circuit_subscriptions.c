/* SPDX-License-Identifier: BSD-3-Clause */
/* Subscriptions of a circuit, and which of them has an id. */
#include "circuit.h"

#include "message/wire.h"

subscription *caw_circuit_new_subscription(caw_circuit *circuit, const caw_message *message,
                                           open_channel *owner, caw_moment now) {
    subscription *made = caw_keep(&circuit->store, sizeof *made);
    caw_exchange *first = caw_new_exchange(&circuit->store, message->command, now, NULL);
    if (!made || !first) {
        caw_retire(&circuit->store, made);
        caw_retire(&circuit->store, first);
        return NULL;
    }
    first->epoch = circuit->epoch;
    first->sid = message->param1;
    first->sequence = ++circuit->numbered_subscriptions;
    first->channel = owner ? &owner->channel : NULL;
    made->id = message->param2;
    made->first = first;
    made->last = made;
    made->owner = owner;
    caw_use(&circuit->store, made, first);
    caw_forget(&circuit->store, first); /* it is the subscription's alone */
    if (owner)
        caw_ring_add_last(&owner->subscriptions, &made->of_channel);
    else
        caw_open_as(&circuit->store, made, CAW_OPEN_SUBSCRIPTIONS);
    return made;
}

uint32_t caw_circuit_enter_asked(caw_circuit *circuit, subscription *made,
                                 const caw_message *message) {
    uint64_t mask = wire_u16(message->payload, 12);
    caw_key key = {ALIKE_SUBSCRIPTIONS | (uint64_t)message->type << 8 | mask << 24,
                   (uint64_t)message->param1 << 32 | message->count};
    caw_alike *earlier =
        caw_alike_enter(&circuit->alike, &circuit->store.memory, &made->alike, key);
    const subscription *same = earlier ? CAW_RING_ENTRY(earlier, subscription, alike) : NULL;
    return same && same->owner == made->owner ? circuit_frame_of(same->first) : 0;
}

/* ---- ids ------------------------------------------------------------------------------------- */

bool caw_circuit_has_ended(const caw_circuit *circuit, uint32_t id) {
    for (int i = 0; i < ENDED; i++)
        if (circuit->ended[i] == (uint64_t)id + 1)
            return true;
    return false;
}

static void use_again(caw_circuit *circuit, uint32_t id) {
    for (int i = 0; i < ENDED; i++)
        if (circuit->ended[i] == (uint64_t)id + 1)
            circuit->ended[i] = 0;
}

/* Takes it out of those with its id: the next of them has it now. */
static void end_id(caw_circuit *circuit, subscription *ended) {
    subscription *earlier = ended->earlier, *later = ended->later;
    if (later)
        later->earlier = earlier;
    if (earlier)
        earlier->later = later;
    else
        circuit_replace(circuit, BY_SUBSCRIPTION, ended->id, ended, later);
    if (later && !earlier)
        later->last = ended->last;
    if (earlier && !later)
        ((subscription *)circuit_get(circuit, BY_SUBSCRIPTION, ended->id))->last = earlier;
    ended->earlier = ended->later = NULL;
}

/*
 * A server answers in order: until a cancel is confirmed, updates under its id are those of the
 * cancelled subscription, even if the client has used the id again.
 */
void caw_circuit_enter_subscription(caw_circuit *circuit, subscription *made, caw_note *note) {
    subscription *with_id = circuit_get(circuit, BY_SUBSCRIPTION, made->id);
    use_again(circuit, made->id);
    bool lives = with_id && !circuit_is_stale(circuit, with_id->first);
    if (lives && with_id->last->cancelled) {
        made->earlier = with_id->last;
        with_id->last->later = made;
        with_id->last = made;
        return;
    }
    if (lives)
        caw_history_flag(note, CAW_HISTORY_ID_IN_USE);
    for (; with_id; with_id = circuit_get(circuit, BY_SUBSCRIPTION, made->id))
        caw_circuit_end_subscription(circuit, with_id);
    circuit_set(circuit, BY_SUBSCRIPTION, made->id, made);
}

/* ---- their end ------------------------------------------------------------------------------- */

void caw_circuit_end_subscription(caw_circuit *circuit, subscription *ended) {
    end_id(circuit, ended);
    circuit_leave_alike(circuit, &ended->alike);
    caw_ring_remove(&ended->of_channel);
    caw_retire(&circuit->store, ended);
}

void caw_circuit_unsubscribe(caw_circuit *circuit, subscription *ended) {
    circuit->ended[circuit->next_ended++ % ENDED] = (uint64_t)ended->id + 1;
    caw_circuit_end_subscription(circuit, ended);
}
