/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the words a fuzzer should know, from the tables: headers, types, status codes. */
#include "caw.h"

#include <stdio.h>

static void print_bytes(uint32_t value, int bytes) {
    while (bytes--)
        printf("\\x%02x", (unsigned)(value >> 8 * bytes & 0xff));
}

/* Command, payload size and data type of a message; the mutator does the rest. */
static void print_header(uint16_t command, uint16_t size, uint16_t type) {
    putchar('"');
    print_bytes(command, 2);
    print_bytes(size, 2);
    print_bytes(type, 2);
    puts("\"");
}

/* Of expressions. */
static const char *const words[] = {
    "put",      "failed", "unanswered", "malformed", "value", "time",      "timestamp",
    "src",      "pv",     " in {",      "..",        " ~ '",  " ~i '",     "has ",
    "any ",     "all ",   " != ",       " and ",     " or ",  "not ",      "flaw.",
    "mask.val", "[!",     "{a,b}",      "/8",        "::",    "2026-11-24"};

int main(void) {
    for (uint16_t command = 0; command <= CAW_COMMANDS; command++) {
        print_header(command, 0, 0);
        print_header(command, 8, 6);
        print_header(command, 0xffff, 6);
    }
    for (uint16_t type = 0; type <= CAW_DBR_TYPES; type++)
        print_header(CAW_COMMAND_READ_NOTIFY,
                     (uint16_t)(type < CAW_DBR_TYPES ? caw_dbr(type)->meta : 0), type);
    for (const caw_name *status = caw_status_names; status->name; status++) {
        putchar('"');
        print_bytes(status->value, 4);
        puts("\"");
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        printf("\"%s\"\n", words[i]);
    return 0;
}
