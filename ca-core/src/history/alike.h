/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a circuit has twice: channels of one PV, subscriptions to the same of a channel. Part of
 * each such thing; those that are alike have one key, and the latest of them is found by it.
 */
#ifndef CAW_ALIKE_H
#define CAW_ALIKE_H

#include "idmap.h"

/* Begins zeroed. */
typedef struct caw_alike {
    caw_key key;
    bool there;
    struct caw_alike *earlier;
    struct caw_alike *later;
} caw_alike;

/* It is there from now on. The one before it that still is, or NULL. */
caw_alike *caw_alike_enter(caw_idmap *map, const caw_memory *memory, caw_alike *made, caw_key key);

/* It is no longer there; nothing when it never was. */
void caw_alike_leave(caw_idmap *map, const caw_memory *memory, caw_alike *ended);

#endif
