/* SPDX-License-Identifier: BSD-3-Clause */
/* What circuits and searches share. */
#include "exchange.h"

#include <string.h>

struct caw_thing {
    caw_thing *next;
};

_Static_assert(CAW_HISTORY_FLAWS <= 32, "caw_note.flaws has 32 bits");

const caw_flaw_row caw_history_rows[CAW_HISTORY_FLAWS] = {
    [CAW_HISTORY_UNKNOWN_SID] = {"unknown_sid", CAW_LEVEL_WARNING,
                                 "This circuit has no channel with this sid"},
    [CAW_HISTORY_UNKNOWN_ID] = {"unknown_id", CAW_LEVEL_WARNING,
                                "Nothing on this circuit waits for this answer"},
    [CAW_HISTORY_ID_IN_USE] = {"id_in_use", CAW_LEVEL_WARNING,
                               "An earlier request with this id is not answered yet"},
    [CAW_HISTORY_CID_IN_USE] = {"cid_in_use", CAW_LEVEL_WARNING,
                                "The circuit already has a channel with this cid"},
    [CAW_HISTORY_UNKNOWN_SUBSCRIPTION] = {"unknown_subscription", CAW_LEVEL_WARNING,
                                          "This circuit has no such subscription"},
    [CAW_HISTORY_REFRESH] = {"refresh", CAW_LEVEL_NOTE,
                             "Read under a subscription's id: the client recovers from an "
                             "unresponsive circuit"},
    [CAW_HISTORY_DUPLICATE_PV] = {"duplicate_pv", CAW_LEVEL_WARNING,
                                  "Another server has this PV too"},
    [CAW_HISTORY_NOT_SEARCHED] = {"not_searched", CAW_LEVEL_WARNING,
                                  "This client did not search under this cid"},
};

const char *caw_pv(const caw_note *note) {
    if (note->channel)
        return note->channel->pv;
    return note->exchange ? note->exchange->pv : NULL;
}

/* ---- the store ---------------------------------------------------------------------------- */

void *caw_keep(caw_store *store, size_t bytes) {
    caw_thing *thing = store->memory.alloc(store->memory.user, sizeof *thing + bytes);
    if (!thing)
        return NULL;
    memset(thing, 0, sizeof *thing + bytes);
    thing->next = store->things;
    store->things = thing;
    return thing + 1;
}

bool caw_same_text(const char *text, caw_view name) {
    return text && strlen(text) == name.len &&
           (name.len == 0 || memcmp(text, name.bytes, name.len) == 0);
}

const char *caw_keep_text(caw_store *store, caw_view text) {
    char *copy = caw_keep(store, (size_t)text.len + 1);
    if (copy && text.len)
        memcpy(copy, text.bytes, text.len);
    return copy;
}

void caw_store_free(caw_store *store) {
    while (store->things) {
        caw_thing *thing = store->things;
        store->things = thing->next;
        store->memory.release(store->memory.user, thing);
    }
}

/* ---- requests that wait ------------------------------------------------------------------- */

caw_exchange *caw_new_exchange(caw_store *store, uint16_t command, caw_moment now) {
    caw_request *made = caw_keep(store, sizeof *made);
    if (!made)
        return NULL;
    made->exchange.command = command;
    made->exchange.request = now;
    made->last = &made->exchange;
    return &made->exchange;
}

caw_exchange *caw_ask(caw_store *store, caw_idmap *waiting, caw_key key, uint16_t command,
                      caw_moment now) {
    caw_exchange *exchange = caw_new_exchange(store, command, now);
    if (!exchange)
        return NULL;
    caw_exchange *first = caw_waiting(store, waiting, key);
    if (!first) {
        caw_idmap_set(waiting, &store->memory, key, exchange);
        return exchange;
    }
    caw_request_of(caw_request_of(first)->last)->next = exchange;
    caw_request_of(first)->last = exchange;
    return exchange;
}

/* Takes the first of a key out of its queue. */
static void take_first(caw_store *store, caw_idmap *waiting, caw_key key, caw_exchange *first) {
    caw_exchange *next = caw_request_of(first)->next;
    if (next)
        caw_request_of(next)->last = caw_request_of(first)->last;
    caw_request_of(first)->next = NULL;
    caw_idmap_set(waiting, &store->memory, key, next);
}

caw_exchange *caw_waiting(caw_store *store, caw_idmap *waiting, caw_key key) {
    caw_exchange *first = caw_idmap_get(waiting, key);
    while (first && first->channel && first->channel->closed) {
        take_first(store, waiting, key, first);
        first = caw_idmap_get(waiting, key);
    }
    return first;
}

caw_exchange *caw_take(caw_store *store, caw_idmap *waiting, caw_key key) {
    caw_exchange *first = caw_waiting(store, waiting, key);
    if (first)
        take_first(store, waiting, key, first);
    return first;
}

caw_exchange *caw_answer(caw_store *store, caw_idmap *waiting, caw_key key, caw_moment now) {
    caw_exchange *first = caw_take(store, waiting, key);
    if (first)
        first->answer = now;
    return first;
}
