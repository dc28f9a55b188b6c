/* SPDX-License-Identifier: BSD-3-Clause */
#include "keys.h"

bool caw_each_key(const caw_memory *memory,
                  void (*take)(void *user, const char *key, const char *title), void *user) {
    caw_keys *keys = memory->alloc(memory->user, sizeof *keys);
    if (!keys)
        return false;
    caw_keys_make(keys);
    for (caw_place i = 0; i < keys->count; i++)
        take(user, keys->key[i].path, keys->key[i].title);
    memory->release(memory->user, keys);
    return true;
}

bool caw_schema_print(caw_schema schema, const caw_memory *memory, const caw_output *output) {
    (void)schema;
    (void)memory;
    return output != NULL;
}
