/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include "arguments.h"
#include "commands.h"
#include "guesses.h"
#include "named.h"
#include "passed.h"
#include "say.h"
#include "suggest.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- commands ------------------------------------------------------------------------------- */

static const char help[] = "help";

/* A file comes first: it can be meant by nothing else, and what it hides has another name. */
static bool is_hidden(const char *word) {
    if (!named_look(word).kind)
        return false;
    if (strcmp(word, help) == 0)
        say("there is a file of this name, which is read: %s (for the topics: caw --help)", word);
    else
        say("there is a file of this name, which is read: %s (for the report: -z ca,%s)", word,
            word);
    return true;
}

static void take_topic(options *self, const given *all) {
    size_t length = 0;

    self->action = ACTION_TOPIC;
    for (size_t i = 1; i < all->word_count && length < sizeof self->topic; i++)
        length += (size_t)snprintf(self->topic + length, sizeof self->topic - length, "%s%s",
                                   i > 1 ? " " : "", all->words[i]);
}

/* As -z would have it: "ca,connect,json,table=servers". A name that is too long is cut, and wrong.
 */
static void write_command(options *self, const given *all, const char *report) {
    const char *table = given_value(all, OPTION_TABLE);

    snprintf(self->command, sizeof self->command, "ca,%s%s%s%s%s", report,
             given_value(all, OPTION_JSON) ? ",json" : "",
             given_value(all, OPTION_CSV) ? ",csv" : "", table ? ",table=" : "",
             table ? table : "");
}

/* Takes "help", or the name of a report, from the front of the words. */
static bool take_command(options *self, given *all) {
    const char *word = all->word_count ? all->words[0] : "";

    if ((strcmp(word, help) != 0 && !commands_have(word)) || is_hidden(word))
        return true;
    if (strcmp(word, help) == 0) {
        take_topic(self, all);
        return true;
    }
    if (given_value(all, 'z')) {
        say("%s and -z %s are two reports: take one", word, given_value(all, 'z'));
        return false;
    }
    write_command(self, all, word);
    all->word_count--;
    memmove(all->words, all->words + 1, all->word_count * sizeof *all->words);
    return true;
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* A whole number from 1 to `most`, with K, M or G after it where `scaled`. */
static bool read_number(const char *text, bool scaled, uint64_t most, uint64_t *number) {
    static const char units[] = "KMG";
    char *end;

    errno = 0;
    unsigned long long read = strtoull(text, &end, 10);
    const char *unit = scaled && *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    unsigned shift = unit ? (unsigned)(10 * (unit - units + 1)) : 0;
    if (text[0] < '0' || text[0] > '9' || end[unit ? 1 : 0] || errno || read == 0 ||
        read > most >> shift)
        return false;
    *number = read << shift;
    return true;
}

static bool take_number(const given *all, int letter, uint64_t most, const char *such,
                        uint64_t *number) {
    const char *text = given_value(all, letter);
    char name[OPTION_NAME];

    if (!text || read_number(text, letter == OPTION_MEMORY, most, number))
        return true;
    say("option %s takes %s, not %s", option_name(option_find(letter), name), such, text);
    return false;
}

static bool take_numbers(options *self, const given *all) {
    uint64_t kib = 0, seconds = 0, every = 0;

    self->most_lines = UINT64_MAX;
    self->memory = 1 << 30;
    if (!take_number(all, 'c', UINT64_MAX - 1, "a number of lines", &self->most_lines) ||
        !take_number(all, OPTION_MEMORY, INT64_MAX, "a size such as 512M or 2G", &self->memory) ||
        !take_number(all, 'B', INT_MAX / 1024, "a size in KiB", &kib) ||
        !take_number(all, OPTION_STATS, INT_MAX, "a number of seconds", &seconds) ||
        !take_number(all, OPTION_EVERY, INT_MAX, "a number of seconds", &every))
        return false;
    self->buffer = (int)(kib * 1024);
    self->stats_seconds = (unsigned)seconds;
    self->every_seconds = (unsigned)every;
    return true;
}

/* ---- what goes together --------------------------------------------------------------------- */

/* Options that stand alone, and what they ask for. */
static const struct {
    int letter;
    action action;
} alone[] = {
    {'h', ACTION_HELP},
    {'V', ACTION_VERSION},
    {'D', ACTION_DEVICES},
    {OPTION_CAPTURE_FILTER, ACTION_CAPTURE_FILTER},
    {OPTION_SCHEMA, ACTION_SCHEMA},
};

static bool take_action(options *self, const given *all, size_t count) {
    char name[OPTION_NAME];

    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
        if (!given_value(all, alone[i].letter))
            continue;
        self->action = alone[i].action;
        if (i < 2 || count == 1)
            return true;
        say("option %s stands alone", option_name(option_find(alone[i].letter), name));
        return false;
    }
    return true;
}

/* `needs`: the first one is for the second. Otherwise both cannot be. */
static const struct {
    int first, second;
    bool needs;
    const char *why;
} pairs[] = {
    {'r', 'i', false, "-r and -i are two sources of packets: take one"},
    {'f', 'i', true, "-f works with -i only; -Y filters what is read from a file"},
    {'B', 'i', true, "-B works with -i only"},
};

static bool pairs_are_good(const given *all) {
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        bool second = given_value(all, pairs[i].second) != NULL;
        if (given_value(all, pairs[i].first) && second != pairs[i].needs) {
            say("%s", pairs[i].why);
            return false;
        }
    }
    return true;
}

static bool take_sources(options *self, const given *all) {
    const char *file = given_value(all, 'r');

    self->interface = given_value(all, 'i');
    self->capture_filter =
        given_value(all, self->action == ACTION_CAPTURE_FILTER ? OPTION_CAPTURE_FILTER : 'f');
    if (!guesses_are_files(self->files, self->file_count, self->interface))
        return false;
    if (self->interface && self->file_count) {
        say("%s and -i are two sources of packets: take one", self->files[0]);
        return false;
    }
    if (file && self->file_count) {
        say("-r %s and %s: name several files without -r (caw FILE FILE)", file, self->files[0]);
        return false;
    }
    if (!self->interface && !self->file_count)
        self->files[self->file_count++] = (char *)(file ? file : "-");
    return true;
}

/* ---- lines and reports ---------------------------------------------------------------------- */

/* "ca,json" is --json; what is after it is for tshark. */
static bool is_json(const char *report) {
    static const char json[] = "ca,json";

    return strncmp(report, json, strlen(json)) == 0 &&
           (!report[strlen(json)] || report[strlen(json)] == ',');
}

static bool take_json(options *self) {
    if (self->form.lines.format || self->form.lines.brief ||
        self->form.lines.kind == CAW_LINES_CSV) {
        say("-z %s is a form of lines, and there is another: take one", self->report);
        return false;
    }
    if (strcmp(self->report, "ca,json") == 0) {
        self->form.lines.kind = CAW_LINES_JSON;
        self->report = NULL;
    }
    return true;
}

/* "ca,lines" or "ca,lines,FORMAT" is what is printed anyway. */
static bool take_lines(options *self) {
    static const char lines[] = "ca,lines";
    size_t length = strlen(lines);

    if (self->report && is_json(self->report))
        return take_json(self);
    if (!self->report || strncmp(self->report, lines, length) != 0 ||
        (self->report[length] && self->report[length] != ','))
        return true;
    if (self->report[length]) {
        if (self->form.lines.format || self->form.lines.kind != CAW_LINES_TEXT) {
            say("%s is for lines and does not go with -z %s",
                self->form.lines.format                  ? "--format"
                : self->form.lines.kind == CAW_LINES_CSV ? "--csv"
                                                         : "--json",
                self->report);
            return false;
        }
        self->form.lines.format = self->report + length + 1;
    }
    self->report = NULL;
    return true;
}

/* One of ours that does not exist: the list of tshark's would not help. */
static void refuse_report(const char *report) {
    char known[256] = "there are ca,lines, ", advice[SUGGEST_ADVICE];
    size_t begin = strlen("ca,"), length = strcspn(report + begin, ","), used = strlen(known);
    suggestion near = suggest_for(report + begin, length);

    commands_list(COMMANDS_OF_Z, known + used, sizeof known - used);
    commands_suggest(&near);
    say("no such report: %.*s (%s)", (int)(begin + length), report,
        suggest_say(&near, "ca,", known, advice));
}

/* One of ours without its "ca,". */
static bool is_bare(const char *report) {
    char name[OPTIONS_WORD];

    snprintf(name, sizeof name, "%.*s", (int)strcspn(report, ","), report);
    if (!commands_have(name))
        return false;
    say("no such report of tshark: %s (did you mean -z ca,%s?)", name, report);
    return true;
}

static bool is_srt(const char *report) {
    return strncmp(report, "ca,srt", 6) == 0 && (!report[6] || report[6] == ',');
}

/* What only reports have; -z has the words for all but the time in itself. */
static bool reports_forms_are_good(const options *self, const given *all) {
    static const struct {
        int letter;
        bool of_messages;
    } rows[] = {
        {OPTION_JSON, true}, {OPTION_CSV, true}, {OPTION_TABLE, false}, {OPTION_EVERY, false}};
    char name[OPTION_NAME];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t row = option_find(rows[i].letter);
        const char *value = given_value(all, rows[i].letter);
        if (value && *value && self->command[0] && rows[i].of_messages) {
            say("%s=%s is for messages: a report has all of its keys", option_name(row, name),
                value);
            return false;
        }
        if (!value || self->command[0] || (rows[i].of_messages && !self->report) ||
            (self->report && rows[i].letter == OPTION_EVERY))
            continue;
        if (self->report)
            say("%s is for reports by name, as in caw connect %s; -z %s has it in its own words: "
                "ca,connect,json,table=servers",
                option_name(row, name), name, self->report);
        else
            say("%s is for reports, as in caw connect %s FILE", option_name(row, name), name);
        return false;
    }
    return true;
}

/* A report, or all, by libcaw. */
static bool is_ours(const options *self) {
    return self->asked.row || self->asked.all;
}

static bool take_report(options *self, const given *all) {
    char name[OPTION_NAME];

    self->report = self->command[0] ? self->command : given_value(all, 'z');
    self->where = given_value(all, OPTION_WHERE);
    self->names = given_value(all, OPTION_NAMES);
    if (!forms_read(&self->form, all) || !take_lines(self))
        return false;
    if (!reports_forms_are_good(self, all))
        return false;
    if (!self->report)
        return true;
    int form = forms_given(all);
    if (form >= 0) {
        say("%s is for lines and does not go with -z %s", option_name(option_find(form), name),
            self->report);
        return false;
    }
    if (given_value(all, 'c')) {
        say("-c counts lines and does not go with -z %s", self->report);
        return false;
    }
    if (is_bare(self->report) || !report_words_read(self->report, self->command[0], &self->asked))
        return false;
    if (!is_ours(self) && strncmp(self->report, "ca,", 3) == 0 && !is_srt(self->report) &&
        !is_json(self->report)) {
        refuse_report(self->report);
        return false;
    }
    return true;
}

/* ---- tshark --------------------------------------------------------------------------------- */

/* What only tshark can do: as it was written, or NULL. */
static const char *why_tshark(const options *self, char *text, size_t size) {
    if (self->display_filter)
        return "-Y";
    if (*self->passed)
        return "--";
    if (!self->report || (is_ours(self) && !self->asked.words.filter))
        return NULL;
    snprintf(text, size, "-z %s", self->report);
    return text;
}

/* tshark does not have it. */
static bool is_own(const options *self) {
    return self->asked.all || (self->asked.row && self->asked.row->apart);
}

/* Of io,stat each filter after the interval is a column: one more would not choose for the others.
 */
static bool report_has_filter(const options *self) {
    static const char columns[] = "io,stat,";
    const char *report = self->report;

    if (self->asked.words.filter)
        return true;
    return report && strncmp(report, columns, strlen(columns)) == 0 &&
           strchr(report + strlen(columns), ',');
}

/* Of lines, tshark has no more than the plugin's options say. */
static bool lines_are_of_tshark(const options *self, const char *why) {
    const caw_lines_form *form = &self->form.lines;

    if (self->report || (form->kind != CAW_LINES_CSV && !form->full))
        return true;
    say("%s does not go with %s, for which tshark does the work",
        form->full ? "--json=full" : "--csv", why);
    return false;
}

static bool take_tshark(options *self, const given *all) {
    static const int ours[] = {'c',          OPTION_MEMORY, OPTION_STATS,    OPTION_WHERE,
                               OPTION_SHORT, OPTION_TIME,   OPTION_ELEMENTS, OPTION_CIRCUITS,
                               OPTION_COLOR, OPTION_QUIET,  OPTION_EVERY,    OPTION_NAMES};
    char text[256], name[OPTION_NAME];

    if ((given_value(all, 'Y') || *self->passed) && is_own(self)) {
        say("%s is not a report of tshark, which %s asks for (--where EXPR chooses without it)",
            self->asked.all ? "all" : self->asked.row->name, given_value(all, 'Y') ? "-Y" : "--");
        return false;
    }
    self->display_filter = given_value(all, 'Y');
    if (self->display_filter && report_has_filter(self)) {
        say("-Y and the display filter of -z %s are two: take one", self->report);
        return false;
    }
    if (!passed_are_good(self->passed))
        return false;
    const char *why = why_tshark(self, text, sizeof text);
    for (size_t i = 0; why && i < sizeof ours / sizeof *ours; i++) {
        if (given_value(all, ours[i])) {
            say("%s does not go with %s, for which tshark does the work%s",
                option_name(option_find(ours[i]), name), why,
                !self->display_filter     ? ""
                : ours[i] == OPTION_WHERE ? " (--where has words for packets, too: host, net, port)"
                                          : " (--where EXPR chooses without it)");
            return false;
        }
    }
    self->action = why ? ACTION_TSHARK : ACTION_DECODE;
    return !why || lines_are_of_tshark(self, why);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static size_t count_of(const given *all) {
    size_t count = all->word_count + (*all->passed != NULL);

    for (size_t i = 0; option_rows[i].letter; i++)
        count += all->value[i] != NULL;
    return count;
}

bool options_read(options *self, int count, char **arguments) {
    given all = {.words = self->files};

    if (count > 1 && strcmp(arguments[1], "--complete") == 0) {
        self->action = ACTION_COMPLETE;
        self->passed = arguments + 2;
        return true;
    }
    self->action = ACTION_DECODE;
    if (!arguments_read(&all, count, arguments) || !take_action(self, &all, count_of(&all)) ||
        (self->action == ACTION_DECODE && !take_command(self, &all)))
        return false;
    self->file_count = all.word_count;
    self->passed = all.passed;
    if (self->action == ACTION_DECODE)
        return pairs_are_good(&all) && take_numbers(self, &all) && take_sources(self, &all) &&
               take_report(self, &all) && take_tshark(self, &all);
    self->capture_filter = given_value(&all, OPTION_CAPTURE_FILTER);
    self->schema = given_value(&all, OPTION_SCHEMA);
    return true;
}
