/* SPDX-License-Identifier: BSD-3-Clause */
/* Open addressing with linear probing; removing moves later entries back, so there are no marks. */
#include "idmap.h"

#include <string.h>

#define FIRST_ROOM 16

/* All bits depend on all: the finalizer of SplitMix64. */
static uint64_t mix(uint64_t bits) {
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

/*
 * Ids come from hostile captures too. Nobody who makes one knows where in memory the slots will be,
 * so nobody can choose ids that meet.
 */
static size_t home_of(const caw_idmap *map, caw_key key) {
    return (size_t)mix(map->secret * (key.scope + 1) + key.id) & (map->room - 1);
}

static bool same(caw_key a, caw_key b) {
    return a.scope == b.scope && a.id == b.id;
}

/* The slot of a key, or the free one where it would go. The map has room. */
static size_t find(const caw_idmap *map, caw_key key) {
    size_t at = home_of(map, key);
    while (map->slots[at].value && !same(map->slots[at].key, key))
        at = (at + 1) & (map->room - 1);
    return at;
}

void *caw_idmap_get(const caw_idmap *map, caw_key key) {
    return map->room ? map->slots[find(map, key)].value : NULL;
}

static bool resize(caw_idmap *map, const caw_memory *memory, size_t room) {
    caw_idmap other = {.room = room, .used = map->used};
    other.slots = memory->alloc(memory->user, room * sizeof *other.slots);
    if (!other.slots)
        return false;
    memset(other.slots, 0, room * sizeof *other.slots);
    other.secret = mix((uint64_t)(uintptr_t)other.slots) | 1;
    for (size_t i = 0; i < map->room; i++)
        if (map->slots[i].value)
            other.slots[find(&other, map->slots[i].key)] = map->slots[i];
    caw_idmap_free(map, memory);
    *map = other;
    return true;
}

static bool has_room(const caw_idmap *map) {
    return 4 * (map->used + 1) <= 3 * map->room;
}

static bool grow(caw_idmap *map, const caw_memory *memory) {
    return resize(map, memory, map->room ? 2 * map->room : FIRST_ROOM);
}

/* After a flood memory is given back; there is room left to grow again. */
static void shrink(caw_idmap *map, const caw_memory *memory) {
    if (map->room > 4 * FIRST_ROOM && map->used < map->room / 8)
        resize(map, memory, map->room / 4); /* without memory it stays as it is */
}

/* Closes the gap at a slot that became free. */
static void close_gap(caw_idmap *map, size_t gap) {
    size_t mask = map->room - 1;
    for (size_t at = (gap + 1) & mask; map->slots[at].value; at = (at + 1) & mask) {
        size_t home = home_of(map, map->slots[at].key);
        if (((at - home) & mask) < ((at - gap) & mask))
            continue;
        map->slots[gap] = map->slots[at];
        map->slots[at].value = NULL;
        gap = at;
    }
}

static void drop(caw_idmap *map, const caw_memory *memory, caw_key key) {
    if (!map->room)
        return;
    size_t at = find(map, key);
    if (!map->slots[at].value)
        return;
    map->slots[at].value = NULL;
    map->used--;
    close_gap(map, at);
    shrink(map, memory);
}

bool caw_idmap_set(caw_idmap *map, const caw_memory *memory, caw_key key, void *value) {
    if (!value) {
        drop(map, memory, key);
        return true;
    }
    size_t at = map->room ? find(map, key) : 0;
    if (map->room && map->slots[at].value) {
        map->slots[at].value = value;
        return true;
    }
    if (!has_room(map)) {
        if (!grow(map, memory))
            return false;
        at = find(map, key);
    }
    map->slots[at] = (caw_slot){key, value};
    map->used++;
    return true;
}

void caw_idmap_free(caw_idmap *map, const caw_memory *memory) {
    if (map->slots)
        memory->release(memory->user, map->slots);
    *map = (caw_idmap){.slots = NULL};
}
