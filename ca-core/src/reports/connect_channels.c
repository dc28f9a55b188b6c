/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A row for each channel that somebody asked for: its search, its creation, and the answers.
 *
 * A row begins with a search, or with a request to create the channel where no search was seen. A
 * creation belongs to the search of that name from that address that was answered by that server:
 * to the latest that has none yet, or else it shares the latest one that has.
 */
#include "connect.h"

/* ---- indexes ------------------------------------------------------------------------------ */

static caw_key name_key(const connect_route *way, const char *pv) {
    return (caw_key){(uint64_t)(uintptr_t)way, caw_hash(pv, strlen(pv))};
}

/* The latest answered search of this name on this route, or NULL. */
static connect_attempt *search_of(const connect_state *state, const connect_route *way,
                                  const char *pv) {
    connect_attempt *found = caw_idmap_get(&state->names, name_key(way, pv));
    return found && found->route == way && strcmp(found->pv.wire, pv) == 0 ? found : NULL;
}

/*
 * The exchange itself may be gone by the time its answer comes, and another one may lie in its
 * place: its address finds the attempt, the time of its request proves it.
 */
static caw_key exchange_key(const caw_exchange *exchange) {
    return (caw_key){(uint64_t)(uintptr_t)exchange, exchange->command};
}

static bool same_moment(const caw_moment *a, const caw_moment *b) {
    return a->frame == b->frame && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

static connect_attempt *attempt_of(const connect_state *state, const caw_exchange *exchange) {
    connect_attempt *found = caw_idmap_get(&state->exchanges, exchange_key(exchange));
    if (!found)
        return NULL;
    bool search = exchange->command == CAW_COMMAND_SEARCH;
    return same_moment(search ? &found->searched : &found->asked, &exchange->request) ? found
                                                                                      : NULL;
}

/* The frame in which the answer is told, and when it was sent: it may have waited in between. */
static caw_moment answered(const caw_event *event) {
    caw_moment moment = caw_event_sent(event);
    moment.frame = event->now.frame;
    return moment;
}

/* A new row for this exchange; NULL without memory, or beyond the most rows. */
static connect_attempt *new_attempt(caw_report *report, const caw_exchange *exchange) {
    connect_state *state = caw_report_state(report);
    connect_attempt *made;
    caw_kept_name pv = {NULL, NULL};
    if (exchange->pv && !caw_report_keep_name(report, exchange->pv, &pv))
        return NULL;
    if (!exchange->pv)
        caw_report_drop(report);
    made = caw_report_add(report, CONNECT_CHANNELS, sizeof *made);
    if (!made)
        return NULL;
    made->pv = pv;
    caw_report_index(report, &state->exchanges, exchange_key(exchange), made);
    return made;
}

/* ---- searches ----------------------------------------------------------------------------- */

static void see_search(caw_report *report, const caw_event *event) {
    connect_state *state = caw_report_state(report);
    const caw_exchange *exchange = event->note->exchange;
    if (caw_is_passed_on(&state->sockets, event))
        return;
    connect_attempt *found = attempt_of(state, exchange);
    if (!found)
        found = new_attempt(report, exchange);
    if (!found)
        return;
    if (event->transport == CAW_TRANSPORT_UDP)
        caw_report_keep_end(report, &state->sockets, &event->source);
    found->searches++;
    if (!found->searched.frame) {
        found->client = event->source;
        found->searched = exchange->request;
    }
    found->searched_on = event->now;
    caw_report_touch(report, &found->record);
}

/* It waits for a creation. */
static void enter_found(caw_report *report, connect_attempt *found) {
    connect_state *state = caw_report_state(report);
    connect_route *way = caw_connect_route(report, found->client, &found->server);
    if (!way || !found->pv.wire)
        return;
    connect_attempt *above = search_of(state, way, found->pv.wire);
    found->route = way;
    found->below = above && !above->asked.frame ? above : NULL;
    found->next_waiting = way->waiting;
    way->waiting = found;
    caw_report_index(report, &state->names, name_key(way, found->pv.wire), found);
}

static void see_found(caw_report *report, const caw_event *event) {
    const caw_exchange *exchange = event->note->exchange;
    connect_attempt *found = attempt_of(caw_report_state(report), exchange);
    if (found && found->found.frame)
        return;
    if (!found && !(found = new_attempt(report, exchange)))
        return;
    found->searched = exchange->request;
    found->found = answered(event);
    found->client = event->target;
    found->server = caw_announced_end(event);
    enter_found(report, found);
    caw_report_touch(report, &found->record);
}

/* ---- creations ---------------------------------------------------------------------------- */

/* The row of a creation: that of its search, or a new one. NULL without memory. */
static connect_attempt *begin_creation(caw_report *report, const caw_exchange *exchange,
                                       const connect_circuit *on) {
    connect_state *state = caw_report_state(report);
    connect_route *way =
        exchange->pv && on ? caw_connect_route(report, on->client, &on->server) : NULL;
    connect_attempt *search = way ? search_of(state, way, exchange->pv) : NULL;
    if (search && !search->asked.frame) {
        if (search->below)
            caw_report_index(report, &state->names, name_key(way, exchange->pv), search->below);
        caw_report_index(report, &state->exchanges, exchange_key(exchange), search);
        return search;
    }
    connect_attempt *made = new_attempt(report, exchange);
    if (made && search) {
        made->searches = search->searches;
        made->searched = search->searched;
        made->found = search->found;
    }
    return made;
}

/* A circuit that was there when the search was answered was not opened for this channel. */
static void take_opening(connect_attempt *found, connect_circuit *on) {
    bool first = !on->used;
    on->used = true;
    if (!on->asked.frame || !on->accepted.frame)
        return;
    found->opened = found->found.frame ? caw_between(&found->found, &on->accepted) >= 0 : first;
    found->opening = caw_between(&on->asked, &on->accepted);
}

static connect_attempt *creation_of(caw_report *report, const caw_event *event, bool from_server) {
    connect_state *state = caw_report_state(report);
    const caw_exchange *exchange = event->note->exchange;
    connect_attempt *found = attempt_of(state, exchange);
    if (found)
        return found;
    connect_circuit *on = caw_connect_circuit(report, event, from_server, false);
    found = begin_creation(report, exchange, on);
    if (!found)
        return NULL;
    found->client = from_server ? event->target : event->source;
    found->server = from_server ? event->source : event->target;
    found->asked = exchange->request;
    state->unanswered++;
    if (!on)
        return found;
    if (!on->asked.frame)
        on->progress = CONNECT_OPEN; /* the capture begins later than the circuit */
    take_opening(found, on);
    return found;
}

static void see_creation(caw_report *report, const caw_event *event) {
    connect_attempt *found = creation_of(report, event, false);
    if (found)
        caw_report_touch(report, &found->record);
}

static void see_created(caw_report *report, const caw_event *event) {
    connect_state *state = caw_report_state(report);
    connect_attempt *found = creation_of(report, event, true);
    if (!found || found->told.frame)
        return;
    found->told = answered(event);
    found->rejected = event->message.row->failure;
    state->unanswered--;
    if (!found->rejected)
        caw_connect_add_time(report, found);
    caw_report_touch(report, &found->record);
}

/* ---- messages ----------------------------------------------------------------------------- */

/* A question of which history, for lack of memory, knows nothing. */
static bool is_lost(const caw_message *message) {
    bool asks =
        message->command == CAW_COMMAND_SEARCH || message->command == CAW_COMMAND_CREATE_CHAN;
    return asks && message->row->speaker == CAW_SIDE_CLIENT;
}

void caw_connect_see_message(caw_report *report, const caw_event *event) {
    const caw_note *note = event->note;
    bool request = note->turn == CAW_TURN_REQUEST, answer = note->turn == CAW_TURN_RESPONSE;
    if (!note->exchange) {
        if (is_lost(&event->message))
            caw_report_drop(report);
        return;
    }
    switch (note->exchange->command) {
    case CAW_COMMAND_SEARCH:
        if (request)
            see_search(report, event);
        else if (answer && event->message.command == CAW_COMMAND_SEARCH)
            see_found(report, event);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        if (request)
            see_creation(report, event);
        else if (answer)
            see_created(report, event);
        break;
    default:
        break;
    }
}
