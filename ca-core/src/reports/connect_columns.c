/* SPDX-License-Identifier: BSD-3-Clause */
/* How the connection report is shown: its columns, and the cells of a row. */
#include "connect.h"

/* The circuit was asked for, opened or closed after the search was answered. */
static bool is_later(const connect_circuit *on, const connect_attempt *each) {
    return on && caw_between(&each->found, &on->latest) >= 0;
}

/* The circuit for the channel of an answered search, when there is one or one was tried. */
static const connect_circuit *tried(const connect_attempt *each) {
    const connect_circuit *latest = each->route ? each->route->latest : NULL;
    bool over =
        latest && (latest->progress == CONNECT_REFUSED || latest->progress == CONNECT_CLOSED);
    return over && !is_later(latest, each) ? NULL : latest;
}

static void say_refused(const connect_circuit *on, caw_text *out) {
    if (on->by != CAW_BY_ICMP) {
        caw_puts(out, "refused (RST)");
        return;
    }
    caw_puts(out, "refused (ICMP ");
    caw_put_unsigned(out, on->icmp_type);
    caw_put(out, '/');
    caw_put_unsigned(out, on->icmp_code);
    caw_put(out, ')');
}

static void say_waiting(const connect_circuit *on, caw_text *out) {
    if (!on) {
        caw_puts(out, "answered, no connection tried");
    } else if (on->progress == CONNECT_REFUSED) {
        say_refused(on, out);
    } else if (on->progress == CONNECT_SILENT) {
        caw_puts(out, "no answer to ");
        caw_put_unsigned(out, on->times);
        caw_puts(out, " SYN");
    } else {
        caw_puts(out, "not created");
    }
}

static void say_state(connect_attempt *each, const connect_circuit *on) {
    caw_text out = caw_text_into(each->state, sizeof each->state);
    if (each->told.frame)
        caw_puts(&out, each->rejected ? "rejected by server" : "connected");
    else if (each->asked.frame)
        caw_puts(&out, "not created");
    else if (each->found.frame)
        say_waiting(on, &out);
    else
        caw_puts(&out, "nobody answers");
    caw_text_end(&out);
}

/* Of the last search or, if that came later, SYN. */
static uint32_t asked_last(const connect_attempt *each, const connect_circuit *on) {
    bool syn = on && on->asked_on.frame && caw_between(&each->found, &on->asked_on) >= 0;
    uint32_t search = each->searched_on.frame ? each->searched_on.frame : each->searched.frame;
    return syn ? on->asked_on.frame : search;
}

/* Of the answer that decided, else of what was asked last. */
static uint32_t frame_of(const connect_attempt *each, const connect_circuit *on) {
    if (each->told.frame)
        return each->told.frame;
    if (each->asked.frame)
        return each->asked.frame;
    if (each->found.frame && !on)
        return each->found.frame;
    if (on && on->progress == CONNECT_REFUSED)
        return on->latest.frame;
    return asked_last(each, on);
}

/* SYN to SYN/ACK of a circuit that was opened for it. */
static caw_cell opening_of(const connect_attempt *each, const connect_circuit *on) {
    if (on && on->accepted.frame && caw_between(&each->found, &on->accepted) >= 0)
        return caw_cell_between(&on->asked, &on->accepted);
    return caw_cell_seconds(each->opened, each->opening);
}

enum { PV, CLIENT, SERVER, SEARCHES, ASKED, SEARCH, TCP, CREATE, TOTAL, STATE, FRAME, COLUMNS };

void caw_connect_cells(void *record, caw_cell *cells) {
    connect_attempt *each = record;
    const connect_circuit *on = each->asked.frame ? NULL : tried(each);
    say_state(each, on);
    cells[PV] = caw_cell_text(each->pv.shown);
    cells[CLIENT] = caw_cell_end(on ? &on->client : &each->client);
    cells[SERVER] = caw_cell_end(&each->server);
    cells[SEARCHES] = caw_cell_count(each->searches);
    cells[ASKED] = caw_cell_moment(each->searched.frame ? &each->searched : &each->asked);
    cells[SEARCH] = caw_cell_between(&each->searched, &each->found);
    cells[TCP] = opening_of(each, on);
    cells[CREATE] = caw_cell_between(&each->asked, &each->told);
    cells[TOTAL] = caw_cell_between(&each->searched, &each->told);
    cells[TOTAL].known &= !each->rejected;
    cells[STATE] = caw_cell_text(each->state);
    cells[FRAME] = caw_cell_count(frame_of(each, on));
}

static caw_cell nearest(bool known, double seconds) {
    return caw_cell_seconds(known, (int64_t)(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

void caw_connect_server_cells(void *record, caw_cell *cells) {
    const connect_server *each = record;
    const caw_quantiles *all = &each->quantiles;
    const double columns[] = {all->min, all->quarter, all->median, all->three_quarters, all->max};
    bool any = each->count > 0;
    *cells++ = caw_cell_end(&each->address);
    *cells++ = caw_cell_count(each->count);
    *cells++ = nearest(any, all->mean);
    *cells++ = nearest(each->count > 1, all->std);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        *cells++ = nearest(any, columns[i]);
}

const caw_table caw_connect_tables[CONNECT_TABLES] = {
    [CONNECT_CHANNELS] = {"connect",
                          COLUMNS,
                          {[PV] = {"pv", "PV", CAW_CELL_TEXT},
                           [CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
                           [SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
                           [SEARCHES] = {"searches", "Searches", CAW_CELL_COUNT},
                           [ASKED] = {"asked_ns", "Asked (s)", CAW_CELL_MOMENT},
                           [SEARCH] = {"search_s", "Search (s)", CAW_CELL_SECONDS},
                           [TCP] = {"tcp_s", "TCP (s)", CAW_CELL_SECONDS},
                           [CREATE] = {"create_s", "Create (s)", CAW_CELL_SECONDS},
                           [TOTAL] = {"total_s", "Total (s)", CAW_CELL_SECONDS},
                           [STATE] = {"state", "State", CAW_CELL_TEXT},
                           [FRAME] = {"frame", "Frame", CAW_CELL_FRAME}}},
    [CONNECT_SERVERS] = {"servers",
                         9,
                         {{"server", "Server", CAW_CELL_ADDRESS},
                          {"count", "Created", CAW_CELL_COUNT},
                          {"mean_s", "Mean (s)", CAW_CELL_SECONDS},
                          {"std_s", "Deviation (s)", CAW_CELL_SECONDS},
                          {"min_s", "Least (s)", CAW_CELL_SECONDS},
                          {"q25_s", "25 % (s)", CAW_CELL_SECONDS},
                          {"q50_s", "50 % (s)", CAW_CELL_SECONDS},
                          {"q75_s", "75 % (s)", CAW_CELL_SECONDS},
                          {"max_s", "Most (s)", CAW_CELL_SECONDS}}},
};
