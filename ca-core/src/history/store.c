/* SPDX-License-Identifier: BSD-3-Clause */
#include "store.h"

#include <string.h>

/* Before each thing of a store that keeps. */
struct caw_kept_thing {
    caw_kept_thing *next;
};

/* Before each thing of a store that forgets. */
typedef struct forgettable {
    caw_open open;
    caw_ring link; /* of those alive or done; in neither: its store has let it go */
    struct forgettable *used;
    size_t uses; /* by the store and by other things */
} forgettable;

/* ---- life --------------------------------------------------------------------------------- */

void caw_store_keeping(caw_store *store, const caw_memory *memory) {
    *store = (caw_store){.memory = *memory};
}

void caw_store_forgetting(caw_store *store, caw_ages *ages, caw_held_kind kind, caw_holder holder) {
    *store = (caw_store){.memory = *caw_ages_memory(ages, kind), .ages = ages, .holder = holder};
    caw_ring_begin(&store->alive);
    caw_ring_begin(&store->done);
}

static void *keep(caw_store *store, size_t bytes) {
    caw_kept_thing *thing = store->memory.alloc(store->memory.user, sizeof *thing + bytes);
    if (!thing)
        return NULL;
    memset(thing, 0, sizeof *thing + bytes);
    thing->next = store->things;
    store->things = thing;
    return thing + 1;
}

void *caw_keep(caw_store *store, size_t bytes) {
    if (!caw_store_forgets(store))
        return keep(store, bytes);
    forgettable *thing = store->memory.alloc(store->memory.user, sizeof *thing + bytes);
    if (!thing)
        return NULL;
    memset(thing, 0, sizeof *thing + bytes);
    thing->uses = 1;
    caw_ring_add_last(&store->alive, &thing->link);
    return thing + 1;
}

static forgettable *header_of(const void *thing) {
    return (forgettable *)thing - 1;
}

/* What it uses may go with it, and so on; chains are short. */
static void release(caw_store *store, forgettable *thing) {
    while (thing && --thing->uses == 0) {
        forgettable *used = thing->used;
        store->memory.release(store->memory.user, thing);
        thing = used;
    }
}

static void let_go(caw_store *store, forgettable *thing) {
    caw_ages_remove(store->ages, &thing->open);
    caw_ring_remove(&thing->link);
    release(store, thing);
}

static void let_all_go(caw_store *store, caw_ring *list) {
    while (!caw_ring_is_empty(list))
        let_go(store, CAW_RING_ENTRY(list->after, forgettable, link));
}

void caw_store_free(caw_store *store) {
    while (store->things) {
        caw_kept_thing *thing = store->things;
        store->things = thing->next;
        store->memory.release(store->memory.user, thing);
    }
    if (!caw_store_forgets(store))
        return;
    let_all_go(store, &store->done);
    let_all_go(store, &store->alive);
}

/* ---- forgetting --------------------------------------------------------------------------- */

void caw_store_retire(caw_store *store, void *thing) {
    forgettable *done = header_of(thing);
    caw_ages_remove(store->ages, &done->open);
    if (!caw_ring_is_linked(&done->link))
        return;
    caw_ring_remove(&done->link);
    caw_ring_add_last(&store->done, &done->link);
}

void caw_store_sweep(caw_store *store) {
    let_all_go(store, &store->done);
}

void caw_forget(caw_store *store, void *thing) {
    if (caw_store_forgets(store))
        let_go(store, header_of(thing));
}

void caw_use(caw_store *store, void *user, void *thing) {
    if (!caw_store_forgets(store))
        return;
    forgettable *before = header_of(user)->used;
    header_of(user)->used = thing ? header_of(thing) : NULL;
    if (thing)
        header_of(thing)->uses++;
    release(store, before);
}

void caw_open_as(caw_store *store, void *thing, caw_open_kind kind) {
    if (caw_store_forgets(store))
        caw_ages_add(store->ages, &header_of(thing)->open, kind, &store->holder);
}

void caw_store_touch(const caw_store *store, const void *thing) {
    if (header_of(thing)->open.holder)
        caw_ages_touch(store->ages, &header_of(thing)->open);
}

void caw_shut(caw_store *store, void *thing) {
    if (caw_store_forgets(store))
        caw_ages_remove(store->ages, &header_of(thing)->open);
}

void *caw_opened(caw_open *open) {
    return CAW_RING_ENTRY(open, forgettable, open) + 1;
}
