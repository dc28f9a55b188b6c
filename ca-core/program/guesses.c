/* SPDX-License-Identifier: BSD-3-Clause */
#include "guesses.h"

#include "commands.h"
#include "heap.h"
#include "named.h"
#include "option_rows.h"
#include "passed.h"
#include "say.h"
#include "suggest.h"

#include "caw_capture.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char list_them[] = "caw --help lists them";

/* ---- options of other programs -------------------------------------------------------------- */

static const char as_fields[] = "--format '{timestamp} {pv} {command}' is the form of lines";
static const char to_write[] = "packets: tcpdump -w FILE, or tshark -r FILE -Y ca -w OUT; lines: >";
static const char whole[] = "packets are always captured whole";
static const char bytes[] = "the bytes of packets: tshark -x -r FILE -Y ca";
static const char talk[] = "a line tells all of its message; --version prints the version";
static const char end[] = "-c ends after so many lines; after a minute: timeout 60 caw";
static const char ring[] = "dumpcap -b writes rings of files, and caw reads them: caw FILE FILE";
static const char times[] =
    "--time=iso, local, relative or delta; {dt} of --format is the response time";
static const char quiet[] = "--quiet: no lines, and status 0 when there would be some";
static const char promiscuous[] = "interfaces are captured promiscuously, -i any is not";
static const char messages[] = "--where chooses messages, -Y packets, -f what is captured";
static const char since[] = "--where 'timestamp >= \"2026-11-24 15:00\"' chooses by time";
static const char of_client[] =
    "--where 'user == \"NAME\"', or host == \"NAME\", or by its address: src == 10.0.0.1";
static const char of_host[] =
    "--where 'host 10.0.0.1', or by the name that a client gives: --where 'host == \"NAME\"'";
static const char alarms[] = "--where 'severity >= MINOR' chooses messages";
static const char all_files[] = "files are named without an option: caw FILE FILE";

static const struct {
    char letter;      /* '\0': it has none */
    const char *name; /* NULL: it has none */
    const char *way;
} guesses[] = {
    {'T', NULL,
     "messages: --json; reports: caw connect --json; packets: tshark -T json -r FILE -Y ca"},
    {'e', "fields", as_fields},
    {'E', NULL, as_fields},
    {'O', NULL, "all of a packet: tshark -V -O ca -r FILE"},
    {'P', "print", "lines are always printed"},
    {'w', "write", to_write},
    {'\0', "output", to_write},
    {'s', "snapshot-length", whole},
    {'x', "hexdump", bytes},
    {'X', NULL, bytes},
    {'A', "ascii", bytes},
    {'v', "verbose", talk},
    {'q', NULL, quiet},
    {'t', NULL, times},
    {'p', "no-promiscuous-mode", promiscuous},
    {'a', "autostop", end},
    {'\0', "duration", end},
    {'\0', "count", "-c COUNT ends after so many lines"},
    {'\0', "limit", "-c COUNT ends after so many lines"},
    {'b', "ring-buffer", ring},
    {'G', NULL, ring},
    {'S', NULL, "numbers of a packet: --format '{frame} {transport.seq} {command}'"},
    {'F', "file", all_files},
    {'\0', "files", all_files},
    {'\0', "read", all_files},
    {'\0', "infile", all_files},
    {'\0', "pcap", all_files},
    {'\0', "columns", as_fields},
    {'\0', "iso", times},
    {'\0', "utc", times},
    {'\0', "relative", times},
    {'\0', "delta", times},
    {'\0', "no-color", "--color never"},
    {'\0', "since", since},
    {'\0', "until", since},
    {'\0', "start", since},
    {'\0', "end", since},
    {'\0', "head", "-c COUNT ends after so many lines"},
    {'\0', "client", of_client},
    {'\0', "server", of_host},
    {'\0', "host", of_host},
    {'\0', "port", "--where 'port 5064' chooses by the ports of packets"},
    {'\0', "severity", alarms},
    {'\0', "alarm", alarms},
    {'\0', "alarms", alarms},
    {'\0', "value", "--where 'value > 3', or value == \"TEXT\", chooses messages"},
    {'\0', "summary", "caw all FILE, or one report: caw connect FILE"},
    {'\0', "input", all_files},
    {'\0', "read-file", "-r FILE, or FILE alone, is read"},
    {'\0', "display-filter", "-Y chooses packets as Wireshark does"},
    {'\0', "interface", "-i INTERFACE captures"},
    {'\0', "iface", "-i INTERFACE captures"},
    {'\0', "live", "-i INTERFACE captures"},
    {'\0', "list-interfaces", "-D lists them"},
    {'L', "list-data-link-types", "-D lists interfaces; their kind is found out"},
    {'y', "linktype", "the kind of an interface is found out"},
    {'\0', "buffer-size", "-B KIB"},
    {'\0', "filter", messages},
    {'\0', "grep", messages},
    {'\0', "expression", messages},
    {'\0', "report", "-z REPORT, or caw REPORT FILE"},
};

enum { GUESSES = sizeof guesses / sizeof *guesses };

void guesses_refuse_letter(char letter) {
    const char option[3] = {'-', letter};

    for (size_t i = 0; i < GUESSES; i++) {
        if (guesses[i].letter == letter) {
            say("no such option: %s (%s)", option, guesses[i].way);
            return;
        }
    }
    if (passed_has(option))
        say("no such option: %s (one of tshark's, after -- : caw FILE -- %s ...)", option, option);
    else if (isdigit((unsigned char)letter))
        say("no such option: %s (-c %c ends after so many lines)", option, letter);
    else
        say("no such option: %s (%s)", option, list_them);
}

/* ---- long options --------------------------------------------------------------------------- */

static bool is_expression(const char *text) {
    caw_where_verdict verdict;
    caw_where *where = caw_where_new(text, &heap, &verdict);

    caw_where_free(where);
    return where != NULL;
}

/* A word of expressions was taken for an option: --put, --pv NAME. */
static bool suggest_where(const char *name) {
    static const struct {
        const char *format, *shown;
    } ways[] = {{"%s", "%s"},
                {"%s == \"x\"", "%s == \"NAME\""},
                {"%s == 1", "%s == NUMBER"},
                {"%s == 10.0.0.1", "%s == ADDRESS"}};
    char text[64], shown[64];

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        snprintf(text, sizeof text, ways[i].format, name);
        snprintf(shown, sizeof shown, ways[i].shown, name);
        if (!is_expression(text))
            continue;
        say("no such option: --%s (messages are chosen by --where '%s')", name, shown);
        return true;
    }
    return false;
}

static bool suggest_report(const char *name) {
    if (commands_have(name))
        say("no such option: --%s (a report by its name: caw %s FILE)", name, name);
    return commands_have(name);
}

static void suggest_option(const char *name) {
    char advice[SUGGEST_ADVICE];
    suggestion near = suggest_for(name, strlen(name));

    for (size_t i = 0; option_rows[i].letter; i++)
        if (option_rows[i].name)
            suggest(&near, option_rows[i].name);
    say("no such option: --%s (%s)", name, suggest_say(&near, "--", list_them, advice));
}

void guesses_refuse_name(const char *written, size_t length) {
    char name[OPTION_NAME];

    snprintf(name, sizeof name, "%.*s", (int)length, written);
    for (size_t i = 0; i < GUESSES; i++) {
        if (guesses[i].name && strcmp(guesses[i].name, name) == 0) {
            say("no such option: --%s (%s)", name, guesses[i].way);
            return;
        }
    }
    if (!suggest_where(name) && !suggest_report(name))
        suggest_option(name);
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* Of pcap-filter(7): those that its expressions begin with. */
static bool begins_capture_filter(const char *word) {
    static const char *const words[] = {"tcp", "udp", "ip",  "ip6", "host",  "port", "portrange",
                                        "src", "dst", "net", "not", "ether", "vlan", "icmp"};

    return is_one_of(word, words, sizeof words / sizeof *words);
}

static bool is_file(const char *word) {
    return named_is_standard_input(word) || named_look(word).kind;
}

/* The words up to the next file, which are one argument or several. */
static size_t count_to_file(char **words, size_t count) {
    size_t i = 1;

    while (i < count && !is_file(words[i]))
        i++;
    return i;
}

static void join(char **words, size_t count, char *text, size_t size) {
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s", i ? " " : "", words[i]);
}

static bool are_keys(const char *text) {
    char problem[CAW_LINES_PROBLEM];
    caw_lines_form form = {.kind = CAW_LINES_CSV, .keys = text};
    caw_lines *lines = caw_lines_new(&form, &heap, problem, sizeof problem);

    caw_lines_free(lines);
    return lines != NULL;
}

/* Stands between two parts of an expression. */
static bool is_sign(const char *word) {
    static const char *const signs[] = {"and", "or", "in", "~", "~i", "=", "&&", "||"};

    return is_one_of(word, signs, sizeof signs / sizeof *signs);
}

/* Of an expression, perhaps one that the shell has taken the quotes from: pv == t:ao */
static bool is_compared(const char *word) {
    static const char *const within[] = {"==", "!=", "^=", "<", ">", " ~ ", " ~i "};

    for (size_t i = 0; i < sizeof within / sizeof *within; i++)
        if (strstr(word, within[i]))
            return true;
    return is_sign(word);
}

static bool say_where(char **words, size_t count, const char *text) {
    bool first = is_expression(words[0]), all = is_expression(text);

    for (size_t i = 0; i < count && !all; i++)
        all = is_compared(words[i]);
    if (!first && !all)
        return false;
    say("no such file or report: %s (messages are chosen by --where '%s%s')", words[0],
        is_sign(words[0]) ? "... " : "", all ? text : words[0]);
    return true;
}

/* Dashes of typesetters, U+2012 to U+2015 and U+2212, from a text that was copied. */
static bool begins_with_dash(const char *word) {
    static const char *const dashes[] = {"\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x80\x94",
                                         "\xe2\x80\x95", "\xe2\x88\x92"};

    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
        if (strncmp(word, dashes[i], strlen(dashes[i])) == 0)
            return true;
    return false;
}

/* What a word that is no file was meant to be; false: it may be the name of a file. */
static bool say_what_was_meant(char **words, size_t count, const char *interface, bool of_file) {
    char text[256];
    size_t own = count_to_file(words, count);

    join(words, own, text, sizeof text);
    if (begins_with_dash(words[0]))
        say("no such file: %s (options begin with - as a keyboard has it)", words[0]);
    else if (!of_file && begins_capture_filter(words[0]))
        say("no such file: %s (a capture filter is one argument of -f: caw -i %s -f '%s')",
            words[0], interface ? interface : "any", text);
    else if (say_where(words, own, text))
        return true;
    else if (are_keys(words[0]))
        say("no such file or report: %s (columns are chosen by --csv=%s)", words[0], words[0]);
    else if (begins_capture_filter(words[0]))
        say("no such file: %s (for packets: tcpdump -r FILE -w - '%s' | caw)", words[0], text);
    else
        return false;
    return true;
}

/* Of a word where the first file goes. */
static bool say_which_report(const char *word) {
    char advice[SUGGEST_ADVICE];
    suggestion near = suggest_for(word, strlen(word));

    if (commands_have(word)) {
        say("no such file: %s (reports are asked for one by one, or caw all)", word);
        return true;
    }

    commands_suggest(&near);
    if (near.best[0])
        say("no such file or report: %s (%s)", word, suggest_say(&near, "", "", advice));
    return near.best[0];
}

/* A word after a file that is none, and was meant to choose of what is in it. */
static bool has_filter_after_file(char **words, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (!is_file(words[i]) && say_what_was_meant(words + i, count - i, NULL, true))
            return true;
    return false;
}

/* The file before the report. */
static bool has_report_after_file(char **words, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (!commands_have(words[i]) || named_look(words[i]).kind)
            continue;
        say("no such file: %s (the report comes first: caw %s %s)", words[i], words[i], words[0]);
        return true;
    }
    return false;
}

bool guesses_are_files(char **words, size_t count, const char *interface, const char *file) {
    if (!count)
        return true;
    if (!is_file(words[0]) &&
        (say_what_was_meant(words, count, interface, file != NULL) || say_which_report(words[0])))
        return false;
    return !has_report_after_file(words, count) && !has_filter_after_file(words, count);
}

/* ---- display filters ------------------------------------------------------------------------ */

void guesses_of_display_filter(const char *filter) {
    static const char *const both[] = {"ca", "tcp", "udp"};

    if (is_expression(filter) && !strstr(filter, "ca.") &&
        !is_one_of(filter, both, sizeof both / sizeof *both))
        say("messages are chosen by --where '%s'", filter);
}
