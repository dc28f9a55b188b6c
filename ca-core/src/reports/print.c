/* SPDX-License-Identifier: BSD-3-Clause */
/* A report as text, CSV or JSON. Asks for no memory: rows are read as often as they are needed. */
#include "report.h"

#include <math.h>

typedef struct {
    const caw_report *report;
    const caw_output *to;
    bool failed;
    size_t used;
    char buffer[4096];
} printer;

static void flush(printer *out) {
    if (out->used && !out->failed)
        out->failed = !out->to->write(out->to->user, out->buffer, out->used);
    out->used = 0;
}

static void put(printer *out, char c) {
    if (out->used == sizeof out->buffer)
        flush(out);
    out->buffer[out->used++] = c;
}

static void puts_of(printer *out, const char *text) {
    for (; *text; text++)
        put(out, *text);
}

/* ---- tables and their rows ---------------------------------------------------------------- */

static const caw_table *table_of(const printer *out, uint32_t number) {
    return &caw_report_row_of(out->report)->tables[number];
}

static void read_row(const printer *out, uint32_t number, const caw_record *record,
                     caw_cell cells[CAW_MOST_COLUMNS]) {
    caw_report_row_of(out->report)->code->cells[number]((void *)record, cells);
}

/* ---- cells as short words ----------------------------------------------------------------- */

#define WORD 160 /* longer than any word but text, and than what is shown of that */

#define BILLION 1000000000u

/* At most `places` decimals, rounded; at least so many if `all`, else at least one. */
static void put_seconds(caw_text *out, int64_t nanoseconds, int places, bool all) {
    uint64_t rest = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    uint64_t unit = places == 6 ? 1000 : 1;
    rest = (rest + unit / 2) / unit * unit;
    if (nanoseconds < 0)
        caw_put(out, '-');
    caw_put_unsigned(out, rest / BILLION);
    caw_put(out, '.');
    rest %= BILLION;
    for (int place = 0; place < places && (all || rest || place == 0); place++) {
        caw_put(out, (char)('0' + rest / (BILLION / 10)));
        rest = rest * 10 % BILLION;
    }
}

/* Nanoseconds since 1970: more of them than an int64_t holds are written in two parts. */
static void put_nanoseconds(caw_text *out, const caw_moment *moment) {
    bool before = moment->seconds < 0;
    uint64_t seconds = before ? 0 - (uint64_t)moment->seconds : (uint64_t)moment->seconds;
    uint64_t rest = (uint64_t)moment->nanoseconds;
    if (before && rest) {
        seconds--;
        rest = BILLION - rest;
    }
    if (before)
        caw_put(out, '-');
    if (seconds)
        caw_put_unsigned(out, seconds);
    for (uint64_t unit = BILLION / 10; seconds && unit > rest && unit > 1; unit /= 10)
        caw_put(out, '0');
    caw_put_unsigned(out, rest);
}

static void put_end(caw_text *out, const caw_end *end) {
    char text[CAW_END_PORT_TEXT];
    caw_end_port_text(end, text, sizeof text);
    caw_puts(out, text);
}

static int places_of(const printer *out) {
    return caw_report_exact(out->report) ? 9 : 6;
}

static void put_since_first(const printer *out, caw_text *word, const caw_moment *moment) {
    caw_moment first = caw_report_totals(out->report).first;
    put_seconds(word, caw_between(&first, moment), places_of(out), true);
}

/* A person wants no more than six decimals. */
static void put_number(caw_text *out, double real, bool eye) {
    if (eye && fabs(real) < BILLION)
        put_seconds(out, (int64_t)(real * 1e9 + (real < 0 ? -0.5 : 0.5)), 6, true);
    else
        caw_put_real(out, real);
}

static void put_list(caw_text *out, const caw_listed *list) {
    for (; list; list = list->next) {
        caw_puts(out, list->text);
        caw_puts(out, list->next ? ", " : "");
    }
}

/* A cell that is known and no text; a long list is cut. */
static void write_word(const printer *out, caw_form form, caw_cell_kind kind, const caw_cell *cell,
                       char text[WORD]) {
    caw_text word = caw_text_into(text, WORD);
    bool eye = form == CAW_FORM_TEXT;
    switch (kind) {
    case CAW_CELL_TEXT:
        break;
    case CAW_CELL_COUNT:
    case CAW_CELL_FRAME:
        caw_put_unsigned(&word, cell->is.count);
        break;
    case CAW_CELL_SECONDS:
        put_seconds(&word, cell->is.nanoseconds, eye ? places_of(out) : 9, eye);
        break;
    case CAW_CELL_MOMENT:
        if (eye)
            put_since_first(out, &word, &cell->is.moment);
        else
            put_nanoseconds(&word, &cell->is.moment);
        break;
    case CAW_CELL_ADDRESS:
        put_end(&word, &cell->is.end);
        break;
    case CAW_CELL_REAL:
        put_number(&word, cell->is.real, eye);
        break;
    case CAW_CELL_LIST:
        put_list(&word, cell->is.list);
        break;
    }
    caw_text_end(&word);
}

static bool is_known(caw_cell_kind kind, const caw_cell *cell) {
    return cell->known && (kind != CAW_CELL_REAL || isfinite(cell->is.real));
}

/* A person sees no difference between an empty list and one that is not known. */
static bool is_shown(caw_cell_kind kind, const caw_cell *cell) {
    return is_known(kind, cell) && (kind != CAW_CELL_LIST || cell->is.list);
}

static bool is_quoted(caw_cell_kind kind) {
    return kind == CAW_CELL_TEXT || kind == CAW_CELL_ADDRESS || kind == CAW_CELL_LIST;
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void put_json_text(printer *out, const char *text) {
    put(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            put(out, '\\');
        put(out, *text);
    }
    put(out, '"');
}

static void put_json_list(printer *out, const caw_listed *list) {
    put(out, '[');
    for (; list; list = list->next) {
        put_json_text(out, list->text);
        puts_of(out, list->next ? ", " : "");
    }
    put(out, ']');
}

static void put_json_cell(printer *out, caw_cell_kind kind, const caw_cell *cell) {
    char word[WORD];
    if (!is_known(kind, cell)) {
        puts_of(out, "null");
        return;
    }
    if (kind == CAW_CELL_LIST) {
        put_json_list(out, cell->is.list);
        return;
    }
    write_word(out, CAW_FORM_JSON, kind, cell, word);
    if (is_quoted(kind))
        put_json_text(out, kind == CAW_CELL_TEXT ? cell->is.text : word);
    else
        puts_of(out, word);
}

static void put_json_row(printer *out, const caw_table *table, const caw_cell *cells) {
    puts_of(out, "{");
    if (caw_report_is_named(out->report)) {
        puts_of(out, "\"report\": ");
        put_json_text(out, caw_report_row_of(out->report)->name);
        puts_of(out, ", ");
    }
    puts_of(out, "\"table\": ");
    put_json_text(out, table->name);
    for (uint32_t i = 0; i < table->columns; i++) {
        puts_of(out, ", ");
        put_json_text(out, table->column[i].key);
        puts_of(out, ": ");
        put_json_cell(out, table->column[i].kind, &cells[i]);
    }
    puts_of(out, "}\n");
}

/* ---- CSV ---------------------------------------------------------------------------------- */

static void put_in_quotes(printer *out, const char *text) {
    if (caw_is_formula(caw_view_of(text)))
        put(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            put(out, '"');
        put(out, *text);
    }
}

static void put_csv_cell(printer *out, caw_cell_kind kind, const caw_cell *cell) {
    char word[WORD];
    if (!is_shown(kind, cell))
        return;
    if (kind != CAW_CELL_TEXT && kind != CAW_CELL_LIST) {
        write_word(out, CAW_FORM_CSV, kind, cell, word);
        puts_of(out, word);
        return;
    }
    put(out, '"');
    if (kind == CAW_CELL_TEXT)
        put_in_quotes(out, cell->is.text);
    for (const caw_listed *each = kind == CAW_CELL_LIST ? cell->is.list : NULL; each;
         each = each->next) {
        put_in_quotes(out, each->text);
        puts_of(out, each->next ? "; " : "");
    }
    put(out, '"');
}

static void put_csv_row(printer *out, const caw_table *table, const caw_cell *cells) {
    for (uint32_t i = 0; i < table->columns; i++) {
        puts_of(out, i ? "," : "");
        put_csv_cell(out, table->column[i].kind, &cells[i]);
    }
    puts_of(out, "\r\n");
}

static void put_csv_keys(printer *out, const caw_table *table) {
    for (uint32_t i = 0; i < table->columns; i++) {
        puts_of(out, i ? "," : "");
        puts_of(out, table->column[i].key);
    }
    puts_of(out, "\r\n");
}

/* ---- text --------------------------------------------------------------------------------- */

#define WIDEST 36 /* of a text; what is longer is cut, and ends in "..." */
#define DOTS   3

static bool begins_character(char c) {
    return ((unsigned char)c & 0xc0) != 0x80;
}

/* How many characters a text has, up to one more than the widest. */
static uint32_t characters_in(const char *text) {
    uint32_t count = 0;
    for (; *text && count <= WIDEST; text++)
        count += begins_character(*text);
    return count;
}

static void put_cut(printer *out, const char *text) {
    bool cut = characters_in(text) > WIDEST;
    for (uint32_t count = 0; *text; text++) {
        count += begins_character(*text);
        if (cut && count > WIDEST - DOTS)
            break;
        put(out, *text);
    }
    puts_of(out, cut ? "..." : "");
}

/* The key, but that moments are told in seconds. */
static const char *heading_of(const caw_column *column, char word[WORD]) {
    size_t length = strlen(column->key);
    if (column->kind != CAW_CELL_MOMENT || length < 3 || length >= WORD)
        return column->key;
    memcpy(word, column->key, length + 1);
    memcpy(word + length - strlen("_ns"), "_s", sizeof "_s");
    return word;
}

static const char *words_of(const printer *out, caw_cell_kind kind, const caw_cell *cell,
                            char word[WORD]) {
    if (!is_shown(kind, cell))
        return "-";
    if (kind == CAW_CELL_TEXT)
        return cell->is.text;
    write_word(out, CAW_FORM_TEXT, kind, cell, word);
    return word;
}

static void widen(uint32_t *width, const char *text) {
    uint32_t wanted = characters_in(text);
    if (wanted > WIDEST)
        wanted = WIDEST;
    if (*width < wanted)
        *width = wanted;
}

/* Texts stand at the left of their columns, numbers at the right. Ends no line in blanks. */
static void put_padded(printer *out, const caw_table *table, uint32_t column, uint32_t width,
                       const char *text) {
    uint32_t length = 0, shown = 0;
    widen(&shown, text);
    length = width > shown ? width - shown : 0;
    bool left = is_quoted(table->column[column].kind);
    puts_of(out, column ? "  " : "");
    for (uint32_t i = 0; i < length && !left; i++)
        put(out, ' ');
    put_cut(out, text);
    for (uint32_t i = 0; i < length && left && column + 1 < table->columns; i++)
        put(out, ' ');
}

static void measure_heading(const caw_table *table, uint32_t widths[CAW_MOST_COLUMNS]) {
    char word[WORD];
    for (uint32_t i = 0; i < table->columns; i++) {
        widths[i] = 0;
        widen(&widths[i], heading_of(&table->column[i], word));
    }
}

static void measure_row(const printer *out, const caw_table *table, const caw_cell *cells,
                        uint32_t widths[CAW_MOST_COLUMNS]) {
    char word[WORD];
    for (uint32_t i = 0; i < table->columns; i++)
        widen(&widths[i], words_of(out, table->column[i].kind, &cells[i], word));
}

/* The first record from here on that is shown. */
static const caw_record *shown(const caw_record *record) {
    while (record && record->hidden)
        record = record->next;
    return record;
}

static const caw_record *first_shown(const printer *out, uint32_t number) {
    return shown(caw_report_first(out->report, number));
}

static void measure(const printer *out, uint32_t number, uint32_t widths[CAW_MOST_COLUMNS]) {
    const caw_table *table = table_of(out, number);
    const caw_record *record = first_shown(out, number);
    measure_heading(table, widths);
    for (; record; record = shown(record->next)) {
        caw_cell cells[CAW_MOST_COLUMNS] = {{.known = false}};
        read_row(out, number, record, cells);
        measure_row(out, table, cells, widths);
    }
}

static void put_text_row(printer *out, const caw_table *table, const caw_cell *cells,
                         const uint32_t widths[CAW_MOST_COLUMNS]) {
    char word[WORD];
    for (uint32_t i = 0; i < table->columns; i++)
        put_padded(out, table, i, widths[i], words_of(out, table->column[i].kind, &cells[i], word));
    put(out, '\n');
}

static void put_heading_row(printer *out, const caw_table *table,
                            const uint32_t widths[CAW_MOST_COLUMNS]) {
    char word[WORD];
    for (uint32_t i = 0; i < table->columns; i++)
        put_padded(out, table, i, widths[i], heading_of(&table->column[i], word));
    put(out, '\n');
}

/* What stands before the rows of a table; the widths of their columns. */
static void put_headings(printer *out, uint32_t number, uint32_t widths[CAW_MOST_COLUMNS]) {
    put(out, '\n');
    if (!first_shown(out, number)) {
        puts_of(out, "no rows in ");
        puts_of(out, table_of(out, number)->name);
        put(out, '\n');
        return;
    }
    measure(out, number, widths);
    put_heading_row(out, table_of(out, number), widths);
}

static void put_counted(caw_text *out, uint64_t count, const char *one, const char *many) {
    caw_put_unsigned(out, count);
    caw_puts(out, count == 1 ? one : many);
}

static void put_if_any(caw_text *out, uint64_t count, const char *one, const char *many) {
    if (count == 0)
        return;
    caw_put(out, ' ');
    put_counted(out, count, one, many);
}

/* "182 messages in 34.250000 s from 1763867000.123456 on." */
static void say_totals(const printer *out, caw_text *text) {
    static const caw_moment epoch = {.frame = 1};
    caw_totals totals = caw_report_totals(out->report);
    put_counted(text, totals.messages, " message", " messages");
    if (totals.first.frame) {
        caw_puts(text, " in ");
        put_since_first(out, text, &totals.last);
        caw_puts(text, " s from ");
        put_seconds(text, caw_between(&epoch, &totals.first), places_of(out), true);
        caw_puts(text, " on");
    }
    caw_put(text, '.');
    put_if_any(text, totals.skipped, " byte is not a message.", " bytes are not messages.");
    put_if_any(text, totals.dropped, " row, or part of one, is missing.",
               " rows, or parts of rows, are missing.");
}

/* "connect: How far did each channel come?" */
static void put_name(printer *out) {
    const caw_report_row *row = caw_report_row_of(out->report);
    puts_of(out, row->name);
    puts_of(out, ": ");
    puts_of(out, row->question);
    put(out, '\n');
}

static void put_sentences(printer *out) {
    const struct caw_report_code *code = caw_report_row_of(out->report)->code;
    char sentences[1024];
    caw_text text = caw_text_into(sentences, sizeof sentences);
    say_totals(out, &text);
    caw_put(&text, '\n');
    if (code->say) {
        code->say(out->report, &text);
        caw_put(&text, '\n');
    }
    caw_text_end(&text);
    puts_of(out, sentences);
}

/* ---- totals and tables -------------------------------------------------------------------- */

static const caw_table totals_table = {
    .name = "totals",
    .columns = 5,
    .column = {{"first_ns", "First Packet", CAW_CELL_MOMENT},
               {"last_ns", "Last Packet", CAW_CELL_MOMENT},
               {"messages", "Messages", CAW_CELL_COUNT},
               {"skipped", "Skipped Bytes", CAW_CELL_COUNT},
               {"dropped", "Dropped", CAW_CELL_COUNT}},
};

static void put_json_totals(printer *out) {
    caw_totals totals = caw_report_totals(out->report);
    caw_cell cells[] = {caw_cell_moment(&totals.first), caw_cell_moment(&totals.last),
                        caw_cell_count(totals.messages), caw_cell_count(totals.skipped),
                        caw_cell_count(totals.dropped)};
    put_json_row(out, &totals_table, cells);
}

static void put_row(printer *out, caw_form form, const caw_table *table, const caw_cell *cells,
                    const uint32_t widths[CAW_MOST_COLUMNS]) {
    if (form == CAW_FORM_CSV)
        put_csv_row(out, table, cells);
    else if (form == CAW_FORM_JSON)
        put_json_row(out, table, cells);
    else
        put_text_row(out, table, cells, widths);
}

static void put_table(printer *out, caw_form form, uint32_t number) {
    const caw_table *table = table_of(out, number);
    const caw_record *record = first_shown(out, number);
    uint32_t widths[CAW_MOST_COLUMNS];

    if (form == CAW_FORM_CSV)
        put_csv_keys(out, table);
    if (form == CAW_FORM_TEXT)
        put_headings(out, number, widths);
    for (; record && !out->failed; record = shown(record->next)) {
        caw_cell cells[CAW_MOST_COLUMNS] = {{.known = false}};
        read_row(out, number, record, cells);
        put_row(out, form, table, cells, widths);
    }
}

/* ---- rows as they come -------------------------------------------------------------------- */

/* Nobody knows what comes: columns begin with what is usual, and grow with what stands in them. */
typedef struct {
    caw_form form;
    caw_output to;
    bool failed;
    uint32_t widths[CAW_MOST_COLUMNS];
} stream;

static void reserve(const caw_table *table, uint32_t widths[CAW_MOST_COLUMNS]) {
    static const uint32_t usual[] = {[CAW_CELL_TEXT] = 11, [CAW_CELL_ADDRESS] = 18};
    for (uint32_t i = 0; i < table->columns; i++) {
        caw_cell_kind kind = table->column[i].kind;
        if (kind < sizeof usual / sizeof *usual && widths[i] < usual[kind])
            widths[i] = usual[kind];
    }
}

static printer printer_on(caw_report *report, const stream *self) {
    return (printer){.report = report, .to = &self->to, .failed = self->failed};
}

static void put_streamed(caw_report *report, void *user, const caw_cell *cells) {
    stream *self = user;
    printer out = printer_on(report, self);
    const caw_table *table = table_of(&out, 0);
    if (self->form == CAW_FORM_TEXT)
        measure_row(&out, table, cells, self->widths);
    put_row(&out, self->form, table, cells, self->widths);
    flush(&out);
    self->failed = out.failed;
}

bool caw_report_stream(caw_report *report, caw_form form, const caw_output *output) {
    stream *self = caw_report_keep(report, sizeof *self);
    if (!self)
        return false;
    *self = (stream){.form = form, .to = *output};
    printer out = printer_on(report, self);
    const caw_table *table = table_of(&out, 0);
    measure_heading(table, self->widths);
    reserve(table, self->widths);
    if (form == CAW_FORM_CSV)
        put_csv_keys(&out, table);
    if (form == CAW_FORM_TEXT && caw_report_is_named(report))
        put_name(&out);
    if (form == CAW_FORM_TEXT)
        put_heading_row(&out, table, self->widths);
    flush(&out);
    self->failed = out.failed;
    caw_report_give_rows(report, put_streamed, self);
    return !self->failed;
}

/* All that waits is decided by now, and printed. */
static bool end_stream(caw_report *report) {
    stream *self = caw_report_taker(report);
    printer out = printer_on(report, self);
    if (self->form == CAW_FORM_TEXT) {
        put(&out, '\n');
        put_sentences(&out);
    }
    if (self->form == CAW_FORM_JSON)
        put_json_totals(&out);
    flush(&out);
    return !out.failed;
}

/* ---- the report --------------------------------------------------------------------------- */

static bool is_wanted(const caw_report_row *row, uint32_t number, caw_form form,
                      const char *table) {
    if (table)
        return strcmp(row->tables[number].name, table) == 0;
    return form != CAW_FORM_CSV || number == 0;
}

bool caw_report_has(const caw_report_row *row, const char *table) {
    for (uint32_t i = 0; i < row->table_count; i++)
        if (is_wanted(row, i, CAW_FORM_CSV, table))
            return true;
    return false;
}

bool caw_report_print(caw_report *report, caw_form form, const char *table,
                      const caw_output *output) {
    const caw_report_row *row = caw_report_row_of(report);
    printer out = {.report = report, .to = output};
    caw_report_end(report);
    if (caw_report_is_streaming(report))
        return end_stream(report);
    if (form == CAW_FORM_TEXT && caw_report_is_named(report))
        put_name(&out);
    if (form == CAW_FORM_TEXT)
        put_sentences(&out);
    if (form == CAW_FORM_JSON)
        put_json_totals(&out);
    for (uint32_t i = 0; i < row->table_count; i++)
        if (is_wanted(row, i, form, table))
            put_table(&out, form, i);
    flush(&out);
    return !out.failed;
}
