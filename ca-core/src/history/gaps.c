/* SPDX-License-Identifier: BSD-3-Clause */
/* An AVL tree: the heights of a node's two children differ by one at most. */
#include "gaps.h"

enum { BEFORE, AFTER };

static uint8_t height(const caw_gap *tree) {
    return tree ? tree->height : 0;
}

static void measure(caw_gap *tree) {
    uint8_t before = height(tree->child[BEFORE]), after = height(tree->child[AFTER]);
    tree->height = (uint8_t)(1 + (before > after ? before : after));
}

/* Lifts the child on this side above its parent. */
static caw_gap *lift(caw_gap *tree, int side) {
    caw_gap *child = tree->child[side];
    tree->child[side] = child->child[!side];
    child->child[!side] = tree;
    measure(tree);
    measure(child);
    return child;
}

/* The tree, one of whose children may have become too high by one. */
static caw_gap *balance(caw_gap *tree) {
    int side = height(tree->child[AFTER]) > height(tree->child[BEFORE]) ? AFTER : BEFORE;
    caw_gap *high = tree->child[side];
    if (height(high) <= height(tree->child[!side]) + 1) {
        measure(tree);
        return tree;
    }
    if (height(high->child[!side]) > height(high->child[side]))
        tree->child[side] = lift(high, !side);
    return lift(tree, side);
}

static caw_gap *with(caw_gap *tree, caw_gap *gap) {
    if (!tree)
        return gap;
    int side = gap->from > tree->from ? AFTER : BEFORE;
    tree->child[side] = with(tree->child[side], gap);
    return balance(tree);
}

/* Takes the first gap out of a tree. */
static caw_gap *without_first(caw_gap *tree, caw_gap **first) {
    if (!tree->child[BEFORE]) {
        *first = tree;
        return tree->child[AFTER];
    }
    tree->child[BEFORE] = without_first(tree->child[BEFORE], first);
    return balance(tree);
}

/* Takes this gap, which is there, out of a tree: the next one takes its place. */
static caw_gap *without(caw_gap *tree, const caw_gap *gap) {
    if (tree != gap) {
        int side = gap->from > tree->from ? AFTER : BEFORE;
        tree->child[side] = without(tree->child[side], gap);
        return balance(tree);
    }
    if (!tree->child[AFTER])
        return tree->child[BEFORE];
    caw_gap *next;
    caw_gap *after = without_first(tree->child[AFTER], &next);
    next->child[BEFORE] = tree->child[BEFORE];
    next->child[AFTER] = after;
    return balance(next);
}

caw_gap *caw_gaps_find(const caw_gaps *gaps, uint64_t position) {
    caw_gap *found = NULL;
    for (caw_gap *tree = gaps->root; tree;) {
        bool ends_after = tree->to > position;
        if (ends_after)
            found = tree;
        tree = tree->child[ends_after ? BEFORE : AFTER];
    }
    return found;
}

void caw_gaps_open(caw_gaps *gaps, uint64_t from, uint64_t to, caw_place place) {
    caw_gap *gap = gaps->memory.alloc(gaps->memory.user, sizeof *gap);
    if (!gap)
        return;
    *gap = (caw_gap){.from = from, .to = to, .place = place, .height = 1};
    gaps->root = with(gaps->root, gap);
}

static void close(caw_gaps *gaps, caw_gap *gap) {
    gaps->root = without(gaps->root, gap);
    gaps->memory.release(gaps->memory.user, gap);
}

/* A gap that shrinks keeps its place in the tree. */
void caw_gaps_fill(caw_gaps *gaps, uint64_t from, uint64_t to, caw_place after) {
    caw_gap *gap;
    while ((gap = caw_gaps_find(gaps, from)) && gap->from < to) {
        uint64_t end = gap->to;
        if (gap->from < from) {
            gap->to = from;
            if (end > to)
                caw_gaps_open(gaps, to, end, after);
        } else if (end > to) {
            gap->from = to;
            gap->place = after;
        } else {
            close(gaps, gap);
        }
    }
}

static void release(const caw_memory *memory, caw_gap *tree) {
    if (!tree)
        return;
    release(memory, tree->child[BEFORE]);
    release(memory, tree->child[AFTER]);
    memory->release(memory->user, tree);
}

void caw_gaps_free(caw_gaps *gaps) {
    release(&gaps->memory, gaps->root);
    gaps->root = NULL;
}
