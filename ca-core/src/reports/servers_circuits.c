/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which connections carry Channel Access, so that each counts once. One that has ended is forgotten
 * when many more have: until then what was sent before its end may still be told.
 */
#include "servers.h"

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
