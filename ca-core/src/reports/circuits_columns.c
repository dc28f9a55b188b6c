/* SPDX-License-Identifier: BSD-3-Clause */
/* How the report on circuits is shown: its columns, and the cells of a row. */
#include "circuits.h"

enum {
    CLIENT,
    USER,
    HOST,
    SERVER,
    VERSION_CLIENT,
    VERSION_SERVER,
    PRIORITY,
    OPENED,
    CLOSED,
    CLOSED_BY,
    IDLE,
    ECHOES,
    ECHOES_ANSWERED,
    EVENTS_OFF,
    CHANNELS,
    CHANNELS_LOST,
    MESSAGES,
    BYTES,
    COLUMNS
};

/* Updates that are held back now are so up to the last message that was seen. */
static int64_t events_off(const circuits_row *row) {
    return row->off_for + (row->off.frame ? caw_between(&row->off, &row->last) : 0);
}

static caw_cell version_cell(const char *version) {
    return caw_cell_text(*version ? version : NULL);
}

void caw_circuits_cells(void *record, caw_cell *cells) {
    const circuits_row *row = record;
    cells[CLIENT] = caw_cell_end(&row->client);
    cells[USER] = caw_cell_text(row->user.shown);
    cells[HOST] = caw_cell_text(row->host.shown);
    cells[SERVER] = caw_cell_end(&row->server);
    cells[VERSION_CLIENT] = version_cell(row->version_client);
    cells[VERSION_SERVER] = version_cell(row->version_server);
    cells[PRIORITY] = caw_cell_count(row->priority);
    cells[PRIORITY].known = row->has_priority;
    cells[OPENED] = caw_cell_moment(&row->opened);
    cells[CLOSED] = caw_cell_moment(&row->closed);
    cells[CLOSED_BY] = caw_cell_text(row->closed_by);
    cells[IDLE] = caw_cell_between(&row->last, &row->closed);
    cells[ECHOES] = caw_cell_count(row->echoes);
    cells[ECHOES_ANSWERED] = caw_cell_count(row->echoes_answered);
    cells[EVENTS_OFF] = caw_cell_seconds(true, events_off(row));
    cells[CHANNELS] = caw_cell_count(row->channels);
    cells[CHANNELS_LOST] = caw_cell_count(row->lost);
    cells[MESSAGES] = caw_cell_count(row->messages);
    cells[BYTES] = caw_cell_count(row->bytes);
}

const caw_table caw_circuits_table = {
    "circuits",
    COLUMNS,
    {[CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
     [USER] = {"user", "User", CAW_CELL_TEXT},
     [HOST] = {"host", "Host", CAW_CELL_TEXT},
     [SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
     [VERSION_CLIENT] = {"version_client", "Client's Version", CAW_CELL_TEXT},
     [VERSION_SERVER] = {"version_server", "Server's Version", CAW_CELL_TEXT},
     [PRIORITY] = {"priority", "Priority", CAW_CELL_COUNT},
     [OPENED] = {"opened_ns", "Opened (s)", CAW_CELL_MOMENT},
     [CLOSED] = {"closed_ns", "Closed (s)", CAW_CELL_MOMENT},
     [CLOSED_BY] = {"closed_by", "Closed by", CAW_CELL_TEXT},
     [IDLE] = {"idle_s", "Idle (s)", CAW_CELL_SECONDS},
     [ECHOES] = {"echoes", "Echoes", CAW_CELL_COUNT},
     [ECHOES_ANSWERED] = {"echoes_answered", "Answered", CAW_CELL_COUNT},
     [EVENTS_OFF] = {"events_off_s", "Events off (s)", CAW_CELL_SECONDS},
     [CHANNELS] = {"channels", "Channels", CAW_CELL_COUNT},
     [CHANNELS_LOST] = {"channels_lost", "Lost", CAW_CELL_COUNT},
     [MESSAGES] = {"messages", "Messages", CAW_CELL_COUNT},
     [BYTES] = {"bytes", "Bytes", CAW_CELL_COUNT}}};
