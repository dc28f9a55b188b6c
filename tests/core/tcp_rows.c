/* SPDX-License-Identifier: BSD-3-Clause */
/* tcp_rows FILE: the rows of a table (tcp_rows.txt), each at all initial sequence numbers. */
#include "tcp_play.h"

#define LINE 1000

/* A row's name, its segments, and what is to be told of them; the handshake before. */
static void check(const char *name, const char *segments, const char *told) {
    char script[LINE + sizeof OPEN], expected[LINE + sizeof OPENED];
    snprintf(script, sizeof script, "%s%s", OPEN, segments);
    snprintf(expected, sizeof expected, "%s %s", OPENED, told);
    for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
        counted count = {.good = -1};
        caw_memory memory = counted_memory(&count);
        play self = {.isn = numbers[n]};
        run(&self, &memory, script);
        CHECK(!strcmp(self.text, expected), "%s, %u\n  got:  %s\n  want: %s", name, numbers[n],
              self.text, expected);
        CHECK(count.live == 0, "%s: %ld left", name, count.live);
    }
}

/* The next line without what it begins and ends with; false at the end. */
static bool read_line(FILE *file, char *line) {
    char raw[LINE];
    if (!fgets(raw, sizeof raw, file))
        return false;
    raw[strcspn(raw, "\n")] = '\0';
    strcpy(line, raw + strspn(raw, " "));
    return true;
}

int main(int count, char **arguments) {
    FILE *file = count == 2 ? fopen(arguments[1], "r") : NULL;
    char name[LINE], segments[LINE], told[LINE];
    if (!file)
        return 2;
    while (read_line(file, name))
        if (isdigit((unsigned char)*name) && read_line(file, segments) && read_line(file, told))
            check(name, segments, told);
    fclose(file);
    return test_summary();
}
