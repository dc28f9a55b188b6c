/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the tables as a Python module: the classes of commands and what their lines can hold. */
#include "caw_capture.h"

#include <stdio.h>
#include <string.h>

/* Words of the line, as a tuple. */
static void print_words(const caw_word *word) {
    putchar('(');
    for (; word->id != CAW_FIELD_RESERVED; word++)
        printf("'%s', ", word->name ? word->name : caw_field_rows[word->id].name);
    putchar(')');
}

/* A class has a row for each transport it travels on. */
static bool is_first(const caw_message_row *row) {
    const caw_message_row *other = caw_message_rows;
    while (strcmp(other->name, row->name) != 0)
        other++;
    return other == row;
}

static void print_messages(void) {
    puts("\n# class: (number of the command, words of the line, meaning)\nMESSAGES = {");
    for (size_t i = 0; i < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        if (!is_first(row))
            continue;
        printf("    '%s': (", row->name);
        if (row->speaker == CAW_SIDE_NOBODY)
            fputs("None", stdout);
        else
            printf("%u", row->command);
        fputs(", ", stdout);
        print_words(row->line);
        printf(", \"%s\"),\n", row->meaning);
    }
    puts("}");
}

/* "<ChannelType.TIME_DOUBLE: 20>" is what the line prints. */
static void print_types(void) {
    puts("\nCHANNEL_TYPES = {");
    for (uint32_t type = 0; type < CAW_DBR_TYPES; type++) {
        const char *name = strchr(caw_dbr(type)->type.chars, '.') + 1;
        printf("    '%.*s': %u,\n", (int)strcspn(name, ":"), name, type);
    }
    puts("}");
}

/* Of several types with the same structure the first one is its own. */
static bool is_own(uint32_t type) {
    const char *structure = caw_dbr(type)->structure.chars;
    for (uint32_t other = 0; other < type; other++)
        if (strcmp(caw_dbr(other)->structure.chars, structure) == 0)
            return false;
    return *structure;
}

static void print_structures(void) {
    puts("\n# structure of metadata: its DBR type\nSTRUCTURES = {");
    for (uint32_t type = 0; type < CAW_DBR_TYPES; type++) {
        const char *name = caw_dbr(type)->structure.chars;
        if (is_own(type))
            printf("    '%.*s': %u,\n", (int)strcspn(name, "("), name, type);
    }
    puts("}");
}

static void print_names(const char *heading, const caw_name *row) {
    printf("\n%s = {\n", heading);
    for (; row->name; row++)
        printf("    '%s': %u,\n", row->name, row->value);
    puts("}");
}

/* ---- reports ------------------------------------------------------------------------------ */

static void print_table(const caw_table *table) {
    static const char *const kinds[] = {
        [CAW_CELL_TEXT] = "text",       [CAW_CELL_COUNT] = "count",
        [CAW_CELL_SECONDS] = "seconds", [CAW_CELL_MOMENT] = "moment",
        [CAW_CELL_ADDRESS] = "address", [CAW_CELL_FRAME] = "frame",
        [CAW_CELL_REAL] = "real",       [CAW_CELL_LIST] = "list"};
    printf("        '%s': {\n", table->name);
    for (uint32_t i = 0; i < table->columns; i++)
        printf("            '%s': '%s',\n", table->column[i].key, kinds[table->column[i].kind]);
    puts("        },");
}

static void print_report(const caw_report_row *row) {
    printf("    '%s': {\n", row->name);
    for (uint32_t i = 0; i < row->table_count; i++)
        print_table(&row->tables[i]);
    puts("    },");
}

static void print_reports(void) {
    puts("\n# report: its tables: their columns, and the kind of each\nREPORTS = {");
    for (const caw_report_row *const *row = caw_report_rows; *row; row++)
        print_report(*row);
    print_report(caw_report_find("srt"));
    puts("}");
}

int main(void) {
    puts("# SPDX-License-Identifier: BSD-3-Clause\n"
         "\"\"\"Written by ca-core/tools/python.c from the tables of libcaw: change those.\"\"\"");
    printf("\nVERSION = '%s'\n", caw_version());
    puts("\n# columns of CSV\nCSV_KEYS = (");
    puts("    '" CAW_CSV_KEYS "'\n)");
    print_messages();
    print_types();
    print_structures();
    print_names("ALARM_STATUS", caw_alarm_status_names);
    print_reports();
    return 0;
}
