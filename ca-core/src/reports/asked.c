/* SPDX-License-Identifier: BSD-3-Clause */
/* How a report is asked for in one argument: [,text|,json|,csv][,table=TABLE][,FILTER]. */
#include "reports.h"
#include "text/text.h"

#include <string.h>

typedef struct {
    const caw_report_row *row;
    const char *rest; /* not read yet */
    caw_report_words *words;
    const char *table; /* as it is written, up to a comma */
    unsigned forms, tables;
} reader;

/* ---- each word, with the comma before it ---------------------------------------------------- */

static bool take_form(reader *self) {
    static const char *const forms[] = {
        [CAW_FORM_TEXT] = "text", [CAW_FORM_CSV] = "csv", [CAW_FORM_JSON] = "json"};
    size_t length = *self->rest ? strcspn(self->rest + 1, ",") : 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strlen(forms[i]) == length && strncmp(self->rest + 1, forms[i], length) == 0) {
            self->words->form = (caw_form)i;
            self->rest += 1 + length;
            self->forms++;
            return true;
        }
    }
    return false;
}

/* The report's own name of the table; NULL: it has none such. */
static const char *find_table(const caw_report_row *row, const char *table) {
    size_t length = strcspn(table, ",");
    for (uint32_t i = 0; row && i < row->table_count; i++) {
        const char *name = row->tables[i].name;
        if (strlen(name) == length && strncmp(name, table, length) == 0)
            return name;
    }
    return NULL;
}

static bool take_table(reader *self) {
    static const char key[] = ",table=";
    if (strncmp(self->rest, key, strlen(key)) != 0)
        return false;
    self->table = self->rest + strlen(key);
    self->words->table = find_table(self->row, self->table);
    self->rest = self->table + strcspn(self->table, ",");
    self->tables++;
    return true;
}

/* ---- what is wrong -------------------------------------------------------------------------- */

static void say_tables(const reader *self, caw_text *wrong) {
    caw_puts(wrong, "it has no table \"");
    caw_put_chars(wrong, self->table, strcspn(self->table, ","));
    caw_puts(wrong, "\", but ");
    for (uint32_t i = 0; i < self->row->table_count; i++)
        caw_put3(wrong, i ? ", " : "", self->row->tables[i].name, "");
}

static bool is_good(const reader *self, caw_text *wrong) {
    bool one = self->words->form == CAW_FORM_CSV || self->tables;
    if (self->forms > 1)
        caw_puts(wrong, "it is printed as text, json or csv: take one");
    else if (self->tables > 1)
        caw_puts(wrong, "it prints one table= only");
    else if (!self->row && one)
        caw_puts(wrong, "all has many tables: --csv and --table are for one report");
    else if (self->tables && !self->words->table)
        say_tables(self, wrong);
    else
        return true;
    return false;
}

bool caw_report_read_words(const caw_report_row *row, const char *text, caw_report_words *words,
                           char *wrong, size_t size) {
    reader self = {.row = row, .rest = text, .words = words};
    caw_text out = caw_text_into(wrong, size);
    *words = (caw_report_words){CAW_FORM_TEXT, NULL, NULL};
    while (self.forms < 2 && self.tables < 2 && (take_table(&self) || take_form(&self)))
        ;
    words->filter = self.rest[0] && self.rest[1] ? self.rest + 1 : NULL;
    bool good = is_good(&self, &out);
    caw_text_end(&out);
    return good;
}
