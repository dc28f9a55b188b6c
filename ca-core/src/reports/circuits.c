/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is connected to whom, and why did it end: a row for each circuit that carried a message.
 *
 * A circuit is opened by the SYN/ACK, or by the SYN where the capture lacks that, and closed by
 * the first FIN, RST or new SYN. Messages that come after that count, but end no idle time and lose
 * no channels. The version of a side is what its latest VERSION says (a client's, where the capture
 * lacks that, what its latest CREATE_CHAN says); the priority is that of the client's first
 * VERSION: name servers' clients repeat it, with a sequence number (protocol.c).
 */
#include "circuits.h"
#include "reports.h"

/* Connections that wait for their first message: beyond that the oldest will not be known. */
#define MOST_OPENINGS 16384

/* Names of a client that are kept: one that goes on naming itself takes no more memory. */
#define MOST_NAMES 8

/* ---- connections without messages ---------------------------------------------------------- */

static void begin_state(circuits_state *state) {
    if (!state->by_age.after)
        caw_ring_begin(&state->by_age);
}

static void drop_opening(caw_report *report, circuits_opening *opening) {
    circuits_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    if (!opening)
        return;
    caw_idmap_set(&state->openings, memory, opening->key, NULL);
    caw_ring_remove(&opening->by_age);
    state->opening_count--;
    memory->release(memory->user, opening);
}

static circuits_opening *new_opening(caw_report *report, caw_key key) {
    circuits_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    begin_state(state);
    if (state->opening_count == MOST_OPENINGS)
        drop_opening(report, CAW_RING_ENTRY(state->by_age.after, circuits_opening, by_age));
    circuits_opening *made = memory->alloc(memory->user, sizeof *made);
    if (!made || !caw_idmap_set(&state->openings, memory, key, made)) {
        if (made)
            memory->release(memory->user, made);
        caw_report_drop(report);
        return NULL;
    }
    *made = (circuits_opening){.key = key};
    caw_ring_add_last(&state->by_age, &made->by_age);
    state->opening_count++;
    return made;
}

/* Another connection begins between the same ends. */
static void begin_anew(caw_report *report, caw_key key) {
    circuits_state *state = caw_report_state(report);
    drop_opening(report, caw_idmap_get(&state->openings, key));
    caw_idmap_set(&state->circuits, caw_report_memory(report), key, NULL);
}

static void see_asked(caw_report *report, const caw_event *event) {
    circuits_state *state = caw_report_state(report);
    caw_key key = caw_key_of_connection(event);
    if (event->times <= 1)
        begin_anew(report, key);
    circuits_opening *opening = caw_idmap_get(&state->openings, key);
    if (!opening)
        opening = new_opening(report, key);
    if (opening && !opening->asked.frame)
        opening->asked = event->now;
}

static void see_accepted(caw_report *report, const caw_event *event) {
    circuits_state *state = caw_report_state(report);
    caw_key key = caw_key_of_connection(event);
    circuits_row *row = caw_idmap_get(&state->circuits, key);
    if (row && !row->closed.frame) {
        row->opened = event->now;
        caw_report_touch(report, &row->record);
        return;
    }
    if (row)
        begin_anew(report, key);
    circuits_opening *opening = caw_idmap_get(&state->openings, key);
    if (!opening)
        opening = new_opening(report, key);
    if (opening)
        opening->accepted = event->now;
}

/* ---- the end ------------------------------------------------------------------------------- */

static const char *closed_by(caw_by by, bool server, bool disconnects) {
    if (by == CAW_BY_SYN)
        return "new SYN";
    if (!server)
        return by == CAW_BY_RST ? "client RST" : "client FIN";
    if (disconnects)
        return by == CAW_BY_RST ? "server RST after SERVER_DISCONN"
                                : "server FIN after SERVER_DISCONN";
    return by == CAW_BY_RST ? "server RST" : "server FIN";
}

static void resume_updates(circuits_row *row, const caw_event *event) {
    caw_moment now = caw_event_sent(event);
    if (row->off.frame)
        row->off_for += caw_between(&row->off, &now);
    row->off.frame = 0;
}

static void see_closed(caw_report *report, const caw_event *event) {
    circuits_state *state = caw_report_state(report);
    caw_key key = caw_key_of_connection(event);
    circuits_row *row = caw_idmap_get(&state->circuits, key);
    drop_opening(report, caw_idmap_get(&state->openings, key));
    if (!row || row->closed.frame)
        return;
    bool server = caw_same_end(&event->source, &row->server);
    row->closed = event->now;
    row->closed_by = closed_by(event->by, server, row->disconnects);
    resume_updates(row, event);
    if (event->by != CAW_BY_FIN || server)
        row->lost += row->open;
    caw_report_touch(report, &row->record);
}

/* ---- messages ------------------------------------------------------------------------------ */

static void take_ends(circuits_row *row, const caw_event *event) {
    bool known = event->speaker != CAW_SIDE_NOBODY;
    bool server =
        known ? event->speaker == CAW_SIDE_SERVER : event->source.port < event->target.port;
    if (row->settled || (!known && row->messages))
        return;
    row->client = server ? event->target : event->source;
    row->server = server ? event->source : event->target;
    row->settled = known;
}

/* The row of a message's circuit; NULL without memory, or beyond the most rows. */
static circuits_row *row_of(caw_report *report, const caw_event *event) {
    circuits_state *state = caw_report_state(report);
    caw_key key = caw_key_of_connection(event);
    circuits_row *row = caw_idmap_get(&state->circuits, key);
    if (row)
        return row;
    row = caw_report_add(report, 0, sizeof *row);
    if (!row)
        return NULL;
    circuits_opening *opening = caw_idmap_get(&state->openings, key);
    if (opening)
        row->opened = opening->accepted.frame ? opening->accepted : opening->asked;
    drop_opening(report, opening);
    caw_report_index(report, &state->circuits, key, row);
    return row;
}

static void take_name(caw_report *report, circuits_row *row, caw_kept_name *kept,
                      const char *told) {
    if (!told || (kept->wire && strcmp(kept->wire, told) == 0) || row->named == MOST_NAMES)
        return;
    row->named += caw_report_keep_name(report, told, kept);
}

static void put_version(char text[16], uint32_t minor) {
    caw_text out = caw_text_into(text, 16);
    caw_puts(&out, "4.");
    caw_put_unsigned(&out, minor);
    caw_text_end(&out);
}

static void see_version(circuits_row *row, const caw_message *message, bool client) {
    put_version(client ? row->version_client : row->version_server, message->count);
    if (!client)
        return;
    if (!row->versioned && message->param1 == 0) {
        row->has_priority = true;
        row->priority = message->type;
    }
    row->versioned = true;
}

static void see_channel_end(circuits_row *row, const caw_event *event, bool lost) {
    const caw_channel *channel = event->note->channel;
    bool counted = channel && channel->has_sid;
    /* of a circuit whose beginning the capture lacks the channel is not known, and lost all the
     * same */
    row->lost += lost && !row->closed.frame && (counted || (!channel && !row->opened.frame));
    row->open -= counted && row->open;
}

static void see_request(circuits_row *row, const caw_event *event) {
    const caw_message *message = &event->message;
    switch (message->command) {
    case CAW_COMMAND_VERSION:
        see_version(row, message, true);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        if (!row->versioned)
            put_version(row->version_client, message->param2);
        break;
    case CAW_COMMAND_ECHO:
        row->echoes++;
        break;
    case CAW_COMMAND_EVENTS_OFF:
        if (!row->off.frame && !row->closed.frame)
            row->off = caw_event_sent(event);
        break;
    case CAW_COMMAND_EVENTS_ON:
        resume_updates(row, event);
        break;
    default:
        break;
    }
}

static void see_answer(circuits_row *row, const caw_event *event) {
    switch (event->message.command) {
    case CAW_COMMAND_VERSION:
        see_version(row, &event->message, false);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        row->channels++;
        row->open++;
        break;
    case CAW_COMMAND_CLEAR_CHANNEL:
        see_channel_end(row, event, false);
        break;
    case CAW_COMMAND_SERVER_DISCONN:
        row->disconnects = true;
        see_channel_end(row, event, true);
        break;
    case CAW_COMMAND_ECHO:
        row->echoes_answered += event->note->exchange != NULL;
        break;
    default:
        break;
    }
}

static void see_message(caw_report *report, const caw_event *event) {
    circuits_row *row = row_of(report, event);
    if (!row)
        return;
    take_ends(row, event);
    take_name(report, row, &row->user, event->user);
    take_name(report, row, &row->host, event->host);
    row->messages++;
    row->bytes += event->message.size;
    caw_moment sent = caw_event_sent(event);
    if (!row->closed.frame && (!row->last.frame || caw_between(&row->last, &sent) > 0))
        row->last = sent;
    if (event->message.row->speaker == CAW_SIDE_CLIENT)
        see_request(row, event);
    else
        see_answer(row, event);
    caw_report_touch(report, &row->record);
}

static void observe(caw_report *report, const caw_event *event) {
    if (event->transport != CAW_TRANSPORT_TCP)
        return;
    switch (event->kind) {
    case CAW_EVENT_MESSAGE:
        see_message(report, event);
        break;
    case CAW_EVENT_ASKED:
        see_asked(report, event);
        break;
    case CAW_EVENT_ACCEPTED:
        see_accepted(report, event);
        break;
    case CAW_EVENT_REFUSED:
    case CAW_EVENT_CLOSED:
        see_closed(report, event);
        break;
    case CAW_EVENT_MALFORMED:
        break;
    }
}

static void close(caw_report *report) {
    circuits_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    begin_state(state);
    while (!caw_ring_is_empty(&state->by_age))
        drop_opening(report, CAW_RING_ENTRY(state->by_age.after, circuits_opening, by_age));
    caw_idmap_free(&state->circuits, memory);
    caw_idmap_free(&state->openings, memory);
}

static const struct caw_report_code code = {
    .state = sizeof(circuits_state),
    .observe = observe,
    .cells = {caw_circuits_cells},
    .close = close,
};

const caw_report_row caw_report_circuits = {
    .name = "circuits",
    .title = "Circuits",
    .question = "Who is connected to whom, and why did it end?",
    .tables = &caw_circuits_table,
    .table_count = 1,
    .code = &code,
};
