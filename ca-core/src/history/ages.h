/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is open in a reader that forgets, of all kinds, the longest unused first, and the memory
 * that it takes. See caw_history.h, section 5. Whatever is open has a caw_open in it, and somebody
 * who knows how to give it up.
 */
#ifndef CAW_AGES_H
#define CAW_AGES_H

#include "caw_history.h"
#include "ring.h"

typedef struct caw_open caw_open;

/* Frees what is open; must caw_ages_remove it, and may remove others. */
typedef void caw_ages_drop(void *owner, caw_open *open);

/* Whose it is, and how it is dropped. */
typedef struct {
    caw_ages_drop *drop;
    void *owner;
} caw_holder;

/* Part of what is open. Begins zeroed. */
struct caw_open {
    caw_ring link;
    const caw_holder *holder; /* must stay where it is; NULL: not open */
    caw_open_kind kind;
};

/* Memory that is counted under this kind; lives as long as the ages. */
const caw_memory *caw_ages_memory(caw_ages *ages, caw_held_kind kind);

/* It is open from now on, and the newest. */
void caw_ages_add(caw_ages *ages, caw_open *open, caw_open_kind kind, const caw_holder *holder);

/* It is used now, and the newest. */
void caw_ages_touch(caw_ages *ages, caw_open *open);

/* It is no longer open; nothing when it is not. */
void caw_ages_remove(caw_ages *ages, caw_open *open);

#endif
