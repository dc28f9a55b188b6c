/* SPDX-License-Identifier: BSD-3-Clause */
/* How long each server took for the channels that it created. */
#include "connect.h"

static connect_server *server_of(caw_report *report, caw_end end) {
    connect_state *state = caw_report_state(report);
    caw_end address = caw_address_of(end);
    caw_key key = {caw_hash_of_end(&address), 0};
    connect_server *found = caw_idmap_get(&state->servers, key);
    if (found && caw_same_end(&found->address, &address))
        return found;
    found = caw_report_add(report, CONNECT_SERVERS, sizeof *found);
    if (!found)
        return NULL;
    found->address = address;
    caw_report_index(report, &state->servers, key, found);
    return found;
}

static bool make_room(const caw_memory *memory, connect_server *to) {
    if (to->count < to->room)
        return true;
    size_t room = to->room ? 2 * to->room : 16;
    double *larger = memory->alloc(memory->user, room * sizeof *larger);
    if (!larger)
        return false;
    if (to->count) {
        memcpy(larger, to->seconds, to->count * sizeof *larger);
        memory->release(memory->user, to->seconds);
    }
    to->seconds = larger;
    to->room = room;
    return true;
}

void caw_connect_add_time(caw_report *report, const connect_attempt *created) {
    connect_server *to = server_of(report, created->server);
    if (!to)
        return;
    if (!make_room(caw_report_memory(report), to)) {
        caw_report_drop(report);
        return;
    }
    to->seconds[to->count++] = (double)caw_between(&created->asked, &created->told) / 1e9;
}

void caw_connect_end_servers(caw_report *report) {
    for (connect_server *each = (connect_server *)caw_report_first(report, CONNECT_SERVERS); each;
         each = (connect_server *)each->record.next)
        if (each->count)
            each->quantiles = caw_quantiles_of(each->seconds, each->count);
}

void caw_connect_free_servers(caw_report *report) {
    const caw_memory *memory = caw_report_memory(report);
    for (connect_server *each = (connect_server *)caw_report_first(report, CONNECT_SERVERS); each;
         each = (connect_server *)each->record.next)
        if (each->seconds)
            memory->release(memory->user, each->seconds);
}
