/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is sent again and again, and how often it has been: the searches of a client for a PV, the
 * beacons of a server; and what is claimed more than once. A search is forgotten long before the
 * next one of a patient client; what is counted of it is not.
 */
#ifndef CAW_SERIES_H
#define CAW_SERIES_H

#include "idmap.h"
#include "store.h"

/* What each of them begins with; private. */
typedef struct {
    caw_key key;
    caw_ring used_at; /* in the order of their last use */
    int64_t used;     /* seconds, on the clock of whoever asks */
} caw_series;

/* Zeroed before it is begun. */
typedef struct {
    caw_store store;
    caw_idmap known;
    caw_ring used;
} caw_series_table;

void caw_series_keeping(caw_series_table *table, const caw_memory *memory);
void caw_series_forgetting(caw_series_table *table, caw_ages *ages);
void caw_series_free(caw_series_table *table);

/*
 * The one of this key, which is used now: a struct of that size, always the same for a key, whose
 * first member is a caw_series. The rest of a new one is zeroed. NULL without memory.
 */
void *caw_series_of(caw_series_table *table, caw_key key, size_t size, int64_t now);

/* Forgets those that were last used before that second. */
void caw_series_expire(caw_series_table *table, int64_t before);

#endif
