/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of a circuit share: what it keeps, and who knows what is open. */
#ifndef CAW_CIRCUIT_H
#define CAW_CIRCUIT_H

#include "alike.h"
#include "exchange.h"
#include "kept.h"
#include "request_key.h"

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

/*
 * By what something is entered in `open`. OVER_ is what stays of a given name that is over, so that
 * it is not given to what has its id next; BY_GIVEN_SUBSCRIPTION are those that the capture shows
 * by their updates alone.
 */
enum { BY_CID, BY_SID, BY_SUBSCRIPTION, BY_GIVEN_SUBSCRIPTION, OVER_SID, OVER_SUBSCRIPTION };

/* What may be there twice. */
enum { ALIKE_CHANNELS, ALIKE_SUBSCRIPTIONS };

/* ---- in a few words -------------------------------------------------------------------------- */

static inline void *circuit_get(const caw_circuit *circuit, uint64_t scope, uint32_t id) {
    return caw_idmap_get(&circuit->open, (caw_key){scope, id});
}

static inline void circuit_set(caw_circuit *circuit, uint64_t scope, uint32_t id, void *value) {
    caw_idmap_set(&circuit->open, &circuit->store.memory, (caw_key){scope, id}, value);
}

/* Puts what comes after an entry in its place, unless another has taken its id. */
static inline void circuit_replace(caw_circuit *circuit, uint64_t scope, uint32_t id,
                                   const void *value, void *next) {
    if (circuit_get(circuit, scope, id) == value)
        circuit_set(circuit, scope, id, next);
}

/* What was not seen was not sent. */
static inline bool circuit_knows_all(const caw_circuit *circuit) {
    return circuit->complete && circuit->epoch == 0;
}

/* Requests before a gap may have been answered in it. */
static inline bool circuit_is_stale(const caw_circuit *circuit, const caw_exchange *exchange) {
    return exchange->epoch != circuit->epoch;
}

static inline void circuit_see_version(caw_circuit *circuit, uint32_t version, caw_side side) {
    circuit->versions[side == CAW_SIDE_SERVER] = version + 1;
}

static inline bool circuit_knows_version(const caw_circuit *circuit, caw_side side) {
    return circuit->versions[side == CAW_SIDE_SERVER] != 0;
}

static inline const caw_channel *circuit_public(const open_channel *channel) {
    return channel ? &channel->channel : NULL;
}

static inline void circuit_leave_alike(caw_circuit *circuit, caw_alike *ended) {
    caw_alike_leave(&circuit->alike, &circuit->store.memory, ended);
}

static inline uint32_t circuit_frame_of(const caw_exchange *exchange) {
    return exchange ? exchange->request.frame : 0;
}

/* Nanoseconds from one to the other; many when they are far apart. */
static inline int64_t circuit_between(caw_moment then, caw_moment now) {
    int64_t seconds = (int64_t)((uint64_t)now.seconds - (uint64_t)then.seconds);
    if (seconds > 1000 || seconds < -1000)
        return seconds > 0 ? INT64_MAX / 8 : 0;
    return seconds * 1000000000 + now.nanoseconds - then.nanoseconds;
}

/* ---- circuit_channels.c ---------------------------------------------------------------------- */

/* Nobody answers it any more; what it was to create comes to nothing. */
void caw_circuit_abandon(caw_circuit *circuit, caw_exchange *exchange);

/* It is done, whether it was its turn or not. */
void caw_circuit_give_up(caw_circuit *circuit, caw_request *request);

/* `pv` is NULL when nobody knows it. NULL without memory. */
open_channel *caw_circuit_new_channel(caw_circuit *circuit, const caw_view *pv);

/* The frame in which the same PV's channel was asked for that is still open; 0: there is none. */
uint32_t caw_circuit_enter_channel(caw_circuit *circuit, open_channel *made);

/* With its subscriptions and requests; NULL is no channel. */
void caw_circuit_end_channel(caw_circuit *circuit, open_channel *channel);

/* ---- circuit_subscriptions.c ----------------------------------------------------------------- */

/* `owner` is NULL when the sid is not known. NULL without memory. */
subscription *caw_circuit_new_subscription(caw_circuit *circuit, const caw_message *message,
                                           open_channel *owner, caw_moment now);

/* It has its id, at once or when the cancel of what has it is confirmed. */
void caw_circuit_enter_subscription(caw_circuit *circuit, subscription *made, caw_note *note);

/* The frame of another that asks for the same of the same channel, which is known; 0: there is
 * none. */
uint32_t caw_circuit_enter_asked(caw_circuit *circuit, subscription *made,
                                 const caw_message *message);

void caw_circuit_end_subscription(caw_circuit *circuit, subscription *ended);

/* The same, because the server has confirmed it: the id is watched. */
void caw_circuit_unsubscribe(caw_circuit *circuit, subscription *ended);

/* This was lately the id of a subscription whose end was confirmed, and is of none since. */
bool caw_circuit_has_ended(const caw_circuit *circuit, uint32_t id);

/* ---- circuit_given.c ------------------------------------------------------------------------- */

/* What had the id before the capture has it no longer. */
void caw_circuit_end_given(caw_circuit *circuit, caw_named kind, uint32_t id);

/* The channel, if it is open or was so before the capture and its name is given; else NULL. */
open_channel *caw_circuit_channel_of_sid(caw_circuit *circuit, uint32_t sid);

/* The channel of a subscription of which the capture has only updates; else NULL. */
open_channel *caw_circuit_given_subscription(caw_circuit *circuit, uint32_t id);

/* The channel that stood for it, which has ended; or NULL. */
open_channel *caw_circuit_end_given_subscription(caw_circuit *circuit, uint32_t id);

/* ---- circuit_puts.c -------------------------------------------------------------------------- */

/*
 * Only a failure is answered, and writes to a channel are alike: passes over those that have
 * succeeded by now, as long as there is a later one.
 */
void caw_circuit_skip_written(caw_circuit *circuit, caw_key key, caw_moment now);

/* In a circuit that forgets: no failure of these will be told any more. */
void caw_circuit_forget_written(caw_circuit *circuit, caw_moment now);

/* ---- circuit_requests.c, circuit_answers.c --------------------------------------------------- */

/* A message of the client, and of the server. */
void caw_circuit_request(caw_circuit *circuit, const caw_message *message, caw_moment now,
                         caw_note *note);
void caw_circuit_answer(caw_circuit *circuit, const caw_message *message, caw_moment now,
                        caw_note *note);

#endif
