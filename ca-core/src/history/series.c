/* SPDX-License-Identifier: BSD-3-Clause */
#include "series.h"

static void forget(caw_series_table *table, caw_series *done) {
    caw_idmap_set(&table->known, &table->store.memory, done->key, NULL);
    caw_ring_remove(&done->used_at);
    caw_forget(&table->store, done);
}

static void drop(void *owner, caw_open *open) {
    forget(owner, caw_opened(open));
}

void caw_series_keeping(caw_series_table *table, const caw_memory *memory) {
    caw_ring_begin(&table->used);
    caw_store_keeping(&table->store, memory);
}

void caw_series_forgetting(caw_series_table *table, caw_ages *ages) {
    caw_ring_begin(&table->used);
    caw_store_forgetting(&table->store, ages, CAW_HELD_SEARCHES, (caw_holder){drop, table});
}

void caw_series_free(caw_series_table *table) {
    caw_idmap_free(&table->known, &table->store.memory);
    caw_store_free(&table->store);
}

static void use(caw_series_table *table, caw_series *used, int64_t now) {
    used->used = now;
    caw_ring_remove(&used->used_at);
    caw_ring_add_last(&table->used, &used->used_at);
    caw_touch(&table->store, used);
}

void *caw_series_of(caw_series_table *table, caw_key key, size_t size, int64_t now) {
    caw_series *found = caw_idmap_get(&table->known, key);
    if (found) {
        use(table, found, now);
        return found;
    }
    caw_series *made = caw_keep(&table->store, size);
    if (!made)
        return NULL;
    made->key = key;
    caw_open_as(&table->store, made, CAW_OPEN_SERIES);
    use(table, made, now);
    if (caw_idmap_set(&table->known, &table->store.memory, key, made))
        return made;
    caw_ring_remove(&made->used_at);
    caw_forget(&table->store, made);
    return NULL;
}

void caw_series_expire(caw_series_table *table, int64_t before) {
    while (!caw_ring_is_empty(&table->used)) {
        caw_series *oldest = CAW_RING_ENTRY(table->used.after, caw_series, used_at);
        if (oldest->used >= before)
            return;
        forget(table, oldest);
    }
}
