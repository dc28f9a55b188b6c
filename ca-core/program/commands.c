/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"

#include "caw_capture.h"

#include <stdio.h>
#include <string.h>

/* The one that libcaw has not: the plugin's. */
static const char response_times[] = "srt";

/* All names, by index; NULL after the last. */
static const char *name_at(size_t index) {
    size_t i = 0;

    while (i < index && caw_report_rows[i])
        i++;
    if (caw_report_rows[i])
        return caw_report_rows[i]->name;
    return i == index ? response_times : NULL;
}

bool commands_have(const char *word) {
    for (size_t i = 0; name_at(i); i++)
        if (strcmp(name_at(i), word) == 0)
            return true;
    return false;
}

size_t commands_list(const char *before, char *text, size_t size) {
    size_t length = 0;

    for (size_t i = 0; name_at(i) && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s%s", i ? ", " : "", before,
                                   name_at(i));
    return length;
}

void commands_each(void (*take)(void *user, const char *name, const char *title), void *user) {
    for (size_t i = 0; caw_report_rows[i]; i++)
        take(user, caw_report_rows[i]->name, caw_report_rows[i]->title);
    take(user, response_times, "response times, by tshark");
}

void commands_suggest(suggestion *near) {
    for (size_t i = 0; name_at(i); i++)
        suggest(near, name_at(i));
    suggest(near, "help");
}
