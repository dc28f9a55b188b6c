/* SPDX-License-Identifier: BSD-3-Clause */
#include "waits.h"

/* Nanoseconds in which what was sent before a circuit was closed may still be answered. */
#define LINGER INT64_C(60000000000)

/* The requests of one channel or circuit. */
typedef struct caw_wait_bunch {
    caw_key key;
    caw_ring requests;
    caw_ring ending;
    caw_moment closed;
} bunch;

void caw_waits_begin(caw_waits *waits) {
    caw_ring_begin(&waits->all);
    caw_ring_begin(&waits->ending);
}

caw_key caw_wait_key(const caw_event *event) {
    return (caw_key){event->connection, (uint64_t)(uintptr_t)event->note->exchange};
}

bool caw_wait_is_of(const caw_wait *wait, const caw_exchange *exchange) {
    const caw_moment *asked = &exchange->request;
    return wait->sent.frame == asked->frame && wait->sent.seconds == asked->seconds &&
           wait->sent.nanoseconds == asked->nanoseconds;
}

/* ---- bunches ------------------------------------------------------------------------------ */

static caw_key key_of(const caw_event *event, caw_wait_group group, uint32_t sid) {
    return (caw_key){(uint64_t)event->connection * CAW_WAIT_GROUPS + group, sid};
}

static bunch *make_bunch(caw_report *report, caw_waits *waits, caw_key key) {
    const caw_memory *memory = caw_report_memory(report);
    bunch *made = caw_idmap_get(&waits->bunches, key);
    if (made)
        return made;
    made = memory->alloc(memory->user, sizeof *made);
    if (!made)
        return NULL;
    memset(made, 0, sizeof *made);
    made->key = key;
    caw_ring_begin(&made->requests);
    if (caw_idmap_set(&waits->bunches, memory, key, made))
        return made;
    memory->release(memory->user, made);
    return NULL;
}

static bool enter(caw_report *report, caw_waits *waits, caw_wait *wait, caw_wait_group group,
                  caw_key key) {
    bunch *into = make_bunch(report, waits, key);
    if (!into)
        return false;
    caw_ring_add_last(&into->requests, &wait->of[group]);
    wait->in[group] = into;
    return true;
}

static void leave(caw_report *report, caw_waits *waits, caw_wait *wait, caw_wait_group group) {
    const caw_memory *memory = caw_report_memory(report);
    bunch *from = wait->in[group];
    caw_ring_remove(&wait->of[group]);
    wait->in[group] = NULL;
    if (!from || !caw_ring_is_empty(&from->requests))
        return;
    caw_ring_remove(&from->ending);
    caw_idmap_set(&waits->bunches, memory, from->key, NULL);
    memory->release(memory->user, from);
}

static caw_wait *first_of(const bunch *from, caw_wait_group group) {
    return CAW_RING_ENTRY(from->requests.after - group, caw_wait, of);
}

/* ---- requests ----------------------------------------------------------------------------- */

bool caw_waits_add(caw_report *report, caw_waits *waits, caw_wait *wait, caw_key key,
                   const caw_event *event, const uint32_t *sid) {
    const caw_memory *memory = caw_report_memory(report);
    wait->key = key;
    wait->asked = event->now;
    wait->sent = caw_event_sent(event);
    caw_ring_add_last(&waits->all, &wait->all);
    waits->count++;
    if (caw_idmap_set(&waits->by_key, memory, key, wait) &&
        enter(report, waits, wait, CAW_WAIT_CIRCUIT, key_of(event, CAW_WAIT_CIRCUIT, 0)) &&
        (!sid ||
         enter(report, waits, wait, CAW_WAIT_CHANNEL, key_of(event, CAW_WAIT_CHANNEL, *sid))))
        return true;
    caw_waits_remove(report, waits, wait);
    caw_report_drop(report);
    return false;
}

void caw_waits_remove(caw_report *report, caw_waits *waits, caw_wait *wait) {
    caw_ring_remove(&wait->all);
    waits->count--;
    caw_report_index(report, &waits->by_key, wait->key, NULL);
    leave(report, waits, wait, CAW_WAIT_CHANNEL);
    leave(report, waits, wait, CAW_WAIT_CIRCUIT);
}

caw_wait *caw_waits_find(const caw_waits *waits, caw_key key) {
    return caw_idmap_get(&waits->by_key, key);
}

caw_wait *caw_waits_oldest(const caw_waits *waits) {
    return caw_ring_is_empty(&waits->all) ? NULL : CAW_RING_ENTRY(waits->all.after, caw_wait, all);
}

static bunch *find_bunch(const caw_waits *waits, const caw_event *event, caw_wait_group group,
                         uint32_t sid) {
    return waits->count ? caw_idmap_get(&waits->bunches, key_of(event, group, sid)) : NULL;
}

caw_wait *caw_waits_of_channel(const caw_waits *waits, const caw_event *event, uint32_t sid) {
    const bunch *found = find_bunch(waits, event, CAW_WAIT_CHANNEL, sid);
    return found ? first_of(found, CAW_WAIT_CHANNEL) : NULL;
}

void caw_waits_close(caw_waits *waits, const caw_event *event) {
    bunch *found = find_bunch(waits, event, CAW_WAIT_CIRCUIT, 0);
    if (!found || caw_ring_is_linked(&found->ending))
        return;
    found->closed = event->now;
    caw_ring_add_last(&waits->ending, &found->ending);
}

caw_wait *caw_waits_due(const caw_waits *waits, const caw_moment *now) {
    if (caw_ring_is_empty(&waits->ending))
        return NULL;
    const bunch *first = CAW_RING_ENTRY(waits->ending.after, bunch, ending);
    return caw_between(&first->closed, now) > LINGER ? first_of(first, CAW_WAIT_CIRCUIT) : NULL;
}

void caw_waits_free(caw_report *report, caw_waits *waits) {
    const caw_memory *memory = caw_report_memory(report);
    for (caw_wait *each; (each = caw_waits_oldest(waits));)
        caw_waits_remove(report, waits, each);
    caw_idmap_free(&waits->by_key, memory);
    caw_idmap_free(&waits->bunches, memory);
}
