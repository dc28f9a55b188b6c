/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection benchmark: how long it took to create each channel, and which server is slow.
 * As text for TShark, as a table for Wireshark; both from the same list of channels.
 */
#include "compat.h"

#include "connect.h"
#include "quantiles.h"
#include "tap.h"

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/to_str.h>

#include <math.h>
#include <stdio.h>

#define OPTION "ca,connect"

/* One request to create a channel. */
typedef struct {
    const caw_exchange *creation;
    char *server; /* the address the request went to */
} request;

static void free_request(void *data) {
    g_free(((request *)data)->server);
}

static double seconds_between(const caw_moment *from, const caw_moment *to) {
    return (double)(to->seconds - from->seconds) + (to->nanoseconds - from->nanoseconds) / 1e9;
}

static bool is_answered(const caw_exchange *creation) {
    return creation->answer.frame != 0;
}

static bool is_created(const caw_exchange *creation) {
    return is_answered(creation) && !creation->failed;
}

static double dt_of(const caw_exchange *creation) {
    return seconds_between(&creation->request, &creation->answer);
}

/* From the first search for the PV; negative when none was seen. */
static double search_of(const caw_exchange *creation) {
    return creation->search ? seconds_between(&creation->search->request, &creation->answer) : -1;
}

/* Adds the creation requests of a frame; true if it has any, or an answer to one. */
static bool collect(GArray *requests, const ca_events *events) {
    bool changed = false;

    for (unsigned i = 0; i < events->count; i++) {
        const caw_event *event = events->all[i];
        char host[CAW_END_TEXT];
        const caw_exchange *exchange = event->note ? event->note->exchange : NULL;
        if (!exchange || exchange->command != CAW_COMMAND_CREATE_CHAN)
            continue;
        changed = true;
        if (event->note->turn != CAW_TURN_REQUEST)
            continue;
        caw_end_text(&event->target, host, sizeof host);
        request asked = {exchange, g_strdup(host)};
        g_array_append_val(requests, asked);
    }
    return changed;
}

static GArray *new_requests(void) {
    GArray *requests = g_array_new(FALSE, FALSE, sizeof(request));

    g_array_set_clear_func(requests, free_request);
    return requests;
}

/* In the order of the answers, as pairs are found. */
static int by_answer(const void *a, const void *b) {
    const caw_moment *left = &((const request *)a)->creation->answer;
    const caw_moment *right = &((const request *)b)->creation->answer;

    return (left->frame > right->frame) - (left->frame < right->frame);
}

static unsigned count_unanswered(const GArray *requests) {
    unsigned unanswered = 0;

    for (unsigned i = 0; i < requests->len; i++)
        unanswered += !is_answered(g_array_index(requests, request, i).creation);
    return unanswered;
}

static void free_times(void *times) {
    g_array_free(times, TRUE);
}

/* How long each server took for each channel, by its address, which belongs to the requests. */
static GHashTable *times_of(const GArray *requests) {
    GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_times);

    for (unsigned i = 0; i < requests->len; i++) {
        const request *each = &g_array_index(requests, request, i);
        if (!is_created(each->creation))
            continue;
        GArray *times = g_hash_table_lookup(all, each->server);
        if (!times) {
            times = g_array_new(FALSE, FALSE, sizeof(double));
            g_hash_table_insert(all, each->server, times);
        }
        double dt = dt_of(each->creation);
        g_array_append_val(times, dt);
    }
    return all;
}

/* ---- text ------------------------------------------------------------------------------- */

static void print_seconds(double seconds, int width) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(seconds))
        printf(" %*s", width, "NaN");
    else
        printf(" %*s", width, g_ascii_formatd(text, sizeof text, "%.9f", seconds));
}

static int name_width(const GArray *requests) {
    size_t width = strlen("PV");

    for (unsigned i = 0; i < requests->len; i++) {
        const char *pv = g_array_index(requests, request, i).creation->pv;
        width = MAX(width, pv ? strlen(pv) : 0);
    }
    return (int)width;
}

/* A name as everybody shows it; to be freed. */
static char *shown_name(const char *name) {
    caw_view view = caw_view_of(name ? name : "");
    size_t size = caw_printable(view, NULL, 0) + 1;
    char *shown = g_malloc(size);

    caw_printable(view, shown, size);
    return shown;
}

static void print_channels(const GArray *requests) {
    int width = name_width(requests);

    printf("\n%-*s %-15s %20s %14s %14s\n", width, "PV", "server_address", "t", "dt", "search");
    for (unsigned i = 0; i < requests->len; i++) {
        const request *each = &g_array_index(requests, request, i);
        const caw_exchange *creation = each->creation;
        double search = search_of(creation);
        if (!is_created(creation))
            continue;
        char *pv = shown_name(creation->pv);
        printf("%-*s %-15s %10" PRId64 ".%09d", width, pv, each->server, creation->request.seconds,
               creation->request.nanoseconds);
        print_seconds(dt_of(creation), 14);
        print_seconds(search < 0 ? NAN : search, 14);
        putchar('\n');
        g_free(pv);
    }
}

static void print_server(const char *server, GArray *times) {
    quantiles all = quantiles_of(times);
    double columns[] = {all.mean,           all.std, all.min, all.quarter, all.median,
                        all.three_quarters, all.max};

    printf("%-15s %8u", server, all.count);
    for (unsigned column = 0; column < array_length(columns); column++)
        print_seconds(columns[column], 14);
    putchar('\n');
}

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

static void print_servers(const GArray *requests) {
    GHashTable *all = times_of(requests);
    GList *servers = g_list_sort(g_hash_table_get_keys(all), by_name);

    printf("\n%-15s %8s %14s %14s %14s %14s %14s %14s %14s\n", "server_address", "count", "mean",
           "std", "min", "25%", "50%", "75%", "max");
    for (const GList *server = servers; server; server = server->next)
        print_server(server->data, g_hash_table_lookup(all, server->data));
    g_list_free(servers);
    g_hash_table_destroy(all);
}

static void draw(void *data) {
    GArray *requests = data;

    printf("%u channel creation requests were unanswered during this capture.\n",
           count_unanswered(requests));
    g_array_sort(requests, by_answer);
    print_channels(requests);
    print_servers(requests);
    fflush(stdout);
}

static void reset(void *data) {
    g_array_set_size(data, 0);
}

static void finish(void *data) {
    g_array_free(data, TRUE);
}

static tap_packet_status see(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                             const void *events, tap_flags_t flags _U_) {
    return collect(data, events) ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

static ca_tap_init init(const char *option, void *user _U_) {
    const char *rest = option + strlen(OPTION);
    GArray *requests = new_requests();
    GString *error;

    if (*rest && *rest != ',')
        error = g_string_new("no such report");
    else
        error = register_tap_listener("ca", requests, *rest ? rest + 1 : NULL, TL_REQUIRES_NOTHING,
                                      reset, see, draw, finish);

    if (error) {
        fprintf(stderr, "caw: -z %s: %s\n", option, error->str);
        g_string_free(error, TRUE);
        finish(requests);
        CA_TAP_REFUSE;
    }
    CA_TAP_ACCEPT;
}

/* ---- the table of Wireshark's Statistics menu ------------------------------------------- */

enum { PV, SERVER, REQUESTED, DT, SEARCH, COLUMNS };

static stat_tap_table_item columns[] = {
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "PV", "%s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Server", "%s"},
    {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Request In", "%u"},
    {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Create (s)", "%s"},
    {TABLE_ITEM_STRING, TAP_ALIGN_RIGHT, "Search and create (s)", "%s"},
};

static void init_table(stat_tap_table_ui *statistic) {
    static const char *const title = "Channels";

    if (!stat_tap_find_table(statistic, title))
        stat_tap_add_table(statistic, stat_tap_init_table(title, COLUMNS, 0, NULL));
}

static char *text_of_seconds(double seconds) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    return g_strdup(seconds < 0 ? "" : g_ascii_formatd(text, sizeof text, "%.6f", seconds));
}

static stat_tap_table_item_type string_item(char *text) {
    return (stat_tap_table_item_type){TABLE_ITEM_STRING, {.string_value = text}, {0}};
}

static void add_row(stat_tap_table *table, packet_info *pinfo, const caw_exchange *creation) {
    stat_tap_table_item_type row[COLUMNS] = {
        [PV] = string_item(shown_name(creation->pv)),
        [SERVER] = string_item(
            g_strdup_printf("%s:%u", address_to_str(pinfo->pool, &pinfo->src), pinfo->srcport)),
        [REQUESTED] = {TABLE_ITEM_UINT, {.uint_value = creation->request.frame}, {0}},
        [DT] = string_item(text_of_seconds(dt_of(creation))),
        [SEARCH] = string_item(text_of_seconds(search_of(creation))),
    };

    stat_tap_init_table_row(table, table->num_elements, COLUMNS, row);
}

static tap_packet_status see_table(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                                   const void *tapped, tap_flags_t flags _U_) {
    const ca_events *events = tapped;
    stat_data_t *statistic = data;
    stat_tap_table *table = g_array_index(statistic->stat_tap_data->tables, stat_tap_table *, 0);
    tap_packet_status status = TAP_PACKET_DONT_REDRAW;

    for (unsigned i = 0; i < events->count; i++) {
        const caw_event *event = events->all[i];
        if (!ca_is_first_answer(event) ||
            event->note->exchange->command != CAW_COMMAND_CREATE_CHAN ||
            event->note->exchange->failed)
            continue;
        add_row(table, pinfo, event->note->exchange);
        status = TAP_PACKET_REDRAW;
    }
    return status;
}

static void free_item(stat_tap_table *table _U_, unsigned row _U_, unsigned column,
                      stat_tap_table_item_type *item) {
    if (column != REQUESTED)
        g_free((char *)item->value.string_value);
}

/* Wireshark empties the table before it reads the capture again. */
static void reset_table(stat_tap_table *table) {
    table->num_elements = 0;
}

void connect_register(void) {
    static stat_tap_ui text = {REGISTER_PACKET_STAT_GROUP_UNSORTED, NULL, OPTION, init, 0, NULL};
    static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    static stat_tap_table_ui table = {
        REGISTER_PACKET_STAT_GROUP_UNSORTED,
        "CA Connections",
        "ca",
        "ca,channels",
        init_table,
        see_table,
        reset_table,
        free_item,
        NULL,
        COLUMNS,
        columns,
        array_length(parameters),
        parameters,
        NULL,
        0,
    };

    register_stat_tap_ui(&text, NULL);
    register_stat_tap_table_ui(&table);
}
