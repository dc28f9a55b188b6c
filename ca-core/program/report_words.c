/* SPDX-License-Identifier: BSD-3-Clause */
#include "report_words.h"

#include "say.h"

#include <stdio.h>
#include <string.h>

/* Takes a word from the front of the argument, with the comma before it; false when it differs. */
static bool take_word(const char **rest, const char *word) {
    size_t length = strlen(word);

    if (**rest != ',' || strncmp(*rest + 1, word, length) != 0 ||
        ((*rest)[1 + length] && (*rest)[1 + length] != ','))
        return false;
    *rest += 1 + length;
    return true;
}

static bool take_form(const char **rest, caw_form *form) {
    static const char *const forms[] = {
        [CAW_FORM_TEXT] = "text", [CAW_FORM_CSV] = "csv", [CAW_FORM_JSON] = "json"};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (take_word(rest, forms[i])) {
            *form = (caw_form)i;
            return true;
        }
    }
    return false;
}

/* "table=TABLE"; a name that is too long is cut, and not found. */
static bool take_table(const char **rest, char table[REPORT_TABLE]) {
    static const char key[] = ",table=";

    if (strncmp(*rest, key, strlen(key)) != 0)
        return false;
    const char *name = *rest + strlen(key);
    size_t length = strcspn(name, ",");
    snprintf(table, REPORT_TABLE, "%.*s", (int)length, name);
    *rest = name + length;
    return true;
}

/* The words before the filter, in any order, one of each kind. NULL, or what is wrong with them. */
static const char *take_words(const char **rest, report_words *words, char table[REPORT_TABLE]) {
    unsigned forms = 0, tables = 0;

    while (forms < 2 && tables < 2) {
        if (take_table(rest, table))
            tables++;
        else if (take_form(rest, &words->form))
            forms++;
        else
            break;
    }
    words->table = tables ? table : NULL;
    if (forms > 1)
        return "it is printed as text, json or csv: take one";
    return tables > 1 ? "it prints one table= only" : NULL;
}

static void say_tables(const char *argument, const caw_report_row *row, const char *table) {
    char names[CAW_MOST_TABLES * REPORT_TABLE] = "";
    size_t length = 0;

    for (uint32_t i = 0; i < row->table_count && length < sizeof names; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "",
                                   row->tables[i].name);
    say("%s: it has no table \"%s\", but %s", argument, table, names);
}

/* The report that the argument begins with. */
static const caw_report_row *find(const char **rest, bool command) {
    char name[REPORT_TABLE];

    snprintf(name, sizeof name, "%.*s", (int)strcspn(*rest + 1, ","), *rest + 1);
    const caw_report_row *row = caw_report_find(name);
    return row && (command || !row->apart) && take_word(rest, name) ? row : NULL;
}

/* Of one table there is no choice when there are many. */
static bool is_one(const report_words *words) {
    if (!words->all || (words->form != CAW_FORM_CSV && !words->table))
        return true;
    say("all has many tables: --csv and --table are for one report");
    return false;
}

bool report_words_read(const char *argument, bool command, report_words *words,
                       char table[REPORT_TABLE]) {
    const char *rest = argument + strlen("ca");

    *words = (report_words){0};
    if (strncmp(argument, "ca,", 3) != 0)
        return true;
    words->row = find(&rest, command);
    words->all = !words->row && command && take_word(&rest, "all");
    if (!words->row && !words->all)
        return true;
    const char *wrong = take_words(&rest, words, table);
    if (wrong) {
        say("%s: %s", argument, wrong);
        return false;
    }
    if (!is_one(words))
        return false;
    if (words->table && !caw_report_has(words->row, words->table)) {
        say_tables(argument, words->row, words->table);
        return false;
    }
    words->filter = rest[0] && rest[1] ? rest + 1 : NULL;
    return true;
}
