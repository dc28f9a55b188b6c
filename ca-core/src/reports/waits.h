/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of circuits that wait for what decides them: their answers, the end of their channel or
 * of their circuit. Each is found by a key of the report's own, by its channel and by its circuit.
 * They are the report's memory, which frees them.
 */
#ifndef CAW_REPORTS_WAITS_H
#define CAW_REPORTS_WAITS_H

#include "history/ring.h"
#include "report.h"

typedef struct caw_wait caw_wait;

typedef enum { CAW_WAIT_CHANNEL, CAW_WAIT_CIRCUIT, CAW_WAIT_GROUPS } caw_wait_group;

struct caw_wait {
    caw_key key;
    caw_moment asked; /* of the request, as it is told */
    caw_moment sent;  /* what durations are counted from: caw_event_sent */
    caw_ring all;     /* the oldest first */
    caw_ring of[CAW_WAIT_GROUPS];
    struct caw_wait_bunch *in[CAW_WAIT_GROUPS];
};

typedef struct {
    caw_idmap by_key;
    caw_idmap bunches;
    caw_ring all;
    caw_ring ending; /* bunches of circuits that are closed */
    size_t count;
} caw_waits;

/* Zeroed memory becomes that of no requests. */
void caw_waits_begin(caw_waits *waits);

/* The key of a request by its exchange, which may be gone when it is answered: its address is a
 * name within the circuit, and the moment of the request proves it. */
caw_key caw_wait_key(const caw_event *event);
bool caw_wait_is_of(const caw_wait *wait, const caw_exchange *exchange);

/*
 * The request of this event waits; nothing else has the key. `sid`, or NULL: of its channel. False,
 * which is counted, without memory.
 */
bool caw_waits_add(caw_report *report, caw_waits *waits, caw_wait *wait, caw_key key,
                   const caw_event *event, const uint32_t *sid);

/* It waits no longer. */
void caw_waits_remove(caw_report *report, caw_waits *waits, caw_wait *wait);

/* NULL: there is none. */
caw_wait *caw_waits_find(const caw_waits *waits, caw_key key);
caw_wait *caw_waits_oldest(const caw_waits *waits);

/* One of this channel of the event's circuit; NULL: none waits. */
caw_wait *caw_waits_of_channel(const caw_waits *waits, const caw_event *event, uint32_t sid);

/*
 * The circuit of this event is closed. What is still on its way may come: when a minute has passed,
 * its requests are given one after another, to be removed; NULL: none is due.
 */
void caw_waits_close(caw_waits *waits, const caw_event *event);
caw_wait *caw_waits_due(const caw_waits *waits, const caw_moment *now);

/* Frees what is not the requests'. */
void caw_waits_free(caw_report *report, caw_waits *waits);

#endif
