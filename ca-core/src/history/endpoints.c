/* SPDX-License-Identifier: BSD-3-Clause */
/* Where servers said that they are, and from where clients have searched. */
#include "idmap.h"
#include "store.h"

#include <string.h>

enum { SERVER, CLIENT };

/* By role and endpoint. */
typedef struct {
    caw_key key;
} endpoint;

struct caw_endpoints {
    caw_store store;
    caw_idmap known;
};

static caw_endpoints *new_endpoints(const caw_memory *memory) {
    caw_endpoints *endpoints = memory->alloc(memory->user, sizeof *endpoints);
    if (endpoints)
        memset(endpoints, 0, sizeof *endpoints);
    return endpoints;
}

caw_endpoints *caw_endpoints_new(const caw_memory *memory) {
    caw_endpoints *endpoints = new_endpoints(memory);
    if (endpoints)
        caw_store_keeping(&endpoints->store, memory);
    return endpoints;
}

static void forget(caw_endpoints *endpoints, endpoint *known) {
    caw_idmap_set(&endpoints->known, &endpoints->store.memory, known->key, NULL);
    caw_forget(&endpoints->store, known);
}

static void drop(void *owner, caw_open *open) {
    forget(owner, caw_opened(open));
}

caw_endpoints *caw_endpoints_new_forgetting(caw_ages *ages) {
    caw_endpoints *endpoints = new_endpoints(caw_ages_memory(ages, CAW_HELD_SEARCHES));
    if (endpoints)
        caw_store_forgetting(&endpoints->store, ages, CAW_HELD_SEARCHES,
                             (caw_holder){drop, endpoints});
    return endpoints;
}

void caw_endpoints_free(caw_endpoints *endpoints) {
    if (!endpoints)
        return;
    caw_memory memory = endpoints->store.memory;
    caw_idmap_free(&endpoints->known, &memory);
    caw_store_free(&endpoints->store);
    memory.release(memory.user, endpoints);
}

/* What is looked up is used. */
static bool knows(const caw_endpoints *endpoints, caw_key key) {
    const endpoint *known = caw_idmap_get(&endpoints->known, key);
    caw_touch(&endpoints->store, known);
    return known != NULL;
}

/* True when the endpoint was not known in this role. */
static bool learn(caw_endpoints *endpoints, uint64_t role, uint64_t where) {
    caw_key key = {role, where};
    if (knows(endpoints, key))
        return false;
    endpoint *made = caw_keep(&endpoints->store, sizeof *made);
    if (!made)
        return false;
    made->key = key;
    caw_open_as(&endpoints->store, made, CAW_OPEN_ENDPOINTS);
    if (caw_idmap_set(&endpoints->known, &endpoints->store.memory, key, made))
        return true;
    caw_forget(&endpoints->store, made);
    return false;
}

uint64_t caw_endpoints_learn_server(caw_endpoints *endpoints, const caw_message *message,
                                    uint64_t from) {
    uint64_t server = caw_announced_server(message, from);
    bool port = (server & 0xffff) != 0;
    return port && learn(endpoints, SERVER, server) ? server : 0;
}

bool caw_endpoints_learn_client(caw_endpoints *endpoints, const caw_message *message,
                                uint64_t from) {
    bool searches = message->command == CAW_COMMAND_SEARCH &&
                    message->row->speaker == CAW_SIDE_CLIENT &&
                    message->transport == CAW_TRANSPORT_UDP;
    return searches && learn(endpoints, CLIENT, from);
}

bool caw_endpoints_has_server(const caw_endpoints *endpoints, uint64_t where) {
    return knows(endpoints, (caw_key){SERVER, where});
}

bool caw_endpoints_has_client(const caw_endpoints *endpoints, uint64_t where) {
    return knows(endpoints, (caw_key){CLIENT, where});
}
