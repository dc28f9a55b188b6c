/* SPDX-License-Identifier: BSD-3-Clause */
/* Where servers said that they are, and from where clients have searched. */
#include "idmap.h"

#include <string.h>

enum { SERVER, CLIENT };

struct caw_endpoints {
    caw_memory memory;
    caw_idmap known; /* by role and endpoint; the value says no more */
};

caw_endpoints *caw_endpoints_new(const caw_memory *memory) {
    caw_endpoints *endpoints = memory->alloc(memory->user, sizeof *endpoints);
    if (!endpoints)
        return NULL;
    memset(endpoints, 0, sizeof *endpoints);
    endpoints->memory = *memory;
    return endpoints;
}

void caw_endpoints_free(caw_endpoints *endpoints) {
    if (!endpoints)
        return;
    caw_memory memory = endpoints->memory;
    caw_idmap_free(&endpoints->known, &memory);
    memory.release(memory.user, endpoints);
}

/* True when the endpoint was not known in this role. */
static bool learn(caw_endpoints *endpoints, uint64_t role, uint64_t endpoint) {
    caw_key key = {role, endpoint};
    return !caw_idmap_get(&endpoints->known, key) &&
           caw_idmap_set(&endpoints->known, &endpoints->memory, key, endpoints);
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

bool caw_endpoints_has_server(const caw_endpoints *endpoints, uint64_t endpoint) {
    return caw_idmap_get(&endpoints->known, (caw_key){SERVER, endpoint}) != NULL;
}

bool caw_endpoints_has_client(const caw_endpoints *endpoints, uint64_t endpoint) {
    return caw_idmap_get(&endpoints->known, (caw_key){CLIENT, endpoint}) != NULL;
}
