/* SPDX-License-Identifier: BSD-3-Clause */
/* A row for each PV and client: its searches, and that they were answered. */
#include "search.h"

/* ---- indexes ------------------------------------------------------------------------------- */

static search_name *name_of(caw_report *report, const char *pv) {
    search_state *state = caw_report_state(report);
    caw_key key = {caw_hash(pv, strlen(pv)), 0};
    search_name *found = caw_idmap_get(&state->names, key);
    if (found && strcmp(found->pv.wire, pv) == 0)
        return found;
    found = state->full ? NULL : caw_report_keep(report, sizeof *found);
    if (!found || !caw_report_keep_name(report, pv, &found->pv))
        return NULL;
    caw_report_index(report, &state->names, key, found);
    return found;
}

static search_client *client_of(caw_report *report, const caw_end *address) {
    search_state *state = caw_report_state(report);
    caw_key key = {caw_hash_of_end(address), 0};
    search_client *found = caw_idmap_get(&state->clients, key);
    if (found && caw_same_end(&found->address, address))
        return found;
    found = caw_report_add(report, SEARCH_CLIENTS, sizeof *found);
    if (!found)
        return NULL;
    found->address = *address;
    caw_report_index(report, &state->clients, key, found);
    return found;
}

static search_row *new_row(caw_report *report, search_name *name, const caw_end *client,
                           caw_transport via) {
    search_state *state = caw_report_state(report);
    if (state->full)
        return NULL;
    const caw_kept_end *end = caw_report_keep_end(report, &state->ends, client);
    search_asker *asker = end ? caw_search_asker(report, name, *client) : NULL;
    search_row *made = asker ? caw_report_add(report, SEARCH_ROWS, sizeof *made) : NULL;
    state->full = !made;
    if (!made)
        return NULL;
    made->name = name;
    made->client = end;
    made->via = via;
    made->asker = asker;
    if (via == CAW_TRANSPORT_UDP)
        caw_report_index(report, &state->sockets, (caw_key){caw_hash_of_end(client), client->port},
                         (void *)end);
    return made;
}

/* The row of a name and the client's end; NULL without memory, or beyond the most rows. */
static search_row *row_of(caw_report *report, const char *pv, const caw_end *client,
                          caw_transport via) {
    search_state *state = caw_report_state(report);
    search_name *name = name_of(report, pv);
    if (!name && state->full)
        caw_report_drop(report);
    if (!name)
        return NULL;
    caw_key key = {(uint64_t)(uintptr_t)name,
                   caw_hash_of_end(client) * 2 + (via == CAW_TRANSPORT_TCP)};
    search_row *found = caw_idmap_get(&state->rows, key);
    if (found && caw_same_end(&found->client->end, client) && found->via == via)
        return found;
    if (state->full)
        caw_report_drop(report);
    found = new_row(report, name, client, via);
    if (found)
        caw_report_index(report, &state->rows, key, found);
    return found;
}

/* ---- searches ------------------------------------------------------------------------------ */

/* The client of a row; NULL without memory. The name is new to it the first time. */
static search_client *count_client(caw_report *report, search_asker *asker) {
    search_client *client = client_of(report, &asker->address);
    if (client)
        client->pvs += !asker->counted;
    asker->counted = true;
    return client;
}

static void see_search(caw_report *report, const caw_event *event, const char *pv) {
    const search_state *state = caw_report_state(report);
    if (caw_is_passed_on(&state->sockets, event))
        return;
    search_row *row = row_of(report, pv, &event->source, event->transport);
    if (!row)
        return;
    caw_search_entry(report, &row->destinations, &event->target, sizeof(search_entry));
    row->searches++;
    if (!row->first.frame)
        row->first = event->now;
    row->last = event->now;
    search_client *client = count_client(report, row->asker);
    if (client)
        client->searches++;
    caw_search_count(report, row->name, &event->now);
    caw_report_touch(report, &row->record);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void see_found(caw_report *report, const caw_event *event, const char *pv) {
    search_row *row = row_of(report, pv, &event->target, event->transport);
    if (!row)
        return;
    caw_end server = caw_announced_end(event);
    if (!row->answered.frame)
        row->answered = event->now;
    search_client *client = count_client(report, row->asker);
    if (client)
        client->answered_pvs += !row->asker->answered;
    row->asker->answered = true;
    caw_search_add_server(report, row, &server);
    caw_report_touch(report, &row->record);
}

/* ---- messages ------------------------------------------------------------------------------ */

void caw_search_see(caw_report *report, const caw_event *event) {
    const caw_message *message = &event->message;
    const caw_note *note = event->note;
    if (message->command != CAW_COMMAND_SEARCH)
        return;
    bool asks = message->row->speaker == CAW_SIDE_CLIENT;
    if (!note->exchange || !note->exchange->pv) {
        if (asks)
            caw_report_drop(report); /* there was no memory for its history */
        return;
    }
    if (asks)
        see_search(report, event, note->exchange->pv);
    else
        see_found(report, event, note->exchange->pv);
}
