/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include "output.h"
#include "passed.h"
#include "say.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the options ---------------------------------------------------------------------------- */

/* Those without a letter. */
enum { CAPTURE_FILTER = UCHAR_MAX + 1, FORMAT, MEMORY, STATS, WHERE };

static const struct {
    int letter;
    const char *name;  /* of the long form, or NULL */
    const char *value; /* what it takes, or NULL */
    const char *help;  /* lines of at most 56 characters */
} rows[] = {
    {'r', NULL, "FILE", "the same as FILE"},
    {'i', NULL, "INTERFACE", "capture packets from INTERFACE (any: all) until stopped"},
    {'f', NULL, "CAPTURE_FILTER",
     "with -i: capture only these packets, as tcpdump; or\n"
     "after ca:, by messages: 'ca:search or error'"},
    {'B', NULL, "KIB", "with -i: the kernel's buffer in KiB, as tcpdump"},
    {'D', NULL, NULL, "list the interfaces that can be captured"},
    {CAPTURE_FILTER, "capture-filter", "EXPR",
     "print the capture filter for such an expression, for\n"
     "tcpdump or Wireshark: 'search and pv ^= \"BL7:\"'"},
    {WHERE, "where", "EXPR",
     "only messages that match: 'put and pv ~ \"SR:*\"',\n"
     "'unanswered or time > 0.1', 'failed and user == \"op\"'"},
    {'Y', NULL, "DISPLAY_FILTER",
     "only messages of packets that match, as Wireshark, by\n"
     "tshark: 'ip.src == 10.0.0.1 && ca.command == 18'"},
    {FORMAT, "format", "FORMAT",
     "Python format string of a line, with {timestamp}\n"
     "{ethernet} {ip} {transport} {src} {dst} {command}\n"
     "and their attributes, as {transport.sport}, and {pv}\n"
     "{user} {host} {dt} (response time) {frame}.\n"
     "Default: {timestamp} {src}:{transport.sport}->\n"
     "{dst}:{transport.dport} {command}"},
    {'c', NULL, "COUNT", "end after so many lines"},
    {'z', NULL, "REPORT",
     "a report instead of lines: ca,connect (why does it not\n"
     "connect, how long does it take; [,json|,csv]\n"
     "[,table=servers][,DISPLAY_FILTER]); and by tshark ca,srt\n"
     "(response times), or one of its own, such as io,stat,1"},
    {MEMORY, "memory", "SIZE",
     "most memory for what stays open, such as requests that\n"
     "wait for their answers: 512M, 2G. Default: 1G"},
    {STATS, "stats", "SECONDS",
     "tell on standard error every so often how it stands;\n"
     "the signal USR1 asks for it once"},
    {'n', NULL, NULL, "as always: addresses are numbers"},
    {'l', NULL, NULL, "as always: lines come at once when packets do"},
    {'U', NULL, NULL, "the same"},
    {'V', "version", NULL, "print the version"},
    {'h', "help", NULL, "print this"},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* What was given, by row; NULL: not. */
typedef struct {
    const char *value[ROWS]; /* "" of an option without */
} given;

static size_t row_of(int letter) {
    size_t i = 0;

    while (rows[i].letter != letter)
        i++;
    return i;
}

static const char *value_of(const given *all, int letter) {
    return all->value[row_of(letter)];
}

/* "-r" or "--format". */
static const char *name_of(size_t row, char name[32]) {
    if (rows[row].letter <= UCHAR_MAX)
        snprintf(name, 32, "-%c", rows[row].letter);
    else
        snprintf(name, 32, "--%s", rows[row].name);
    return name;
}

/* ---- the help ------------------------------------------------------------------------------- */

static const char usage[] = "Usage: caw [OPTION]... [FILE]...\n"
                            "       caw [OPTION]... -i INTERFACE\n"
                            "       tcpdump -B 65536 --immediate-mode -U -w - | caw [OPTION]...\n"
                            "\n"
                            "Prints Channel Access messages, one line each. Several files are one\n"
                            "capture, in this order; - or none is standard input.\n"
                            "\n";

static const char passing[] =
    "  -- OPTION...          for tshark, which then does the work: how to read\n"
    "                        packets, such as -d tcp.port==5066,ca\n"
    "\n"
    "Each option is given once. ^C ends it: what was received is printed. Statuses:\n"
    "0 all is well, 1 the output failed, 2 the input or an option is wrong, 3 damaged\n"
    "input was read as far as it goes.\n"
    "\n"
    "Expressions, of --where, -f ca: and --capture-filter, have the words below, and\n"
    "a capture filter those of them that a packet alone can answer: caw-where(7).\n"
    "\n";

/* A row: its forms, then its lines of help, which begin in the same column. */
static bool print_row(size_t row) {
    char forms[64], name[32], line[128];
    const char *text = rows[row].help;

    name_of(row, name);
    snprintf(forms, sizeof forms, "%s%s%s%s%s", name,
             rows[row].letter <= UCHAR_MAX && rows[row].name ? ", --" : "",
             rows[row].letter <= UCHAR_MAX && rows[row].name ? rows[row].name : "",
             rows[row].value ? " " : "", rows[row].value ? rows[row].value : "");
    for (const char *left = forms; *text; left = "") {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "  %-21s %.*s\n", left, (int)length, text);
        if (!output_text(line))
            return false;
        text += length + (text[length] == '\n');
    }
    return true;
}

bool options_help(void) {
    char words[CAW_WHERE_PROBLEM];

    output_text(usage);
    for (size_t i = 0; i < ROWS; i++)
        print_row(i);
    output_text(passing);
    caw_where_words(words, sizeof words);
    return output_text(words);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The option strings of getopt_long. In order, whatever POSIXLY_CORRECT says. */
static void prepare(char letters[2 * ROWS + 3], struct option names[ROWS + 1]) {
    char *next = letters;

    *next++ = '-';
    *next++ = ':';
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].letter <= UCHAR_MAX) {
            *next++ = (char)rows[i].letter;
            if (rows[i].value)
                *next++ = ':';
        }
        if (rows[i].name)
            *names++ =
                (struct option){rows[i].name, rows[i].value ? required_argument : no_argument, NULL,
                                rows[i].letter};
    }
    *next = '\0';
    *names = (struct option){0};
}

static void refuse_option(int found, char **arguments) {
    char name[32] = "";
    const char *written = arguments[optind - 1];

    if (optopt && (optopt > UCHAR_MAX || found == ':'))
        name_of(row_of(optopt), name);
    else if (optopt)
        snprintf(name, sizeof name, "-%c", optopt);
    if (found == ':')
        say("option %s needs a value", name);
    else if (optopt > UCHAR_MAX || (optopt && strchr(written, '=') && written[1] == '-'))
        say("option %s takes no value", written);
    else
        say("no such option: %s (caw --help lists them)", name[0] ? name : written);
}

/* Takes an option. Those without a value say no more when they come again. */
static bool take(given *all, size_t row, const char *value) {
    char name[32];

    if (value && all->value[row]) {
        say("option %s is given twice%s", name_of(row, name),
            rows[row].letter == 'r' ? " (to read several files: caw FILE FILE)" : "");
        return false;
    }
    all->value[row] = value ? value : "";
    return true;
}

/* An option or, as 1, a file. musl takes the file "-" for the end, which without "--" it is not. */
static int next_argument(int count, char **arguments, const char *letters,
                         const struct option *names) {
    int found = getopt_long(count, arguments, letters, names, NULL);

    if (found != -1 || optind == count || strcmp(arguments[optind], "-") != 0 ||
        strcmp(arguments[optind - 1], "--") == 0)
        return found;
    optarg = arguments[optind++];
    return 1;
}

/* Help and version are for whoever asks, whatever else is there. */
static bool read_arguments(options *self, given *all, int count, char **arguments) {
    char letters[2 * ROWS + 3];
    struct option names[ROWS + 1];
    int found;

    prepare(letters, names);
    opterr = 0;
    while ((found = next_argument(count, arguments, letters, names)) != -1) {
        if (found == '?' || found == ':') {
            refuse_option(found, arguments);
            return false;
        }
        if (found == 1)
            self->files[self->file_count++] = optarg;
        else if (!take(all, row_of(found), optarg))
            return false;
        if (found == 'h' || found == 'V')
            break;
    }
    self->passed = arguments + optind;
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
    const char *text = value_of(all, letter);
    char name[32];

    if (!text || read_number(text, letter == MEMORY, most, number))
        return true;
    say("option %s takes %s, not %s", name_of(row_of(letter), name), such, text);
    return false;
}

static bool take_numbers(options *self, const given *all) {
    uint64_t kib = 0, seconds = 0;

    self->most_lines = UINT64_MAX;
    self->memory = 1 << 30;
    if (!take_number(all, 'c', UINT64_MAX - 1, "a number of lines", &self->most_lines) ||
        !take_number(all, MEMORY, INT64_MAX, "a size such as 512M or 2G", &self->memory) ||
        !take_number(all, 'B', INT_MAX / 1024, "a size in KiB", &kib) ||
        !take_number(all, STATS, INT_MAX, "a number of seconds", &seconds))
        return false;
    self->buffer = (int)(kib * 1024);
    self->stats_seconds = (unsigned)seconds;
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
    {CAPTURE_FILTER, ACTION_CAPTURE_FILTER},
};

static bool take_action(options *self, const given *all, size_t count) {
    char name[32];

    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
        if (!value_of(all, alone[i].letter))
            continue;
        self->action = alone[i].action;
        if (i < 2 || count == 1)
            return true;
        say("option %s stands alone", name_of(row_of(alone[i].letter), name));
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
        bool second = value_of(all, pairs[i].second) != NULL;
        if (value_of(all, pairs[i].first) && second != pairs[i].needs) {
            say("%s", pairs[i].why);
            return false;
        }
    }
    return true;
}

static bool take_sources(options *self, const given *all) {
    const char *file = value_of(all, 'r');

    self->interface = value_of(all, 'i');
    self->capture_filter =
        value_of(all, self->action == ACTION_CAPTURE_FILTER ? CAPTURE_FILTER : 'f');
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

/* "ca,lines" or "ca,lines,FORMAT" is what is printed anyway. */
static bool take_lines(options *self) {
    static const char lines[] = "ca,lines";
    size_t length = strlen(lines);

    if (!self->report || strncmp(self->report, lines, length) != 0 ||
        (self->report[length] && self->report[length] != ','))
        return true;
    if (self->report[length]) {
        if (self->format) {
            say("--format is for lines and does not go with -z %s", self->report);
            return false;
        }
        self->format = self->report + length + 1;
    }
    self->report = NULL;
    return true;
}

/* One of ours that does not exist: the list of tshark's would not help. */
static void refuse_report(const char *report) {
    char known[256] = "";
    size_t length = 0;

    for (size_t i = 0; caw_report_rows[i] && length < sizeof known; i++)
        length += (size_t)snprintf(known + length, sizeof known - length, "ca,%s ",
                                   caw_report_rows[i]->name);
    size_t name = strlen("ca,") + strcspn(report + strlen("ca,"), ",");
    say("no such report: %.*s (there are %sca,lines ca,srt)", (int)name, report, known);
}

static bool is_srt(const char *report) {
    return strncmp(report, "ca,srt", 6) == 0 && (!report[6] || report[6] == ',');
}

static bool take_report(options *self, const given *all) {
    self->report = value_of(all, 'z');
    self->format = value_of(all, FORMAT);
    self->where = value_of(all, WHERE);
    if (!take_lines(self))
        return false;
    if (!self->report)
        return true;
    if (self->format) {
        say("--format is for lines and does not go with -z %s", self->report);
        return false;
    }
    if (self->where) {
        say("--where chooses lines and does not go with -z %s", self->report);
        return false;
    }
    if (value_of(all, 'c')) {
        say("-c counts lines and does not go with -z %s", self->report);
        return false;
    }
    if (!report_words_read(self->report, &self->words, self->table))
        return false;
    if (!self->words.row && strncmp(self->report, "ca,", 3) == 0 && !is_srt(self->report)) {
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
    if (!self->report || (self->words.row && !self->words.filter))
        return NULL;
    snprintf(text, size, "-z %s", self->report);
    return text;
}

/* Of io,stat each filter after the interval is a column: one more would not choose for the others.
 */
static bool report_has_filter(const options *self) {
    static const char columns[] = "io,stat,";
    const char *report = self->report;

    if (self->words.filter)
        return true;
    return report && strncmp(report, columns, strlen(columns)) == 0 &&
           strchr(report + strlen(columns), ',');
}

static bool take_tshark(options *self, const given *all) {
    static const int ours[] = {'c', MEMORY, STATS, WHERE};
    char text[256], name[32];

    self->display_filter = value_of(all, 'Y');
    if (self->display_filter && report_has_filter(self)) {
        say("-Y and the display filter of -z %s are two: take one", self->report);
        return false;
    }
    if (!passed_are_good(self->passed))
        return false;
    const char *why = why_tshark(self, text, sizeof text);
    for (size_t i = 0; why && i < sizeof ours / sizeof *ours; i++) {
        if (value_of(all, ours[i])) {
            say("%s does not go with %s, for which tshark does the work",
                name_of(row_of(ours[i]), name), why);
            return false;
        }
    }
    self->action = why ? ACTION_TSHARK : ACTION_DECODE;
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static size_t count_of(const options *self, const given *all) {
    size_t count = self->file_count + (*self->passed != NULL);

    for (size_t i = 0; i < ROWS; i++)
        count += all->value[i] != NULL;
    return count;
}

bool options_read(options *self, int count, char **arguments) {
    given all = {0};

    self->action = ACTION_DECODE;
    if (!read_arguments(self, &all, count, arguments) ||
        !take_action(self, &all, count_of(self, &all)))
        return false;
    if (self->action == ACTION_DECODE)
        return pairs_are_good(&all) && take_numbers(self, &all) && take_sources(self, &all) &&
               take_report(self, &all) && take_tshark(self, &all);
    self->capture_filter = value_of(&all, CAPTURE_FILTER);
    return true;
}
