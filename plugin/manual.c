/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the beginning of FIELDS.md: the plugin's own tables. The core's manual prints the rest. */
#include "own_fields.h"

#include <stdio.h>

static void print_fields(void) {
    static const char *const kinds[] = {
        [OWN_PART] = "group",
        [OWN_TEXT] = "text",
        [OWN_FLAG] = "flag",
        [OWN_BYTES] = "bytes",
        [OWN_DURATION] = "duration in seconds",
        [OWN_FRAME] = "frame number",
        [OWN_FRAME_OF_REQUEST] = "frame number",
        [OWN_FRAME_OF_RESPONSE] = "frame number",
        [OWN_FRAME_OF_FIRST] = "frame number",
    };
    puts("## Fields that the plugin makes\n\n"
         "Of a message as a whole, and of what came before it and after it.\n\n"
         "| filter | name | type | meaning |\n|---|---|---|---|");
    for (int id = 0; id < OWN_FIELDS; id++) {
        const own_field_row *row = &own_field_rows[id];
        printf("| `ca.%s` | %s | %s | %s |\n", row->key, row->label, kinds[row->kind],
               row->meaning);
    }
}

static void print_preferences(void) {
    puts(
        "\n## Fields that you make\n\n"
        "The preference \"PVs to plot\" (Edit, Preferences, Protocols, CA) has rows of a label and "
        "a\n"
        "PV, or a pattern such as `SR:BPM*:X` or `{SR,BR}:CURRENT`. Each label makes a field\n"
        "**ca.plot.LABEL**, a number, for graphs and columns: the value of the PV in updates and "
        "in\n"
        "answers to reads; of an array the first element, of an enumeration the index, of texts\n"
        "nothing. For tshark: `-o 'uat:ca_plots:\"current\",\"SR:CURRENT\"'`.\n\n"
        "The preference \"Names of channels\" has the PVs of channels that were created before "
        "the\n"
        "capture, by sid or subscription, as `caw --names` has them. For tshark:\n"
        "`-o 'uat:ca_names:\"10.0.0.5:5064\",\"\",\"sid\",\"17\",\"SR:CURRENT\"'`, in which the "
        "second\n"
        "column is a client's address and port, or empty.");
}

static void print_flaws(void) {
    static const char *const levels[] = {
        [OWN_CHAT] = "chat", [OWN_NOTE] = "note", [OWN_WARNING] = "warning", [OWN_ERROR] = "error"};
    puts("\n## Flaws that the plugin finds\n\n"
         "| filter | level | what is wrong |\n|---|---|---|");
    for (int id = 0; id < OWN_FLAWS; id++)
        printf("| `ca.flaw.%s` | %s | %s |\n", own_flaw_rows[id].key,
               levels[own_flaw_rows[id].level], own_flaw_rows[id].label);
}

static void print_head(void) {
    puts("# What can be filtered for\n"
         "\n"
         "Every name for a display filter of Wireshark and TShark, and what it means. "
         "Those under\n"
         "Fields, Facts and Flaws are, without `ca.`, also words of `caw --where` and keys of\n"
         "`caw --json`; `caw help where` and `caw help json` tell the differences.\n"
         "\n"
         "A field that a message does not have matches nothing, whatever it is compared "
         "with. A flag\n"
         "is there or it is not: `ca.put` finds the messages that have it. Of bits that "
         "are always\n"
         "there, `ca.mask.alarm == 1` finds those that are set.\n"
         "\n"
         "| looking for | read |\n"
         "|---|---|\n"
         "| a PV, an id, a value, an alarm, a time stamp, units | [Fields](#fields) |\n"
         "| a request and its answer, the time between, failures | [Fields that the "
         "plugin makes](#fields-that-the-plugin-makes) |\n"
         "| puts, updates, what is unanswered, times of connecting | [Facts](#facts) |\n"
         "| what breaks the protocol | [Flaws](#flaws) |\n"
         "| what is suspicious | [Flaws in the light of the "
         "rest](#flaws-in-the-light-of-what-came-before-and-after) |\n"
         "| messages, DBR types, numbers and their names | [Messages](#messages), [Data "
         "types](#data-types), [Names of values](#names-of-values) |\n"
         "\n"
         "Text is shown as UTF-8 if it is that, else as Latin-1. Characters that would "
         "act on a\n"
         "terminal are written `\\x1b` or `\\u202e`, and as `ca.pv == r\"...\"` that text "
         "finds the name\n"
         "again; with a quotation mark in it, `ca.pv contains` a part of it does. "
         "Wireshark 3.4 has\n"
         "no `r`, and takes each backslash double.\n"
         "\n"
         "This page is printed from the program's own tables: by `plugin/manual.c` and, "
         "from \"Fields\"\n"
         "on, by `ca-core/tools/manual.c`.\n");
}

int main(void) {
    print_head();
    print_fields();
    print_preferences();
    print_flaws();
    puts("");
    return 0;
}
