/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which servers are known, and which connections carry Channel Access, so that each counts once.
 * One that has ended is forgotten when many more have: until then what was sent before its end may
 * still be told.
 */
#include "servers.h"

static const char *const way_words[SERVERS_WAYS] = {"beacon", "search", "circuit"};

servers_row *caw_servers_row(caw_report *report, const caw_end *end, servers_way way) {
    servers_state *state = caw_report_state(report);
    caw_key key = {caw_hash_of_end(end), end->port};
    servers_row *found = caw_idmap_get(&state->servers, key);
    if (!found || !caw_same_end(&found->end, end)) {
        found = caw_report_add(report, SERVERS_ROWS, sizeof *found);
        if (!found)
            return NULL;
        found->end = *end;
        for (int i = 0; i < SERVERS_WAYS; i++)
            found->ways[i].text = way_words[i];
        caw_report_index(report, &state->servers, key, found);
    }
    found->known_by[way] = true;
    caw_report_touch(report, &found->record);
    return found;
}

servers_row *caw_servers_of_circuit(caw_report *report, const caw_event *message) {
    servers_state *state = caw_report_state(report);
    servers_row *found = caw_idmap_get(&state->circuits, caw_key_of_connection(message));
    caw_side source = message->speaker ? message->speaker : message->message.speaker;
    if (found || source == CAW_SIDE_NOBODY)
        return found;
    const caw_end *server = source == CAW_SIDE_SERVER ? &message->source : &message->target;
    found = caw_servers_row(report, server, SERVERS_BY_CIRCUIT);
    if (found && state->circuits.used >= SERVERS_MOST_CIRCUITS) {
        caw_report_drop(report);
        return found;
    }
    if (!found)
        return NULL;
    found->circuits++;
    caw_report_index(report, &state->circuits, caw_key_of_connection(message), found);
    return found;
}

bool caw_servers_is_circuit(const caw_report *report, const caw_event *event) {
    const servers_state *state = caw_report_state(report);
    return caw_idmap_get(&state->circuits, caw_key_of_connection(event)) != NULL;
}

void caw_servers_end_circuit(caw_report *report, const caw_event *closed) {
    servers_state *state = caw_report_state(report);
    if (!caw_servers_is_circuit(report, closed))
        return;
    if (!state->ended)
        state->ended = caw_report_keep(report, SERVERS_MOST_ENDED * sizeof *state->ended);
    if (!state->ended)
        return;
    caw_key *place = &state->ended[state->next_ended++ % SERVERS_MOST_ENDED];
    if (place->scope || place->id)
        caw_report_index(report, &state->circuits, *place, NULL);
    *place = caw_key_of_connection(closed);
}
