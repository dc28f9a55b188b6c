/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What notes may point to: things. A store that keeps frees them all at its end. One that forgets
 * is told when a thing is done: it frees it later, when nobody can have a note of it any more, or
 * at once; and later still while another thing uses it, maybe one of another store of the same
 * ages. What only a store that forgets has to know does nothing in one that keeps.
 */
#ifndef CAW_STORE_H
#define CAW_STORE_H

#include "ages.h"

typedef struct caw_kept_thing caw_kept_thing;

typedef struct {
    caw_memory memory;
    caw_kept_thing *things; /* of a store that keeps */
    caw_ages *ages;         /* NULL: it keeps */
    caw_holder holder;
    caw_ring alive;
    caw_ring done;
} caw_store;

void caw_store_keeping(caw_store *store, const caw_memory *memory);

/* The memory is counted under this kind. What is open is dropped by `holder`. */
void caw_store_forgetting(caw_store *store, caw_ages *ages, caw_held_kind kind, caw_holder holder);

static inline bool caw_store_forgets(const caw_store *store) {
    return store->ages != NULL;
}

/* What is done for each message: see caw_retire, caw_sweep and caw_touch. */
void caw_store_retire(caw_store *store, void *thing);
void caw_store_sweep(caw_store *store);
void caw_store_touch(const caw_store *store, const void *thing);

/* Frees all things; those that are used by one of another store, with that. */
void caw_store_free(caw_store *store);

/* A new thing: zeroed memory; NULL when there is none left. */
void *caw_keep(caw_store *store, size_t bytes);

/* It is done: is freed by caw_sweep. May be NULL, or done already. */
static inline void caw_retire(caw_store *store, void *thing) {
    if (caw_store_forgets(store) && thing)
        caw_store_retire(store, thing);
}

/* Frees all things that are done. */
static inline void caw_sweep(caw_store *store) {
    if (caw_store_forgets(store) && !caw_ring_is_empty(&store->done))
        caw_store_sweep(store);
}

/* Frees it now. */
void caw_forget(caw_store *store, void *thing);

/* As long as `user` is not freed, `thing` is not; NULL: nothing any more. One at a time. */
void caw_use(caw_store *store, void *user, void *thing);

/* It is open from now on, the newest; it is no longer open. */
void caw_open_as(caw_store *store, void *thing, caw_open_kind kind);
void caw_shut(caw_store *store, void *thing);

/* It is used now, and the newest if it is open. May be NULL. */
static inline void caw_touch(const caw_store *store, const void *thing) {
    if (caw_store_forgets(store) && thing)
        caw_store_touch(store, thing);
}

/* The thing that is open, for the holder. */
void *caw_opened(caw_open *open);

#endif
