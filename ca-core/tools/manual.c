/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the tables as Markdown: what can be filtered for, and what the protocol consists of. */
#include "caw_capture.h"

#include <stdio.h>

/* ---- fields ------------------------------------------------------------------------------- */

static void print_type(const caw_field_row *row) {
    static const char *const kinds[] = {
        [CAW_KIND_UINT] = "unsigned, %u bit",
        [CAW_KIND_INT] = "signed, %u bit",
        [CAW_KIND_REAL] = "floating point",
        [CAW_KIND_ELEMENT] = "floating point",
        [CAW_KIND_TEXT] = "text",
        [CAW_KIND_BYTES] = "bytes",
        [CAW_KIND_IPV4] = "IPv4 address",
        [CAW_KIND_TIME] = "time",
    };
    printf(kinds[row->kind], row->bits);
}

static void print_field(const caw_field_row *row) {
    printf("| `ca.%s` | %s | ", row->key, row->label);
    print_type(row);
    printf(" | %s |", row->meaning);
    if (row->alias)
        printf(" `ca.%s`", row->alias);
    puts(" |");
    for (const caw_bit *bit = row->flags; bit && bit->key; bit++)
        printf("| `ca.%s.%s` | %s | flag | %s | |\n", row->key, bit->key, bit->label, bit->meaning);
}

static void print_fields(void) {
    puts("## Fields\n\n"
         "| filter | name | type | meaning | older filter |\n|---|---|---|---|---|");
    for (int id = 0; id < CAW_FIELDS; id++)
        if (caw_field_rows[id].key)
            print_field(&caw_field_rows[id]);
}

/* ---- facts -------------------------------------------------------------------------------- */

static void print_facts(void) {
    static const char *const kinds[] = {
        [CAW_FACT_IS_MARK] = "flag",        [CAW_FACT_IS_NUMBER] = "number",
        [CAW_FACT_IS_DURATION] = "seconds", [CAW_FACT_IS_FRAME] = "frame number",
        [CAW_FACT_IS_TEXT] = "text",        [CAW_FACT_IS_ADDRESS] = "address and port, text"};
    puts("\n## Facts\n\n"
         "What is known of a message by what came before it, or after it: words of `--where` and\n"
         "tokens of lines too, without `ca.`. `ca.unanswered` and `ca.put_status` of a request\n"
         "depend on what comes later: they are there in the GUI and with `tshark -2`, not in one\n"
         "pass of `tshark`; `caw --where` waits for the answer.\n\n"
         "| filter | name | type | meaning |\n|---|---|---|---|");
    for (int id = 0; id < CAW_FACTS; id++) {
        const caw_fact_row *row = &caw_fact_rows[id];
        printf("| `ca.%s` | %s | %s | %s |\n", row->key, row->title, kinds[row->kind],
               row->meaning);
    }
}

/* ---- messages ----------------------------------------------------------------------------- */

static const char *key_of(caw_field_id id) {
    return id == CAW_FIELD_RESERVED ? "0" : caw_field_rows[id].key;
}

static void print_payload(const caw_message_row *row) {
    static const char *const kinds[] = {
        [CAW_PAYLOAD_NOTHING] = "",
        [CAW_PAYLOAD_EVENT] = "low, high, to, mask",
        [CAW_PAYLOAD_MINOR] = "version, or nothing",
        [CAW_PAYLOAD_FAILURE] = "header of the request, error",
        [CAW_PAYLOAD_DBR] = "value of the data type",
        [CAW_PAYLOAD_ANY] = "any bytes",
    };
    fputs(row->payload == CAW_PAYLOAD_STRING ? key_of(row->text) : kinds[row->payload], stdout);
}

static void print_line(const caw_message_row *row) {
    printf("`%s(", row->name);
    for (const caw_word *word = row->line; word->id != CAW_FIELD_RESERVED; word++)
        printf("%s%s", word == row->line ? "" : ", ",
               word->name ? word->name : caw_field_rows[word->id].name);
    fputs(")`", stdout);
}

static void print_message(const caw_message_row *row) {
    static const char *const sides[] = {"either", "client", "server"};
    static const char *const transports[] = {"", "TCP", "UDP", "TCP, UDP"};
    if (row->speaker == CAW_SIDE_NOBODY)
        printf("| other");
    else
        printf("| %u", row->command);
    printf(" | %s | %s | ", sides[row->speaker], transports[row->transport]);
    print_line(row);
    printf(" | %s | %s | %s | %s | ", key_of(row->type), key_of(row->count), key_of(row->param1),
           key_of(row->param2));
    print_payload(row);
    printf(" | %s |\n", row->meaning);
}

static void print_messages(void) {
    puts("\n## Messages\n\n"
         "The four words are those of the header; 0 is reserved.\n\n"
         "| command | from | over | line | type | count | parameter 1 | parameter 2 | payload "
         "| meaning |\n|---|---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < caw_message_row_count; i++)
        print_message(&caw_message_rows[i]);
}

/* ---- data types --------------------------------------------------------------------------- */

static void print_layout(const caw_dbr_row *row) {
    const char *separator = "";
    for (const caw_field_id *id = row->layout; *id != CAW_FIELD_RESERVED; id++) {
        printf("%s%s", separator, caw_field_rows[*id].key);
        separator = ", ";
    }
}

static void print_types(void) {
    static const char *const elements[] = {
        [CAW_ELEMENT_STRING] = "text of 40 bytes", [CAW_ELEMENT_INT16] = "signed, 16 bit",
        [CAW_ELEMENT_FLOAT] = "float, 32 bit",     [CAW_ELEMENT_ENUM] = "unsigned, 16 bit",
        [CAW_ELEMENT_CHAR] = "unsigned, 8 bit",    [CAW_ELEMENT_INT32] = "signed, 32 bit",
        [CAW_ELEMENT_DOUBLE] = "float, 64 bit"};
    puts("\n## Data types\n\n"
         "Metadata comes first, padded to so many bytes, then the elements.\n\n"
         "| number | type | metadata bytes | metadata | element |\n|---|---|---|---|---|");
    for (uint32_t type = 0; type < CAW_DBR_TYPES; type++) {
        const caw_dbr_row *row = caw_dbr(type);
        printf("| %u | %s | %u | ", type, caw_name_of(caw_dbr_names, type)->name, row->meta);
        print_layout(row);
        printf(" | %s |\n", elements[row->element]);
    }
}

/* ---- flaws and names ---------------------------------------------------------------------- */

static void print_flaw(const caw_flaw_row *row) {
    static const char *const levels[] = {"note", "warning", "error"};
    printf("| `ca.flaw.%s` | %s | %s |\n", row->key, levels[row->level], row->label);
}

static void print_flaws(void) {
    puts("\n## Flaws\n\n"
         "| filter | level | what is wrong |\n|---|---|---|");
    for (int flaw = 0; flaw < CAW_FLAWS; flaw++)
        print_flaw(&caw_flaw_rows[flaw]);
    puts(
        "\n## Flaws in the light of what came before, and after\n\n"
        "Words of `--where` too, without `ca.`. Those from `ca.flaw.unanswered` on depend on what\n"
        "comes later: they are there in the GUI and with `tshark -2`, not in one pass of "
        "`tshark`;\n"
        "`caw --where` waits for what decides them, of the last a minute.\n\n"
        "| filter | level | what is wrong |\n|---|---|---|");
    for (int flaw = 0; flaw < CAW_HISTORY_FLAWS; flaw++)
        print_flaw(&caw_history_rows[flaw]);
}

static void print_names(const char *heading, const caw_name *names) {
    printf("\n### %s\n\n| value | name | meaning |\n|---|---|---|\n", heading);
    for (const caw_name *row = names; row->name; row++) {
        printf("| %u | ", row->value);
        for (const char *c = row->name; *c; c++)
            printf(*c == '|' ? "\\|" : "%c", *c);
        printf(" | %s%s%s |\n", row->text ? row->text : "", row->text && row->obsolete ? "; " : "",
               row->obsolete ? "defunct" : "");
    }
}

int main(void) {
    print_fields();
    print_facts();
    print_messages();
    print_types();
    print_flaws();
    puts("\n## Names of values");
    print_names("Status (`ca.eca`)", caw_status_names);
    print_names("Alarm status (`ca.data.status`)", caw_alarm_status_names);
    print_names("Alarm severity (`ca.data.severity`)", caw_alarm_severity_names);
    print_names("Commands (`ca.command`)", caw_command_names);
    print_names("Access rights (`ca.rights`)", caw_rights_names);
    print_names("Reply flag (`ca.doreply`)", caw_reply_names);
    return 0;
}
