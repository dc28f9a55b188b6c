/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"

#include "caw_capture.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *title;
} others[] = {
    {"srt", "response times"}, /* of -z it is tshark's */
    {"all", "all reports but srt, in one pass"},
};

static size_t count_of_others(commands_kind kind) {
    return sizeof others / sizeof *others - (kind == COMMANDS_OF_Z);
}

/* All names, by index; NULL after the last. */
static const char *name_at(commands_kind kind, size_t index) {
    size_t i = 0;

    while (i < index && caw_report_rows[i])
        i++;
    if (caw_report_rows[i])
        return caw_report_rows[i]->name;
    return index - i < count_of_others(kind) ? others[index - i].name : NULL;
}

bool commands_have(const char *word) {
    for (size_t i = 0; name_at(COMMANDS_ALL, i); i++)
        if (strcmp(name_at(COMMANDS_ALL, i), word) == 0)
            return true;
    return false;
}

size_t commands_list(commands_kind kind, char *text, size_t size) {
    size_t length = 0;

    for (size_t i = 0; name_at(kind, i) && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s%s", i ? ", " : "",
                                   kind == COMMANDS_OF_Z ? "ca," : "", name_at(kind, i));
    return length;
}

void commands_each(commands_kind kind,
                   void (*take)(void *user, const char *name, const char *title), void *user) {
    for (size_t i = 0; caw_report_rows[i]; i++)
        take(user, caw_report_rows[i]->name, caw_report_rows[i]->title);
    for (size_t i = 0; i < count_of_others(kind); i++)
        take(user, others[i].name, others[i].title);
}

void commands_suggest(suggestion *near) {
    for (size_t i = 0; name_at(COMMANDS_ALL, i); i++)
        suggest(near, name_at(COMMANDS_ALL, i));
    suggest(near, "help");
}
