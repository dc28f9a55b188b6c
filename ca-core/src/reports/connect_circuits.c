/* SPDX-License-Identifier: BSD-3-Clause */
/* The circuits between clients and servers, and what waits for them. */
#include "connect.h"

static void *keep(caw_report *report, size_t bytes) {
    connect_state *state = caw_report_state(report);
    if (state->kept < caw_report_most(report)) {
        state->kept++;
        return caw_report_keep(report, bytes);
    }
    caw_report_drop(report);
    return NULL;
}

connect_route *caw_connect_route(caw_report *report, caw_end client, const caw_end *server_end) {
    connect_state *state = caw_report_state(report);
    client = caw_address_of(client);
    caw_key key = {caw_hash_of_end(&client), caw_hash_of_end(server_end)};
    connect_route *found = caw_idmap_get(&state->routes, key);
    if (found && caw_same_end(&found->client, &client) && caw_same_end(&found->server, server_end))
        return found;
    found = keep(report, sizeof *found);
    if (!found)
        return NULL;
    found->client = client;
    found->server = *server_end;
    caw_report_index(report, &state->routes, key, found);
    return found;
}

/* What waits on a route has changed. */
static void touch_waiting(caw_report *report, connect_route *way) {
    if (way->told == caw_report_taken(report))
        return; /* nobody has looked since */
    way->told = caw_report_taken(report);
    for (connect_attempt **link = &way->waiting; *link;) {
        if ((*link)->asked.frame) {
            *link = (*link)->next_waiting;
            continue;
        }
        caw_report_touch(report, &(*link)->record);
        link = &(*link)->next_waiting;
    }
}

static caw_key connection_key(const caw_event *event) {
    return (caw_key){event->connection, 0};
}

connect_circuit *caw_connect_circuit(caw_report *report, const caw_event *event, bool from_server,
                                     bool anew) {
    connect_state *state = caw_report_state(report);
    caw_end client = from_server ? event->target : event->source;
    caw_end server_end = from_server ? event->source : event->target;
    connect_circuit *found = caw_idmap_get(&state->circuits, connection_key(event));
    if (found && !anew && caw_same_end(&found->client, &client) &&
        caw_same_end(&found->server, &server_end))
        return found;
    found = keep(report, sizeof *found);
    connect_route *way = found ? caw_connect_route(report, client, &server_end) : NULL;
    if (!way)
        return NULL;
    found->client = client;
    found->server = server_end;
    found->latest = event->now;
    way->latest = found;
    caw_report_index(report, &state->circuits, connection_key(event), found);
    return found;
}

static void update(caw_report *report, connect_circuit *found, const caw_event *event) {
    found->latest = event->now;
    connect_route *way = caw_connect_route(report, found->client, &found->server);
    if (!way)
        return;
    if (event->kind != CAW_EVENT_CLOSED)
        way->latest = found;
    touch_waiting(report, way);
}

static void see_asked(caw_report *report, const caw_event *event) {
    connect_circuit *found = caw_connect_circuit(report, event, false, event->times <= 1);
    if (!found)
        return;
    if (!found->asked.frame)
        found->asked = event->now;
    found->asked_on = event->now;
    found->progress = CONNECT_SILENT;
    found->times++; /* not event->times, which has those that were recorded again */
    update(report, found, event);
}

static void see_accepted(caw_report *report, const caw_event *event) {
    connect_circuit *found = caw_connect_circuit(report, event, true, false);
    if (!found)
        return;
    found->accepted = event->now;
    found->progress = CONNECT_OPEN;
    update(report, found, event);
}

static void see_refused(caw_report *report, const caw_event *event) {
    connect_circuit *found = caw_connect_circuit(report, event, true, false);
    if (!found)
        return;
    found->progress = CONNECT_REFUSED;
    found->by = event->by;
    found->icmp_type = event->icmp_type;
    found->icmp_code = event->icmp_code;
    update(report, found, event);
}

static void see_closed(caw_report *report, const caw_event *event) {
    connect_state *state = caw_report_state(report);
    connect_circuit *found = caw_idmap_get(&state->circuits, connection_key(event));
    if (!found || found->progress != CONNECT_OPEN)
        return;
    found->progress = CONNECT_CLOSED;
    update(report, found, event);
}

void caw_connect_see_circuit(caw_report *report, const caw_event *event) {
    if (event->transport == CAW_TRANSPORT_UDP)
        return; /* a search that was refused is asked again */
    switch (event->kind) {
    case CAW_EVENT_ASKED:
        see_asked(report, event);
        break;
    case CAW_EVENT_ACCEPTED:
        see_accepted(report, event);
        break;
    case CAW_EVENT_REFUSED:
        see_refused(report, event);
        break;
    case CAW_EVENT_CLOSED:
        see_closed(report, event);
        break;
    default:
        break;
    }
}
