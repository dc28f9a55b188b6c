/* SPDX-License-Identifier: BSD-3-Clause */
/* A small map from ids to pointers, on the caller's memory. Zeroed memory is an empty map. */
#ifndef CAW_IDMAP_H
#define CAW_IDMAP_H

#include "caw_history.h"

/* Two words, because an id alone is seldom enough: kind and id, endpoint and cid. */
typedef struct {
    uint64_t scope;
    uint64_t id;
} caw_key;

typedef struct {
    caw_key key;
    void *value; /* NULL: free */
} caw_slot;

typedef struct {
    caw_slot *slots;
    size_t room; /* a power of two, or 0 */
    size_t used;
    uint64_t secret; /* odd; keeps ids from meeting on purpose */
} caw_idmap;

void *caw_idmap_get(const caw_idmap *map, caw_key key);

/*
 * Replaces what was there; NULL removes. False when there is no memory left for another key; what
 * is there can always be replaced and removed.
 */
bool caw_idmap_set(caw_idmap *map, const caw_memory *memory, caw_key key, void *value);

void caw_idmap_free(caw_idmap *map, const caw_memory *memory);

#endif
