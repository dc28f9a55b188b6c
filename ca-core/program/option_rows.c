/* SPDX-License-Identifier: BSD-3-Clause */
#include "option_rows.h"

#include <stdio.h>

const option_row option_rows[] = {
    {'r', NULL, "FILE", "the same as FILE"},
    {'i', NULL, "INTERFACE", "capture packets from INTERFACE (any: all) until stopped"},
    {'f', NULL, "CAPTURE_FILTER",
     "with -i: capture only these packets, as tcpdump; or\n"
     "after ca:, by messages: 'ca:search or error'"},
    {'B', NULL, "KIB", "with -i: the kernel's buffer in KiB, as tcpdump"},
    {'D', NULL, NULL, "list the interfaces that can be captured"},
    {OPTION_CAPTURE_FILTER, "capture-filter", "EXPR",
     "print the capture filter for such an expression, for\n"
     "tcpdump or Wireshark: 'search and pv ^= \"BL7:\"'"},
    {OPTION_WHERE, "where", "EXPR",
     "only messages that match: 'put and pv ~ \"SR:*\"',\n"
     "'unanswered or time > 0.1', 'failed and user == \"op\"'"},
    {'Y', NULL, "DISPLAY_FILTER",
     "only messages of packets that match, as Wireshark, by\n"
     "tshark: 'ip.src == 10.0.0.1 && ca.command == 18'"},
    {OPTION_FORMAT, "format", "FORMAT",
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
    {OPTION_MEMORY, "memory", "SIZE",
     "most memory for what stays open, such as requests that\n"
     "wait for their answers: 512M, 2G. Default: 1G"},
    {OPTION_STATS, "stats", "SECONDS",
     "tell on standard error every so often how it stands;\n"
     "the signal USR1 asks for it once"},
    {'n', NULL, NULL, "as always: addresses are numbers"},
    {'l', NULL, NULL, "as always: lines come at once when packets do"},
    {'U', NULL, NULL, "the same"},
    {'V', "version", NULL, "print the version"},
    {'h', "help", NULL, "print this"},
    {0},
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
