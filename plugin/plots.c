/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of Wireshark's, and a field for each label in it. Wireshark frees the fields of the table
 * as it was when nothing of them is shown any more: their names are GLib's, and each id is a piece
 * of memory of its own.
 */
#include "compat.h"

#include "memory.h"
#include "plots.h"
#include "protocol.h"
#include "wanted.h"

#include <epan/uat.h>

typedef struct {
    char *label;
    char *pv; /* or a pattern of names */
} plot_row;

typedef struct {
    caw_pattern *pattern;
    const int *id; /* of its label; rows with one label have one field */
} plot;

static plot_row *rows;
static unsigned row_count;

static plot *plots; /* as many as rows, once the table is read */
static unsigned plot_count;
static GArray *fields; /* hf_register_info, of labels; NULL: there are none */

/* ---- rows ------------------------------------------------------------------------------- */

static bool is_label(const char *text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

    return text && *text && !text[strspn(text, letters)];
}

static ca_bool check_row(void *record, char **error) {
    const plot_row *row = record;
    const char *problem = NULL;

    *error = NULL;
    if (!is_label(row->label)) {
        *error = g_strdup("A label has small letters, digits and _");
    } else if (!row->pv || !*row->pv) {
        *error = g_strdup("A PV has a name; * stands for any");
    } else {
        caw_pattern_free(caw_pattern_new(row->pv, &heap_memory, &problem));
        if (problem)
            *error = g_strdup(problem);
    }
    return !*error;
}

static void *copy_row(void *to, const void *from, size_t size _U_) {
    const plot_row *row = from;

    *(plot_row *)to = (plot_row){g_strdup(row->label), g_strdup(row->pv)};
    return to;
}

static void free_row(void *record) {
    plot_row *row = record;

    g_free(row->label);
    g_free(row->pv);
}

/* ---- fields ----------------------------------------------------------------------------- */

static const int *id_of(const char *label) {
    for (unsigned i = 0; fields && i < fields->len; i++) {
        const hf_register_info *field = &g_array_index(fields, hf_register_info, i);
        if (strcmp(field->hfinfo.name, label) == 0)
            return field->p_id;
    }
    return NULL;
}

static const int *add_field(const char *label) {
    int *id = g_new(int, 1);
    hf_register_info field = {id,
                              {g_strdup(label), g_strdup_printf("ca.plot.%s", label), FT_DOUBLE,
                               BASE_NONE, NULL, 0, g_strdup("Value of a PV to plot"), HFILL}};

    *id = -1;
    g_array_append_val(fields, field);
    return id;
}

/* Wireshark frees the names with the fields, later; the array and the ids are ours to hand over. */
static void drop_fields(void) {
    for (unsigned i = 0; fields && i < fields->len; i++) {
        int *id = g_array_index(fields, hf_register_info, i).p_id;
        proto_deregister_field(proto_ca, *id);
        proto_add_deregistered_data(id);
    }
    if (fields)
        proto_add_deregistered_data(g_array_free(fields, FALSE));
    fields = NULL;
}

static void drop_plots(void) {
    drop_fields();
    for (unsigned i = 0; i < plot_count; i++)
        caw_pattern_free(plots[i].pattern);
    g_free(plots);
    plots = NULL;
    plot_count = 0;
}

/* The rows have changed. */
static void make_plots(void) {
    const char *problem;

    drop_plots();
    if (!row_count)
        return;
    fields = g_array_new(FALSE, FALSE, sizeof(hf_register_info));
    plots = g_new0(plot, row_count);
    for (plot_count = 0; plot_count < row_count; plot_count++) {
        const plot_row *row = &rows[plot_count];
        const int *known = id_of(row->label);
        plots[plot_count].pattern = caw_pattern_new(row->pv, &heap_memory, &problem);
        plots[plot_count].id = known ? known : add_field(row->label);
    }
    proto_register_field_array(proto_ca, (hf_register_info *)(void *)fields->data,
                               (int)fields->len);
}

/* ---- the table -------------------------------------------------------------------------- */

UAT_CSTRING_CB_DEF(plot, label, plot_row)
UAT_CSTRING_CB_DEF(plot, pv, plot_row)

void plots_register(void) {
    static uat_field_t columns[] = {
        UAT_FLD_CSTRING(plot, label, "Label",
                        "The field is ca.plot.LABEL: small letters, digits and _"),
        UAT_FLD_CSTRING(plot, pv, "PV", "A name, or a pattern as SR:BPM*:X or {SR,BR}:CURRENT"),
        UAT_END_FIELDS};
    uat_t *table = uat_new("PVs to plot", sizeof(plot_row), "ca_plots", TRUE, &rows, &row_count,
                           UAT_AFFECTS_DISSECTION | UAT_AFFECTS_FIELDS, NULL, copy_row, check_row,
                           free_row, make_plots, drop_plots, columns);

    prefs_register_uat_preference(prefs_find_module("ca"), "plots", "PVs to plot",
                                  "Fields ca.plot.LABEL with the values of PVs, for graphs", table);
}

/* ---- values ----------------------------------------------------------------------------- */

/* Updates and answers to reads have one. */
static bool find_value(const caw_message *message, caw_field *value) {
    return message->row->speaker == CAW_SIDE_SERVER && message->dbr &&
           caw_find(message, CAW_FIELD_VALUE, value);
}

/* A label has one value of a message, whichever of its rows the PV is in. */
static bool was_added(unsigned at, const char *pv) {
    for (unsigned i = 0; i < at; i++)
        if (plots[i].id == plots[at].id && caw_pattern_matches(plots[i].pattern, pv))
            return true;
    return false;
}

void plots_add(proto_tree *tree, tvbuff_t *tvb, uint32_t at, const caw_message *message,
               const char *pv, bool visible) {
    caw_field value;

    if (!plot_count || !pv || !find_value(message, &value))
        return;
    for (unsigned i = 0; i < plot_count; i++) {
        int id = *plots[i].id;
        if ((!visible && !wanted_by_name(id)) || !caw_pattern_matches(plots[i].pattern, pv) ||
            was_added(i, pv))
            continue;
        proto_item_set_generated(
            proto_tree_add_double(tree, id, tvb, (int)(at + value.view.at), 0, value.real));
    }
}
