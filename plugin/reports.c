/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's reports in TShark and Wireshark.
 *
 *     tshark -q -z ca,NAME[,text|,json|,csv][,table=TABLE][,FILTER]
 *
 * prints one at the end of the capture: as text, as JSON (an object a line) or as CSV, whole or one
 * table of it. What follows the words is a display filter, commas and all; the report then knows
 * only the packets that match. In Wireshark's Statistics menu each is a table that grows while
 * packets are read; "-z ca,table,NAME[,FILTER]" is its name on the command line.
 */
#include "compat.h"

#include "caw_capture.h"
#include "memory.h"
#include "output.h"
#include "reports.h"
#include "tap.h"

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#include <math.h>
#include <stdio.h>

static caw_report *new_report(const caw_report_row *row) {
    return caw_report_new(row, &heap_memory, SIZE_MAX);
}

static void observe_all(caw_report *report, const ca_events *events) {
    for (unsigned i = 0; i < events->count; i++)
        caw_report_observe(report, events->all[i]);
}

/* ---- -z ca,NAME ---------------------------------------------------------------------------- */

/* One -z option. */
typedef struct {
    const caw_report_row *row;
    caw_report *report;
    caw_report_words words;
} printed;

static tap_packet_status on_packet(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                   const void *events CA_TAP_FLAGS) {
    observe_all(((printed *)data)->report, events);
    return TAP_PACKET_REDRAW;
}

/* What no frame has told. */
static void on_rest(void *data, const caw_event *event) {
    caw_report_observe(((printed *)data)->report, event);
}

static bool write_text(void *user _U_, const char *text, size_t length) {
    output_write(text, length);
    return true;
}

static void on_draw(void *data) {
    static const caw_output output = {write_text, NULL};
    printed *print = data;

    tap_rest();
    caw_report_print(print->report, print->words.form, print->words.table, &output);
    output_flush();
}

/* Wireshark is about to read the capture again. */
static void on_reset(void *data) {
    printed *print = data;

    caw_report_free(print->report);
    if (!(print->report = new_report(print->row)))
        output_fail("out of memory", OUTPUT_FAILED);
}

static void on_finish(void *data) {
    printed *print = data;

    tap_forget(print);
    caw_report_free(print->report);
    g_free(print);
}

/* What is wrong with the argument, to be freed; NULL when it listens now. */
static char *start(const char *rest, printed *print) {
    char wrong[256];

    if (*rest && *rest != ',')
        return g_strdup("no such report");
    if (!caw_report_read_words(print->row, rest, &print->words, wrong, sizeof wrong))
        return g_strdup(wrong);
    if (!(print->report = new_report(print->row)))
        return g_strdup("out of memory");
    const char *filter = print->words.filter;
    GString *error = register_tap_listener("ca", print, filter, TL_REQUIRES_NOTHING, on_reset,
                                           on_packet, on_draw, on_finish);
    if (error)
        return g_string_free(error, FALSE);
    if (filter)
        tap_do_not_wait();
    tap_ask_rest(on_rest, print);
    return NULL;
}

static ca_tap_init init(const char *argument, void *user) {
    printed *print = g_new0(printed, 1);

    print->row = user;
    char *error = start(argument + strlen("ca,") + strlen(print->row->name), print);

    if (error) {
        fprintf(stderr, "caw: -z %s: %s\n", argument, error);
        g_free(error);
        on_finish(print);
        CA_TAP_REFUSE;
    }
    output_begin();
    CA_TAP_ACCEPT;
}

/* ---- the table of Wireshark's Statistics menu ---------------------------------------------- */

/* One entry. Wireshark has one table for all windows of an entry, and so is there one report. */
typedef struct {
    stat_tap_table_ui ui;
    const caw_report_row *row;
    caw_report *report;
    uint32_t frame; /* the latest: each window shows the report every frame */
} entry;

/* Entries last as long as the program. */
static GPtrArray *entries;

static entry *entry_of(const stat_tap_table_ui *ui) {
    for (unsigned i = 0; i < entries->len; i++)
        if (&((entry *)g_ptr_array_index(entries, i))->ui == ui)
            return g_ptr_array_index(entries, i);
    return NULL;
}

static entry *entry_titled(const char *title) {
    for (unsigned i = 0; i < entries->len; i++)
        if (strcmp(((entry *)g_ptr_array_index(entries, i))->ui.title, title) == 0)
            return g_ptr_array_index(entries, i);
    return NULL;
}

static void start_report(entry *shown) {
    caw_report_free(shown->report);
    shown->report = new_report(shown->row);
    shown->frame = 0;
}

static void init_table(stat_tap_table_ui *ui) {
    entry *shown = entry_of(ui);

    if (ui->tables && ui->tables->len > 0)
        return;
    stat_tap_add_table(ui, stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL));
    start_report(shown);
}

static double seconds_of(int64_t nanoseconds) {
    return (double)nanoseconds / 1e9;
}

static double since(const caw_moment *first, const caw_moment *moment) {
    return (double)(moment->seconds - first->seconds) +
           (moment->nanoseconds - first->nanoseconds) / 1e9;
}

static double number_of(const caw_report *report, caw_cell_kind kind, const caw_cell *cell) {
    caw_moment first = caw_report_totals(report).first;

    if (!cell->known)
        return NAN;
    switch (kind) {
    case CAW_CELL_SECONDS:
        return seconds_of(cell->is.nanoseconds);
    case CAW_CELL_MOMENT:
        return since(&first, &cell->is.moment);
    case CAW_CELL_REAL:
        return cell->is.real;
    default:
        return (double)cell->is.count;
    }
}

static char *text_of_end(const caw_end *end) {
    char text[CAW_END_PORT_TEXT];

    caw_end_port_text(end, text, sizeof text);
    return g_strdup(text);
}

static char *text_of_list(const caw_listed *list) {
    GString *text = g_string_new(list ? NULL : "-");

    for (; list; list = list->next)
        g_string_append_printf(text, "%s%s", list->text, list->next ? ", " : "");
    return g_string_free(text, FALSE);
}

/* Wireshark and sharkd show a cell by its own type, TShark by that of its column, which is a float.
 */
static bool cells_have_types(void) {
    const char *program = g_get_prgname();

    return !program || strcmp(program, "tshark") != 0;
}

/* A float would have decimals in Wireshark. It takes what is too large for a whole number, too. */
static bool is_shown_whole(caw_cell_kind kind, const caw_cell *cell) {
    return !CA_TABLES_HAVE_FORMATS && (kind == CAW_CELL_COUNT || kind == CAW_CELL_FRAME) &&
           cell->is.count <= UINT32_MAX;
}

/* Not known: the cell is empty, and sorts as 0. The first of a row, which must not be, always is.
 */
static stat_tap_table_item_type number_item(const caw_report *report, caw_cell_kind kind,
                                            const caw_cell *cell) {
    stat_tap_table_item_type item = {TABLE_ITEM_NONE, {0}, {0}};

    if (cells_have_types() && !cell->known)
        return item;
    if (cells_have_types() && is_shown_whole(kind, cell)) {
        item.type = TABLE_ITEM_UINT;
        item.value.uint_value = (unsigned)cell->is.count;
    } else {
        item.type = TABLE_ITEM_FLOAT;
        item.value.float_value = number_of(report, kind, cell);
    }
    return item;
}

static stat_tap_table_item_type item_of(const caw_report *report, caw_cell_kind kind,
                                        const caw_cell *cell) {
    stat_tap_table_item_type item = {TABLE_ITEM_STRING, {0}, {0}};

    if (kind == CAW_CELL_TEXT) {
        item.value.string_value = g_strdup(cell->known ? cell->is.text : "-");
    } else if (kind == CAW_CELL_LIST) {
        item.value.string_value = text_of_list(cell->known ? cell->is.list : NULL);
    } else if (kind == CAW_CELL_ADDRESS) {
        item.value.string_value = cell->known ? text_of_end(&cell->is.end) : g_strdup("-");
    } else {
        return number_item(report, kind, cell);
    }
    return item;
}

static void free_item(stat_tap_table *table _U_, unsigned row _U_, unsigned column _U_,
                      stat_tap_table_item_type *item) {
    if (item->type == TABLE_ITEM_STRING)
        g_free((char *)item->value.string_value);
}

/* A new row is added; in one that is there only the items change, for a window points to them. */
static void set_row(const entry *shown, stat_tap_table *table, unsigned number,
                    const caw_cell *cells) {
    stat_tap_table_item_type items[CAW_MOST_COLUMNS];
    const caw_table *columns = &shown->row->tables[0];

    for (uint32_t i = 0; i < columns->columns; i++)
        items[i] = item_of(shown->report, columns->column[i].kind, &cells[i]);
    if (number >= table->num_elements) {
        stat_tap_init_table_row(table, number, columns->columns, items);
        return;
    }
    for (uint32_t i = 0; i < columns->columns; i++) {
        free_item(table, number, i, stat_tap_get_field_data(table, number, i));
        stat_tap_set_field_data(table, number, i, &items[i]);
    }
}

static tap_packet_status show_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_,
                                     const void *events CA_TAP_FLAGS) {
    stat_tap_table_ui *ui = ((stat_data_t *)data)->stat_tap_data;
    stat_tap_table *table = g_array_index(ui->tables, stat_tap_table *, 0);
    entry *shown = entry_of(ui);
    caw_cell cells[CAW_MOST_COLUMNS];
    size_t number;

    if (!shown->report || pinfo->num == shown->frame)
        return TAP_PACKET_REDRAW;
    shown->frame = pinfo->num;
    observe_all(shown->report, events);
    while (caw_report_take(shown->report, &number, cells))
        set_row(shown, table, (unsigned)number, cells);
    return TAP_PACKET_REDRAW;
}

/* Wireshark empties the table before it reads the capture again. */
static void reset_table(stat_tap_table *table) {
    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column < table->num_fields; column++)
            free_item(table, row, column, stat_tap_get_field_data(table, row, column));
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
    start_report(entry_titled(table->title));
}

/* ---- registration -------------------------------------------------------------------------- */

static stat_tap_table_item item_column(const caw_column *column) {
    bool text = column->kind == CAW_CELL_TEXT || column->kind == CAW_CELL_ADDRESS ||
                column->kind == CAW_CELL_LIST;
    bool whole = column->kind == CAW_CELL_COUNT || column->kind == CAW_CELL_FRAME;
    stat_tap_table_item item = {
        text ? TABLE_ITEM_STRING : TABLE_ITEM_FLOAT,
        text ? TAP_ALIGN_LEFT : TAP_ALIGN_RIGHT,
        column->title,
        text    ? "%s"
        : whole ? "%.0f"
                : "%f",
    };
    return item;
}

static void register_table(const caw_report_row *row) {
    static tap_param parameters[] = {{PARAM_FILTER, "filter", "Filter", NULL, TRUE}};
    const caw_table *table = &row->tables[0];
    stat_tap_table_item *columns = g_new0(stat_tap_table_item, table->columns);
    entry *shown = g_new0(entry, 1);

    for (uint32_t i = 0; i < table->columns; i++)
        columns[i] = item_column(&table->column[i]);
    shown->row = row;
    shown->ui = (stat_tap_table_ui){
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = g_strdup_printf("CA %s", row->title),
        .tap_name = "ca",
        .cli_string = g_strdup_printf("ca,table,%s", row->name),
        .stat_tap_init_cb = init_table,
        .packet_func = show_packet,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_item,
        .nfields = table->columns,
        .fields = columns,
        .nparams = array_length(parameters),
        .params = parameters,
    };
    g_ptr_array_add(entries, shown);
    register_stat_tap_table_ui(&shown->ui);
}

static void register_text(const caw_report_row *row) {
    stat_tap_ui text = {REGISTER_PACKET_STAT_GROUP_UNSORTED,
                        NULL,
                        g_strdup_printf("ca,%s", row->name),
                        init,
                        0,
                        NULL};

    register_stat_tap_ui(&text, (void *)row);
}

void reports_register(void) {
    entries = g_ptr_array_new();
    for (size_t i = 0; caw_report_rows[i]; i++) {
        register_text(caw_report_rows[i]);
        register_table(caw_report_rows[i]);
    }
}
