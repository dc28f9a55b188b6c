/* SPDX-License-Identifier: BSD-3-Clause */
#include "option_rows.h"

#include <stdio.h>

const option_row option_rows[] = {
    {'r', NULL, "FILE", "read FILE, as FILE alone does"},
    {'i', NULL, "INTERFACE",
     "capture from INTERFACE until stopped (any: all)\n"
     "See CAPTURING."},
    {'f', NULL, "CAPTURE_FILTER",
     "with -i: only these packets, or ca:EXPR for messages\n"
     "In the language of pcap-filter(7), or, after ca:, in words of the protocol;\n"
     "see CAPTURE FILTERS."},
    {'B', NULL, "KIB",
     "with -i: the kernel's buffer in KiB\n"
     "As of tcpdump(8). The default is 8192."},
    {'D', NULL, NULL, "list the interfaces that can be captured"},
    {OPTION_WHERE, "where", "EXPR",
     "only messages that match, as 'put and pv ~ \"SR:*\"'\n"
     "Or 'unanswered or time > 0.1': see caw-where(7). A report knows those messages only, and "
     "the\n"
     "life of circuits; of words of circuits alone (user, host, src, dst) it knows the whole "
     "circuits\n"
     "in which a message matches. A report does not wait: unanswered and time are not for it."},
    {OPTION_FORMAT, "format", "FORMAT",
     "the form of a line, as '{timestamp} {pv} {command}'\n"
     "See FORMAT."},
    {OPTION_SHORT, "short", NULL,
     "a short line each: time, client, server, what\n"
     "In at most 119 columns; what does not fit ends in \"...\". See SHORT LINES."},
    {OPTION_TIME, "time", "epoch|iso|local|relative|delta",
     "what the time of a line is\n"
     "Seconds since 1970 (epoch, the default), the date in UTC (iso) or in the zone of this\n"
     "machine (local), seconds since the first packet of the capture (relative), or since the\n"
     "line before (delta). It is {timestamp} of a format, too; iso and local are texts."},
    {OPTION_ELEMENTS, "elements", "N",
     "show N elements of an array, 0: all\n"
     "As in Array('d', [1.5, 2.5, ... 2 of 1000]). Without it: 32 on a terminal, else all; three\n"
     "of {value} and of short lines."},
    {OPTION_CIRCUITS, "circuits", NULL,
     "lines for circuits too: Connected, Disconnected\n"
     "See CIRCUITS."},
    {OPTION_COLOR, "color", "auto|always|never",
     "lines in colour: alarms, failures, puts\n"
     "Red are MAJOR alarms and what has failed, yellow MINOR ones, magenta INVALID ones, bold "
     "puts.\n"
     "On a terminal (auto), unless NO_COLOR is set or TERM is dumb."},
    {OPTION_QUIET, "quiet", NULL,
     "no lines: the status tells if one would be\n"
     "It ends at the first that would be printed, with status 0; without one the status is 4."},
    {'c', NULL, "COUNT", "end after so many lines"},
    {'z', NULL, "REPORT",
     "a report: ca,REPORT[,json|,csv], or one of tshark's\n"
     "Instead of lines; see REPORTS."},
    {OPTION_JSON, "json", "[=full]",
     "an object a line: a message, or a row of a report\n"
     "With =full a message has all that there is, its line and the headers around it, too. See "
     "JSON\n"
     "AND CSV, and for reports REPORTS."},
    {OPTION_CSV, "csv", "[=KEY,...]",
     "a table: messages, with the keys of JSON, or a report\n"
     "The keys after = are the columns; without it they are those of JSON AND CSV. Of a report "
     "it\n"
     "is the main table, or that of --table."},
    {OPTION_SCHEMA, "schema", "json|duckdb|spark|elastic",
     "print which keys messages have as JSON and CSV\n"
     "As JSON Schema, or in the words of DuckDB, Spark or Elasticsearch. See JSON AND CSV."},
    {OPTION_TABLE, "table", "TABLE",
     "one table of a report\n"
     "caw-reports(7) names them."},
    {OPTION_EVERY, "every", "SECONDS",
     "a report as far as it is known, every so often\n"
     "Of a pipe or an interface; at the end it is printed once more. The signal USR1 asks for it,\n"
     "too. Rows that are printed as they come are not printed again."},
    {'Y', NULL, "DISPLAY_FILTER",
     "only packets that match, as Wireshark has it\n"
     "In the language of wireshark-filter(4), as in 'ca.pv == \"t:ai\" && ca.command == 4'.\n"
     "It chooses packets: all messages of a packet that matches are printed.\n"
     "By tshark(1), in which TCP is then not analysed, because its analysis would keep back\n"
     "segments that the capture has after their acknowledgment. For the fields tcp.analysis,\n"
     "say -- -o tcp.analyze_sequence_numbers:TRUE."},
    {OPTION_CAPTURE_FILTER, "capture-filter", "EXPR",
     "print the pcap filter for EXPR, for tcpdump\n"
     "Or for the capture dialog of Wireshark; see CAPTURE FILTERS."},
    {OPTION_NAMES, "names", "FILE",
     "FILE names PVs of channels older than the capture\n"
     "Or is what casr 2 of an IOC shell prints. See NAMES."},
    {OPTION_MEMORY, "memory", "SIZE",
     "most memory for what stays open, such as 512M (1G)\n"
     "The default is 1G. See MEMORY."},
    {OPTION_STATS, "stats", "SECONDS",
     "tell on standard error every so often how it stands\n"
     "See SIGNALS."},
    {'n', NULL, NULL, "as always: addresses are numbers"},
    {'l', NULL, NULL, "as always: lines come at once when packets do"},
    {'U', NULL, NULL, "the same"},
    {'V', "version", NULL, "print the version"},
    {'h', "help", NULL, "print this; caw help TOPIC tells more"},
    {0, NULL, NULL, NULL},
};

_Static_assert(sizeof option_rows / sizeof *option_rows <= OPTION_MOST,
               "more than there is room for");

size_t option_find(int letter) {
    size_t i = 0;

    while (option_rows[i].letter != letter)
        i++;
    return i;
}

const char *option_name(size_t row, char name[OPTION_NAME]) {
    if (option_rows[row].letter <= UCHAR_MAX)
        snprintf(name, OPTION_NAME, "-%c", option_rows[row].letter);
    else
        snprintf(name, OPTION_NAME, "--%s", option_rows[row].name);
    return name;
}

const char *option_forms(size_t row, char forms[OPTION_FORMS]) {
    const option_row *self = &option_rows[row];
    char name[OPTION_NAME];
    bool both = self->name && self->letter <= UCHAR_MAX;

    snprintf(forms, OPTION_FORMS, "%s%s%s%s%s", option_name(row, name), both ? ", --" : "",
             both ? self->name : "", self->value && !option_is_optional(row) ? " " : "",
             self->value ? self->value : "");
    return forms;
}

bool option_is_optional(size_t row) {
    const char *value = option_rows[row].value;

    return value && value[0] == '[';
}
