/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who wrote what, and was it taken: a row for each WRITE (put) and WRITE_NOTIFY (callback).
 *
 * A callback is decided by its answer, or an ERROR about it; else, as "no answer", when its channel
 * is closed or a minute after its circuit is. A plain put has no answer: an ERROR belongs to the
 * newest one with an identical header (its own command, size, type, count, sid and second
 * parameter), and without one it is "unconfirmed": when the next with this header is sent, its
 * channel or circuit is closed, or PATIENCE has passed. What waits at the end is decided there.
 */
#include "message/header.h"
#include "reports.h"
#include "waits.h"

#include "ends.h"

#define PATIENCE INT64_C(10000000000) /* nanoseconds for an ERROR about a plain put */

typedef struct {
    caw_record record;
    caw_wait wait;
    caw_ring patient; /* of a plain put */
    bool plain;
    bool failed; /* by an ERROR */
    caw_header header;
    uint32_t status; /* when it is told */
    caw_moment told;
    caw_end client, server;
    const char *user, *host, *pv, *value, *type; /* NULL: not known */
    char number[12];                             /* of a status without a name */
    char texts[];
} put;

typedef struct {
    bool begun;
    caw_waits waits;
    caw_ring patient; /* plain ones that wait, the oldest first */
} puts_state;

static put *put_of(caw_wait *wait) {
    return wait ? CAW_RING_ENTRY(wait, put, wait) : NULL;
}

/* ---- a row -------------------------------------------------------------------------------- */

/* What is told of a put in words: measured first, then kept after it. */
static void put_texts(put *made, const caw_event *event, caw_text *out) {
    const caw_message *message = &event->message;
    const caw_name *type = caw_name_of(caw_dbr_names, message->type);
    const char *names[] = {event->user, event->host, caw_pv(event->note)};
    const char **kept[] = {&made->user, &made->host, &made->pv};
    char value[CAW_SHOWN_VALUE];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *kept[i] = names[i] ? made->texts + out->length : NULL;
        if (names[i]) {
            caw_put_printable(out, caw_view_of(names[i]));
            caw_put(out, '\0');
        }
    }
    made->value = caw_shown_value(message, value, sizeof value) ? made->texts + out->length : NULL;
    caw_puts(out, made->value ? value : "");
    caw_put(out, '\0');
    made->type = type ? type->name : made->texts + out->length;
    if (!type)
        caw_put_unsigned(out, message->type);
    caw_text_end(out);
}

static put *make(caw_report *report, const caw_event *event) {
    const caw_memory *memory = caw_report_memory(report);
    put measured;
    caw_text room = caw_text_into(NULL, 0);
    put_texts(&measured, event, &room);
    put *made = memory->alloc(memory->user, sizeof *made + room.length + 1);
    if (!made) {
        caw_report_drop(report);
        return NULL;
    }
    memset(made, 0, sizeof *made);
    caw_text texts = caw_text_into(made->texts, room.length + 1);
    put_texts(made, event, &texts);
    made->client = event->source;
    made->server = event->target;
    return made;
}

static void drop(caw_report *report, put *dropped) {
    const caw_memory *memory = caw_report_memory(report);
    memory->release(memory->user, dropped);
}

/* ---- deciding ----------------------------------------------------------------------------- */

/* It is told, or has a place in the table already. */
static void tell(caw_report *report, put *decided) {
    if (caw_report_is_streaming(report)) {
        caw_report_tell(report, decided);
        drop(report, decided);
    } else {
        caw_report_touch(report, &decided->record);
    }
}

static void decide(caw_report *report, put *decided) {
    puts_state *state = caw_report_state(report);
    caw_waits_remove(report, &state->waits, &decided->wait);
    caw_ring_remove(&decided->patient);
    tell(report, decided);
}

static void answer(caw_report *report, put *answered, const caw_event *event, bool failed,
                   uint32_t status) {
    answered->told = caw_event_sent(event);
    answered->failed = failed;
    answered->status = status;
    decide(report, answered);
}

static void expire(caw_report *report, const caw_moment *now) {
    puts_state *state = caw_report_state(report);
    while (!caw_ring_is_empty(&state->patient)) {
        put *first = CAW_RING_ENTRY(state->patient.after, put, patient);
        if (caw_between(&first->wait.asked, now) <= PATIENCE)
            break;
        decide(report, first);
    }
    for (put *due; (due = put_of(caw_waits_due(&state->waits, now)));)
        decide(report, due);
}

/* ---- requests ----------------------------------------------------------------------------- */

/* Plain puts are found by what an ERROR repeats. */
static caw_key header_key(const caw_event *event, const caw_header *header) {
    const uint32_t words[] = {header->type, header->payload_size, header->count, header->param1,
                              header->param2};
    return (caw_key){UINT64_C(1) << 63 | event->connection, caw_hash(words, sizeof words)};
}

static bool same_header(const caw_header *a, const caw_header *b) {
    return a->type == b->type && a->payload_size == b->payload_size && a->count == b->count &&
           a->param1 == b->param1 && a->param2 == b->param2;
}

static caw_header header_of(const caw_message *message) {
    return (caw_header){.command = message->command,
                        .type = message->type,
                        .payload_size = message->payload_size,
                        .count = message->count,
                        .param1 = message->param1,
                        .param2 = message->param2};
}

/* Nobody can tell more about what had its key before. */
static bool wait_for(caw_report *report, put *made, const caw_event *event) {
    puts_state *state = caw_report_state(report);
    if (!made->plain && !event->note->exchange)
        return false; /* history had no memory */
    caw_key key = made->plain ? header_key(event, &made->header) : caw_wait_key(event);
    put *earlier = put_of(caw_waits_find(&state->waits, key));
    if (earlier)
        decide(report, earlier);
    if (state->waits.count >= caw_report_most(report)) {
        caw_report_drop(report);
        decide(report, put_of(caw_waits_oldest(&state->waits)));
    }
    return caw_waits_add(report, &state->waits, &made->wait, key, event, &event->message.param1);
}

static void see_put(caw_report *report, const caw_event *event) {
    puts_state *state = caw_report_state(report);
    put *made = make(report, event);
    if (!made)
        return;
    made->plain = event->message.command == CAW_COMMAND_WRITE;
    made->header = header_of(&event->message);
    made->wait.asked = event->now;
    if (!caw_report_is_streaming(report) && !caw_report_attach(report, &made->record)) {
        drop(report, made);
        return;
    }
    if (!wait_for(report, made, event))
        tell(report, made);
    else if (made->plain)
        caw_ring_add_last(&state->patient, &made->patient);
}

/* ---- answers ------------------------------------------------------------------------------ */

static void see_error(caw_report *report, const caw_event *event) {
    puts_state *state = caw_report_state(report);
    caw_header header;
    if (caw_read_header(event->message.payload, &header) == CAW_MORE ||
        header.command != CAW_COMMAND_WRITE)
        return;
    put *found = put_of(caw_waits_find(&state->waits, header_key(event, &header)));
    if (found && found->plain && same_header(&found->header, &header))
        answer(report, found, event, true, event->message.param2);
}

static void see_answer(caw_report *report, const caw_event *event) {
    puts_state *state = caw_report_state(report);
    const caw_exchange *exchange = event->note->exchange;
    if (!exchange || event->note->turn != CAW_TURN_RESPONSE ||
        exchange->command != CAW_COMMAND_WRITE_NOTIFY)
        return;
    put *found = put_of(caw_waits_find(&state->waits, caw_wait_key(event)));
    bool failed = event->message.command == CAW_COMMAND_ERROR;
    if (found && !found->plain && caw_wait_is_of(&found->wait, exchange))
        answer(report, found, event, failed,
               failed ? event->message.param2 : event->message.param1);
}

/* Nothing of a closed channel is answered. */
static void see_end_of_channel(caw_report *report, const caw_event *event) {
    puts_state *state = caw_report_state(report);
    const caw_channel *channel = event->note->channel;
    if (!channel || !channel->closed || !channel->has_sid)
        return;
    for (put *each; (each = put_of(caw_waits_of_channel(&state->waits, event, channel->sid)));)
        decide(report, each);
}

static void see_message(caw_report *report, const caw_event *event) {
    if (event->message.row->writes) {
        see_put(report, event);
        return;
    }
    if (event->message.command == CAW_COMMAND_ERROR)
        see_error(report, event);
    see_answer(report, event);
    see_end_of_channel(report, event);
}

static void observe(caw_report *report, const caw_event *event) {
    puts_state *state = caw_report_state(report);
    if (!state->begun) {
        caw_waits_begin(&state->waits);
        caw_ring_begin(&state->patient);
        state->begun = true;
    }
    expire(report, &event->now);
    if (event->transport != CAW_TRANSPORT_TCP)
        return;
    if (event->kind == CAW_EVENT_MESSAGE)
        see_message(report, event);
    else if (event->kind == CAW_EVENT_CLOSED)
        caw_waits_close(&state->waits, event);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const char *outcome_of(put *each) {
    if (!each->told.frame)
        return each->plain ? "unconfirmed" : "no answer";
    if (!each->failed && each->status == CAW_ECA_NORMAL)
        return "ok";
    const caw_name *name = caw_name_of(caw_status_names, each->status);
    if (name)
        return name->name;
    caw_text out = caw_text_into(each->number, sizeof each->number);
    caw_put_unsigned(&out, each->status);
    caw_text_end(&out);
    return each->number;
}

enum {
    TIMESTAMP,
    USER,
    HOST,
    CLIENT,
    SERVER,
    KIND,
    PV,
    VALUE,
    TYPE,
    OUTCOME,
    TOOK,
    FRAME,
    COLUMNS
};

static void cells_of(void *record, caw_cell *cells) {
    put *each = record;
    cells[TIMESTAMP] = caw_cell_moment(&each->wait.asked);
    cells[USER] = caw_cell_text(each->user);
    cells[HOST] = caw_cell_text(each->host);
    cells[CLIENT] = caw_cell_end(&each->client);
    cells[SERVER] = caw_cell_end(&each->server);
    cells[KIND] = caw_cell_text(each->plain ? "put" : "callback");
    cells[PV] = caw_cell_text(each->pv);
    cells[VALUE] = caw_cell_text(each->value);
    cells[TYPE] = caw_cell_text(each->type);
    cells[OUTCOME] = caw_cell_text(outcome_of(each));
    cells[TOOK] = caw_cell_between(&each->wait.sent, &each->told);
    cells[FRAME] = caw_cell_count(each->wait.asked.frame);
}

static const caw_table tables[] = {
    {"puts",
     COLUMNS,
     {[TIMESTAMP] = {"timestamp_ns", "Time (s)", CAW_CELL_MOMENT},
      [USER] = {"user", "User", CAW_CELL_TEXT},
      [HOST] = {"host", "Host", CAW_CELL_TEXT},
      [CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
      [SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
      [KIND] = {"kind", "Kind", CAW_CELL_TEXT},
      [PV] = {"pv", "PV", CAW_CELL_TEXT},
      [VALUE] = {"value", "Value", CAW_CELL_TEXT},
      [TYPE] = {"type", "Type", CAW_CELL_TEXT},
      [OUTCOME] = {"outcome", "Outcome", CAW_CELL_TEXT},
      [TOOK] = {"took_s", "Took (s)", CAW_CELL_SECONDS},
      [FRAME] = {"frame", "Frame", CAW_CELL_FRAME}}},
};

/* Where rows are kept what waits stands in the table as it is. */
static void end(caw_report *report) {
    puts_state *state = caw_report_state(report);
    if (!state->begun || !caw_report_is_streaming(report))
        return;
    for (put *each; (each = put_of(caw_waits_oldest(&state->waits)));)
        decide(report, each);
}

static void close(caw_report *report) {
    puts_state *state = caw_report_state(report);
    if (!state->begun)
        return;
    if (caw_report_is_streaming(report))
        for (caw_wait *each; (each = caw_waits_oldest(&state->waits));) {
            caw_waits_remove(report, &state->waits, each);
            drop(report, put_of(each));
        }
    caw_waits_free(report, &state->waits);
    for (const caw_record *each = caw_report_first(report, 0), *next; each; each = next) {
        next = each->next;
        drop(report, (put *)each);
    }
}

static const struct caw_report_code code = {
    .state = sizeof(puts_state),
    .observe = observe,
    .cells = {cells_of},
    .end = end,
    .close = close,
};

const caw_report_row caw_report_puts = {
    .name = "puts",
    .title = "Puts",
    .question = "Who wrote what, when, from where, and was it taken?",
    .tables = tables,
    .table_count = 1,
    .streams = true,
    .code = &code,
};
