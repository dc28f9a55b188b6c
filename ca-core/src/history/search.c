/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The searches of a capture: datagrams to everybody, answered by anybody. A client is known by
 * the endpoint it searches from, for every libca counts its cids from 1.
 */
#include "exchange.h"
#include "message/header.h"
#include "message/wire.h"

struct caw_searches {
    caw_store store;
    caw_idmap by_cid;  /* the latest search under a client's cid */
    caw_idmap by_name; /* the latest search of a name by a client's address, or answered one */
    uint64_t sequence_of;
    uint32_t sequence; /* of the datagram that is being read */
};

caw_searches *caw_searches_new(const caw_memory *memory) {
    caw_searches *searches = memory->alloc(memory->user, sizeof *searches);
    if (!searches)
        return NULL;
    memset(searches, 0, sizeof *searches);
    searches->store.memory = *memory;
    return searches;
}

void caw_searches_free(caw_searches *searches) {
    if (!searches)
        return;
    caw_memory memory = searches->store.memory;
    caw_idmap_free(&searches->by_cid, &memory);
    caw_idmap_free(&searches->by_name, &memory);
    caw_store_free(&searches->store);
    memory.release(memory.user, searches);
}

/* FNV-1a, 64 bits: a name as half of a key */
static uint64_t hash_of(const uint8_t *text, size_t length) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static caw_key name_key(uint32_t client, const char *pv) {
    return (caw_key){client, hash_of((const uint8_t *)pv, strlen(pv))};
}

const caw_exchange *caw_searches_find(const caw_searches *searches, uint32_t client,
                                      const char *pv) {
    const caw_exchange *found = caw_idmap_get(&searches->by_name, name_key(client, pv));
    return found && found->pv && strcmp(found->pv, pv) == 0 ? found : NULL;
}

static void enter_name(caw_searches *searches, uint32_t client, caw_exchange *search) {
    if (search->pv)
        caw_idmap_set(&searches->by_name, &searches->store.memory, name_key(client, search->pv),
                      search);
}

void caw_searches_link(caw_searches *searches, uint32_t client, const caw_note *request) {
    caw_exchange *exchange = (caw_exchange *)request->exchange;
    if (!exchange || !exchange->pv)
        return;
    if (exchange->command == CAW_COMMAND_SEARCH)
        enter_name(searches, client, exchange);
    if (exchange->command == CAW_COMMAND_CREATE_CHAN)
        exchange->search = caw_searches_find(searches, client, exchange->pv);
}

/*
 * The same question again: not answered yet, or a copy of the same datagram, sent to another
 * address or captured twice.
 */
static bool is_repeated(const caw_exchange *earlier, caw_view name, uint32_t sequence) {
    if (!earlier || !caw_same_text(earlier->pv, name))
        return false;
    return !earlier->answer.frame || (sequence && sequence == earlier->sequence);
}

static void see_search(caw_searches *searches, uint64_t client, const caw_message *message,
                       caw_moment now, caw_note *note) {
    caw_key key = {client, message->param2}; /* an answer copies this one of the two cids */
    caw_view name = wire_sub(message->payload, 0, wire_strlen(message->payload));
    caw_exchange *earlier = caw_idmap_get(&searches->by_cid, key);
    uint32_t sequence = searches->sequence_of == client ? searches->sequence : 0;
    note->turn = CAW_TURN_REQUEST;
    note->exchange = earlier;
    note->repeated = is_repeated(earlier, name, sequence);
    if (note->repeated) {
        if (!earlier->answer.frame)
            earlier->sequence = sequence;
        return;
    }

    caw_exchange *exchange = caw_new_exchange(&searches->store, message->command, now);
    note->exchange = exchange;
    if (!exchange)
        return;
    exchange->sequence = sequence;
    exchange->pv = caw_keep_text(&searches->store, name);
    caw_idmap_set(&searches->by_cid, &searches->store.memory, key, exchange);
    enter_name(searches, (uint32_t)(client >> 16), exchange);
}

/* rsrv and libca: the first answer counts; the same server may answer over several routes. */
static void see_found(caw_searches *searches, uint64_t server, uint64_t client,
                      const caw_message *message, caw_moment now, caw_note *note) {
    caw_exchange *exchange = caw_idmap_get(&searches->by_cid, (caw_key){client, message->param2});
    note->exchange = exchange;
    if (!exchange) {
        if (searches->by_cid.used)
            caw_history_flag(note, CAW_HISTORY_NOT_SEARCHED);
        return;
    }
    note->turn = CAW_TURN_RESPONSE;
    if (!exchange->answer.frame) {
        exchange->answer = now;
        exchange->server = caw_announced_server(message, server);
        exchange->failed = message->row->failure;
        enter_name(searches, (uint32_t)(client >> 16), exchange); /* who is answered connects */
        return;
    }
    note->repeated = true;
    if (exchange->server != caw_announced_server(message, server))
        caw_history_flag(note, CAW_HISTORY_DUPLICATE_PV);
}

void caw_searches_observe(caw_searches *searches, uint64_t from, uint64_t to,
                          const caw_message *message, caw_moment now, caw_note *note) {
    const caw_message_row *row = message->row;
    bool search = row->exchange != CAW_TURN_ALONE && caw_asked_command(row) == CAW_COMMAND_SEARCH;
    memset(note, 0, sizeof *note);
    if (message->command == CAW_COMMAND_VERSION) {
        searches->sequence_of = from;
        searches->sequence = message->type == 1 ? message->param1 : 0;
    } else if (search && row->exchange == CAW_TURN_REQUEST) {
        see_search(searches, from, message, now, note);
    } else if (search) {
        see_found(searches, from, to, message, now, note);
    }
}

/* ---- where servers are -------------------------------------------------------------------- */

#define HAS_ADDRESS 8 /* minor versions of a search answer from which on it tells ... */
#define HAS_PORT    5

static uint64_t endpoint_of_answer(const caw_message *message, uint64_t from) {
    uint32_t sender = (uint32_t)(from >> 16);
    uint16_t minor = wire_u16(message->payload, 0);
    bool tcp = message->transport == CAW_TRANSPORT_TCP;
    bool own = message->param1 == UINT32_MAX;
    if (tcp && own) /* a name server that has the PV itself */
        return from;
    if (!tcp && minor < HAS_PORT)
        return caw_endpoint(sender, CAW_SERVER_PORT);
    bool address = !own && (tcp || minor >= HAS_ADDRESS);
    return caw_endpoint(address ? message->param1 : sender, message->type);
}

uint64_t caw_announced_server(const caw_message *message, uint64_t from) {
    if (message->row->speaker != CAW_SIDE_SERVER)
        return 0;
    if (message->command == CAW_COMMAND_SEARCH)
        return endpoint_of_answer(message, from);
    if (message->command != CAW_COMMAND_RSRV_IS_UP)
        return 0;
    uint32_t address = message->param2 ? message->param2 : (uint32_t)(from >> 16);
    uint16_t port = message->count ? (uint16_t)message->count : CAW_SERVER_PORT;
    return caw_endpoint(address, port);
}
