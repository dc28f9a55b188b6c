/* SPDX-License-Identifier: BSD-3-Clause */
#include "ages.h"

#include <string.h>

const char *const caw_open_texts[CAW_OPEN_KINDS] = {
    [CAW_OPEN_CONNECTIONS] = "connections",
    [CAW_OPEN_CHANNELS] = "channels",
    [CAW_OPEN_SUBSCRIPTIONS] = "subscriptions",
    [CAW_OPEN_REQUESTS] = "requests",
    [CAW_OPEN_SEARCHES] = "searches",
    [CAW_OPEN_ENDPOINTS] = "endpoints",
    [CAW_OPEN_SERIES] = "series",
};

const char *const caw_held_texts[CAW_HELD_KINDS] = {
    [CAW_HELD_STREAMS] = "streams",
    [CAW_HELD_CIRCUITS] = "circuits",
    [CAW_HELD_SEARCHES] = "searches",
    [CAW_HELD_FRAGMENTS] = "fragments",
};

/* The memory of one kind. */
typedef struct {
    const caw_memory *under;
    caw_memory memory;
    uint64_t bytes;
} account;

struct caw_ages {
    caw_memory memory;
    caw_ring oldest; /* the list */
    caw_open_counts counts;
    account held[CAW_HELD_KINDS];
};

/* ---- memory ------------------------------------------------------------------------------- */

/* Before each piece: whoever releases it, it is taken off the account that it was put on. */
typedef union {
    struct {
        account *account;
        size_t bytes;
    } is;
    max_align_t aligned;
} piece;

static void *take(void *user, size_t bytes) {
    account *of = user;
    if (bytes > SIZE_MAX - sizeof(piece))
        return NULL;
    piece *made = of->under->alloc(of->under->user, sizeof *made + bytes);
    if (!made)
        return NULL;
    made->is.account = of;
    made->is.bytes = sizeof *made + bytes;
    of->bytes += made->is.bytes;
    return made + 1;
}

static void give(void *user, void *memory) {
    const account *any = user;
    piece *given = (piece *)memory - 1;
    given->is.account->bytes -= given->is.bytes;
    any->under->release(any->under->user, given);
}

const caw_memory *caw_ages_memory(caw_ages *ages, caw_held_kind kind) {
    return &ages->held[kind].memory;
}

uint64_t caw_ages_held(const caw_ages *ages, caw_held_kind kind) {
    return ages->held[kind].bytes;
}

uint64_t caw_ages_bytes(const caw_ages *ages) {
    uint64_t bytes = 0;
    for (int kind = 0; kind < CAW_HELD_KINDS; kind++)
        bytes += ages->held[kind].bytes;
    return bytes;
}

/* ---- life --------------------------------------------------------------------------------- */

caw_ages *caw_ages_new(const caw_memory *memory) {
    caw_ages *ages = memory->alloc(memory->user, sizeof *ages);
    if (!ages)
        return NULL;
    memset(ages, 0, sizeof *ages);
    ages->memory = *memory;
    caw_ring_begin(&ages->oldest);
    for (int kind = 0; kind < CAW_HELD_KINDS; kind++) {
        account *held = &ages->held[kind];
        held->under = &ages->memory;
        held->memory = (caw_memory){take, give, held};
    }
    return ages;
}

void caw_ages_free(caw_ages *ages) {
    if (!ages)
        return;
    caw_memory memory = ages->memory;
    memory.release(memory.user, ages);
}

/* ---- what is open ------------------------------------------------------------------------- */

void caw_ages_add(caw_ages *ages, caw_open *open, caw_open_kind kind, const caw_holder *holder) {
    open->holder = holder;
    open->kind = kind;
    ages->counts.open[kind]++;
    caw_ring_add_last(&ages->oldest, &open->link);
}

void caw_ages_touch(caw_ages *ages, caw_open *open) {
    if (open->link.after == &ages->oldest) /* mostly the same one again */
        return;
    caw_ring_remove(&open->link);
    caw_ring_add_last(&ages->oldest, &open->link);
}

void caw_ages_remove(caw_ages *ages, caw_open *open) {
    if (!open->holder)
        return;
    open->holder = NULL;
    ages->counts.open[open->kind]--;
    caw_ring_remove(&open->link);
}

bool caw_ages_drop_oldest(caw_ages *ages) {
    if (caw_ring_is_empty(&ages->oldest))
        return false;
    caw_open *oldest = CAW_RING_ENTRY(ages->oldest.after, caw_open, link);
    ages->counts.dropped[oldest->kind]++;
    oldest->holder->drop(oldest->holder->owner, oldest);
    return true;
}

caw_open_counts caw_ages_counts(const caw_ages *ages) {
    return ages->counts;
}
