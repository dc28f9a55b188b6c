/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The history of one TCP connection: channels, subscriptions, requests that wait for answers.
 *
 * Ids are reused at will, so they are looked up in what is open now and the result is kept in the
 * message's note. A channel ends with the answer to CLEAR_CHANNEL, a subscription with the
 * confirmation of its cancel: what is in flight between is still theirs. Requests wait by command
 * and ioid, because a READ_NOTIFY may use a live subscription's id (libca, after an unresponsive
 * circuit recovered).
 */
#include "alike.h"
#include "exchange.h"
#include "kept.h"
#include "message/header.h"
#include "message/wire.h"

typedef struct subscription subscription;

typedef struct open_channel {
    caw_channel channel;
    caw_ring subscriptions;
    caw_ring requests;            /* that wait, in a circuit that forgets */
    struct open_channel *earlier; /* open ones with the same cid: only the last is looked up */
    struct open_channel *later;
    caw_alike alike; /* of the same PV */
} open_channel;

struct subscription {
    open_channel *owner; /* NULL when the sid was not known */
    caw_exchange *first; /* EVENT_ADD and its first update */
    uint32_t id;
    bool cancelled;
    caw_ring of_channel;
    subscription *earlier; /* of those that wait for the id */
    subscription *later;   /* takes the id when the cancel is confirmed */
    subscription *last;    /* of those, if this has the id */
    caw_alike alike;       /* of the same */
    uint32_t updates;      /* so far */
    int64_t updated;       /* the last of them, in nanoseconds since 1970 */
};

/* After its end is confirmed no update of a subscription comes: so many are watched. */
#define ENDED 16

struct caw_circuit {
    caw_store store;
    caw_idmap open;    /* channels and subscriptions, by scope and id */
    caw_idmap waiting; /* requests, by command and id */
    caw_idmap alike;   /* channels and subscriptions that are open, by what they are of */
    bool complete;
    int server_end; /* -1 until it is settled */
    uint32_t epoch;
    bool has_channels;
    uint32_t channels;               /* that are open */
    uint32_t numbered_channels;      /* ever */
    uint32_t numbered_subscriptions; /* ever */
    uint32_t answered;               /* the latest frame of a request that has its answer */
    int64_t quickest;                /* answer, in nanoseconds; 0: none yet */
    const char *user;
    const char *host;
    uint32_t versions[2]; /* of client and server; one more than they say, 0: not known */
    caw_ring puts;        /* that wait, in a circuit that forgets */
    caw_kept_queue kept;
    bool stopped; /* keeps no more: they were too many, or it is the end */
    uint32_t next_ended;
    uint64_t ended[ENDED];  /* one more than the ids of the subscriptions whose end was confirmed
                               last, in a ring; 0: none, or the id is used again */
    const caw_names *names; /* of what was there before the capture; or NULL */
    uint64_t ends[2];       /* as those have them */
};

/* What stays of a given name that is over, so that it is not given to what has its id next, and
 * the subscriptions that the capture shows by their updates alone. */
enum { BY_CID, BY_SID, BY_SUBSCRIPTION, BY_GIVEN_SUBSCRIPTION, OVER_SID, OVER_SUBSCRIPTION };

/* ---- life --------------------------------------------------------------------------------- */

static caw_circuit *new_circuit(const caw_memory *memory, bool complete) {
    caw_circuit *circuit = memory->alloc(memory->user, sizeof *circuit);
    if (!circuit)
        return NULL;
    memset(circuit, 0, sizeof *circuit);
    circuit->complete = complete;
    circuit->server_end = -1;
    caw_ring_begin(&circuit->puts);
    return circuit;
}

caw_circuit *caw_circuit_new(const caw_memory *memory, bool complete) {
    caw_circuit *circuit = new_circuit(memory, complete);
    if (circuit)
        caw_store_keeping(&circuit->store, memory);
    return circuit;
}

void caw_circuit_free(caw_circuit *circuit) {
    if (!circuit)
        return;
    caw_memory memory = circuit->store.memory;
    caw_kept_free(&circuit->kept, &memory);
    caw_idmap_free(&circuit->open, &memory);
    caw_idmap_free(&circuit->waiting, &memory);
    caw_idmap_free(&circuit->alike, &memory);
    caw_store_free(&circuit->store);
    memory.release(memory.user, circuit);
}

const char *caw_circuit_user(const caw_circuit *circuit) {
    return circuit->user;
}

const char *caw_circuit_host(const caw_circuit *circuit) {
    return circuit->host;
}

uint32_t caw_circuit_channels(const caw_circuit *circuit) {
    return circuit->channels;
}

int caw_circuit_version(const caw_circuit *circuit, caw_side side) {
    return (int)circuit->versions[side == CAW_SIDE_SERVER] - 1;
}

void caw_circuit_gap(caw_circuit *circuit) {
    circuit->epoch++;
}

/* What was not seen was not sent. */
static bool knows_all(const caw_circuit *circuit) {
    return circuit->complete && circuit->epoch == 0;
}

/* ---- looking up --------------------------------------------------------------------------- */

static void *look_up(const caw_circuit *circuit, uint64_t scope, uint32_t id) {
    return caw_idmap_get(&circuit->open, (caw_key){scope, id});
}

static void enter(caw_circuit *circuit, uint64_t scope, uint32_t id, void *value) {
    caw_idmap_set(&circuit->open, &circuit->store.memory, (caw_key){scope, id}, value);
}

/* Puts what comes after an entry in its place, unless another has taken its id. */
static void replace(caw_circuit *circuit, uint64_t scope, uint32_t id, const void *value,
                    void *next) {
    if (look_up(circuit, scope, id) == value)
        enter(circuit, scope, id, next);
}

/* ---- rows --------------------------------------------------------------------------------- */

static caw_header header_of(const caw_message *message) {
    return (caw_header){.command = message->command,
                        .type = message->type,
                        .count = message->count,
                        .param1 = message->param1,
                        .param2 = message->param2};
}

/* A header word by its field; of two equal ids the second, which is what answers repeat. */
static uint32_t word_of(const caw_message_row *row, const caw_header *header, caw_field_id id) {
    if (id == row->param2)
        return header->param2;
    if (id == row->param1)
        return header->param1;
    return id == row->count ? header->count : header->type;
}

/* The key under which a request with this one id waits. */
static caw_key key_of_id(uint16_t command, uint32_t id) {
    return (caw_key){command, id};
}

/*
 * The key under which a request of this row waits, or one that a message of this row answers.
 * WRITE has no id of its own, for libca puts the cid where others have an ioid: writes to a
 * channel can be told apart by what they write.
 */
static caw_key key_of(const caw_message_row *row, const caw_header *header) {
    caw_key key = {caw_asked_command(row), 0};
    for (size_t i = 0; i < 2 && row->repeats[i] != CAW_FIELD_RESERVED; i++)
        key.id = key.id << 32 | word_of(row, header, row->repeats[i]);
    if (header->command == CAW_COMMAND_WRITE)
        key.scope |= (uint64_t)header->type << 16 | (uint64_t)header->count << 32;
    return key;
}

static caw_key key_of_message(const caw_message *message) {
    caw_header header = header_of(message);
    return key_of(message->row, &header);
}

/* That a message names; 0 when it names none. */
static uint32_t sid_of(const caw_message *message) {
    caw_header header = header_of(message);
    bool named = message->row->channel == CAW_FIELD_SID;
    return named ? word_of(message->row, &header, CAW_FIELD_SID) : 0;
}

static const caw_channel *public_of(const open_channel *channel) {
    return channel ? &channel->channel : NULL;
}

/* ---- what is there twice ------------------------------------------------------------------ */

enum { ALIKE_CHANNELS, ALIKE_SUBSCRIPTIONS };

static void leave_alike(caw_circuit *circuit, caw_alike *ended) {
    caw_alike_leave(&circuit->alike, &circuit->store.memory, ended);
}

static uint32_t frame_of(const caw_exchange *exchange) {
    return exchange ? exchange->request.frame : 0;
}

/* The frame in which the same PV's channel was asked for that is still open; 0: there is none. */
static uint32_t enter_channel(caw_circuit *circuit, open_channel *made) {
    caw_key key = caw_name_key(ALIKE_CHANNELS, made->channel.pv);
    caw_alike *earlier =
        caw_alike_enter(&circuit->alike, &circuit->store.memory, &made->alike, key);
    const caw_channel *same =
        earlier ? &CAW_RING_ENTRY(earlier, open_channel, alike)->channel : NULL;
    return same && strcmp(same->pv, made->channel.pv) == 0 ? frame_of(same->creation) : 0;
}

/* The same of a subscription of a channel that is known, by what it asks for. */
static uint32_t enter_asked(caw_circuit *circuit, subscription *made, const caw_message *message) {
    uint64_t mask = wire_u16(message->payload, 12);
    caw_key key = {ALIKE_SUBSCRIPTIONS | (uint64_t)message->type << 8 | mask << 24,
                   (uint64_t)message->param1 << 32 | message->count};
    caw_alike *earlier =
        caw_alike_enter(&circuit->alike, &circuit->store.memory, &made->alike, key);
    const subscription *same = earlier ? CAW_RING_ENTRY(earlier, subscription, alike) : NULL;
    return same && same->owner == made->owner ? frame_of(same->first) : 0;
}

/* ---- requests ----------------------------------------------------------------------------- */

/* Requests before a gap may have been answered in it. */
static bool is_stale(const caw_circuit *circuit, const caw_exchange *exchange) {
    return exchange->epoch != circuit->epoch;
}

/* Nobody answers it any more; what it was to create comes to nothing. */
static void abandon(caw_circuit *circuit, caw_exchange *exchange) {
    caw_retire(&circuit->store, exchange);
    if (exchange->command != CAW_COMMAND_CREATE_CHAN || !exchange->channel)
        return;
    leave_alike(circuit, &((open_channel *)exchange->channel)->alike);
    caw_retire(&circuit->store, exchange->channel);
}

/* It is done, whether it was its turn or not. */
static void give_up(caw_circuit *circuit, caw_request *request) {
    caw_withdraw(&circuit->store, &circuit->waiting, &request->exchange);
    abandon(circuit, &request->exchange);
}

/* None is left: NULL. */
static caw_exchange *abandon_all(caw_circuit *circuit, caw_key key) {
    caw_exchange *first;
    while ((first = caw_take(&circuit->store, &circuit->waiting, key)))
        abandon(circuit, first);
    return first;
}

/* A request about a channel, or in search of a PV, or about neither. */
static caw_exchange *ask_about(caw_circuit *circuit, const caw_message *message,
                               open_channel *channel, const caw_view *pv, caw_moment now,
                               caw_note *note) {
    caw_key key = key_of_message(message);
    caw_exchange *first = caw_waiting(&circuit->store, &circuit->waiting, key);
    if (first && is_stale(circuit, first))
        first = abandon_all(circuit, key);
    else if (first && !message->row->in_turn)
        caw_history_flag(note, CAW_HISTORY_ID_IN_USE);

    caw_exchange *exchange = caw_new_exchange(&circuit->store, message->command, now, pv);
    note->exchange = exchange;
    note->turn = CAW_TURN_REQUEST;
    if (!exchange)
        return NULL;
    exchange->epoch = circuit->epoch;
    exchange->sid = sid_of(message);
    if (channel) {
        exchange->channel = &channel->channel;
        exchange->pv = channel->channel.pv;
    }
    if (!caw_ask(&circuit->store, &circuit->waiting, key, first, exchange)) {
        caw_retire(&circuit->store, exchange);
        return NULL;
    }
    if (channel && caw_store_forgets(&circuit->store))
        caw_ring_add_last(&channel->requests, &caw_request_of(exchange)->of_channel);
    return exchange;
}

static caw_exchange *ask(caw_circuit *circuit, const caw_message *message, open_channel *channel,
                         caw_moment now, caw_note *note) {
    return ask_about(circuit, message, channel, NULL, now, note);
}

static caw_view name_in(const caw_message *message) {
    return wire_sub(message->payload, 0, wire_strlen(message->payload));
}

/* `pv` is NULL when nobody knows it. */
static open_channel *new_channel(caw_circuit *circuit, const caw_view *pv) {
    size_t size = sizeof(open_channel);
    open_channel *made = caw_keep(&circuit->store, size + (pv ? (size_t)pv->len + 1 : 0));
    if (!made)
        return NULL;
    if (pv)
        made->channel.pv = caw_put_text((char *)made + size, *pv);
    made->channel.number = ++circuit->numbered_channels;
    caw_ring_begin(&made->subscriptions);
    caw_ring_begin(&made->requests);
    return made;
}

/* ---- names that are given ----------------------------------------------------------------- */

void caw_circuit_give_names(caw_circuit *circuit, const caw_names *names, uint64_t end0,
                            uint64_t end1) {
    circuit->names = names;
    circuit->ends[0] = end0;
    circuit->ends[1] = end1;
}

static const char *given_name(const caw_circuit *circuit, caw_named kind, uint32_t id) {
    if (!circuit->names || circuit->server_end < 0)
        return NULL;
    caw_name_given asked = {.server = circuit->ends[circuit->server_end],
                            .client = circuit->ends[!circuit->server_end],
                            .kind = kind,
                            .id = id};
    return caw_names_find(circuit->names, &asked);
}

static uint64_t over(caw_named kind) {
    return kind == CAW_NAMED_SID ? OVER_SID : OVER_SUBSCRIPTION;
}

/* What had the id before the capture has it no longer. */
static void end_given(caw_circuit *circuit, caw_named kind, uint32_t id) {
    if (given_name(circuit, kind, id))
        enter(circuit, over(kind), id, circuit);
}

/* A channel that was there before the capture, when its name is given; else NULL. */
static open_channel *given_channel(caw_circuit *circuit, caw_named kind, uint32_t id) {
    const char *pv = given_name(circuit, kind, id);
    if (!pv || knows_all(circuit) || look_up(circuit, over(kind), id))
        return NULL;
    caw_view name = caw_view_of(pv);
    open_channel *made = new_channel(circuit, &name);
    if (!made)
        return NULL;
    made->channel.given = true;
    made->channel.has_sid = kind == CAW_NAMED_SID;
    made->channel.sid = id; /* or the subscription's, by which end_channel finds it */
    circuit->channels += made->channel.has_sid;
    caw_open_as(&circuit->store, made, CAW_OPEN_CHANNELS);
    enter(circuit, kind == CAW_NAMED_SID ? BY_SID : BY_GIVEN_SUBSCRIPTION, id, made);
    return made;
}

static open_channel *channel_with_sid(caw_circuit *circuit, uint32_t sid) {
    open_channel *channel = look_up(circuit, BY_SID, sid);
    return channel ? channel : given_channel(circuit, CAW_NAMED_SID, sid);
}

/* The channel of a subscription of which the capture has only updates; else NULL. */
static open_channel *given_subscription(caw_circuit *circuit, uint32_t id) {
    open_channel *channel = look_up(circuit, BY_GIVEN_SUBSCRIPTION, id);
    return channel ? channel : given_channel(circuit, CAW_NAMED_SUBSCRIPTION, id);
}

/* The channel of a request's sid. */
static open_channel *channel_of(caw_circuit *circuit, uint32_t sid, caw_note *note) {
    open_channel *channel = channel_with_sid(circuit, sid);
    note->channel = public_of(channel);
    if (!channel && knows_all(circuit))
        caw_history_flag(note, CAW_HISTORY_UNKNOWN_SID);
    return channel;
}

static void see_version(caw_circuit *circuit, uint32_t version, caw_side side) {
    circuit->versions[side == CAW_SIDE_SERVER] = version + 1;
}

static void see_create(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    caw_view name = name_in(message);
    open_channel *channel = new_channel(circuit, &name);
    if (!channel)
        return;
    if (look_up(circuit, BY_CID, message->param1))
        caw_history_flag(note, CAW_HISTORY_CID_IN_USE);
    circuit->has_channels = true;
    if (caw_circuit_version(circuit, CAW_SIDE_CLIENT) < 0)
        see_version(circuit, message->param2, CAW_SIDE_CLIENT);
    channel->channel.cid = message->param1;
    channel->channel.creation = ask(circuit, message, channel, now, note);
    note->channel = &channel->channel;
    if (!channel->channel.creation) {
        caw_retire(&circuit->store, channel);
        return;
    }
    caw_use(&circuit->store, channel, channel->channel.creation);
    note->duplicate_of = enter_channel(circuit, channel);
}

/* Takes it out of those with its id: the next of them has it now. */
static void end_id(caw_circuit *circuit, subscription *ended) {
    subscription *earlier = ended->earlier, *later = ended->later;
    if (later)
        later->earlier = earlier;
    if (earlier)
        earlier->later = later;
    else
        replace(circuit, BY_SUBSCRIPTION, ended->id, ended, later);
    if (later && !earlier)
        later->last = ended->last;
    if (earlier && !later)
        ((subscription *)look_up(circuit, BY_SUBSCRIPTION, ended->id))->last = earlier;
    ended->earlier = ended->later = NULL;
}

/* The place of an id that has ended, or NULL. */
static uint64_t *ended_place(caw_circuit *circuit, uint32_t id) {
    for (int i = 0; i < ENDED; i++)
        if (circuit->ended[i] == (uint64_t)id + 1)
            return &circuit->ended[i];
    return NULL;
}

static void use_again(caw_circuit *circuit, uint32_t id) {
    uint64_t *place = ended_place(circuit, id);
    if (place)
        *place = 0;
}

static void end_subscription(caw_circuit *circuit, subscription *ended) {
    end_id(circuit, ended);
    leave_alike(circuit, &ended->alike);
    caw_ring_remove(&ended->of_channel);
    caw_retire(&circuit->store, ended);
}

/*
 * A server answers in order: until a cancel is confirmed, updates under its id are those of the
 * cancelled subscription, even if the client has used the id again.
 */
static void enter_subscription(caw_circuit *circuit, subscription *made, caw_note *note) {
    subscription *with_id = look_up(circuit, BY_SUBSCRIPTION, made->id);
    use_again(circuit, made->id);
    bool lives = with_id && !is_stale(circuit, with_id->first);
    if (lives && with_id->last->cancelled) {
        made->earlier = with_id->last;
        with_id->last->later = made;
        with_id->last = made;
        return;
    }
    if (lives)
        caw_history_flag(note, CAW_HISTORY_ID_IN_USE);
    for (; with_id; with_id = look_up(circuit, BY_SUBSCRIPTION, made->id))
        end_subscription(circuit, with_id);
    enter(circuit, BY_SUBSCRIPTION, made->id, made);
}

static subscription *new_subscription(caw_circuit *circuit, const caw_message *message,
                                      open_channel *owner, caw_moment now) {
    subscription *made = caw_keep(&circuit->store, sizeof *made);
    caw_exchange *first = caw_new_exchange(&circuit->store, message->command, now, NULL);
    if (!made || !first) {
        caw_retire(&circuit->store, made);
        caw_retire(&circuit->store, first);
        return NULL;
    }
    first->epoch = circuit->epoch;
    first->sid = message->param1;
    first->sequence = ++circuit->numbered_subscriptions;
    first->channel = owner ? &owner->channel : NULL;
    made->id = message->param2;
    made->first = first;
    made->last = made;
    made->owner = owner;
    caw_use(&circuit->store, made, first);
    caw_forget(&circuit->store, first); /* it is the subscription's alone */
    if (owner)
        caw_ring_add_last(&owner->subscriptions, &made->of_channel);
    else
        caw_open_as(&circuit->store, made, CAW_OPEN_SUBSCRIPTIONS);
    return made;
}

static void see_event_add(caw_circuit *circuit, const caw_message *message, caw_moment now,
                          caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    subscription *made = new_subscription(circuit, message, channel, now);
    if (!made)
        return;
    enter_subscription(circuit, made, note);
    end_given(circuit, CAW_NAMED_SUBSCRIPTION, made->id);
    if (channel)
        note->duplicate_of = enter_asked(circuit, made, message);
    note->exchange = made->first;
    note->turn = CAW_TURN_REQUEST;
}

static void see_event_cancel(caw_circuit *circuit, const caw_message *message, caw_moment now,
                             caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    subscription *ended = look_up(circuit, BY_SUBSCRIPTION, message->param2);
    if (ended)
        ended->last->cancelled = true;
    else if (knows_all(circuit))
        caw_history_flag(note, CAW_HISTORY_UNKNOWN_SUBSCRIPTION);
    caw_exchange *end = ask(circuit, message, channel, now, note);
    if (end && ended)
        end->sequence = ended->last->first->sequence;
}

/* The channel and the request, by the columns of the row. */
static void see_plain_request(caw_circuit *circuit, const caw_message *message, caw_moment now,
                              caw_note *note) {
    const caw_message_row *row = message->row;
    caw_header header = header_of(message);
    open_channel *channel = NULL;
    if (row->channel == CAW_FIELD_SID)
        channel = channel_of(circuit, word_of(row, &header, CAW_FIELD_SID), note);
    if (row->exchange == CAW_TURN_REQUEST)
        ask(circuit, message, channel, now, note);
}

static void see_read_notify(caw_circuit *circuit, const caw_message *message, caw_moment now,
                            caw_note *note) {
    see_plain_request(circuit, message, now, note);
    if (look_up(circuit, BY_SUBSCRIPTION, message->param2))
        caw_history_flag(note, CAW_HISTORY_REFRESH);
}

/* Nobody answers it but an ERROR. */
static void see_write(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    caw_exchange *put = ask(circuit, message, channel, now, note);
    if (put && caw_store_forgets(&circuit->store))
        caw_ring_add_last(&circuit->puts, &caw_request_of(put)->unanswered_put);
    note->turn = CAW_TURN_ALONE;
}

static void see_clear(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    open_channel *channel = channel_of(circuit, message->param1, note);
    if (!channel)
        channel = look_up(circuit, BY_CID, message->param2);
    note->channel = public_of(channel);
    ask(circuit, message, channel, now, note);
}

/* A name server is asked again and again, under the same cid. */
static void see_search(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    caw_key key = key_of_message(message);
    caw_view name = name_in(message);
    caw_exchange *earlier = caw_waiting(&circuit->store, &circuit->waiting, key);
    if (earlier && caw_same_text(earlier->pv, name)) {
        note->exchange = earlier;
        note->turn = CAW_TURN_REQUEST;
        note->repeated = true;
        caw_touch(&circuit->store, earlier);
        return;
    }
    ask_about(circuit, message, NULL, &name, now, note);
}

/* rsrv refuses a new identity once there are channels. */
static void see_identity(caw_circuit *circuit, const caw_message *message, const char **identity) {
    if (*identity && circuit->has_channels)
        return;
    caw_view name = name_in(message);
    char *copy = caw_keep(&circuit->store, (size_t)name.len + 1);
    caw_retire(&circuit->store, (char *)*identity);
    *identity = copy ? caw_put_text(copy, name) : NULL;
}

static void see_request(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    switch (message->command) {
    case CAW_COMMAND_VERSION:
        see_version(circuit, message->count, CAW_SIDE_CLIENT);
        break;
    case CAW_COMMAND_CLIENT_NAME:
        see_identity(circuit, message, &circuit->user);
        break;
    case CAW_COMMAND_HOST_NAME:
        see_identity(circuit, message, &circuit->host);
        break;
    case CAW_COMMAND_SEARCH:
        see_search(circuit, message, now, note);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        see_create(circuit, message, now, note);
        break;
    case CAW_COMMAND_EVENT_ADD:
        see_event_add(circuit, message, now, note);
        break;
    case CAW_COMMAND_EVENT_CANCEL:
        see_event_cancel(circuit, message, now, note);
        break;
    case CAW_COMMAND_READ_NOTIFY:
        see_read_notify(circuit, message, now, note);
        break;
    case CAW_COMMAND_WRITE:
        see_write(circuit, message, now, note);
        break;
    case CAW_COMMAND_CLEAR_CHANNEL:
        see_clear(circuit, message, now, note);
        break;
    default:
        see_plain_request(circuit, message, now, note);
    }
}

/* ---- answers ------------------------------------------------------------------------------ */

static open_channel *owner_of(const caw_exchange *exchange) {
    return exchange ? (open_channel *)exchange->channel : NULL;
}

/* Nanoseconds from one to the other; many when they are far apart. */
static int64_t between(caw_moment then, caw_moment now) {
    int64_t seconds = (int64_t)((uint64_t)now.seconds - (uint64_t)then.seconds);
    if (seconds > 1000 || seconds < -1000)
        return seconds > 0 ? INT64_MAX / 8 : 0;
    return seconds * 1000000000 + now.nanoseconds - then.nanoseconds;
}

static bool is_put(const caw_exchange *exchange) {
    return exchange->command == CAW_COMMAND_WRITE || exchange->command == CAW_COMMAND_WRITE_NOTIFY;
}

static void take_status(caw_exchange *exchange, const caw_message *message) {
    if (is_put(exchange)) {
        caw_header header = header_of(message);
        exchange->status = word_of(message->row, &header, CAW_FIELD_STATUS);
    }
}

static void take_answer(caw_circuit *circuit, caw_exchange *exchange, caw_note *note) {
    int64_t time = between(exchange->request, exchange->answer);
    if (time > 0 && (!circuit->quickest || time < circuit->quickest))
        circuit->quickest = time;
    note->exchange = exchange;
    note->turn = CAW_TURN_RESPONSE;
    note->channel = exchange->channel;
    if (exchange->request.frame > circuit->answered)
        circuit->answered = exchange->request.frame;
    caw_retire(&circuit->store, exchange);
}

/* The request that a message answers. */
static caw_exchange *answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                            caw_note *note) {
    caw_key key = key_of_message(message);
    caw_exchange *exchange = caw_answer(&circuit->store, &circuit->waiting, key, now);
    if (exchange) {
        exchange->failed = message->row->failure;
        take_status(exchange, message);
        take_answer(circuit, exchange, note);
    } else if (knows_all(circuit)) {
        caw_history_flag(note, CAW_HISTORY_UNKNOWN_ID);
    }
    return exchange;
}

static void end_cid(caw_circuit *circuit, open_channel *ended) {
    open_channel *earlier = ended->earlier, *later = ended->later;
    if (earlier)
        earlier->later = later;
    if (later)
        later->earlier = earlier;
    else
        replace(circuit, BY_CID, ended->channel.cid, ended, earlier);
}

static void end_channel(caw_circuit *circuit, open_channel *channel) {
    if (!channel)
        return;
    caw_ring *subscriptions = &channel->subscriptions, *requests = &channel->requests;
    circuit->channels -= channel->channel.has_sid && !channel->channel.closed;
    channel->channel.closed = true;
    end_cid(circuit, channel);
    leave_alike(circuit, &channel->alike);
    replace(circuit, BY_SID, channel->channel.sid, channel, NULL);
    replace(circuit, BY_GIVEN_SUBSCRIPTION, channel->channel.sid, channel, NULL);
    while (!caw_ring_is_empty(subscriptions))
        end_subscription(circuit, CAW_RING_ENTRY(subscriptions->after, subscription, of_channel));
    while (!caw_ring_is_empty(requests))
        give_up(circuit, CAW_RING_ENTRY(requests->after, caw_request, of_channel));
    caw_retire(&circuit->store, channel);
}

static void see_created(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    open_channel *channel = owner_of(answer(circuit, message, now, note));
    if (!channel)
        channel = new_channel(circuit, NULL);
    if (!channel)
        return;
    circuit->channels += !channel->channel.has_sid;
    channel->channel.cid = message->param1;
    channel->channel.sid = message->param2;
    channel->channel.has_sid = true;
    channel->channel.type = message->type;
    channel->channel.count = message->count;
    note->channel = &channel->channel;
    channel->earlier = look_up(circuit, BY_CID, message->param1);
    if (channel->earlier)
        channel->earlier->later = channel;
    caw_open_as(&circuit->store, channel, CAW_OPEN_CHANNELS);
    enter(circuit, BY_CID, message->param1, channel);
    enter(circuit, BY_SID, message->param2, channel);
    end_given(circuit, CAW_NAMED_SID, message->param2);
}

static void see_refused(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    end_channel(circuit, owner_of(answer(circuit, message, now, note)));
}

/* The channel of a cid: one that is being created, or the open one. */
static open_channel *channel_of_cid(caw_circuit *circuit, uint32_t cid) {
    caw_key key = key_of_id(CAW_COMMAND_CREATE_CHAN, cid);
    caw_exchange *creation = caw_waiting(&circuit->store, &circuit->waiting, key);
    return creation ? owner_of(creation) : look_up(circuit, BY_CID, cid);
}

static void count_update(subscription *updated, caw_moment now, caw_note *note) {
    int64_t at = caw_nanoseconds(now);
    caw_set_interval(note, updated->updated, at);
    note->number = ++updated->updates;
    updated->updated = at;
}

static void see_update(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    subscription *updated = look_up(circuit, BY_SUBSCRIPTION, message->param2);
    if (!updated) {
        note->channel = public_of(given_subscription(circuit, message->param2));
        if (ended_place(circuit, message->param2))
            caw_history_flag(note, CAW_HISTORY_UPDATE_AFTER_CANCEL);
        else if (knows_all(circuit))
            caw_history_flag(note, CAW_HISTORY_UNKNOWN_ID);
        return;
    }
    caw_exchange *first = updated->first;
    note->channel = public_of(updated->owner);
    note->exchange = first;
    count_update(updated, now, note);
    caw_touch(&circuit->store, updated);
    if (first->answer.frame || is_stale(circuit, first))
        return; /* the first one has been, or may have been in a gap */
    first->answer = now;
    take_answer(circuit, first, note);
}

/* The channel that stood for it, or NULL. */
static open_channel *end_given_subscription(caw_circuit *circuit, uint32_t id) {
    open_channel *given = look_up(circuit, BY_GIVEN_SUBSCRIPTION, id);
    end_given(circuit, CAW_NAMED_SUBSCRIPTION, id);
    end_channel(circuit, given);
    return given;
}

static void see_unsubscribed(caw_circuit *circuit, const caw_message *message, caw_moment now,
                             caw_note *note) {
    subscription *ended = look_up(circuit, BY_SUBSCRIPTION, message->param2);
    answer(circuit, message, now, note);
    if (!ended) {
        open_channel *given = end_given_subscription(circuit, message->param2);
        if (!note->channel)
            note->channel = public_of(given);
        return;
    }
    if (!note->channel)
        note->channel = public_of(ended->owner);
    if (!ended->cancelled)
        return;
    circuit->ended[circuit->next_ended++ % ENDED] = (uint64_t)ended->id + 1;
    end_subscription(circuit, ended);
}

static void see_event(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    if (message->row->payload == CAW_PAYLOAD_DBR)
        see_update(circuit, message, now, note);
    else
        see_unsubscribed(circuit, message, now, note);
}

/* An ERROR about a running subscription answers nothing. */
static caw_exchange *failed_subscription(caw_circuit *circuit, uint32_t id, caw_moment now) {
    subscription *failed = look_up(circuit, BY_SUBSCRIPTION, id);
    if (!failed || failed->first->answer.frame)
        return NULL;
    failed->first->answer = now;
    return failed->first;
}

/* nanoseconds: what a busy server may take, and a distant one */
#define BUSY    10000000
#define DISTANT 50000000

/* After this time a server has said that a WRITE failed: it is known how quickly it can answer. */
static int64_t patience(const caw_circuit *circuit) {
    if (!circuit->quickest)
        return DISTANT;
    return circuit->quickest > BUSY / 8 ? circuit->quickest * 8 : BUSY;
}

/* A put of which a failure would have been told by now. */
static bool is_written(const caw_circuit *circuit, const caw_exchange *put, caw_moment now,
                       int64_t least) {
    int64_t most = patience(circuit);
    return put->request.frame < circuit->answered ||
           between(put->request, now) > (most > least ? most : least);
}

/*
 * Only a failure is answered, and writes to a channel are alike: passes over those that have
 * succeeded by now, as long as there is a later one.
 */
static void skip_written(caw_circuit *circuit, caw_key key, caw_moment now) {
    caw_exchange *first = caw_waiting(&circuit->store, &circuit->waiting, key);
    while (first && first->request.frame != caw_request_of(first)->last->exchange.request.frame &&
           is_written(circuit, first, now, 0)) {
        caw_retire(&circuit->store, caw_take(&circuit->store, &circuit->waiting, key));
        first = caw_waiting(&circuit->store, &circuit->waiting, key);
    }
}

/* A lonely failure is told of the last put even when it is late, unless it is as late as this. */
#define LATE 1000000000

static void forget_written(caw_circuit *circuit, caw_moment now) {
    while (!caw_ring_is_empty(&circuit->puts)) {
        caw_request *first = CAW_RING_ENTRY(circuit->puts.after, caw_request, unanswered_put);
        if (!is_written(circuit, &first->exchange, now, LATE))
            break;
        give_up(circuit, first);
    }
}

static caw_exchange *failed_exchange(caw_circuit *circuit, const caw_message_row *row,
                                     const caw_header *request, caw_moment now) {
    caw_key key = key_of(row, request);
    if (request->command == CAW_COMMAND_EVENT_ADD)
        return failed_subscription(circuit, request->param2, now);
    if (request->command == CAW_COMMAND_WRITE)
        skip_written(circuit, key, now);
    return caw_answer(&circuit->store, &circuit->waiting, key, now);
}

/*
 * A sid that this circuit never had can be another's, which rsrv serves too: the cid of the ERROR
 * is then a cid of that circuit.
 */
static const caw_channel *failed_channel(caw_circuit *circuit, uint32_t sid, uint32_t cid) {
    open_channel *channel = channel_with_sid(circuit, sid);
    if (!channel && !knows_all(circuit) && cid != UINT32_MAX)
        channel = look_up(circuit, BY_CID, cid);
    return public_of(channel);
}

static void see_error(caw_circuit *circuit, const caw_message *message, caw_moment now,
                      caw_note *note) {
    caw_header request;
    if (caw_read_header(message->payload, &request) == CAW_MORE)
        return;
    const caw_message_row *row = caw_request_row(request.command);
    caw_exchange *exchange = failed_exchange(circuit, row, &request, now);
    if (exchange) {
        exchange->failed = true;
        take_status(exchange, message);
        take_answer(circuit, exchange, note);
    }
    if (!note->channel && row->channel == CAW_FIELD_SID)
        note->channel =
            failed_channel(circuit, word_of(row, &request, CAW_FIELD_SID), message->param1);
    if (request.command == CAW_COMMAND_CREATE_CHAN)
        end_channel(circuit, owner_of(exchange));
}

static void see_cleared(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note) {
    caw_exchange *exchange = answer(circuit, message, now, note);
    open_channel *channel = owner_of(exchange);
    if (!channel)
        channel = channel_with_sid(circuit, message->param1);
    note->channel = public_of(channel);
    end_channel(circuit, channel);
    end_given(circuit, CAW_NAMED_SID, message->param1);
}

static void see_disconnect(caw_circuit *circuit, const caw_message *message, caw_note *note) {
    open_channel *channel = look_up(circuit, BY_CID, message->param1);
    note->channel = public_of(channel);
    end_channel(circuit, channel);
}

/* The request and the channel, by the columns of the row. */
static void see_plain_answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                             caw_note *note) {
    const caw_message_row *row = message->row;
    caw_header header = header_of(message);
    if (row->exchange == CAW_TURN_RESPONSE)
        answer(circuit, message, now, note);
    if (row->channel == CAW_FIELD_CID && !note->channel)
        note->channel = public_of(channel_of_cid(circuit, word_of(row, &header, CAW_FIELD_CID)));
    if (row->channel == CAW_FIELD_SID && !note->channel)
        note->channel = public_of(channel_with_sid(circuit, word_of(row, &header, CAW_FIELD_SID)));
}

/* They come before the answer to the creation, and later whenever they change. */
static void see_rights(caw_circuit *circuit, const caw_message *message, caw_note *note) {
    open_channel *channel = channel_of_cid(circuit, message->param1);
    uint8_t rights =
        (uint8_t)((message->param2 & (CAW_RIGHTS_READ | CAW_RIGHTS_WRITE)) | CAW_RIGHTS_KNOWN);
    note->channel = public_of(channel);
    if (!channel)
        return;
    if (channel->channel.rights && channel->channel.rights != rights)
        caw_history_flag(note, CAW_HISTORY_RIGHTS_CHANGED);
    channel->channel.rights = rights;
}

static void see_answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                       caw_note *note) {
    switch (message->command) {
    case CAW_COMMAND_VERSION:
        see_version(circuit, message->count, CAW_SIDE_SERVER);
        break;
    case CAW_COMMAND_ACCESS_RIGHTS:
        see_rights(circuit, message, note);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        see_created(circuit, message, now, note);
        break;
    case CAW_COMMAND_CREATE_CH_FAIL:
        see_refused(circuit, message, now, note);
        break;
    case CAW_COMMAND_SERVER_DISCONN:
        see_disconnect(circuit, message, note);
        break;
    case CAW_COMMAND_EVENT_ADD:
        see_event(circuit, message, now, note);
        break;
    case CAW_COMMAND_CLEAR_CHANNEL:
        see_cleared(circuit, message, now, note);
        break;
    case CAW_COMMAND_ERROR:
        see_error(circuit, message, now, note);
        break;
    default:
        see_plain_answer(circuit, message, now, note);
    }
}

/* ---- who is who --------------------------------------------------------------------------- */

caw_side caw_circuit_speaker(const caw_circuit *circuit, int end) {
    if (circuit->server_end < 0)
        return CAW_SIDE_NOBODY;
    return end == circuit->server_end ? CAW_SIDE_SERVER : CAW_SIDE_CLIENT;
}

static void observe(caw_circuit *circuit, const caw_message *message, caw_moment now,
                    caw_note *note) {
    if (!(message->row->transport & CAW_TRANSPORT_TCP))
        return; /* it belongs in datagrams, and means nothing here */
    if (message->row->speaker == CAW_SIDE_CLIENT)
        see_request(circuit, message, now, note);
    else
        see_answer(circuit, message, now, note);
    if (note->channel)
        note->rights = note->channel->rights;
    if (caw_store_forgets(&circuit->store)) {
        caw_touch(&circuit->store, note->channel);
        forget_written(circuit, now);
    }
}

/* Reads a kept message again, now that it is known who sent it. */
static void reread(caw_circuit *circuit, const caw_kept *kept) {
    caw_event *event = kept->event;
    caw_message *message = &event->message;
    event->speaker = caw_circuit_speaker(circuit, kept->end);
    if (event->kind != CAW_EVENT_MESSAGE)
        return;
    caw_context context = {.transport = CAW_TRANSPORT_TCP, .speaker = event->speaker};
    caw_decode(message->whole.bytes, message->whole.len, &context, message);
    observe(circuit, message, caw_event_sent(event), kept->note);
    if (kept->later)
        *kept->later = *kept->note;
}

void caw_circuit_set_server(caw_circuit *circuit, int server_end) {
    if (circuit->server_end >= 0)
        return;
    circuit->server_end = server_end;
    if (circuit->stopped) /* what is still there has been judged */
        return;
    for (const caw_kept *each = circuit->kept.first; each; each = each->next)
        reread(circuit, each);
}

/* Of the subscription in this header. An empty update has a status where a confirmation has the
 * sid. */
static bool is_cancel_pending(const caw_circuit *circuit, caw_view view) {
    caw_header header;
    caw_read_header(view, &header);
    const subscription *known = look_up(circuit, BY_SUBSCRIPTION, header.param2);
    const open_channel *channel = known ? known->owner : NULL;
    caw_key key = key_of_id(CAW_COMMAND_EVENT_CANCEL, header.param2);
    return caw_is_awaited(&circuit->waiting, key) &&
           (!channel || channel->channel.sid == header.param1);
}

/* Most messages need no look at the history: an EVENT_ADD without payload does. */
caw_context caw_circuit_context(const caw_circuit *circuit, int end, const uint8_t *bytes,
                                size_t available) {
    static const uint32_t empty = (uint32_t)CAW_COMMAND_EVENT_ADD << 16;
    caw_context context = {.transport = CAW_TRANSPORT_TCP,
                           .speaker = caw_circuit_speaker(circuit, end)};
    if (context.speaker != CAW_SIDE_SERVER || available < CAW_HEADER_SIZE)
        return context;
    caw_view view = {bytes, 0, CAW_HEADER_SIZE};
    if (wire_u32(view, 0) == empty)
        context.cancel_pending = is_cancel_pending(circuit, view);
    return context;
}

/* What notes that are to be told point to is not freed yet. */
static void sweep(caw_circuit *circuit) {
    if (caw_store_forgets(&circuit->store) && !circuit->kept.first)
        caw_sweep(&circuit->store);
}

void caw_circuit_observe(caw_circuit *circuit, int end, const caw_message *message, caw_moment now,
                         caw_note *note) {
    memset(note, 0, sizeof *note);
    sweep(circuit);
    if (message->speaker == CAW_SIDE_NOBODY)
        return;
    if (circuit->server_end < 0)
        caw_circuit_set_server(circuit, message->speaker == CAW_SIDE_SERVER ? end : !end);
    observe(circuit, message, now, note);
}

/* ---- what waits for that ------------------------------------------------------------------ */

static bool is_settled(const caw_circuit *circuit) {
    return circuit->server_end >= 0 || circuit->stopped;
}

/* Bytes that are no message wait only for messages before them. */
static bool must_wait(const caw_circuit *circuit, const caw_event *event) {
    return event->kind == CAW_EVENT_MESSAGE ||
           (event->kind == CAW_EVENT_MALFORMED && circuit->kept.first);
}

bool caw_circuit_keep(caw_circuit *circuit, int end, const caw_event *event, caw_note *later) {
    if (is_settled(circuit) || !must_wait(circuit, event))
        return false;
    bool kept = caw_kept_add(&circuit->kept, &circuit->store.memory, event, end, later);
    if (!kept)
        caw_circuit_stop_keeping(circuit);
    return kept;
}

void caw_circuit_stop_keeping(caw_circuit *circuit) {
    circuit->stopped = true;
}

const caw_event *caw_circuit_kept(caw_circuit *circuit) {
    if (caw_kept_is_empty(&circuit->kept) || !is_settled(circuit)) /* mostly it is */
        return NULL;
    return caw_kept_take(&circuit->kept, &circuit->store.memory);
}

/* ---- forgetting --------------------------------------------------------------------------- */

/* What is not known any more is not unknown for sure. */
static void drop(void *owner, caw_open *open) {
    caw_circuit *circuit = owner;
    circuit->complete = false;
    if (open->kind == CAW_OPEN_CHANNELS)
        end_channel(circuit, caw_opened(open));
    else if (open->kind == CAW_OPEN_SUBSCRIPTIONS)
        end_subscription(circuit, caw_opened(open));
    else
        give_up(circuit, caw_opened(open));
    sweep(circuit);
}

caw_circuit *caw_circuit_new_forgetting(caw_ages *ages, bool complete) {
    caw_circuit *circuit = new_circuit(caw_ages_memory(ages, CAW_HELD_CIRCUITS), complete);
    if (circuit)
        caw_store_forgetting(&circuit->store, ages, CAW_HELD_CIRCUITS, (caw_holder){drop, circuit});
    return circuit;
}
