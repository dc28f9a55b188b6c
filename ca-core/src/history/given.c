/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that the capture lacks, by server and id. */
#include "exchange.h"

typedef struct given_name {
    struct given_name *earlier; /* of the same server, kind and id */
    uint64_t client;            /* 0: any */
    char pv[];
} given_name;

/* Of a client that has one channel. */
typedef struct {
    uint32_t channels;
    char pv[]; /* of the first of them */
} given_client;

struct caw_names {
    caw_store store;
    caw_idmap ids; /* of given_name, by kind, server and id */
    caw_idmap clients;
    caw_names_channels counts;
};

caw_names *caw_names_new(const caw_memory *memory) {
    caw_names *names = memory->alloc(memory->user, sizeof *names);
    if (!names)
        return NULL;
    memset(names, 0, sizeof *names);
    caw_store_keeping(&names->store, memory);
    return names;
}

void caw_names_free(caw_names *names) {
    if (!names)
        return;
    caw_memory memory = names->store.memory;
    caw_idmap_free(&names->ids, &memory);
    caw_idmap_free(&names->clients, &memory);
    caw_store_free(&names->store);
    memory.release(memory.user, names);
}

static caw_key key_of(uint64_t server, caw_named kind, uint32_t id) {
    return (caw_key){server << 1 | (kind == CAW_NAMED_SUBSCRIPTION), id};
}

static caw_key key_of_client(uint64_t client) {
    return (caw_key){client, 0};
}

bool caw_names_add(caw_names *names, const caw_name_given *given, caw_view pv) {
    caw_key key = key_of(given->server, given->kind, given->id);
    given_name *made = caw_keep(&names->store, sizeof *made + (size_t)pv.len + 1);
    if (!made)
        return false;
    made->earlier = caw_idmap_get(&names->ids, key);
    made->client = given->client;
    caw_put_text(made->pv, pv);
    return caw_idmap_set(&names->ids, &names->store.memory, key, made);
}

bool caw_names_add_channel(caw_names *names, uint64_t client, caw_view pv) {
    caw_key key = key_of_client(client);
    given_client *known = caw_idmap_get(&names->clients, key);
    if (known) {
        names->counts.all++;
        names->counts.only -= known->channels++ == 1;
        return true;
    }
    known = caw_keep(&names->store, sizeof *known + (size_t)pv.len + 1);
    if (!known)
        return false;
    known->channels = 1;
    caw_put_text(known->pv, pv);
    names->counts.all++;
    names->counts.only++;
    return caw_idmap_set(&names->clients, &names->store.memory, key, known);
}

caw_names_channels caw_names_counted(const caw_names *names) {
    return names->counts;
}

const char *caw_names_find(const caw_names *names, const caw_name_given *asked) {
    const char *of_any = NULL;
    const given_name *each =
        caw_idmap_get(&names->ids, key_of(asked->server, asked->kind, asked->id));
    for (; each; each = each->earlier) {
        if (each->client == asked->client)
            return each->pv;
        if (!each->client && !of_any)
            of_any = each->pv;
    }
    if (of_any)
        return of_any;
    const given_client *known = caw_idmap_get(&names->clients, key_of_client(asked->client));
    return known && known->channels == 1 ? known->pv : NULL;
}
