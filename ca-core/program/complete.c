/* SPDX-License-Identifier: BSD-3-Clause */
#include "complete.h"

#include "commands.h"
#include "devices.h"
#include "heap.h"
#include "help.h"
#include "option_rows.h"
#include "output.h"

#include "caw_capture.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- candidates ----------------------------------------------------------------------------- */

/* The word to be completed: `kept` characters of it stay, the others begin what is looked for. */
typedef struct {
    const char *word;
    size_t kept;
} unfinished;

/* `what`: which it is, up to the end of its line; or NULL. */
static void offer(const unfinished *self, const char *candidate, const char *what) {
    const char *begun = self->word + self->kept;

    if (strncmp(candidate, begun, strlen(begun)) != 0)
        return;
    output_write(self->word, self->kept);
    output_text(candidate);
    if (what) {
        output_text("\t");
        output_write(what, strcspn(what, "\n"));
    }
    output_text("\n");
}

static void offer_files(void) {
    output_text(":files\n");
}

static void offer_word(void *user, const char *word) {
    offer(user, word, NULL);
}

static void offer_named(void *user, const char *word, const char *what) {
    offer(user, word, what);
}

/* ---- values of options ---------------------------------------------------------------------- */

/* The last word of an expression, from this character of it on. */
static void offer_expression(const unfinished *self, size_t from) {
    unfinished last = {self->word, strlen(self->word)};

    while (last.kept > from && (isalnum((unsigned char)self->word[last.kept - 1]) ||
                                strchr("._", self->word[last.kept - 1])))
        last.kept--;
    caw_where_each_word(offer_word, &last);
}

static void offer_capture_filter(const unfinished *self) {
    static const char ours[] = "ca:";
    const char *begun = self->word + self->kept;

    if (strncmp(begun, ours, strlen(ours)) == 0)
        offer_expression(self, self->kept + strlen(ours));
    else
        offer(self, ours, "by messages: ca:EXPR");
}

static void offer_report(void *user, const char *name, const char *what) {
    char word[OPTION_NAME];

    snprintf(word, sizeof word, "ca,%s", name);
    offer(user, word, what);
}

/* Those of libcaw in other forms, too. */
static void offer_reports(unfinished *self) {
    char name[OPTION_NAME];

    commands_each(COMMANDS_OF_Z, offer_report, self);
    offer_report(self, "json", "messages as JSON");
    for (size_t i = 0; caw_report_rows[i]; i++) {
        snprintf(name, sizeof name, "%s,json", caw_report_rows[i]->name);
        offer_report(self, name, "an object a line");
        snprintf(name, sizeof name, "%s,csv", caw_report_rows[i]->name);
        offer_report(self, name, "a table");
    }
}

/* Of all reports: which one it is may come later. A name is offered where it is met first. */
static void offer_tables(const unfinished *self) {
    for (size_t i = 0; caw_report_rows[i]; i++)
        for (uint32_t j = 0; j < caw_report_rows[i]->table_count; j++) {
            const char *name = caw_report_rows[i]->tables[j].name;
            size_t first = 0;
            while (!caw_report_has(caw_report_rows[first], name))
                first++;
            if (first == i)
                offer(self, name, caw_report_rows[i]->title);
        }
}

static void offer_choices(const unfinished *self, const char *choices) {
    char word[OPTION_NAME];

    while (*choices) {
        size_t length = strcspn(choices, "|");
        snprintf(word, sizeof word, "%.*s", (int)length, choices);
        offer(self, word, NULL);
        choices += length + (choices[length] == '|');
    }
}

/* The last of the keys of CSV. */
static void offer_keys(const unfinished *self) {
    unfinished last = {self->word, strlen(self->word)};

    while (last.kept > self->kept && self->word[last.kept - 1] != ',')
        last.kept--;
    caw_each_key(&heap, offer_named, &last);
}

/* The table says by a word what an option takes. */
static void offer_value(unfinished *self, const char *value) {
    if (strcmp(value, "FILE") == 0)
        offer_files();
    else if (strcmp(value, "INTERFACE") == 0)
        devices_each(offer_named, self);
    else if (strcmp(value, "EXPR") == 0)
        offer_expression(self, self->kept);
    else if (strcmp(value, "CAPTURE_FILTER") == 0)
        offer_capture_filter(self);
    else if (strcmp(value, "REPORT") == 0)
        offer_reports(self);
    else if (strcmp(value, "TABLE") == 0)
        offer_tables(self);
    else if (strcmp(value, "[=KEY,...]") == 0)
        offer_keys(self);
    else if (strcmp(value, "[=full]") == 0)
        offer(self, "full", NULL);
    else if (strchr(value, '|'))
        offer_choices(self, value);
}

/* ---- the command line ----------------------------------------------------------------------- */

static void offer_options(const unfinished *self) {
    char name[OPTION_NAME];

    for (size_t i = 0; option_rows[i].letter; i++) {
        const option_row *row = &option_rows[i];
        offer(self, option_name(i, name), row->help);
        if (row->name && row->letter <= UCHAR_MAX) {
            snprintf(name, sizeof name, "--%s", row->name);
            offer(self, name, row->help);
        }
    }
}

/* The row of "--name" or of the last letter of "-abc", or NULL. */
static const option_row *row_of(const char *word) {
    char letter[2] = {word[0] ? word[strlen(word) - 1] : '\0'};

    if (word[0] != '-' || !word[1])
        return NULL;
    for (const option_row *row = option_rows; row->letter; row++) {
        bool is_it = word[1] == '-' ? row->name && strcmp(row->name, word + 2) == 0
                                    : row->letter == (unsigned char)letter[0];
        if (is_it)
            return row;
    }
    return NULL;
}

static bool is_optional(const option_row *row) {
    return row && option_is_optional((size_t)(row - option_rows));
}

/* The row of an option that takes what follows, or NULL. */
static const option_row *row_that_waits(const char *word) {
    const option_row *row = row_of(word);

    return row && row->value && !is_optional(row) ? row : NULL;
}

/* "--where=pu": the value is in the same word. */
static bool offer_value_of_name(const char *word) {
    size_t length = strcspn(word, "=");
    char name[OPTION_NAME];

    if (strncmp(word, "--", 2) != 0 || !word[length])
        return false;
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    const option_row *row = row_of(name);
    if (row && row->value)
        offer_value(&(unfinished){word, length + 1}, row->value);
    return true;
}

/* What the words before the last one have been. */
typedef struct {
    const option_row *waits; /* for its value, or NULL */
    const option_row *may;   /* the word before the last one is an option that takes "=" */
    const char *first;       /* that is no option, or NULL */
    bool is_passing;         /* after "--" */
} before;

/* Bash makes three words of "--name=value". */
static before read_before(char *const *words, size_t count) {
    before found = {0};

    for (size_t i = 0; i + 1 < count && !found.is_passing; i++) {
        const char *word = words[i];
        if (strcmp(word, "=") == 0 && (found.waits || found.may)) {
            found.waits = found.waits ? found.waits : found.may;
            continue;
        }
        const option_row *waits = found.waits ? NULL : row_that_waits(word);
        found.may = !found.waits && is_optional(row_of(word)) ? row_of(word) : NULL;
        if (!found.waits && (word[0] != '-' || !word[1]) && !found.first)
            found.first = word;
        found.is_passing = !found.waits && strcmp(word, "--") == 0;
        found.waits = waits;
    }
    return found;
}

static void offer_words(unfinished *self, const before *found) {
    if (found->first && strcmp(found->first, "help") == 0) {
        help_each_topic(offer_named, self);
        return;
    }
    if (!found->first) {
        commands_each(COMMANDS_ALL, offer_named, self);
        offer(self, "help", "more about a topic");
    }
    offer_files();
}

int complete_print(char *const *words, size_t count) {
    before found = read_before(words, count);
    unfinished last = {count ? words[count - 1] : "", 0};

    if (!found.waits && strcmp(last.word, "=") == 0)
        found.waits = found.may;
    if (found.waits && strcmp(last.word, "=") == 0)
        last.word = "";
    if (found.waits)
        offer_value(&last, found.waits->value);
    else if (found.is_passing)
        offer_files();
    else if (last.word[0] != '-')
        offer_words(&last, &found);
    else if (!offer_value_of_name(last.word))
        offer_options(&last);
    return output_end();
}
