/* SPDX-License-Identifier: BSD-3-Clause */
#include "alike.h"

caw_alike *caw_alike_enter(caw_idmap *map, const caw_memory *memory, caw_alike *made, caw_key key) {
    caw_alike *earlier = caw_idmap_get(map, key);
    if (!caw_idmap_set(map, memory, key, made))
        return NULL;
    made->key = key;
    made->there = true;
    made->earlier = earlier;
    if (earlier)
        earlier->later = made;
    return earlier;
}

void caw_alike_leave(caw_idmap *map, const caw_memory *memory, caw_alike *ended) {
    caw_alike *earlier = ended->earlier, *later = ended->later;
    if (!ended->there)
        return;
    if (earlier)
        earlier->later = later;
    if (later)
        later->earlier = earlier;
    else
        caw_idmap_set(map, memory, ended->key, earlier);
    ended->earlier = ended->later = NULL;
    ended->there = false;
}
