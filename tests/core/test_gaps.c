/* SPDX-License-Identifier: BSD-3-Clause */
/* The gaps against a plain array of bytes, and how deep their tree gets. */
#include "counted.h"
#include "history/gaps.h"
#include "test.h"

#define BYTES 4096
#define ROOM  400
#define STEPS 20000
#define MANY  100000
#define DEEP  24 /* 1.44 log2 of MANY: what an AVL tree of so many can have at most */

static const caw_place nowhere = {.lost = true};

static uint32_t random_word(void) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* ---- right -------------------------------------------------------------------------------- */

/* Each gap is as long as bytes are missing in a row. */
static void compare(const caw_gaps *gaps, const bool *missing) {
    for (uint64_t at = 0; at < BYTES;) {
        const caw_gap *gap = caw_gaps_find(gaps, at);
        uint64_t from = at;
        while (from < BYTES && !missing[from])
            from++;
        uint64_t to = from;
        while (to < BYTES && missing[to])
            to++;
        CHECK((gap != NULL) == (from < BYTES), "a gap after %u", (unsigned)at);
        CHECK(!gap || (gap->from == from && gap->to == to), "the gap after %u", (unsigned)at);
        at = to;
    }
}

static bool is_free(const bool *missing, uint32_t from, uint32_t to) {
    for (uint32_t at = from ? from - 1 : 0; at <= to && at < BYTES; at++)
        if (missing[at])
            return false;
    return true;
}

static void random_steps(void) {
    static bool missing[BYTES + 1];
    counted count = {.good = -1};
    caw_gaps gaps = {.memory = counted_memory(&count)};
    for (int step = 0; step < STEPS; step++) {
        uint32_t from = random_word() % BYTES;
        uint32_t to = from + 1 + random_word() % 40;
        if (to > BYTES)
            continue;
        bool open = random_word() % 2;
        if (open && !is_free(missing, from, to))
            continue;
        if (open)
            caw_gaps_open(&gaps, from, to, nowhere);
        else
            caw_gaps_fill(&gaps, from, to, nowhere);
        memset(missing + from, open, to - from);
        if (step % 100 == 0)
            compare(&gaps, missing);
    }
    compare(&gaps, missing);
    CHECK(count.live > 0, "nothing was tried");
    caw_gaps_free(&gaps);
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

/* What is known at the start of a gap stays with its start, or is what is known after the fill. */
static void places(void) {
    counted count = {.good = -1};
    caw_gaps gaps = {.memory = counted_memory(&count)};
    caw_gaps_open(&gaps, 100, 200, (caw_place){.rest = 7});
    caw_gaps_fill(&gaps, 140, 160, (caw_place){.rest = 8});
    CHECK(caw_gaps_find(&gaps, 0)->place.rest == 7, "before the fill");
    CHECK(caw_gaps_find(&gaps, 150)->place.rest == 8, "after it");
    caw_gaps_fill(&gaps, 100, 110, (caw_place){.rest = 9});
    CHECK(caw_gaps_find(&gaps, 0)->place.rest == 9, "the start has come");
    caw_gaps_fill(&gaps, 130, 140, nowhere);
    CHECK(caw_gaps_find(&gaps, 0)->place.rest == 9, "the end has come");
    caw_gaps_free(&gaps);
}

static void without_memory(void) {
    counted count = {.good = 1};
    caw_gaps gaps = {.memory = counted_memory(&count)};
    caw_gaps_open(&gaps, 100, 200, nowhere);
    caw_gaps_open(&gaps, 300, 400, nowhere);
    CHECK(!caw_gaps_find(&gaps, 200), "there was none for the second");
    caw_gaps_fill(&gaps, 140, 160, nowhere);
    CHECK(caw_gaps_find(&gaps, 0)->to == 140, "the first part of a gap is kept");
    CHECK(!caw_gaps_find(&gaps, 140), "the second is forgotten");
    caw_gaps_free(&gaps);
    CHECK(count.live == 0, "%ld pieces left", count.live);
}

/* Every gap that is left is of bytes that are missing, and there is a piece of memory for each. */
static void check_left(const caw_gaps *gaps, const counted *count, const bool *missing) {
    long left = 0;
    for (const caw_gap *gap = caw_gaps_find(gaps, 0); gap; gap = caw_gaps_find(gaps, gap->to)) {
        for (uint64_t at = gap->from; at < gap->to; at++)
            CHECK(missing[at], "%u is not missing", (unsigned)at);
        left++;
    }
    CHECK(count->live == left, "%ld pieces for %ld gaps", count->live, left);
}

/* Odd numbers are opened, then parts of them are filled: more gaps at first, fewer in the end. */
static void fail_each(counted *count) {
    bool missing[ROOM + 1] = {false};
    caw_gaps gaps = {.memory = counted_memory(count)};
    for (uint32_t from = 10; from + 10 < ROOM; from += 20) {
        caw_gaps_open(&gaps, from, from + 10, nowhere);
        memset(missing + from, true, 10);
    }
    check_left(&gaps, count, missing);
    for (uint32_t step = 0; step < ROOM / 5; step++) {
        uint32_t from = step * 7 % ROOM, to = from + 1 + step % 14;
        caw_gaps_fill(&gaps, from, to, nowhere);
        memset(missing + from, false, (to < ROOM ? to : ROOM) - from);
        check_left(&gaps, count, missing);
    }
    caw_gaps_free(&gaps);
    CHECK(count->live == 0, "%ld pieces left", count->live);
}

/* ---- fast --------------------------------------------------------------------------------- */

/* The height of a tree that is what it says: balanced, in order, each height right. */
static int checked_height(const caw_gap *tree, uint64_t from, uint64_t to) {
    if (!tree)
        return 0;
    int before = checked_height(tree->child[0], from, tree->from);
    int after = checked_height(tree->child[1], tree->to, to);
    CHECK(tree->from >= from && tree->to <= to && tree->from < tree->to, "out of order");
    CHECK(before - after <= 1 && after - before <= 1, "not balanced: %d, %d", before, after);
    CHECK(tree->height == 1 + (before > after ? before : after), "a wrong height");
    return tree->height;
}

static void check_depth(const caw_gaps *gaps) {
    int height = checked_height(gaps->root, 0, UINT64_MAX);
    CHECK(height <= DEEP, "%d gaps deep", height);
}

/* Odd multiples of 10 up to 20 MANY, from the front, from the back or at random. */
static uint64_t place_of(uint64_t i, int order) {
    uint64_t number = order == 0 ? i : order == 1 ? MANY - 1 - i : i * 7919 % MANY;
    return 20 * number + 10;
}

/* A walk from the root to a leaf is all that finding, opening or filling takes. */
static void depth_grows_slowly(void) {
    for (int order = 0; order < 3; order++)
        for (int reverse = 0; reverse < 3; reverse++) {
            counted count = {.good = -1};
            caw_gaps gaps = {.memory = counted_memory(&count)};
            for (uint64_t i = 0; i < MANY; i++)
                caw_gaps_open(&gaps, place_of(i, order), place_of(i, order) + 10, nowhere);
            check_depth(&gaps);
            CHECK(count.live == MANY, "%ld gaps", count.live);
            for (uint64_t i = 0; i < MANY; i++) {
                uint64_t from = place_of(i, reverse);
                caw_gaps_fill(&gaps, from, from + 10, nowhere);
                if (i % (MANY / 4) == 0)
                    check_depth(&gaps);
            }
            CHECK(!gaps.root && count.live == 0, "%ld gaps left", count.live);
        }
}

int main(void) {
    random_steps();
    places();
    without_memory();
    counted_fail_each(fail_each);
    depth_grows_slowly();
    return test_summary();
}
