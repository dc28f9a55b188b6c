/* SPDX-License-Identifier: BSD-3-Clause */
#include "help.h"

#include "option_rows.h"
#include "output.h"

#include "caw_capture.h"

#include <stdio.h>
#include <string.h>

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
    char forms[64], name[OPTION_NAME], line[128];
    const char *text = option_rows[row].help;

    option_name(row, name);
    snprintf(
        forms, sizeof forms, "%s%s%s%s%s", name,
        option_rows[row].letter <= UCHAR_MAX && option_rows[row].name ? ", --" : "",
        option_rows[row].letter <= UCHAR_MAX && option_rows[row].name ? option_rows[row].name : "",
        option_rows[row].value ? " " : "", option_rows[row].value ? option_rows[row].value : "");
    for (const char *left = forms; *text; left = "") {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "  %-21s %.*s\n", left, (int)length, text);
        if (!output_text(line))
            return false;
        text += length + (text[length] == '\n');
    }
    return true;
}

bool help_print(void) {
    char words[CAW_WHERE_PROBLEM];

    output_text(usage);
    for (size_t i = 0; option_rows[i].letter; i++)
        print_row(i);
    output_text(passing);
    caw_where_words(words, sizeof words);
    return output_text(words);
}
