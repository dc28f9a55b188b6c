/* SPDX-License-Identifier: BSD-3-Clause */
/* How the report on channels is shown: its columns, and the cells of a row. */
#include "channels.h"

/* ---- words --------------------------------------------------------------------------------- */

/* "DBR_DOUBLE", or the number of what is no type; written where it can stay. */
static const char *type_text(uint32_t type, char text[16]) {
    const caw_name *known = caw_name_of(caw_dbr_names, type);
    if (known)
        return known->name;
    caw_text out = caw_text_into(text, 16);
    caw_put_unsigned(&out, type);
    caw_text_end(&out);
    return text;
}

static const char *rights_text(uint32_t rights) {
    static const char *const texts[] = {"none", "read", "write", "read write"};
    return texts[rights & 3];
}

static void put_hex(caw_text *out, uint32_t number) {
    caw_puts(out, "0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        if (number >> shift || shift == 0)
            caw_put(out, "0123456789abcdef"[number >> shift & 15]);
}

/* "VALUE|ALARM"; bits without a name, or none at all, as a number. */
static const char *mask_text(uint32_t mask, char text[48]) {
    caw_text out = caw_text_into(text, 48);
    uint32_t rest = mask;
    for (const caw_bit *bit = caw_mask_bits; bit->key; bit++) {
        if (!(mask & bit->mask))
            continue;
        caw_puts(&out, out.length ? "|" : "");
        caw_puts(&out, bit->label + strlen("DBE_"));
        rest &= ~bit->mask;
    }
    if (rest || !mask) {
        caw_puts(&out, out.length ? "|" : "");
        put_hex(&out, rest);
    }
    caw_text_end(&out);
    return text;
}

/* ---- what the tables share ----------------------------------------------------------------- */

static caw_cell rate_cell(const channels_updates *updates) {
    return caw_cell_rate(updates->count, &updates->first, &updates->last);
}

static caw_cell gap_cell(int64_t gap) {
    return caw_cell_seconds(gap >= 0, gap);
}

static caw_cell number_cell(bool known, uint64_t number) {
    caw_cell cell = caw_cell_count(number);
    cell.known = known;
    return cell;
}

/* The frame of what was there before, unless that came to nothing. */
static caw_cell twin_cell(const channels_twin *twin) {
    bool there = twin->earlier && twin->earlier->came;
    return number_cell(there, there ? twin->earlier->frame : 0);
}

static const char *pv_of(const channels_row *row) {
    const channels_total *pv = row->totals[CHANNELS_OF_PV];
    return pv ? pv->pv.shown : NULL;
}

/* ---- channels ------------------------------------------------------------------------------ */

enum {
    PV,
    CLIENT,
    SERVER,
    CID,
    SID,
    TYPE,
    COUNT,
    RIGHTS,
    SUBSCRIPTIONS,
    UPDATES,
    RATE,
    BYTES,
    GAP,
    GETS,
    PUTS,
    OPENED,
    CLOSED,
    SAME_AS,
    COLUMNS
};

/* What was asked for and never opened is not closed either. */
static bool was_open(const channels_row *row) {
    return row->opened.frame || !row->asked.frame;
}

void caw_channels_cells(void *record, caw_cell *cells) {
    channels_row *row = record;
    const char *type = row->has_type ? type_text(row->type, row->type_text) : NULL;
    bool created = row->asked.frame || row->opened.frame;
    cells[PV] = caw_cell_text(pv_of(row));
    cells[CLIENT] = caw_cell_end(&row->on->client);
    cells[SERVER] = caw_cell_end(&row->on->server);
    cells[CID] = number_cell(created, row->cid);
    cells[SID] = number_cell(row->has_sid, row->sid);
    cells[TYPE] = caw_cell_text(type);
    cells[COUNT] = number_cell(row->has_type, row->count);
    cells[RIGHTS] = caw_cell_text(row->has_rights ? rights_text(row->rights) : NULL);
    cells[SUBSCRIPTIONS] = caw_cell_count(row->subscriptions);
    cells[UPDATES] = caw_cell_count(row->updates.count);
    cells[RATE] = rate_cell(&row->updates);
    cells[BYTES] = caw_cell_count(row->bytes);
    cells[GAP] = gap_cell(row->gap);
    cells[GETS] = caw_cell_count(row->gets);
    cells[PUTS] = caw_cell_count(row->puts);
    cells[OPENED] = caw_cell_moment(&row->opened);
    cells[CLOSED] = caw_cell_moment(&row->closed);
    cells[CLOSED].known &= was_open(row);
    cells[SAME_AS] = twin_cell(&row->twin);
}

/* ---- subscriptions ------------------------------------------------------------------------- */

enum {
    SUB_PV,
    SUB_CLIENT,
    SUB_SERVER,
    SUB_ID,
    SUB_TYPE,
    SUB_COUNT,
    SUB_MASK,
    SUB_UPDATES,
    SUB_RATE,
    SUB_GAP,
    SUB_FIRST,
    SUB_SAME_AS,
    SUB_COLUMNS
};

void caw_channels_subscription_cells(void *record, caw_cell *cells) {
    channels_subscription *each = record;
    const char *mask = each->has_mask ? mask_text(each->mask, each->mask_text) : NULL;
    cells[SUB_PV] = caw_cell_text(pv_of(each->of));
    cells[SUB_CLIENT] = caw_cell_end(&each->of->on->client);
    cells[SUB_SERVER] = caw_cell_end(&each->of->on->server);
    cells[SUB_ID] = caw_cell_count(each->id);
    cells[SUB_TYPE] = caw_cell_text(type_text(each->type, each->type_text));
    cells[SUB_COUNT] = number_cell(each->asked.frame != 0, each->count);
    cells[SUB_MASK] = caw_cell_text(mask);
    cells[SUB_UPDATES] = caw_cell_count(each->updates.count);
    cells[SUB_RATE] = rate_cell(&each->updates);
    cells[SUB_GAP] = gap_cell(each->gap);
    cells[SUB_FIRST] = caw_cell_moment(&each->asked);
    cells[SUB_SAME_AS] = twin_cell(&each->twin);
}

/* ---- totals -------------------------------------------------------------------------------- */

enum {
    ALL_NAME,
    ALL_CHANNELS,
    ALL_SUBSCRIPTIONS,
    ALL_UPDATES,
    ALL_RATE,
    ALL_BYTES,
    ALL_GETS,
    ALL_PUTS,
    ALL_COLUMNS
};

static void total_cells(const channels_total *total, caw_cell *cells) {
    cells[ALL_CHANNELS] = caw_cell_count(total->channels);
    cells[ALL_SUBSCRIPTIONS] = caw_cell_count(total->subscriptions);
    cells[ALL_UPDATES] = caw_cell_count(total->updates.count);
    cells[ALL_RATE] = rate_cell(&total->updates);
    cells[ALL_BYTES] = caw_cell_count(total->bytes);
    cells[ALL_GETS] = caw_cell_count(total->gets);
    cells[ALL_PUTS] = caw_cell_count(total->puts);
}

void caw_channels_pv_cells(void *record, caw_cell *cells) {
    const channels_total *total = record;
    cells[ALL_NAME] = caw_cell_text(total->pv.shown);
    total_cells(total, cells);
}

void caw_channels_end_cells(void *record, caw_cell *cells) {
    const channels_total *total = record;
    cells[ALL_NAME] = caw_cell_end(&total->end);
    total_cells(total, cells);
}

#define TOTAL_COLUMNS                                                                              \
    [ALL_CHANNELS] = {"channels", "Channels", CAW_CELL_COUNT},                                     \
    [ALL_SUBSCRIPTIONS] = {"subscriptions", "Subscriptions", CAW_CELL_COUNT},                      \
    [ALL_UPDATES] = {"updates", "Updates", CAW_CELL_COUNT},                                        \
    [ALL_RATE] = {"rate_hz", "Rate (Hz)", CAW_CELL_REAL},                                          \
    [ALL_BYTES] = {"bytes", "Bytes", CAW_CELL_COUNT},                                              \
    [ALL_GETS] = {"gets", "Gets", CAW_CELL_COUNT}, [ALL_PUTS] = {"puts", "Puts", CAW_CELL_COUNT}

const caw_table caw_channels_tables[CHANNELS_TABLES] = {
    [CHANNELS_CHANNELS] = {"channels",
                           COLUMNS,
                           {[PV] = {"pv", "PV", CAW_CELL_TEXT},
                            [CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
                            [SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
                            [CID] = {"cid", "CID", CAW_CELL_COUNT},
                            [SID] = {"sid", "SID", CAW_CELL_COUNT},
                            [TYPE] = {"type", "Type", CAW_CELL_TEXT},
                            [COUNT] = {"count", "Count", CAW_CELL_COUNT},
                            [RIGHTS] = {"rights", "Rights", CAW_CELL_TEXT},
                            [SUBSCRIPTIONS] = {"subscriptions", "Subscriptions", CAW_CELL_COUNT},
                            [UPDATES] = {"updates", "Updates", CAW_CELL_COUNT},
                            [RATE] = {"rate_hz", "Rate (Hz)", CAW_CELL_REAL},
                            [BYTES] = {"bytes", "Bytes", CAW_CELL_COUNT},
                            [GAP] = {"max_gap_s", "Longest Gap (s)", CAW_CELL_SECONDS},
                            [GETS] = {"gets", "Gets", CAW_CELL_COUNT},
                            [PUTS] = {"puts", "Puts", CAW_CELL_COUNT},
                            [OPENED] = {"opened_ns", "Opened (s)", CAW_CELL_MOMENT},
                            [CLOSED] = {"closed_ns", "Closed (s)", CAW_CELL_MOMENT},
                            [SAME_AS] = {"same_as", "Same as", CAW_CELL_FRAME}}},
    [CHANNELS_SUBSCRIPTIONS] = {"subscriptions",
                                SUB_COLUMNS,
                                {[SUB_PV] = {"pv", "PV", CAW_CELL_TEXT},
                                 [SUB_CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
                                 [SUB_SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
                                 [SUB_ID] = {"sub", "Subscription", CAW_CELL_COUNT},
                                 [SUB_TYPE] = {"type", "Type", CAW_CELL_TEXT},
                                 [SUB_COUNT] = {"count", "Count", CAW_CELL_COUNT},
                                 [SUB_MASK] = {"mask", "Mask", CAW_CELL_TEXT},
                                 [SUB_UPDATES] = {"updates", "Updates", CAW_CELL_COUNT},
                                 [SUB_RATE] = {"rate_hz", "Rate (Hz)", CAW_CELL_REAL},
                                 [SUB_GAP] = {"max_gap_s", "Longest Gap (s)", CAW_CELL_SECONDS},
                                 [SUB_FIRST] = {"first_ns", "Subscribed (s)", CAW_CELL_MOMENT},
                                 [SUB_SAME_AS] = {"same_as", "Same as", CAW_CELL_FRAME}}},
    [CHANNELS_PVS] = {"pvs",
                      ALL_COLUMNS,
                      {[ALL_NAME] = {"pv", "PV", CAW_CELL_TEXT}, TOTAL_COLUMNS}},
    [CHANNELS_CLIENTS] = {"clients",
                          ALL_COLUMNS,
                          {[ALL_NAME] = {"client", "Client", CAW_CELL_ADDRESS}, TOTAL_COLUMNS}},
    [CHANNELS_SERVERS] = {"servers",
                          ALL_COLUMNS,
                          {[ALL_NAME] = {"server", "Server", CAW_CELL_ADDRESS}, TOTAL_COLUMNS}},
};
