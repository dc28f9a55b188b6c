/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens in each second, of those in which anything does. */
#include "search.h"

static search_second *second_of(caw_report *report, const caw_moment *now) {
    search_state *state = caw_report_state(report);
    caw_key key = {(uint64_t)now->seconds, 0};
    if (state->second && state->second->second == now->seconds)
        return state->second;
    search_second *found = caw_idmap_get(&state->seconds, key);
    if (!found) {
        found = caw_report_add(report, SEARCH_SECONDS, sizeof *found);
        if (!found)
            return NULL;
        found->second = now->seconds;
        caw_report_index(report, &state->seconds, key, found);
    }
    return state->second = found;
}

/* The name was not searched in this second before. Of 64 s ago and more that is forgotten. */
static bool is_new(search_name *name, int64_t second) {
    uint64_t ahead = (uint64_t)second - (uint64_t)name->latest;
    if (name->seconds == 0 || (second > name->latest && ahead >= 64))
        name->seconds = 0;
    else if (second > name->latest)
        name->seconds <<= ahead;
    if (name->seconds == 0 || second > name->latest)
        name->latest = second;
    uint64_t ago = (uint64_t)name->latest - (uint64_t)second;
    uint64_t bit = ago < 64 ? UINT64_C(1) << ago : 0;
    bool known = name->seconds & bit;
    name->seconds |= bit;
    return !known;
}

void caw_search_count(caw_report *report, search_name *name, const caw_moment *now) {
    search_second *second = second_of(report, now);
    if (!second)
        return;
    second->searches++;
    second->pvs += is_new(name, now->seconds);
}

static search_beacons *beacons_of(caw_report *report, const caw_end *server) {
    search_state *state = caw_report_state(report);
    caw_key key = {caw_hash_of_end(server), server->port};
    search_beacons *found = caw_idmap_get(&state->beacons, key);
    if (found && caw_same_end(&found->server, server))
        return found;
    if (state->servers == SEARCH_MOST_SERVERS) {
        caw_report_drop(report);
        return NULL;
    }
    found = caw_report_keep(report, sizeof *found);
    if (!found)
        return NULL;
    found->server = *server;
    state->servers++;
    caw_report_index(report, &state->beacons, key, found);
    return found;
}

static bool is_anomaly(caw_report *report, const caw_event *event) {
    if (caw_is_relayed_beacon(event))
        return false;
    caw_end server = caw_announced_end(event);
    search_beacons *of = beacons_of(report, &server);
    return of && caw_beacon_next(&of->beacons, &event->message, event->now).anomaly;
}

/* Where it is counted; NULL: it is not. Only then is there a row for its second. */
static uint64_t *count_of(caw_report *report, const caw_event *event) {
    const caw_message_row *row = event->kind == CAW_EVENT_MESSAGE ? event->message.row : NULL;
    bool server = row && row->speaker == CAW_SIDE_SERVER;
    bool answer = server && row->command == CAW_COMMAND_SEARCH;
    bool create = row && !server && row->command == CAW_COMMAND_CREATE_CHAN;
    bool circuit = event->kind == CAW_EVENT_ASKED;
    bool anomaly = server && row->command == CAW_COMMAND_RSRV_IS_UP && is_anomaly(report, event);
    if (!answer && !create && !circuit && !anomaly)
        return NULL;
    search_second *second = second_of(report, &event->now);
    if (!second)
        return NULL;
    return answer    ? &second->answers
           : create  ? &second->creates
           : circuit ? &second->circuits
                     : &second->beacon_anomalies;
}

void caw_search_count_other(caw_report *report, const caw_event *event) {
    uint64_t *count = count_of(report, event);
    if (count)
        ++*count;
}
