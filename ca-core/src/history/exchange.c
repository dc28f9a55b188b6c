/* SPDX-License-Identifier: BSD-3-Clause */
/* What circuits and searches share. */
#include "exchange.h"

#include <string.h>

_Static_assert(CAW_HISTORY_FLAWS <= 32, "caw_note.flaws has 32 bits");
_Static_assert(sizeof(caw_note) == 2 * sizeof(void *) + 16, "notes are many: no byte is lost");

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
    [CAW_HISTORY_DUPLICATE_PV_HOST] = {"duplicate_pv_host", CAW_LEVEL_NOTE,
                                       "Another port of this server's address has this PV too"},
    [CAW_HISTORY_NOT_SEARCHED] = {"not_searched", CAW_LEVEL_WARNING,
                                  "This client did not search under this cid"},
    [CAW_HISTORY_UPDATE_AFTER_CANCEL] = {"update_after_cancel", CAW_LEVEL_WARNING,
                                         "The server has confirmed the end of this subscription"},
    [CAW_HISTORY_RIGHTS_CHANGED] = {"rights_changed", CAW_LEVEL_NOTE,
                                    "The channel's access rights have changed"},
    [CAW_HISTORY_VERSION_MISMATCH] = {"version_mismatch", CAW_LEVEL_WARNING,
                                      "A search answer said another version of this server"},
    [CAW_HISTORY_SAME_HOST_NAME] = {"same_host_name", CAW_LEVEL_NOTE,
                                    "A client at another address has claimed this host name"},
    [CAW_HISTORY_BEACON_IDENTITY] = {"beacon_identity", CAW_LEVEL_WARNING,
                                     "Two senders announce the same server"},
    [CAW_HISTORY_BEACON_ANOMALY] = {"beacon_anomaly", CAW_LEVEL_NOTE,
                                    "Beacon too early or too late: clients search again"},
    [CAW_HISTORY_BEACON_LOST] = {"beacon_lost", CAW_LEVEL_NOTE, "Beacons before this are missing"},
    [CAW_HISTORY_BEACON_RESTART] = {"beacon_restart", CAW_LEVEL_NOTE,
                                    "The server counts its beacons from 0 again"},
    [CAW_HISTORY_COUNT_ZERO_OLD] = {"count_zero_old", CAW_LEVEL_WARNING,
                                    "Count 0 asks for all elements, which servers before 4.13 do "
                                    "not know"},
    [CAW_HISTORY_WRITE_WITHOUT_RIGHT] = {"write_without_right", CAW_LEVEL_WARNING,
                                         "The client may not write to this channel"},
    [CAW_HISTORY_MORE_THAN_CHANNEL] = {"more_than_channel", CAW_LEVEL_NOTE,
                                       "More elements than the channel has"},
    [CAW_HISTORY_DUPLICATE_CHANNEL] = {"duplicate_channel", CAW_LEVEL_NOTE,
                                       "This circuit has a channel of this PV already"},
    [CAW_HISTORY_DUPLICATE_SUBSCRIPTION] = {"duplicate_subscription", CAW_LEVEL_NOTE,
                                            "The channel has such a subscription already"},
    [CAW_HISTORY_EMPTY_UPDATE] = {"empty_update", CAW_LEVEL_NOTE, "Update without elements"},
    [CAW_HISTORY_OLD_TIME] = {"old_time", CAW_LEVEL_NOTE,
                              "The time stamp is more than 10 s older than the update"},
    [CAW_HISTORY_UNKNOWN_NAME] =
        {"unknown_name", CAW_LEVEL_NOTE,
         "The capture does not tell the PV: its channel was created before"},
    [CAW_HISTORY_SEARCH_TO_REPEATER] = {"search_to_repeater", CAW_LEVEL_NOTE,
                                        "Search to the repeater's port: servers do not hear it"},
    [CAW_HISTORY_REPLY_WITHOUT_VERSION] = {"reply_without_version", CAW_LEVEL_NOTE,
                                           "Search answer without a version before it"},
    [CAW_HISTORY_UNANSWERED] = {"unanswered", CAW_LEVEL_NOTE, "Nothing answers this request"},
    [CAW_HISTORY_ECHO_UNANSWERED] = {"echo_unanswered", CAW_LEVEL_WARNING,
                                     "No answer to this echo within 5 s"},
    [CAW_HISTORY_NO_FIRST_UPDATE] = {"no_first_update", CAW_LEVEL_NOTE,
                                     "No update of this subscription within 5 s"},
    [CAW_HISTORY_REPLY_WITHOUT_CONNECTION] = {"reply_without_connection", CAW_LEVEL_NOTE,
                                              "The client does not ask for a channel after this"},
};

/* Of the first of them the number says that there is none. */
bool caw_note_interval(const caw_note *note, int64_t *nanoseconds) {
    *nanoseconds = (int64_t)((uint64_t)note->interval_high << 32 | note->interval_low);
    return note->number > 1 && *nanoseconds != -CAW_LONGEST_INTERVAL;
}

const char *caw_pv(const caw_note *note) {
    if (note->channel)
        return note->channel->pv;
    return note->exchange ? note->exchange->pv : NULL;
}

/* ---- names -------------------------------------------------------------------------------- */

/* FNV-1a, 64 bits */
caw_key caw_text_key(uint64_t scope, caw_view text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < text.len; i++)
        hash = (hash ^ text.bytes[i]) * UINT64_C(0x100000001b3);
    return (caw_key){scope, hash};
}

caw_key caw_name_key(uint64_t scope, const char *name) {
    return caw_text_key(scope, caw_view_of(name));
}

bool caw_same_text(const char *text, caw_view name) {
    return text && strlen(text) == name.len &&
           (name.len == 0 || memcmp(text, name.bytes, name.len) == 0);
}

const char *caw_put_text(char *memory, caw_view text) {
    if (text.len)
        memcpy(memory, text.bytes, text.len);
    memory[text.len] = '\0';
    return memory;
}

/* ---- requests that wait ------------------------------------------------------------------- */

/* Exchanges are many: one that is kept has nothing that is not needed. */
static size_t size_of_request(const caw_store *store) {
    return caw_store_forgets(store) ? sizeof(caw_request) : offsetof(caw_request, key);
}

caw_exchange *caw_new_exchange(caw_store *store, uint16_t command, caw_moment now,
                               const caw_view *pv) {
    size_t size = size_of_request(store);
    caw_request *made = caw_keep(store, size + (pv ? (size_t)pv->len + 1 : 0));
    if (!made)
        return NULL;
    made->exchange.command = command;
    made->exchange.request = now;
    if (pv)
        made->exchange.pv = caw_put_text((char *)made + size, *pv);
    made->last = made;
    return &made->exchange;
}

static void append(const caw_store *store, caw_request *first, caw_request *made) {
    if (caw_store_forgets(store))
        made->before = first->last;
    first->last->next = made;
    first->last = made;
}

bool caw_ask(caw_store *store, caw_idmap *waiting, caw_key key, caw_exchange *first,
             caw_exchange *exchange) {
    caw_request *made = caw_request_of(exchange);
    if (first)
        append(store, caw_request_of(first), made);
    else if (!caw_idmap_set(waiting, &store->memory, key, made))
        return false;
    if (caw_store_forgets(store))
        made->key = key;
    caw_open_as(store, made, CAW_OPEN_REQUESTS);
    return true;
}

/* It is in no queue any more. */
static void leave(caw_store *store, caw_request *request) {
    request->next = NULL;
    request->last = request;
    if (!caw_store_forgets(store))
        return;
    request->before = NULL;
    caw_ring_remove(&request->of_channel);
    caw_ring_remove(&request->unanswered_put);
    caw_shut(store, request);
}

/* Takes the first of a key out of its queue. */
static void take_first(caw_store *store, caw_idmap *waiting, caw_key key, caw_request *first) {
    caw_request *next = first->next;
    if (next)
        next->last = first->last;
    if (next && caw_store_forgets(store))
        next->before = NULL;
    caw_idmap_set(waiting, &store->memory, key, next);
    leave(store, first);
}

caw_exchange *caw_waiting(caw_store *store, caw_idmap *waiting, caw_key key) {
    caw_request *first = caw_idmap_get(waiting, key);
    while (first && first->exchange.channel && first->exchange.channel->closed) {
        take_first(store, waiting, key, first);
        first = caw_idmap_get(waiting, key);
    }
    return first ? &first->exchange : NULL;
}

bool caw_is_awaited(const caw_idmap *waiting, caw_key key) {
    const caw_request *first = caw_idmap_get(waiting, key);
    while (first && first->exchange.channel && first->exchange.channel->closed)
        first = first->next;
    return first != NULL;
}

caw_exchange *caw_take(caw_store *store, caw_idmap *waiting, caw_key key) {
    caw_exchange *first = caw_waiting(store, waiting, key);
    if (first)
        take_first(store, waiting, key, caw_request_of(first));
    return first;
}

caw_exchange *caw_answer(caw_store *store, caw_idmap *waiting, caw_key key, caw_moment now) {
    caw_exchange *first = caw_take(store, waiting, key);
    if (first)
        first->answer = now;
    return first;
}

void caw_withdraw(caw_store *store, caw_idmap *waiting, caw_exchange *exchange) {
    caw_request *request = caw_request_of(exchange);
    if (!request->before) {
        take_first(store, waiting, request->key, request);
        return;
    }
    request->before->next = request->next;
    if (request->next)
        request->next->before = request->before;
    else
        caw_request_of(caw_idmap_get(waiting, request->key))->last = request->before;
    leave(store, request);
}
