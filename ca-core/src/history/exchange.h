/* SPDX-License-Identifier: BSD-3-Clause */
/* What circuits and searches share: things that live long, and requests that wait for answers. */
#ifndef CAW_EXCHANGE_H
#define CAW_EXCHANGE_H

#include "idmap.h"

/* Everything a note may point to, freed all at once. */
typedef struct caw_thing caw_thing;

typedef struct {
    caw_memory memory;
    caw_thing *things;
} caw_store;

/* Zeroed memory that lives as long as the store; NULL when there is none left. */
void *caw_keep(caw_store *store, size_t bytes);

/* The text is this name. */
bool caw_same_text(const char *text, caw_view name);

/* A copy of a text, with a NUL at its end. */
const char *caw_keep_text(caw_store *store, caw_view text);

void caw_store_free(caw_store *store);

/* An exchange as it is made: with what nobody but circuits needs to know of it. */
typedef struct {
    caw_exchange exchange; /* first, so that it leads to the rest */
    uint32_t epoch;        /* how many gaps the circuit had when it was asked */
    caw_exchange *next;    /* to be answered under the same key */
    caw_exchange *last;    /* of those, if this is the first */
} caw_request;

static inline caw_request *caw_request_of(const caw_exchange *exchange) {
    return (caw_request *)exchange;
}

/* A new exchange, a caw_request; NULL when there is no memory left. */
caw_exchange *caw_new_exchange(caw_store *store, uint16_t command, caw_moment now);

/* Requests by key, those under the same key first come, first answered. */
caw_exchange *caw_ask(caw_store *store, caw_idmap *waiting, caw_key key, uint16_t command,
                      caw_moment now);

/* The one whose turn it is; requests of closed channels are passed over and forgotten. */
caw_exchange *caw_waiting(caw_store *store, caw_idmap *waiting, caw_key key);

/* The one whose turn it is, no longer waiting afterwards; NULL when there is none. */
caw_exchange *caw_take(caw_store *store, caw_idmap *waiting, caw_key key);

/* The same, answered now. */
caw_exchange *caw_answer(caw_store *store, caw_idmap *waiting, caw_key key, caw_moment now);

static inline void caw_history_flag(caw_note *note, caw_history_flaw flaw) {
    note->flaws |= UINT32_C(1) << flaw;
}

#endif
