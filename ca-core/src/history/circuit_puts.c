/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts that only a failure answers: which have succeeded. */
#include "circuit.h"

/* nanoseconds: what a busy server may take, and a distant one */
#define BUSY    10000000
#define DISTANT 50000000

/* After this time a server has said that a WRITE failed: it is known how quickly it can answer. */
static int64_t patience(const caw_circuit *circuit) {
    if (!circuit->quickest)
        return DISTANT;
    return circuit->quickest > BUSY / 8 ? circuit->quickest * 8 : BUSY;
}

/* A put of which a failure would have been told by now. */
static bool is_written(const caw_circuit *circuit, const caw_exchange *put, caw_moment now,
                       int64_t least) {
    int64_t most = patience(circuit);
    return put->request.frame < circuit->answered ||
           circuit_between(put->request, now) > (most > least ? most : least);
}

void caw_circuit_skip_written(caw_circuit *circuit, caw_key key, caw_moment now) {
    caw_exchange *first = caw_waiting(&circuit->store, &circuit->waiting, key);
    while (first && first->request.frame != caw_request_of(first)->last->exchange.request.frame &&
           is_written(circuit, first, now, 0)) {
        caw_retire(&circuit->store, caw_take(&circuit->store, &circuit->waiting, key));
        first = caw_waiting(&circuit->store, &circuit->waiting, key);
    }
}

/* A lonely failure is told of the last put even when it is late, unless it is as late as this. */
#define LATE 1000000000

void caw_circuit_forget_written(caw_circuit *circuit, caw_moment now) {
    while (!caw_ring_is_empty(&circuit->puts)) {
        caw_request *first = CAW_RING_ENTRY(circuit->puts.after, caw_request, unanswered_put);
        if (!is_written(circuit, &first->exchange, now, LATE))
            break;
        caw_circuit_give_up(circuit, first);
    }
}
