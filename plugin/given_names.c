/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of Wireshark's, whose columns are the words of a line of caw --names: the core reads
 * both.
 */
#include "compat.h"

#include "given_names.h"
#include "memory.h"
#include "protocol.h"

#include <epan/uat.h>

typedef struct {
    char *server;
    char *client;
    char *what;
    char *id;
    char *pv;
} given_row;

static given_row *rows;
static unsigned row_count;

static char *line_of(const given_row *row) {
    return g_strjoin(" ", row->server, row->client, row->what, row->id, row->pv, NULL);
}

/* What is wrong with the row, or NULL. */
static const char *read_row(caw_names *names, const given_row *row) {
    const char *problem = NULL;
    char *line = line_of(row);

    caw_names_read(names, caw_view_of(line), &problem);
    g_free(line);
    return problem;
}

/* ---- the table's callbacks -------------------------------------------------------------- */

static bool is_empty(const char *text) {
    return !text || !*text;
}

static ca_bool check_row(void *record, char **error) {
    const given_row *row = record;
    caw_names *scratch = caw_names_new(&heap_memory);
    const char *problem = is_empty(row->server) || row->server[0] == '#' || is_empty(row->what) ||
                                  is_empty(row->id) || is_empty(row->pv)
                              ? "only the client may be empty"
                              : read_row(scratch, row);

    caw_names_free(scratch);
    *error = problem ? g_strdup(problem) : NULL;
    return !problem;
}

static void *copy_row(void *to, const void *from, size_t size _U_) {
    const given_row *row = from;

    *(given_row *)to = (given_row){g_strdup(row->server), g_strdup(row->client),
                                   g_strdup(row->what), g_strdup(row->id), g_strdup(row->pv)};
    return to;
}

static void free_row(void *record) {
    given_row *row = record;

    g_free(row->server);
    g_free(row->client);
    g_free(row->what);
    g_free(row->id);
    g_free(row->pv);
}

UAT_CSTRING_CB_DEF(given, server, given_row)
UAT_CSTRING_CB_DEF(given, client, given_row)
UAT_CSTRING_CB_DEF(given, what, given_row)
UAT_CSTRING_CB_DEF(given, id, given_row)
UAT_CSTRING_CB_DEF(given, pv, given_row)

void given_names_register(void) {
    static uat_field_t columns[] = {
        UAT_FLD_CSTRING(given, server, "Server", "Its address and TCP port, as 10.0.0.5:5064"),
        UAT_FLD_CSTRING(given, client, "Client",
                        "Address and port, as 10.0.0.9:40112; empty: any client of the server"),
        UAT_FLD_CSTRING(given, what, "What", "sid or subscription"),
        UAT_FLD_CSTRING(given, id, "ID", "The number of the sid or subscription"),
        UAT_FLD_CSTRING(given, pv, "PV", "The name of the channel"),
        UAT_END_FIELDS};
    uat_t *table =
        uat_new("Names of channels", sizeof(given_row), "ca_names", TRUE, &rows, &row_count,
                UAT_AFFECTS_DISSECTION, NULL, copy_row, check_row, free_row, NULL, NULL, columns);

    prefs_register_uat_preference(
        prefs_find_module("ca"), "names", "Names of channels",
        "PVs of channels that were created before the capture, by sid or subscription", table);
}

/* ---- the names -------------------------------------------------------------------------- */

const caw_names *given_names_now(void) {
    if (!row_count)
        return NULL;
    caw_names *names = caw_names_new(&file_memory);
    for (unsigned i = 0; i < row_count; i++)
        read_row(names, &rows[i]);
    return names;
}
