/* SPDX-License-Identifier: BSD-3-Clause */
/* What channels come to, by PV, client and server. */
#include "channels.h"

static caw_key key_of(uint32_t table, uint64_t hash) {
    return (caw_key){table, hash};
}

static channels_total *new_total(caw_report *report, uint32_t table, caw_key key) {
    channels_state *state = caw_report_state(report);
    channels_total *made = caw_report_add(report, table, sizeof *made);
    if (made)
        caw_report_index(report, &state->totals, key, made);
    return made;
}

static bool is_named(const channels_total *total, const char *pv) {
    return pv ? total->pv.wire && strcmp(total->pv.wire, pv) == 0 : !total->pv.wire;
}

static channels_total *total_of_pv(caw_report *report, const char *pv) {
    channels_state *state = caw_report_state(report);
    caw_key key = key_of(CHANNELS_PVS, pv ? caw_hash(pv, strlen(pv)) : 0);
    channels_total *found = caw_idmap_get(&state->totals, key);
    if (found && is_named(found, pv))
        return found;
    caw_kept_name name = {NULL, NULL};
    if (pv && !caw_report_keep_name(report, pv, &name))
        return NULL;
    found = new_total(report, CHANNELS_PVS, key);
    if (found)
        found->pv = name;
    return found;
}

static channels_total *total_of_end(caw_report *report, uint32_t table, const caw_end *end) {
    channels_state *state = caw_report_state(report);
    caw_key key = key_of(table, caw_hash_of_end(end));
    channels_total *found = caw_idmap_get(&state->totals, key);
    if (found && caw_same_end(&found->end, end))
        return found;
    found = new_total(report, table, key);
    if (found)
        found->end = *end;
    return found;
}

void caw_channels_enter_totals(caw_report *report, channels_row *row, const char *pv) {
    caw_end client = caw_address_of(row->on->client);
    row->totals[CHANNELS_OF_PV] = total_of_pv(report, pv);
    row->totals[CHANNELS_OF_CLIENT] = total_of_end(report, CHANNELS_CLIENTS, &client);
    row->totals[CHANNELS_OF_SERVER] = total_of_end(report, CHANNELS_SERVERS, &row->on->server);
}

/* ---- adding up ----------------------------------------------------------------------------- */

static void reset(channels_total *total) {
    total->channels = total->subscriptions = total->bytes = total->gets = total->puts = 0;
    total->updates = (channels_updates){.count = 0};
}

static void add_updates(channels_updates *to, const channels_updates *from) {
    if (!from->count)
        return;
    if (!to->count || caw_between(&to->first, &from->first) < 0)
        to->first = from->first;
    if (!to->count || caw_between(&to->last, &from->last) > 0)
        to->last = from->last;
    to->count += from->count;
}

static void add(channels_total *total, const channels_row *row) {
    total->channels++;
    total->subscriptions += row->subscriptions;
    total->bytes += row->bytes;
    total->gets += row->gets;
    total->puts += row->puts;
    add_updates(&total->updates, &row->updates);
}

void caw_channels_add_up(caw_report *report) {
    const caw_record *each;
    for (uint32_t table = CHANNELS_PVS; table < CHANNELS_TABLES; table++)
        for (each = caw_report_first(report, table); each; each = each->next)
            reset((channels_total *)each);
    for (each = caw_report_first(report, CHANNELS_CHANNELS); each; each = each->next)
        for (int i = 0; i < CHANNELS_TOTALS; i++)
            if (((const channels_row *)each)->totals[i])
                add(((const channels_row *)each)->totals[i], (const channels_row *)each);
}

int caw_channels_order(const void *a, const void *b) {
    uint64_t one = ((const channels_total *)a)->bytes, other = ((const channels_total *)b)->bytes;
    return (one < other) - (one > other);
}
