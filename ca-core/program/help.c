/* SPDX-License-Identifier: BSD-3-Clause */
#include "help.h"

#include "commands.h"
#include "option_rows.h"
#include "output.h"
#include "say.h"
#include "suggest.h"
#include "topics.h"

#include "caw_capture.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- two screens ---------------------------------------------------------------------------- */

/* The examples are tried by the tests, on the captures that these are. */
static const char usage[] =
    "Usage: caw [OPTION]... [FILE]...         messages, a line each; - or none: stdin\n"
    "       caw [OPTION]... -i INTERFACE      the same, live\n"
    "       caw [OPTION]... REPORT [FILE]...  a report, which is one of\n"
    "         ";
static const char examples[] =
    "       caw help [TOPIC]                  more: caw help lists the topics\n"
    "  caw --json puts.pcap\n"
    "  caw --where 'put and pv ~ \"t:*\"' puts.pcap twoiocs.pcap\n"
    "  caw --where unanswered --format '{timestamp:.3f} {user} {pv}' oddities.pcap\n"
    "  caw connect search-missing.pcap\n"
    "  sudo caw -i any -f 'ca:write or error'\n"
    "  sudo tcpdump -i any -B 65536 --immediate-mode -U -w - | caw\n"
    "\n";

static const char passing[] =
    "  -- OPTION...          for tshark, which then reads: -- -d tcp.port==5066,ca\n"
    "Several files are one capture. ^C prints what came. Status: 0 good, 1 the output\n"
    "failed, 2 wrong option or input, 3 damaged or all Malformed, 4 --quiet had none.\n";

/* The first line of its help, beside its forms or, where these are long, below. */
static bool print_row(size_t row) {
    enum { COLUMN = 21 };
    char forms[OPTION_FORMS], line[OPTION_FORMS + 128];
    const char *help = option_rows[row].help;
    bool is_long = strlen(option_forms(row, forms)) > COLUMN;

    snprintf(line, sizeof line, "  %-*s%s%*s%.*s\n", COLUMN, forms, is_long ? "\n" : " ",
             is_long ? COLUMN + 3 : 0, "", (int)strcspn(help, "\n"), help);
    return output_text(line);
}

bool help_print(void) {
    char reports[128];

    commands_list(COMMANDS_ALL, reports, sizeof reports);
    output_text(usage);
    output_text(reports);
    output_text("\n");
    output_text(examples);
    for (size_t i = 0; option_rows[i].letter; i++)
        print_row(i);
    return output_text(passing);
}

/* ---- topics --------------------------------------------------------------------------------- */

/* Of expressions, from the tables: no page has them. */
static const char words_topic[] = "words";

void help_each_topic(void (*take)(void *user, const char *name, const char *summary), void *user) {
    char name[SUGGEST_MOST];

    for (const topic *each = topics; each->names; each++) {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(each->names, ","), each->names);
        take(user, name, each->summary);
    }
    take(user, words_topic, "words of expressions: messages, fields");
}

static void list_topic(void *user, const char *name, const char *summary) {
    char line[128];

    (void)user;
    snprintf(line, sizeof line, "  %-12s  %s\n", name, summary);
    output_text(line);
}

static int list_topics(void) {
    output_text("caw help TOPIC tells about\n\n");
    help_each_topic(list_topic, NULL);
    return output_end();
}

/* The next one of names between commas, in lower case. False: there is none. */
static bool next_name(const char **names, char name[SUGGEST_MOST]) {
    *names += strspn(*names, ", ");
    size_t length = strcspn(*names, ",");
    snprintf(name, SUGGEST_MOST, "%.*s", (int)length, *names);
    *names += length;
    return length > 0;
}

static const topic *find_topic(const char *wanted, suggestion *near) {
    char name[SUGGEST_MOST];

    for (const topic *each = topics; each->names; each++)
        for (const char *names = each->names; next_name(&names, name);) {
            if (strcmp(wanted, name) == 0)
                return each;
            suggest(near, name);
        }
    return NULL;
}

/* The page that tells about a report, or an option. */
static const char *page_of(const char *wanted) {
    if (commands_have(wanted))
        return "reports";
    for (size_t i = 0; option_rows[i].letter; i++)
        if (option_rows[i].name && strcmp(option_rows[i].name, wanted) == 0)
            return "options";
    return wanted;
}

static int print_topic(const topic *self) {
    for (const char *const *line = self->lines; *line; line++) {
        output_text(*line);
        output_text("\n");
    }
    return output_end();
}

/* A line of any length, in lines of at most 78 characters. */
static void print_wrapped(const char *line, size_t length) {
    enum { WIDTH = 78 };
    size_t column = 0;

    for (const char *end = line + length; line < end;) {
        size_t word = strcspn(line, " \n");
        if (column + 1 + word > WIDTH) {
            output_text("\n  ");
            column = 2;
        } else if (column) {
            output_text(" ");
            column++;
        }
        output_write(line, word);
        column += word;
        line += word + 1;
    }
    output_text("\n");
}

static int print_words(void) {
    char words[8192]; /* twice what there is, and more */

    caw_where_words(words, sizeof words);
    for (const char *line = words; *line; line += strcspn(line, "\n") + 1)
        print_wrapped(line, strcspn(line, "\n"));
    return output_end();
}

int help_topic(const char *name) {
    char wanted[SUGGEST_MOST], advice[SUGGEST_ADVICE];
    size_t length = 0;

    if (!name)
        return list_topics();
    for (; name[length] && length + 1 < sizeof wanted; length++)
        wanted[length] = (char)tolower((unsigned char)name[length]);
    wanted[length] = '\0';
    suggestion near = suggest_for(wanted, length);
    suggest(&near, words_topic);
    const topic *found = find_topic(wanted, &near);
    if (!found)
        found = find_topic(page_of(wanted), &near);
    if (found)
        return print_topic(found);
    if (strcmp(wanted, words_topic) == 0)
        return print_words();
    return refuse("no such topic: %s (%s)", name,
                  suggest_say(&near, "", "caw help lists them", advice));
}
