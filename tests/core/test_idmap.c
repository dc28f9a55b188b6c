/* SPDX-License-Identifier: BSD-3-Clause */
/* The map against a plain array, with keys that collide, grow and go away again. */
#include "counted.h"
#include "history/idmap.h"
#include "test.h"

#define KEYS   512
#define STEPS  200000
#define CHOSEN 1000000

static uint32_t random_word(void) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static caw_key key_of(size_t i) {
    return (caw_key){i % 3, (uint64_t)(i / 3) << (i % 2 ? 32 : 0)};
}

static void compare(const caw_idmap *map, char *const *expected) {
    size_t used = 0;
    for (size_t i = 0; i < KEYS; i++) {
        CHECK(caw_idmap_get(map, key_of(i)) == expected[i], "key %zu", i);
        used += expected[i] != NULL;
    }
    CHECK(map->used == used, "%zu used, want %zu", map->used, used);
}

static void test_random_steps(void) {
    static char things[8];
    static char *expected[KEYS];
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_idmap map = {0};
    for (int step = 0; step < STEPS; step++) {
        size_t i = random_word() % KEYS;
        char *value = random_word() % 2 ? &things[random_word() % 8] : NULL;
        CHECK(caw_idmap_set(&map, &memory, key_of(i), value), "step %d", step);
        expected[i] = value;
        if (step % 10000 == 0)
            compare(&map, expected);
    }
    compare(&map, expected);
    caw_idmap_free(&map, &memory);
    CHECK(count.live == 0, "%ld pieces left", count.live);
    CHECK(!caw_idmap_get(&map, key_of(0)), "an empty map after it was freed");
}

static void test_without_memory(void) {
    char thing;
    counted count = {.good = 1};
    caw_memory memory = counted_memory(&count);
    caw_idmap map = {0};
    size_t kept = 0;
    while (kept < KEYS && caw_idmap_set(&map, &memory, key_of(kept), &thing))
        kept++;
    CHECK(kept > 0 && kept < KEYS, "%zu kept", kept);
    for (size_t i = 0; i < KEYS; i++)
        CHECK(!caw_idmap_get(&map, key_of(i)) == (i >= kept), "key %zu", i);
    CHECK(caw_idmap_set(&map, &memory, key_of(0), NULL), "removing takes no memory");
    CHECK(caw_idmap_set(&map, &memory, key_of(kept), &thing), "its place is free");
    caw_idmap_free(&map, &memory);
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

/* The number that the last step of SplitMix64, which everybody knows, makes these bits of. */
static uint64_t unmix(uint64_t bits) {
    bits = (bits ^ bits >> 31 ^ bits >> 62) * UINT64_C(0x319642b2d24d8ec3);
    bits = (bits ^ bits >> 27 ^ bits >> 54) * UINT64_C(0x96de1b173f119089);
    return bits ^ bits >> 30 ^ bits >> 60;
}

/* Ids chosen to collide in one slot: this ends at once, or with a bad hash in hours. */
static void test_chosen_ids(void) {
    static char thing;
    counted count = {.good = -1};
    caw_memory memory = counted_memory(&count);
    caw_idmap map = {0};
    for (uint64_t i = 0; i < CHOSEN; i++)
        caw_idmap_set(&map, &memory, (caw_key){0, unmix(i << 40)}, &thing);
    CHECK(map.used == CHOSEN, "%zu used", map.used);
    for (uint64_t i = 0; i < CHOSEN; i++)
        CHECK(caw_idmap_get(&map, (caw_key){0, unmix(i << 40)}) == &thing, "the key is lost");
    caw_idmap_free(&map, &memory);
}

/* After a flood memory is given back; without memory the map stays as it is. */
static void test_flood(void) {
    static char thing;
    for (int poor = 0; poor < 2; poor++) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        caw_idmap map = {0};
        for (uint64_t i = 0; i < CHOSEN; i++)
            caw_idmap_set(&map, &memory, (caw_key){1, i}, &thing);
        size_t most = map.room;
        count.good = poor ? 0 : -1;
        for (uint64_t i = 10; i < CHOSEN; i++)
            caw_idmap_set(&map, &memory, (caw_key){1, i}, NULL);
        CHECK(poor ? map.room == most : map.room <= 128, "room for %zu", map.room);
        for (uint64_t i = 0; i < CHOSEN; i += CHOSEN / 100)
            CHECK(!caw_idmap_get(&map, (caw_key){1, i}) == (i >= 10), "key %d", (int)i);
        CHECK(map.used == 10, "%zu used", map.used);
        caw_idmap_free(&map, &memory);
    }
}

/* A full map without memory for more takes other values for its keys. */
static void test_replace_without_memory(void) {
    static char thing, other;
    counted count = {.good = 1};
    caw_memory memory = counted_memory(&count);
    caw_idmap map = {0};
    size_t kept = 0;
    while (kept < KEYS && caw_idmap_set(&map, &memory, key_of(kept), &thing))
        kept++;
    for (size_t i = 0; i < kept; i++) {
        CHECK(caw_idmap_set(&map, &memory, key_of(i), &other), "key %zu", i);
        CHECK(caw_idmap_get(&map, key_of(i)) == &other, "key %zu", i);
    }
    CHECK(map.used == kept, "%zu used", map.used);
    caw_idmap_free(&map, &memory);
}

int main(void) {
    test_random_steps();
    test_flood();
    test_replace_without_memory();
    test_chosen_ids();
    test_without_memory();
    return test_summary();
}
