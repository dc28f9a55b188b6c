/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The searches of a capture: datagrams to everybody, answered by anybody. A client is known by
 * the endpoint it searches from, for every libca counts its cids from 1.
 */
#include "beacon.h"
#include "claim.h"
#include "exchange.h"
#include "message/header.h"
#include "message/wire.h"
#include "series.h"

/* A search that can be found: one of a datagram, or of a circuit. */
typedef struct {
    caw_exchange *exchange;
    caw_key by_cid; /* by endpoint and cid; of a circuit's zero, which is nobody's endpoint */
    caw_key by_name;
    caw_moment *connected; /* shared by those of a name; NULL when not all is kept */
    int64_t last;          /* the time of its last message */
    caw_ring waiting;      /* to be forgotten, in the order of that */
} known_search;

struct caw_searches {
    caw_store store;
    caw_idmap by_cid;  /* the latest search under a client's cid */
    caw_idmap by_name; /* the latest search of a name by a client's address, or answered one */
    caw_ring waiting;
    int64_t time;   /* that has passed, in seconds */
    int64_t latest; /* second of the capture */
    bool searched;
    bool dropped; /* searches that answers may come to */
    uint64_t sequence_of;
    uint32_t sequence; /* of the datagram that is being read */
    caw_series_table series;
};

static caw_searches *new_searches(const caw_memory *memory) {
    caw_searches *searches = memory->alloc(memory->user, sizeof *searches);
    if (!searches)
        return NULL;
    memset(searches, 0, sizeof *searches);
    caw_ring_begin(&searches->waiting);
    return searches;
}

caw_searches *caw_searches_new(const caw_memory *memory) {
    caw_searches *searches = new_searches(memory);
    if (!searches)
        return NULL;
    caw_store_keeping(&searches->store, memory);
    caw_series_keeping(&searches->series, memory);
    return searches;
}

void caw_searches_free(caw_searches *searches) {
    if (!searches)
        return;
    caw_memory memory = searches->store.memory;
    caw_idmap_free(&searches->by_cid, &memory);
    caw_idmap_free(&searches->by_name, &memory);
    caw_store_free(&searches->store);
    caw_series_free(&searches->series);
    memory.release(memory.user, searches);
}

static known_search *find(const caw_searches *searches, caw_key by_name, const char *pv) {
    known_search *found = caw_idmap_get(&searches->by_name, by_name);
    const char *name = found ? found->exchange->pv : NULL;
    return name && strcmp(name, pv) == 0 ? found : NULL;
}

const caw_exchange *caw_searches_find(const caw_searches *searches, uint32_t client,
                                      const char *pv) {
    const known_search *found = find(searches, caw_name_key(client, pv), pv);
    return found ? found->exchange : NULL;
}

/* ---- life --------------------------------------------------------------------------------- */

static bool can_be_found_by(const caw_idmap *map, caw_key key, const known_search *made) {
    return caw_idmap_get(map, key) == made;
}

static void forget(caw_searches *searches, known_search *done) {
    const caw_memory *memory = &searches->store.memory;
    if (can_be_found_by(&searches->by_cid, done->by_cid, done))
        caw_idmap_set(&searches->by_cid, memory, done->by_cid, NULL);
    if (can_be_found_by(&searches->by_name, done->by_name, done))
        caw_idmap_set(&searches->by_name, memory, done->by_name, NULL);
    caw_ring_remove(&done->waiting);
    caw_forget(&searches->store, done);
}

/* What was there is done when it cannot be found otherwise. */
static void enter(caw_searches *searches, caw_idmap *map, caw_key key, known_search *made) {
    known_search *before = caw_idmap_get(map, key);
    caw_idmap_set(map, &searches->store.memory, key, made);
    if (before && before != made && !can_be_found_by(&searches->by_cid, before->by_cid, before) &&
        !can_be_found_by(&searches->by_name, before->by_name, before))
        forget(searches, before);
}

static void enter_name(caw_searches *searches, known_search *made) {
    enter(searches, &searches->by_name, made->by_name, made);
}

/* Where it is written when a channel of this search's PV is asked for. */
static caw_moment *moment_of(caw_searches *searches, caw_key by_name, const char *pv) {
    known_search *before = find(searches, by_name, pv);
    if (before || caw_store_forgets(&searches->store))
        return before ? before->connected : NULL;
    return caw_keep(&searches->store, sizeof(caw_moment));
}

static known_search *new_search(caw_searches *searches, caw_exchange *exchange, caw_key by_cid,
                                caw_key by_name) {
    known_search *made = caw_keep(&searches->store, sizeof *made);
    if (!made)
        return NULL;
    *made = (known_search){
        .exchange = exchange, .by_cid = by_cid, .by_name = by_name, .last = searches->time};
    exchange->connected = made->connected = moment_of(searches, by_name, exchange->pv);
    caw_use(&searches->store, made, exchange);
    caw_ring_add_last(&searches->waiting, &made->waiting);
    caw_open_as(&searches->store, made, CAW_OPEN_SEARCHES);
    return made;
}

static void touch(caw_searches *searches, known_search *used) {
    used->last = searches->time;
    caw_ring_remove(&used->waiting);
    caw_ring_add_last(&searches->waiting, &used->waiting);
    caw_touch(&searches->store, used);
}

/* ---- how often ---------------------------------------------------------------------------- */

/* Scopes of series, beside endpoints of clients. */
#define OF_BEACONS UINT64_MAX
#define OF_SERVERS (UINT64_MAX - 1)
#define OF_HOSTS   (UINT64_MAX - 2)

/* The searches of a client for a PV. */
typedef struct {
    caw_series series;
    uint32_t count; /* so far */
    int64_t last;   /* nanoseconds since 1970 */
} counted;

typedef struct {
    caw_series series;
    caw_beacons beacons;
} announced;

typedef struct {
    caw_series series;
    caw_claim claim;
} claimed;

static void *series_of(caw_searches *searches, caw_key key, size_t size) {
    return caw_series_of(&searches->series, key, size, searches->time);
}

static void count_search(caw_searches *searches, uint64_t client, const char *pv, caw_moment now,
                         caw_note *note) {
    counted *series = series_of(searches, caw_name_key(client, pv), sizeof *series);
    int64_t at = caw_nanoseconds(now);
    if (!series)
        return;
    caw_set_interval(note, series->last, at);
    note->number = ++series->count;
    series->last = at;
}

/* Two more than the average in microseconds, so that none looks like the first beacon. */
static uint32_t packed_average(double nanoseconds) {
    double number = nanoseconds / 1000 + 2.5;
    return number >= 2 && number < UINT32_MAX ? (uint32_t)number : 0;
}

int64_t caw_beacon_average(const caw_note *note) {
    return note->number > 1 ? (int64_t)(note->number - 2) * 1000 : -1;
}

static void flag_if(caw_note *note, bool wrong, caw_history_flaw flaw) {
    if (wrong)
        caw_history_flag(note, flaw);
}

static uint32_t address_of(uint64_t endpoint) {
    return (uint32_t)(endpoint >> 16);
}

/* A repeater sends it to a client on its host, with the server's address. */
static bool is_relayed(uint64_t from, uint64_t to, const caw_message *message) {
    uint16_t port = (uint16_t)to;
    return message->param2 && address_of(from) == address_of(to) && port != CAW_SERVER_PORT &&
           port != CAW_REPEATER_PORT;
}

static void flag_beacon(caw_beacons *beacons, const caw_beacon_verdict *verdict, uint64_t from,
                        caw_moment now, caw_note *note) {
    bool two =
        address_of(from) && caw_beacon_has_two_senders(beacons, verdict, address_of(from), now);
    flag_if(note, two, CAW_HISTORY_BEACON_IDENTITY);
    flag_if(note, verdict->anomaly, CAW_HISTORY_BEACON_ANOMALY);
    flag_if(note, verdict->lost > 0, CAW_HISTORY_BEACON_LOST);
    flag_if(note, verdict->restart, CAW_HISTORY_BEACON_RESTART);
}

static void see_beacon(caw_searches *searches, uint64_t from, uint64_t to,
                       const caw_message *message, caw_moment now, caw_note *note) {
    uint64_t server = caw_announced_server(message, from);
    announced *series = series_of(searches, (caw_key){OF_BEACONS, server}, sizeof *series);
    if (!series)
        return;
    caw_beacon_verdict verdict = caw_beacon_next(&series->beacons, message, now);
    if (!is_relayed(from, to, message))
        flag_beacon(&series->beacons, &verdict, from, now, note);
    if (!verdict.has_period)
        return;
    caw_set_interval(note, 0, verdict.period);
    note->number = packed_average(verdict.average);
}

/* ---- who contradicts whom ------------------------------------------------------------------ */

static caw_claim *claim_of(caw_searches *searches, caw_key key) {
    claimed *series = series_of(searches, key, sizeof *series);
    return series ? &series->claim : NULL;
}

static void see_version(caw_searches *searches, uint64_t server, caw_claimant by, uint32_t version,
                        caw_note *note) {
    caw_claim *claim =
        address_of(server) ? claim_of(searches, (caw_key){OF_SERVERS, server}) : NULL;
    flag_if(note, claim && caw_claim_version(claim, by, version), CAW_HISTORY_VERSION_MISMATCH);
}

/* The version in a search answer; 0, or none at all, says nothing. */
static void see_answer(caw_searches *searches, uint64_t from, const caw_message *message,
                       caw_note *note) {
    uint16_t version = wire_u16(message->payload, 0);
    if (message->command == CAW_COMMAND_SEARCH && version)
        see_version(searches, caw_announced_server(message, from), CAW_CLAIM_BY_ANSWERS, version,
                    note);
}

static void see_host(caw_searches *searches, uint64_t client, const caw_message *message,
                     caw_note *note) {
    caw_view name = wire_sub(message->payload, 0, wire_strlen(message->payload));
    caw_claim *claim = address_of(client) ? claim_of(searches, caw_text_key(OF_HOSTS, name)) : NULL;
    flag_if(note, claim && caw_claim_name(claim, address_of(client)), CAW_HISTORY_SAME_HOST_NAME);
}

void caw_searches_compare(caw_searches *searches, uint64_t from, const caw_message *message,
                          caw_note *note) {
    if (message->speaker == CAW_SIDE_NOBODY)
        return;
    if (message->command == CAW_COMMAND_HOST_NAME)
        see_host(searches, from, message, note);
    else if (message->row->speaker != CAW_SIDE_SERVER)
        return;
    else if (message->command == CAW_COMMAND_VERSION)
        see_version(searches, from, CAW_CLAIM_BY_ITSELF, message->count, note);
    else if (message->command == CAW_COMMAND_SEARCH)
        see_answer(searches, from, message, note);
}

/* ---- questions and answers ---------------------------------------------------------------- */

/* A search on a circuit, or one of several: name servers are asked in turn. */
static void link_search(caw_searches *searches, caw_key by_name, caw_exchange *exchange) {
    known_search *known = caw_idmap_get(&searches->by_name, by_name);
    bool of_datagram = known && can_be_found_by(&searches->by_cid, known->by_cid, known);
    if (!known || of_datagram) {
        known_search *made = new_search(searches, exchange, (caw_key){0, 0}, by_name);
        if (made)
            enter_name(searches, made);
        return;
    }
    known->exchange = exchange;
    exchange->connected = known->connected;
    caw_use(&searches->store, known, exchange);
    touch(searches, known);
}

void caw_searches_link(caw_searches *searches, uint64_t client, caw_moment now, caw_note *request) {
    caw_exchange *exchange = (caw_exchange *)request->exchange;
    if (!exchange || !exchange->pv)
        return;
    caw_key by_name = caw_name_key(client >> 16, exchange->pv);
    if (exchange->command == CAW_COMMAND_SEARCH) {
        link_search(searches, by_name, exchange);
        count_search(searches, client, exchange->pv, now, request);
    }
    if (exchange->command != CAW_COMMAND_CREATE_CHAN)
        return;
    known_search *before = find(searches, by_name, exchange->pv);
    exchange->search = before ? before->exchange : NULL;
    if (before && before->connected)
        *before->connected = now;
    caw_use(&searches->store, exchange, before ? before->exchange : NULL);
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

static known_search *new_search_of(caw_searches *searches, caw_key by_cid, uint16_t command,
                                   caw_view name, caw_moment now) {
    caw_exchange *exchange = caw_new_exchange(&searches->store, command, now, &name);
    if (!exchange)
        return NULL;
    caw_key by_name = caw_name_key(by_cid.scope >> 16, exchange->pv);
    known_search *made = new_search(searches, exchange, by_cid, by_name);
    caw_forget(&searches->store, exchange); /* it is the search's alone */
    return made;
}

static void see_search(caw_searches *searches, uint64_t client, const caw_message *message,
                       caw_moment now, caw_note *note) {
    caw_key key = {client, message->param2}; /* an answer copies this one of the two cids */
    caw_view name = wire_sub(message->payload, 0, wire_strlen(message->payload));
    known_search *earlier = caw_idmap_get(&searches->by_cid, key);
    uint32_t sequence = searches->sequence_of == client ? searches->sequence : 0;
    note->turn = CAW_TURN_REQUEST;
    note->repeated = earlier && is_repeated(earlier->exchange, name, sequence);
    if (note->repeated) {
        note->exchange = earlier->exchange;
        if (!earlier->exchange->answer.frame)
            earlier->exchange->sequence = sequence;
        touch(searches, earlier);
        count_search(searches, client, earlier->exchange->pv, now, note);
        return;
    }

    known_search *made = new_search_of(searches, key, message->command, name, now);
    if (!made)
        return;
    searches->searched = true;
    made->exchange->sequence = sequence;
    note->exchange = made->exchange;
    enter(searches, &searches->by_cid, key, made);
    enter_name(searches, made);
    count_search(searches, client, made->exchange->pv, now, note);
}

/* rsrv and libca: the first answer counts; the same server may answer over several routes. */
static void see_found(caw_searches *searches, uint64_t server, uint64_t client,
                      const caw_message *message, caw_moment now, caw_note *note) {
    known_search *found = caw_idmap_get(&searches->by_cid, (caw_key){client, message->param2});
    if (!found) {
        if (searches->searched && !searches->dropped)
            caw_history_flag(note, CAW_HISTORY_NOT_SEARCHED);
        return;
    }
    caw_exchange *exchange = found->exchange;
    note->exchange = exchange;
    note->turn = CAW_TURN_RESPONSE;
    touch(searches, found);
    if (!exchange->answer.frame) {
        exchange->answer = now;
        exchange->server = caw_announced_server(message, server);
        exchange->failed = message->row->failure;
        enter_name(searches, found); /* who is answered connects */
        return;
    }
    note->repeated = true;
    uint64_t other = caw_announced_server(message, server);
    bool host = address_of(exchange->server) == address_of(other);
    flag_if(note, exchange->server != other,
            host ? CAW_HISTORY_DUPLICATE_PV_HOST : CAW_HISTORY_DUPLICATE_PV);
}

/* A clock that is set, or several that differ, run neither back nor far ahead. */
#define LEAP 3600

static void advance(caw_searches *searches, caw_moment now) {
    int64_t passed = (int64_t)((uint64_t)now.seconds - (uint64_t)searches->latest);
    if (passed > 0 && passed <= LEAP)
        searches->time += passed;
    if (passed > 0 || passed < -LEAP)
        searches->latest = now.seconds;
}

void caw_searches_observe(caw_searches *searches, uint64_t from, uint64_t to,
                          const caw_message *message, caw_moment now, caw_note *note) {
    const caw_message_row *row = message->row;
    bool search = row->exchange != CAW_TURN_ALONE && caw_asked_command(row) == CAW_COMMAND_SEARCH;
    memset(note, 0, sizeof *note);
    advance(searches, now);
    if (message->command == CAW_COMMAND_VERSION) {
        searches->sequence_of = from;
        searches->sequence = message->type == 1 ? message->param1 : 0;
    } else if (search && row->exchange == CAW_TURN_REQUEST) {
        see_search(searches, from, message, now, note);
    } else if (search) {
        see_found(searches, from, to, message, now, note);
        see_answer(searches, from, message, note);
    } else if (message->command == CAW_COMMAND_RSRV_IS_UP && row->speaker == CAW_SIDE_SERVER) {
        see_beacon(searches, from, to, message, now, note);
    }
}

/* ---- forgetting --------------------------------------------------------------------------- */

/* seconds after its last message, and after the last of a series */
#define EXPIRES        60
#define SERIES_EXPIRES 3600

void caw_searches_expire(caw_searches *searches, caw_moment now) {
    if (!caw_store_forgets(&searches->store))
        return;
    advance(searches, now);
    caw_series_expire(&searches->series, searches->time - SERIES_EXPIRES);
    while (!caw_ring_is_empty(&searches->waiting)) {
        known_search *oldest = CAW_RING_ENTRY(searches->waiting.after, known_search, waiting);
        if (searches->time - oldest->last <= EXPIRES)
            return;
        forget(searches, oldest);
    }
}

static void drop(void *owner, caw_open *open) {
    caw_searches *searches = owner;
    searches->dropped = true;
    forget(searches, caw_opened(open));
}

caw_searches *caw_searches_new_forgetting(caw_ages *ages) {
    caw_searches *searches = new_searches(caw_ages_memory(ages, CAW_HELD_SEARCHES));
    if (!searches)
        return NULL;
    caw_store_forgetting(&searches->store, ages, CAW_HELD_SEARCHES, (caw_holder){drop, searches});
    caw_series_forgetting(&searches->series, ages);
    return searches;
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
