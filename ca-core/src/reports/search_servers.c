/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The servers that a row's client has heard of. A server at whose address somebody has searched the
 * same name, and was answered by a server at another one, is a gateway, and is shown with the first
 * of these: "10.0.5.5:5064 -> 10.0.1.7:5064". Which of the two came first does not matter: a
 * gateway may answer of what it knows for long.
 */
#include "search.h"

search_asker *caw_search_asker(caw_report *report, search_name *name, caw_end address) {
    search_state *state = caw_report_state(report);
    address = caw_address_of(address);
    caw_key key = {(uint64_t)(uintptr_t)name, caw_hash_of_end(&address)};
    search_asker *found = caw_idmap_get(&state->askers, key);
    if (found && caw_same_end(&found->address, &address))
        return found;
    found = caw_report_keep(report, sizeof *found);
    if (!found)
        return NULL;
    found->name = name;
    found->address = address;
    caw_report_index(report, &state->askers, key, found);
    return found;
}

void *caw_search_entry(caw_report *report, caw_listed **list, const caw_end *end, size_t bytes) {
    search_state *state = caw_report_state(report);
    size_t count = 0;
    for (; *list; list = &(*list)->next, count++)
        if (caw_same_end(&((search_entry *)*list)->end->end, end))
            return *list;
    if (count == SEARCH_MOST_ENDS) {
        caw_report_drop(report);
        return NULL;
    }
    const caw_kept_end *kept = caw_report_keep_end(report, &state->ends, end);
    search_entry *made = kept ? caw_report_keep(report, bytes) : NULL;
    if (!made)
        return NULL;
    made->shown.text = kept->text;
    made->end = kept;
    *list = &made->shown;
    return made;
}

/* Shows what is behind a gateway. */
static void show_behind(caw_report *report, search_server *server, const caw_kept_end *behind) {
    search_entry *entry = &server->entry;
    static const char arrow[] = " -> ";
    size_t size = strlen(entry->end->text) + strlen(arrow) + strlen(behind->text) + 1;
    char *text = caw_report_keep(report, size);
    if (!text)
        return;
    caw_text out = caw_text_into(text, size);
    caw_puts(&out, entry->end->text);
    caw_puts(&out, arrow);
    caw_puts(&out, behind->text);
    caw_text_end(&out);
    entry->shown.text = text;
    caw_report_touch(report, &server->row->record);
}

/* The address of an entry may turn out to be a gateway's. */
static void find_behind(caw_report *report, search_server *server) {
    search_asker *asker = caw_search_asker(report, server->row->name, server->entry.end->end);
    if (!asker)
        return;
    if (asker->behind) {
        show_behind(report, server, asker->behind);
        return;
    }
    server->next_waiting = asker->waiting;
    asker->waiting = server;
}

/* A client was answered; if from another address, all that know it as a server are shown so. */
static void tell_waiting(caw_report *report, search_asker *asker, const caw_kept_end *server) {
    if (asker->behind || caw_same_address(&asker->address, &server->end))
        return;
    asker->behind = server;
    for (search_server *each = asker->waiting; each; each = each->next_waiting)
        show_behind(report, each, server);
    asker->waiting = NULL;
}

void caw_search_add_server(caw_report *report, search_row *row, const caw_end *end) {
    search_server *server = caw_search_entry(report, &row->servers, end, sizeof *server);
    if (!server || server->row)
        return;
    server->row = row;
    tell_waiting(report, row->asker, server->entry.end);
    find_behind(report, server);
}
