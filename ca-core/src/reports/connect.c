/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connection benchmark: for each channel that somebody asked for, how far it came and how long
 * each step took; and how long each server takes.
 *
 * A row begins with a search, or with a request to create the channel where no search was seen. A
 * creation belongs to the search of that name from that address that was answered by that server:
 * to the latest that has none yet, or else it shares the latest one that has.
 */
#include "message/wire.h"
#include "quantiles.h"
#include "report.h"
#include "reports.h"

enum { CONNECT, SERVERS };

typedef struct attempt attempt;

/* How far a circuit has come, when it was asked for. */
typedef enum { SILENT, REFUSED, OPEN, CLOSED } progress;

typedef struct {
    caw_end client;
    caw_end server;
    progress progress;
    caw_moment asked;    /* the first SYN; frame 0 when the capture lacks it */
    caw_moment accepted; /* the SYN/ACK */
    caw_moment latest;   /* whatever happened to it */
    uint32_t times;      /* SYNs */
    caw_by by;           /* what refused it */
    uint8_t icmp_type;
    uint8_t icmp_code;
    bool used; /* a channel was asked for */
} circuit;

/* A client's address and the server's end: what one wants of the other. */
typedef struct {
    caw_end client; /* port 0 */
    caw_end server;
    const circuit *latest;
    attempt *waiting; /* searches that this server has answered, for which there is no creation */
    uint64_t told;    /* the value of caw_report_taken when all that wait were touched last */
} route;

/* A row: a channel that somebody asked for. Moments of frame 0 have not come. */
struct attempt {
    caw_record record;
    caw_kept_name pv;
    caw_end client;
    caw_end server;
    uint64_t searches;
    caw_moment searched;    /* the first search */
    caw_moment searched_on; /* the last one */
    caw_moment found;       /* its first answer */
    caw_moment asked;       /* the creation's request */
    caw_moment told;        /* its answer */
    bool rejected;          /* which was no */
    bool opened;            /* a circuit was opened for it, in ... */
    int64_t opening;        /* ... so many nanoseconds */
    route *route;           /* of its answered search */
    attempt *below;         /* the answered search of the same name before it, not yet taken */
    attempt *next_waiting;
    char state[32];
};

/* How long a server took for each channel that it created. */
typedef struct {
    caw_record record;
    caw_end address;
    double *seconds;
    size_t count;
    size_t room;
    caw_quantiles quantiles;
} server;

typedef struct {
    caw_idmap exchanges; /* attempts by their exchange, see attempt_of */
    caw_idmap circuits;  /* by number of connection */
    caw_idmap routes;    /* by client's address and server */
    caw_idmap names;     /* the latest answered search by route and name */
    caw_idmap servers;   /* by address */
    uint64_t unanswered; /* creations */
} connect;

/* ---- indexes ------------------------------------------------------------------------------ */

/* FNV-1a, 64 bits. Keys that meet are told apart by what they stand for. */
static uint64_t hash_of(const void *bytes, size_t length) {
    const uint8_t *byte = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t hash_of_end(const caw_end *end) {
    return hash_of(end->bytes, end->size) + end->port;
}

static bool same_end(const caw_end *a, const caw_end *b) {
    return a->size == b->size && a->port == b->port && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static caw_end address_of(caw_end end) {
    end.port = 0;
    return end;
}

/* The route between two ends, made when there is none; NULL without memory. */
static route *route_of(caw_report *report, caw_end client, const caw_end *server_end) {
    connect *state = caw_report_state(report);
    client = address_of(client);
    caw_key key = {hash_of_end(&client), hash_of_end(server_end)};
    route *found = caw_idmap_get(&state->routes, key);
    if (found && same_end(&found->client, &client) && same_end(&found->server, server_end))
        return found;
    found = caw_report_keep(report, sizeof *found);
    if (!found)
        return NULL;
    found->client = client;
    found->server = *server_end;
    caw_report_index(report, &state->routes, key, found);
    return found;
}

static caw_key name_key(const route *way, const char *pv) {
    return (caw_key){(uint64_t)(uintptr_t)way, hash_of(pv, strlen(pv))};
}

/* The latest answered search of this name on this route, or NULL. */
static attempt *search_of(const connect *state, const route *way, const char *pv) {
    attempt *found = caw_idmap_get(&state->names, name_key(way, pv));
    return found && found->route == way && strcmp(found->pv.wire, pv) == 0 ? found : NULL;
}

/*
 * The exchange itself may be gone by the time its answer comes, and another one may lie in its
 * place: its address finds the attempt, the time of its request proves it.
 */
static caw_key exchange_key(const caw_exchange *exchange) {
    return (caw_key){(uint64_t)(uintptr_t)exchange, exchange->command};
}

static bool same_moment(const caw_moment *a, const caw_moment *b) {
    return a->frame == b->frame && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds;
}

static attempt *attempt_of(const connect *state, const caw_exchange *exchange) {
    attempt *found = caw_idmap_get(&state->exchanges, exchange_key(exchange));
    if (!found)
        return NULL;
    bool search = exchange->command == CAW_COMMAND_SEARCH;
    return same_moment(search ? &found->searched : &found->asked, &exchange->request) ? found
                                                                                      : NULL;
}

/* A new row for this exchange; NULL without memory, or beyond the most rows. */
static attempt *new_attempt(caw_report *report, const caw_exchange *exchange) {
    connect *state = caw_report_state(report);
    attempt *made;
    caw_kept_name pv = {NULL, NULL};
    if (exchange->pv && !caw_report_keep_name(report, exchange->pv, &pv))
        return NULL;
    if (!exchange->pv)
        caw_report_drop(report);
    made = caw_report_add(report, CONNECT, sizeof *made);
    if (!made)
        return NULL;
    made->pv = pv;
    caw_report_index(report, &state->exchanges, exchange_key(exchange), made);
    return made;
}

/* ---- circuits ----------------------------------------------------------------------------- */

/* What waits on a route has changed. */
static void touch_waiting(caw_report *report, route *way) {
    if (way->told == caw_report_taken(report))
        return; /* nobody has looked since */
    way->told = caw_report_taken(report);
    for (attempt **link = &way->waiting; *link;) {
        if ((*link)->asked.frame) {
            *link = (*link)->next_waiting;
            continue;
        }
        caw_report_touch(report, &(*link)->record);
        link = &(*link)->next_waiting;
    }
}

static caw_key connection_key(const caw_event *event) {
    return (caw_key){event->connection, 0};
}

/* Of an event that its server, or else its client, is the source of. */
static circuit *circuit_of(caw_report *report, const caw_event *event, bool from_server,
                           bool anew) {
    connect *state = caw_report_state(report);
    caw_end client = from_server ? event->target : event->source;
    caw_end server_end = from_server ? event->source : event->target;
    circuit *found = caw_idmap_get(&state->circuits, connection_key(event));
    if (found && !anew && same_end(&found->client, &client) &&
        same_end(&found->server, &server_end))
        return found;
    found = caw_report_keep(report, sizeof *found);
    route *way = found ? route_of(report, client, &server_end) : NULL;
    if (!way)
        return NULL;
    found->client = client;
    found->server = server_end;
    found->latest = event->now;
    way->latest = found;
    caw_report_index(report, &state->circuits, connection_key(event), found);
    return found;
}

static void see_circuit(caw_report *report, circuit *found, const caw_event *event) {
    found->latest = event->now;
    route *way = route_of(report, found->client, &found->server);
    if (!way)
        return;
    if (event->kind != CAW_EVENT_CLOSED)
        way->latest = found;
    touch_waiting(report, way);
}

static void see_asked(caw_report *report, const caw_event *event) {
    circuit *found = circuit_of(report, event, false, event->times <= 1);
    if (!found)
        return;
    if (!found->asked.frame)
        found->asked = event->now;
    found->progress = SILENT;
    found->times = event->times;
    see_circuit(report, found, event);
}

static void see_accepted(caw_report *report, const caw_event *event) {
    circuit *found = circuit_of(report, event, true, false);
    if (!found)
        return;
    found->accepted = event->now;
    found->progress = OPEN;
    see_circuit(report, found, event);
}

static void see_refused(caw_report *report, const caw_event *event) {
    circuit *found = circuit_of(report, event, true, false);
    if (!found)
        return;
    found->progress = REFUSED;
    found->by = event->by;
    found->icmp_type = event->icmp_type;
    found->icmp_code = event->icmp_code;
    see_circuit(report, found, event);
}

static void see_closed(caw_report *report, const caw_event *event) {
    connect *state = caw_report_state(report);
    circuit *found = caw_idmap_get(&state->circuits, connection_key(event));
    if (!found || found->progress != OPEN)
        return;
    found->progress = CLOSED;
    see_circuit(report, found, event);
}

/* ---- searches ----------------------------------------------------------------------------- */

static void see_search(caw_report *report, const caw_event *event) {
    const caw_exchange *exchange = event->note->exchange;
    attempt *found = attempt_of(caw_report_state(report), exchange);
    if (!found)
        found = new_attempt(report, exchange);
    if (!found)
        return;
    found->searches++;
    if (!found->searched.frame) {
        found->client = event->source;
        found->searched = exchange->request;
    }
    found->searched_on = event->now;
    caw_report_touch(report, &found->record);
}

/* Where the answer says that the server is. */
static caw_end announced_end(const caw_event *event) {
    caw_end end = event->source;
    bool ipv4 = end.size == 4;
    uint32_t address = ipv4 ? wire_u32((caw_view){end.bytes, 0, 4}, 0) : 0;
    uint64_t where = caw_announced_server(&event->message, caw_endpoint(address, end.port));
    end.port = (uint16_t)where;
    if (where >> 16 == address)
        return end;
    end.size = 4;
    for (int i = 0; i < 4; i++)
        end.bytes[i] = (uint8_t)(where >> (40 - 8 * i));
    return end;
}

/* It waits for a creation. */
static void enter_found(caw_report *report, attempt *found) {
    connect *state = caw_report_state(report);
    route *way = route_of(report, found->client, &found->server);
    if (!way || !found->pv.wire)
        return;
    attempt *above = search_of(state, way, found->pv.wire);
    found->route = way;
    found->below = above && !above->asked.frame ? above : NULL;
    found->next_waiting = way->waiting;
    way->waiting = found;
    caw_report_index(report, &state->names, name_key(way, found->pv.wire), found);
}

static void see_found(caw_report *report, const caw_event *event) {
    const caw_exchange *exchange = event->note->exchange;
    attempt *found = attempt_of(caw_report_state(report), exchange);
    if (found && found->found.frame)
        return;
    if (!found && !(found = new_attempt(report, exchange)))
        return;
    found->searched = exchange->request;
    found->found = event->now;
    found->client = event->target;
    found->server = announced_end(event);
    enter_found(report, found);
    caw_report_touch(report, &found->record);
}

/* ---- creations ---------------------------------------------------------------------------- */

/* The row of a creation: that of its search, or a new one. NULL without memory. */
static attempt *begin_creation(caw_report *report, const caw_exchange *exchange,
                               const circuit *on) {
    connect *state = caw_report_state(report);
    route *way = exchange->pv && on ? route_of(report, on->client, &on->server) : NULL;
    attempt *search = way ? search_of(state, way, exchange->pv) : NULL;
    if (search && !search->asked.frame) {
        if (search->below)
            caw_report_index(report, &state->names, name_key(way, exchange->pv), search->below);
        caw_report_index(report, &state->exchanges, exchange_key(exchange), search);
        return search;
    }
    attempt *made = new_attempt(report, exchange);
    if (made && search) {
        made->searches = search->searches;
        made->searched = search->searched;
        made->found = search->found;
    }
    return made;
}

/* A circuit that was there when the search was answered was not opened for this channel. */
static void take_opening(attempt *found, circuit *on) {
    bool first = !on->used;
    on->used = true;
    if (!on->asked.frame || !on->accepted.frame)
        return;
    found->opened = found->found.frame ? caw_between(&found->found, &on->accepted) >= 0 : first;
    found->opening = caw_between(&on->asked, &on->accepted);
}

static attempt *creation_of(caw_report *report, const caw_event *event, bool from_server) {
    connect *state = caw_report_state(report);
    const caw_exchange *exchange = event->note->exchange;
    attempt *found = attempt_of(state, exchange);
    if (found)
        return found;
    circuit *on = circuit_of(report, event, from_server, false);
    found = begin_creation(report, exchange, on);
    if (!found)
        return NULL;
    found->client = from_server ? event->target : event->source;
    found->server = from_server ? event->source : event->target;
    found->asked = exchange->request;
    state->unanswered++;
    if (!on)
        return found;
    if (!on->asked.frame)
        on->progress = OPEN; /* the capture begins later than the circuit */
    take_opening(found, on);
    return found;
}

static void see_creation(caw_report *report, const caw_event *event) {
    attempt *found = creation_of(report, event, false);
    if (found)
        caw_report_touch(report, &found->record);
}

static server *server_of(caw_report *report, caw_end end) {
    connect *state = caw_report_state(report);
    caw_end address = address_of(end);
    caw_key key = {hash_of_end(&address), 0};
    server *found = caw_idmap_get(&state->servers, key);
    if (found && same_end(&found->address, &address))
        return found;
    found = caw_report_add(report, SERVERS, sizeof *found);
    if (!found)
        return NULL;
    found->address = address;
    caw_report_index(report, &state->servers, key, found);
    return found;
}

static bool make_room(const caw_memory *memory, server *to) {
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

static void add_time(caw_report *report, const attempt *created) {
    server *to = server_of(report, created->server);
    if (!to)
        return;
    if (!make_room(caw_report_memory(report), to)) {
        caw_report_drop(report);
        return;
    }
    to->seconds[to->count++] = (double)caw_between(&created->asked, &created->told) / 1e9;
}

static void see_created(caw_report *report, const caw_event *event) {
    connect *state = caw_report_state(report);
    attempt *found = creation_of(report, event, true);
    if (!found || found->told.frame)
        return;
    found->told = event->now;
    found->rejected = event->message.row->failure;
    state->unanswered--;
    if (!found->rejected)
        add_time(report, found);
    caw_report_touch(report, &found->record);
}

/* ---- the report --------------------------------------------------------------------------- */

/* A question of which history, for lack of memory, knows nothing. */
static bool is_lost(const caw_message *message) {
    bool asks =
        message->command == CAW_COMMAND_SEARCH || message->command == CAW_COMMAND_CREATE_CHAN;
    return asks && message->row->speaker == CAW_SIDE_CLIENT;
}

static void see_message(caw_report *report, const caw_event *event) {
    const caw_note *note = event->note;
    bool request = note->turn == CAW_TURN_REQUEST, answer = note->turn == CAW_TURN_RESPONSE;
    if (!note->exchange) {
        if (is_lost(&event->message))
            caw_report_drop(report);
        return;
    }
    switch (note->exchange->command) {
    case CAW_COMMAND_SEARCH:
        if (request)
            see_search(report, event);
        else if (answer && event->message.command == CAW_COMMAND_SEARCH)
            see_found(report, event);
        break;
    case CAW_COMMAND_CREATE_CHAN:
        if (request)
            see_creation(report, event);
        else if (answer)
            see_created(report, event);
        break;
    default:
        break;
    }
}

static void observe(caw_report *report, const caw_event *event) {
    switch (event->kind) {
    case CAW_EVENT_MESSAGE:
        see_message(report, event);
        break;
    case CAW_EVENT_MALFORMED:
        break;
    case CAW_EVENT_ASKED:
        see_asked(report, event);
        break;
    case CAW_EVENT_ACCEPTED:
        see_accepted(report, event);
        break;
    case CAW_EVENT_REFUSED:
        see_refused(report, event);
        break;
    case CAW_EVENT_CLOSED:
        see_closed(report, event);
        break;
    }
}

static void end(caw_report *report) {
    for (server *each = (server *)caw_report_first(report, SERVERS); each;
         each = (server *)each->record.next)
        if (each->count)
            each->quantiles = caw_quantiles_of(each->seconds, each->count);
}

static void say(const caw_report *report, caw_text *out) {
    const connect *state = caw_report_state(report);
    caw_put_unsigned(out, state->unanswered);
    caw_puts(out, " channel creation requests were unanswered during this capture.");
}

static void close(caw_report *report) {
    connect *state = caw_report_state(report);
    const caw_memory *memory = caw_report_memory(report);
    for (server *each = (server *)caw_report_first(report, SERVERS); each;
         each = (server *)each->record.next)
        if (each->seconds)
            memory->release(memory->user, each->seconds);
    caw_idmap_free(&state->exchanges, memory);
    caw_idmap_free(&state->circuits, memory);
    caw_idmap_free(&state->routes, memory);
    caw_idmap_free(&state->names, memory);
    caw_idmap_free(&state->servers, memory);
}

/* ---- cells -------------------------------------------------------------------------------- */

/* The circuit was asked for, opened or closed after the search was answered. */
static bool is_later(const circuit *on, const attempt *each) {
    return on && caw_between(&each->found, &on->latest) >= 0;
}

/* The circuit for the channel of an answered search, when there is one or one was tried. */
static const circuit *tried(const attempt *each) {
    const circuit *latest = each->route ? each->route->latest : NULL;
    bool over = latest && (latest->progress == REFUSED || latest->progress == CLOSED);
    return over && !is_later(latest, each) ? NULL : latest;
}

static void say_refused(const circuit *on, caw_text *out) {
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

static void say_waiting(const circuit *on, caw_text *out) {
    if (!on) {
        caw_puts(out, "answered, no connection tried");
    } else if (on->progress == REFUSED) {
        say_refused(on, out);
    } else if (on->progress == SILENT) {
        caw_puts(out, "no answer to ");
        caw_put_unsigned(out, on->times);
        caw_puts(out, " SYN");
    } else {
        caw_puts(out, "not created");
    }
}

static void say_state(attempt *each, const circuit *on) {
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

/* Of the answer that decided, else of what was asked last. */
static uint32_t frame_of(const attempt *each, const circuit *on) {
    if (each->told.frame)
        return each->told.frame;
    if (each->asked.frame)
        return each->asked.frame;
    if (!each->found.frame)
        return each->searched_on.frame;
    return is_later(on, each) ? on->latest.frame : each->found.frame;
}

enum { PV, CLIENT, SERVER, SEARCHES, ASKED, SEARCH, TCP, CREATE, TOTAL, STATE, FRAME, COLUMNS };

static void connect_cells(void *record, caw_cell *cells) {
    attempt *each = record;
    const circuit *on = each->asked.frame ? NULL : tried(each);
    say_state(each, on);
    cells[PV] = caw_cell_text(each->pv.shown);
    cells[CLIENT] = caw_cell_end(is_later(on, each) ? &on->client : &each->client);
    cells[SERVER] = caw_cell_end(&each->server);
    cells[SEARCHES] = caw_cell_count(each->searches);
    cells[ASKED] = caw_cell_moment(each->searched.frame ? &each->searched : &each->asked);
    cells[SEARCH] = caw_cell_between(&each->searched, &each->found);
    cells[TCP] = caw_cell_seconds(each->opened, each->opening);
    cells[CREATE] = caw_cell_between(&each->asked, &each->told);
    cells[TOTAL] = caw_cell_between(&each->searched, &each->told);
    cells[TOTAL].known &= !each->rejected;
    cells[STATE] = caw_cell_text(each->state);
    cells[FRAME] = caw_cell_count(frame_of(each, on));
}

static caw_cell nearest(bool known, double seconds) {
    return caw_cell_seconds(known, (int64_t)(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

static void server_cells(void *record, caw_cell *cells) {
    const server *each = record;
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

static const caw_table tables[] = {
    [CONNECT] = {"connect",
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
    [SERVERS] = {"servers",
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

static const struct caw_report_code code = {
    .state = sizeof(connect),
    .observe = observe,
    .cells = {[CONNECT] = connect_cells, [SERVERS] = server_cells},
    .end = end,
    .say = say,
    .close = close,
};

const caw_report_row caw_report_connect = {
    .name = "connect",
    .title = "Connections",
    .question = "How far did each channel that somebody asked for come, and how long did it take?",
    .tables = tables,
    .table_count = sizeof tables / sizeof *tables,
    .code = &code,
};
