/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What went wrong, most frequent first: ERROR messages, answers and updates with a status other
 * than ECA_NORMAL, CREATE_CH_FAIL, SERVER_DISCONN, and requests without an answer (NO_ANSWER).
 * Those that are equal but for their times and frames are one row.
 *
 * A request that has waited for a second counts as NO_ANSWER, and no more when its answer comes
 * after all, or its client clears the channel. So the table is right whenever it is looked at, as
 * far as time has come. What is counted for good is forgotten: a minute after the circuit was
 * closed, or when too many wait.
 */
#include "message/header.h"
#include "reports.h"
#include "waits.h"

#include "ends.h"

#define OVERDUE   INT64_C(1000000000) /* nanoseconds */
#define MOST_TEXT 512                 /* bytes of an ERROR's text, which servers keep within */

typedef struct {
    caw_record record;
    const char *status, *request, *text;
    caw_kept_name pv;
    caw_end server, client;
    uint64_t count; /* for good */
    caw_moment first, last;
    uint64_t overdue_count;
    caw_ring overdue; /* requests that wait, the oldest first */
} row;

typedef struct {
    caw_wait wait;
    caw_ring place; /* among the young, or those of its row */
    row *of;        /* NULL: it is young */
    uint16_t command;
    caw_end server, client;
    bool named;
    char pv[];
} waiting;

typedef struct {
    bool begun;
    caw_idmap rows;
    caw_waits waits;
    caw_ring young;
} errors_state;

static waiting *waiting_of(caw_wait *wait) {
    return wait ? CAW_RING_ENTRY(wait, waiting, wait) : NULL;
}

/* ---- rows --------------------------------------------------------------------------------- */

/* What makes a row. */
typedef struct {
    const char *status;  /* constant, or to be kept */
    const char *request; /* constant, or NULL */
    const char *pv;      /* NULL: not known */
    const char *text;    /* printable, or NULL */
    caw_end server, client;
} subject;

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static uint64_t hash_of_text(const char *text) {
    return text ? caw_hash(text, strlen(text)) : 0;
}

static caw_key key_of(const subject *about) {
    return (caw_key){(hash_of_text(about->status) * 3 + hash_of_text(about->request)) * 3 +
                         caw_hash_of_end(&about->server),
                     (hash_of_text(about->pv) * 3 + hash_of_text(about->text)) * 3 +
                         caw_hash_of_end(&about->client)};
}

static bool is_about(const row *each, const subject *about) {
    return same_text(each->status, about->status) && same_text(each->request, about->request) &&
           same_text(each->pv.wire, about->pv) && same_text(each->text, about->text) &&
           caw_same_end(&each->server, &about->server) &&
           caw_same_end(&each->client, &about->client);
}

static const char *keep_text(caw_report *report, const char *text) {
    size_t size = text ? strlen(text) + 1 : 0;
    char *kept = text ? caw_report_keep(report, size) : NULL;
    return kept ? memcpy(kept, text, size) : NULL;
}

/* NULL without memory, or beyond the most rows. */
static row *row_of(caw_report *report, const subject *about) {
    errors_state *state = caw_report_state(report);
    row *found = caw_idmap_get(&state->rows, key_of(about));
    caw_kept_name pv = {NULL, NULL};
    if (found && is_about(found, about))
        return found;
    if (about->pv && !caw_report_keep_name(report, about->pv, &pv))
        return NULL;
    found = caw_report_add(report, 0, sizeof *found);
    if (!found)
        return NULL;
    found->pv = pv;
    found->status = keep_text(report, about->status);
    found->request = about->request;
    found->text = keep_text(report, about->text);
    found->server = about->server;
    found->client = about->client;
    caw_ring_begin(&found->overdue);
    caw_report_index(report, &state->rows, key_of(about), found);
    return found;
}

static void show(caw_report *report, row *changed) {
    changed->record.hidden = changed->count + changed->overdue_count == 0;
    caw_report_touch(report, &changed->record);
}

static void count(caw_report *report, row *in, const caw_moment *when) {
    if (in->count++ == 0 || caw_between(&in->first, when) < 0)
        in->first = *when;
    if (in->count == 1 || caw_between(&in->last, when) > 0)
        in->last = *when;
    show(report, in);
}

/* ---- requests that wait ------------------------------------------------------------------- */

/* As ca-protocol calls those that are answered. */
static const char *const names[CAW_COMMANDS] = {
    [CAW_COMMAND_VERSION] = "VERSION",
    [CAW_COMMAND_EVENT_ADD] = "EVENT_ADD",
    [CAW_COMMAND_EVENT_CANCEL] = "EVENT_CANCEL",
    [CAW_COMMAND_READ] = "READ",
    [CAW_COMMAND_WRITE] = "WRITE",
    [CAW_COMMAND_SNAPSHOT] = "SNAPSHOT",
    [CAW_COMMAND_SEARCH] = "SEARCH",
    [CAW_COMMAND_BUILD] = "BUILD",
    [CAW_COMMAND_EVENTS_OFF] = "EVENTS_OFF",
    [CAW_COMMAND_EVENTS_ON] = "EVENTS_ON",
    [CAW_COMMAND_READ_SYNC] = "READ_SYNC",
    [CAW_COMMAND_ERROR] = "ERROR",
    [CAW_COMMAND_CLEAR_CHANNEL] = "CLEAR_CHANNEL",
    [CAW_COMMAND_RSRV_IS_UP] = "RSRV_IS_UP",
    [CAW_COMMAND_NOT_FOUND] = "NOT_FOUND",
    [CAW_COMMAND_READ_NOTIFY] = "READ_NOTIFY",
    [CAW_COMMAND_READ_BUILD] = "READ_BUILD",
    [CAW_COMMAND_REPEATER_CONFIRM] = "REPEATER_CONFIRM",
    [CAW_COMMAND_CREATE_CHAN] = "CREATE_CHAN",
    [CAW_COMMAND_WRITE_NOTIFY] = "WRITE_NOTIFY",
    [CAW_COMMAND_CLIENT_NAME] = "CLIENT_NAME",
    [CAW_COMMAND_HOST_NAME] = "HOST_NAME",
    [CAW_COMMAND_ACCESS_RIGHTS] = "ACCESS_RIGHTS",
    [CAW_COMMAND_ECHO] = "ECHO",
    [CAW_COMMAND_REPEATER_REGISTER] = "REPEATER_REGISTER",
    [CAW_COMMAND_SIGNAL] = "SIGNAL",
    [CAW_COMMAND_CREATE_CH_FAIL] = "CREATE_CH_FAIL",
    [CAW_COMMAND_SERVER_DISCONN] = "SERVER_DISCONN",
};

static const char *name_of(uint16_t command) {
    return command < CAW_COMMANDS ? names[command] : NULL;
}

/* Requests that a server must answer. */
static bool is_owed(uint16_t command) {
    static const uint32_t owed =
        UINT32_C(1) << CAW_COMMAND_CREATE_CHAN | UINT32_C(1) << CAW_COMMAND_READ |
        UINT32_C(1) << CAW_COMMAND_READ_NOTIFY | UINT32_C(1) << CAW_COMMAND_WRITE_NOTIFY |
        UINT32_C(1) << CAW_COMMAND_EVENT_ADD | UINT32_C(1) << CAW_COMMAND_ECHO |
        UINT32_C(1) << CAW_COMMAND_READ_SYNC;
    return command < CAW_COMMANDS && owed >> command & 1;
}

static void drop(caw_report *report, waiting *dropped) {
    errors_state *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    caw_waits_remove(report, &state->waits, &dropped->wait);
    caw_ring_remove(&dropped->place);
    memory->release(memory->user, dropped);
}

/* It is no error. */
static void forget(caw_report *report, waiting *answered) {
    row *of = answered->of;
    drop(report, answered);
    if (!of)
        return;
    of->overdue_count--;
    show(report, of);
}

/* Its row, from now on. False: it has none, and is gone. */
static bool become_overdue(caw_report *report, waiting *late) {
    subject about = {.status = "NO_ANSWER",
                     .request = name_of(late->command),
                     .pv = late->named ? late->pv : NULL,
                     .server = late->server,
                     .client = late->client};
    row *of = row_of(report, &about);
    if (!of) {
        drop(report, late);
        return false;
    }
    caw_ring_remove(&late->place);
    caw_ring_add_last(&of->overdue, &late->place);
    late->of = of;
    of->overdue_count++;
    show(report, of);
    return true;
}

/* Nothing is waited for any more. */
static void give_up(caw_report *report, waiting *late) {
    if (!late->of && !become_overdue(report, late))
        return;
    row *of = late->of;
    caw_moment asked = late->wait.asked;
    forget(report, late);
    count(report, of, &asked);
}

static void pass(caw_report *report, const caw_moment *now) {
    errors_state *state = caw_report_state(report);
    while (!caw_ring_is_empty(&state->young)) {
        waiting *first = CAW_RING_ENTRY(state->young.after, waiting, place);
        if (caw_between(&first->wait.asked, now) < OVERDUE)
            break;
        become_overdue(report, first);
    }
    for (waiting *due; (due = waiting_of(caw_waits_due(&state->waits, now)));)
        give_up(report, due);
}

static waiting *new_waiting(caw_report *report, const caw_event *event) {
    const caw_memory *memory = caw_report_memory(report);
    const char *pv = caw_pv(event->note);
    size_t size = pv ? strlen(pv) + 1 : 0;
    waiting *made = memory->alloc(memory->user, sizeof *made + size);
    if (!made) {
        caw_report_drop(report);
        return NULL;
    }
    memset(made, 0, sizeof *made);
    if (pv)
        memcpy(made->pv, pv, size);
    made->named = pv;
    made->command = event->message.command;
    made->server = event->target;
    made->client = caw_address_of(event->source);
    return made;
}

/* The sid of the request, where it names a channel. */
static const uint32_t *sid_of(const caw_message *message) {
    return message->row->channel == CAW_FIELD_SID ? &message->param1 : NULL;
}

static void see_request(caw_report *report, const caw_event *event) {
    errors_state *state = caw_report_state(report);
    caw_key key = caw_wait_key(event);
    waiting *earlier = waiting_of(caw_waits_find(&state->waits, key));
    if (earlier)
        give_up(report, earlier); /* history has forgotten it, and uses its place again */
    if (state->waits.count >= caw_report_most(report))
        give_up(report, waiting_of(caw_waits_oldest(&state->waits)));
    waiting *made = new_waiting(report, event);
    if (!made)
        return;
    if (caw_waits_add(report, &state->waits, &made->wait, key, event, sid_of(&event->message))) {
        caw_ring_add_last(&state->young, &made->place);
    } else {
        const caw_memory *memory = caw_report_memory(report);
        memory->release(memory->user, made);
    }
}

static void see_response(caw_report *report, const caw_event *event) {
    errors_state *state = caw_report_state(report);
    waiting *found = waiting_of(caw_waits_find(&state->waits, caw_wait_key(event)));
    if (found && caw_wait_is_of(&found->wait, event->note->exchange))
        forget(report, found);
}

static void see_clear(caw_report *report, const caw_event *event) {
    errors_state *state = caw_report_state(report);
    uint32_t sid = event->message.param1;
    for (waiting *each; (each = waiting_of(caw_waits_of_channel(&state->waits, event, sid)));)
        forget(report, each);
}

/* ---- errors ------------------------------------------------------------------------------- */

#define NUMBER 12

static const char *status_of(uint32_t status, char number[NUMBER]) {
    const caw_name *name = caw_name_of(caw_status_names, status);
    if (name)
        return name->name;
    caw_text out = caw_text_into(number, NUMBER);
    caw_put_unsigned(&out, status);
    caw_text_end(&out);
    return number;
}

static void count_error(caw_report *report, const caw_event *event, subject *about) {
    about->pv = caw_pv(event->note);
    about->server = event->source;
    about->client = caw_address_of(event->target);
    row *in = row_of(report, about);
    if (in)
        count(report, in, &event->now);
}

static void see_error(caw_report *report, const caw_event *event) {
    char number[NUMBER], text[4 * MOST_TEXT + 1];
    caw_header header;
    caw_field field;
    subject about = {.status = status_of(event->message.param2, number)};
    if (caw_read_header(event->message.payload, &header) != CAW_MORE)
        about.request = name_of(header.command);
    if (caw_find(&event->message, CAW_FIELD_ERROR_TEXT, &field)) {
        caw_text out = caw_text_into(text, sizeof text);
        caw_put_beginning(&out, field.text, MOST_TEXT);
        caw_text_end(&out);
        about.text = text;
    }
    count_error(report, event, &about);
}

/* An answer or an update that has a status which says no. */
static void see_status(caw_report *report, const caw_event *event) {
    const caw_message *message = &event->message;
    char number[NUMBER];
    if (message->row->param1 != CAW_FIELD_STATUS || message->param1 == CAW_ECA_NORMAL)
        return;
    subject about = {.status = status_of(message->param1, number),
                     .request = name_of(message->command)};
    count_error(report, event, &about);
}

static void see_failure(caw_report *report, const caw_event *event) {
    subject about = {.status = name_of(event->message.command)};
    switch (event->message.command) {
    case CAW_COMMAND_ERROR:
        see_error(report, event);
        break;
    case CAW_COMMAND_CREATE_CH_FAIL:
        about.request = name_of(CAW_COMMAND_CREATE_CHAN);
        count_error(report, event, &about);
        break;
    case CAW_COMMAND_SERVER_DISCONN:
        count_error(report, event, &about);
        break;
    default:
        see_status(report, event);
    }
}

/* ---- messages ----------------------------------------------------------------------------- */

static void see_message(caw_report *report, const caw_event *event) {
    const caw_note *note = event->note;
    if (note->exchange && is_owed(note->exchange->command)) {
        if (note->turn == CAW_TURN_REQUEST)
            see_request(report, event);
        else if (note->turn == CAW_TURN_RESPONSE)
            see_response(report, event);
    }
    if (event->message.row->speaker == CAW_SIDE_SERVER)
        see_failure(report, event);
    else if (event->message.command == CAW_COMMAND_CLEAR_CHANNEL)
        see_clear(report, event);
}

static void observe(caw_report *report, const caw_event *event) {
    errors_state *state = caw_report_state(report);
    if (!state->begun) {
        caw_waits_begin(&state->waits);
        caw_ring_begin(&state->young);
        state->begun = true;
    }
    pass(report, &event->now);
    if (event->kind == CAW_EVENT_MESSAGE)
        see_message(report, event);
    else if (event->kind == CAW_EVENT_CLOSED)
        caw_waits_close(&state->waits, event);
}

/* ---- the table ---------------------------------------------------------------------------- */

static uint64_t total_of(const row *each) {
    return each->count + each->overdue_count;
}

static const caw_moment *asked_at(const caw_ring *place) {
    return &CAW_RING_ENTRY(place, waiting, place)->wait.asked;
}

static caw_moment first_of(const row *each) {
    const caw_moment *oldest = each->overdue_count ? asked_at(each->overdue.after) : &each->first;
    return each->count && caw_between(oldest, &each->first) <= 0 ? each->first : *oldest;
}

static caw_moment last_of(const row *each) {
    const caw_moment *newest = each->overdue_count ? asked_at(each->overdue.before) : &each->last;
    return each->count && caw_between(newest, &each->last) >= 0 ? each->last : *newest;
}

enum { COUNT, STATUS, REQUEST, PV, SERVER, CLIENT, TEXT, FIRST, LAST, FRAME, COLUMNS };

static void cells_of(void *record, caw_cell *cells) {
    const row *each = record;
    caw_moment first = first_of(each), last = last_of(each);
    cells[COUNT] = caw_cell_count(total_of(each));
    cells[STATUS] = caw_cell_text(each->status);
    cells[REQUEST] = caw_cell_text(each->request);
    cells[PV] = caw_cell_text(each->pv.shown);
    cells[SERVER] = caw_cell_end(&each->server);
    cells[CLIENT] = caw_cell_end(&each->client);
    cells[TEXT] = caw_cell_text(each->text);
    cells[FIRST] = caw_cell_moment(&first);
    cells[LAST] = caw_cell_moment(&last);
    cells[FRAME] = caw_cell_count(first.frame);
    cells[FRAME].known = first.frame != 0;
}

static const caw_table tables[] = {
    {"errors",
     COLUMNS,
     {[COUNT] = {"count", "Count", CAW_CELL_COUNT},
      [STATUS] = {"status", "Status", CAW_CELL_TEXT},
      [REQUEST] = {"request", "Request", CAW_CELL_TEXT},
      [PV] = {"pv", "PV", CAW_CELL_TEXT},
      [SERVER] = {"server", "Server", CAW_CELL_ADDRESS},
      [CLIENT] = {"client", "Client", CAW_CELL_ADDRESS},
      [TEXT] = {"text", "Text", CAW_CELL_TEXT},
      [FIRST] = {"first_ns", "First (s)", CAW_CELL_MOMENT},
      [LAST] = {"last_ns", "Last (s)", CAW_CELL_MOMENT},
      [FRAME] = {"frame", "Frame", CAW_CELL_FRAME}}},
};

static int by_count(const void *a, const void *b) {
    uint64_t one = total_of(a), other = total_of(b);
    return (one < other) - (one > other);
}

static void end(caw_report *report) {
    errors_state *state = caw_report_state(report);
    caw_moment now = caw_report_now(report);
    if (state->begun)
        pass(report, &now);
}

static void close(caw_report *report) {
    errors_state *state = caw_report_state(report);
    if (!state->begun)
        return;
    for (waiting *each; (each = waiting_of(caw_waits_oldest(&state->waits)));)
        drop(report, each);
    caw_waits_free(report, &state->waits);
    caw_idmap_free(&state->rows, caw_report_memory(report));
}

static const struct caw_report_code code = {
    .state = sizeof(errors_state),
    .observe = observe,
    .cells = {cells_of},
    .order = {by_count},
    .end = end,
    .close = close,
};

const caw_report_row caw_report_errors = {
    .name = "errors",
    .title = "Errors",
    .question = "Which errors do servers send, and which requests do they not answer?",
    .tables = tables,
    .table_count = 1,
    .code = &code,
};
