/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "memory.h"

static void *allocate_in_file(void *user _U_, size_t bytes) {
    return wmem_alloc(wmem_file_scope(), bytes);
}

static void release_in_file(void *user _U_, void *memory) {
    wmem_free(wmem_file_scope(), memory);
}

const caw_memory file_memory = {allocate_in_file, release_in_file, NULL};

static void *allocate(void *user _U_, size_t bytes) {
    return g_try_malloc(bytes);
}

static void release(void *user _U_, void *memory) {
    g_free(memory);
}

const caw_memory heap_memory = {allocate, release, NULL};
