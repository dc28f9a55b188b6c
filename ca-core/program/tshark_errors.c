/* SPDX-License-Identifier: BSD-3-Clause */
#include "tshark_errors.h"

#include "say.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines that begin like this, or contain that, are no errors. */
static const char *const noise_begins[] = {"Running as user ",
                                           "Capturing on ",
                                           "File: -",
                                           "Packets captured: ",
                                           "Packets received/dropped ",
                                           NULL};
static const char noise_contains[] = "was found in multiple directories";

/* A report that tshark does not know; a long list of those that it does follows. */
static const char unknown_report[] = "tshark: Invalid -z argument \"";

/* Who speaks is said at the beginning of each of our lines. */
static const char *const speakers[] = {"tshark: ", "dumpcap: ", "caw: ", NULL};

static bool begins(const char *line, const char *word) {
    return strncmp(line, word, strlen(word)) == 0;
}

static bool is_noise(const char *line) {
    for (const char *const *noise = noise_begins; *noise; noise++)
        if (begins(line, *noise))
            return true;
    return line[strspn(line, " \t")] == '\0' || strstr(line, noise_contains);
}

static void say_not_loaded(void) {
    say("tshark did not load the Channel Access plugin%s",
        geteuid() != 0 ? " (package wireshark-ca)"
                       : ". Run by root it loads only plugins that are installed for the system:"
                         " run packaging/install.sh --system, or run caw as another user");
}

/* Those of the plugin are known before tshark is asked: without the plugin it lacks them. */
static void say_unknown(const char *report) {
    if (begins(report, "ca,"))
        say_not_loaded();
    else
        say("no such report: %.*s (tshark -z help lists those of tshark)",
            (int)strcspn(report, "\""), report);
}

static void say_line(const char *line) {
    for (const char *const *speaker = speakers; *speaker; speaker++) {
        if (begins(line, *speaker)) {
            line += strlen(*speaker);
            break;
        }
    }
    say("%s", line);
}

void tshark_errors_say(FILE *errors) {
    char *line = NULL;
    size_t size = 0;
    bool refused = false;

    while (getline(&line, &size, errors) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (refused || is_noise(line))
            continue;
        if ((refused = begins(line, unknown_report)))
            say_unknown(line + strlen(unknown_report));
        else
            say_line(line);
    }
    free(line);
}
