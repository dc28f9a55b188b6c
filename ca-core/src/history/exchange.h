/* SPDX-License-Identifier: BSD-3-Clause */
/* What circuits and searches share: requests that wait for answers. */
#ifndef CAW_EXCHANGE_H
#define CAW_EXCHANGE_H

#include "idmap.h"
#include "store.h"

typedef struct caw_request caw_request;

/* An exchange as it is made: with what nobody but circuits needs to know of it. */
struct caw_request {
    caw_exchange exchange; /* first, so that it leads to the rest; its epoch: how many gaps the
                              circuit had when it was asked */
    caw_request *next;     /* to be answered under the same key */
    caw_request *last;     /* of those, if this is the first */

    /* what is below is there only in a store that forgets, and counts only while it waits */
    caw_key key;
    caw_request *before;     /* the other way from `next` */
    caw_ring of_channel;     /* requests of the same channel */
    caw_ring unanswered_put; /* requests that only a failure answers */
};

static inline caw_request *caw_request_of(const caw_exchange *exchange) {
    return (caw_request *)exchange;
}

/* A name as half of a key. */
caw_key caw_text_key(uint64_t scope, caw_view text);
caw_key caw_name_key(uint64_t scope, const char *name);

/* The text is this name. */
bool caw_same_text(const char *text, caw_view name);

/* Copies a name to memory that is one byte longer, and ends it with a NUL. */
const char *caw_put_text(char *memory, caw_view text);

/*
 * A new exchange, a caw_request, with its own copy of the name of a PV, or without one when that is
 * NULL. NULL when there is no memory left.
 */
caw_exchange *caw_new_exchange(caw_store *store, uint16_t command, caw_moment now,
                               const caw_view *pv);

/*
 * A new exchange waits for its answer, behind `first`, which is caw_waiting's. Requests wait by
 * key, those under the same key first come, first answered. False when there is no memory left.
 */
bool caw_ask(caw_store *store, caw_idmap *waiting, caw_key key, caw_exchange *first,
             caw_exchange *exchange);

/* The one whose turn it is; requests of closed channels are passed over and forgotten. */
caw_exchange *caw_waiting(caw_store *store, caw_idmap *waiting, caw_key key);

/* There is one whose turn it is. */
bool caw_is_awaited(const caw_idmap *waiting, caw_key key);

/* The one whose turn it is, no longer waiting afterwards; NULL when there is none. */
caw_exchange *caw_take(caw_store *store, caw_idmap *waiting, caw_key key);

/* The same, answered now. */
caw_exchange *caw_answer(caw_store *store, caw_idmap *waiting, caw_key key, caw_moment now);

/* In a store that forgets: this one no longer waits, whether it is its turn or not. */
void caw_withdraw(caw_store *store, caw_idmap *waiting, caw_exchange *exchange);

/* Nanoseconds since 1970; of times that no int64_t holds any number. */
static inline int64_t caw_nanoseconds(caw_moment moment) {
    return (int64_t)((uint64_t)moment.seconds * 1000000000u + (uint64_t)moment.nanoseconds);
}

#define CAW_LONGEST_INTERVAL (INT64_C(1) << 47) /* what a note has room for */

static inline void caw_set_interval(caw_note *note, int64_t from, int64_t to) {
    uint64_t interval = (uint64_t)to - (uint64_t)from;
    if ((interval + CAW_LONGEST_INTERVAL) >> 48)
        interval = (uint64_t)-CAW_LONGEST_INTERVAL;
    note->interval_high = (int16_t)(interval >> 32);
    note->interval_low = (uint32_t)interval;
}

static inline void caw_history_flag(caw_note *note, caw_history_flaw flaw) {
    note->flaws |= UINT32_C(1) << flaw;
}

#endif
