/* SPDX-License-Identifier: BSD-3-Clause */
#include "arguments.h"

#include "guesses.h"
#include "say.h"
#include "suggest.h"

#include <stdio.h>
#include <string.h>

const char *given_value(const given *self, int letter) {
    return self->value[option_find(letter)];
}

/* ---- names ---------------------------------------------------------------------------------- */

enum { NONE = -1, SEVERAL = -2 };

static int find_letter(char letter) {
    for (int i = 0; option_rows[i].letter; i++)
        if (option_rows[i].letter == letter)
            return i;
    return NONE;
}

/* By the name, or by its beginning when no other name begins so. */
static int find_name(const char *name, size_t length) {
    int found = NONE;

    for (int i = 0; option_rows[i].letter; i++) {
        const char *known = option_rows[i].name;
        if (!known || strncmp(known, name, length) != 0)
            continue;
        if (!known[length])
            return i;
        found = found == NONE ? i : SEVERAL;
    }
    return found;
}

/* A long option was written with one dash. */
static bool is_name(const char *name) {
    int found = find_name(name, strlen(name));

    return found >= 0 && strcmp(option_rows[found].name, name) == 0;
}

/* The beginning of several: which. */
static void refuse_beginning(const char *name, size_t length) {
    char several[256] = "";
    size_t used = 0;

    for (size_t i = 0; option_rows[i].letter && used < sizeof several; i++)
        if (option_rows[i].name && strncmp(option_rows[i].name, name, length) == 0)
            used += (size_t)snprintf(several + used, sizeof several - used, "%s--%s",
                                     used ? " or " : "", option_rows[i].name);
    say("option --%.*s may be %s", (int)length, name, several);
}

static bool refuse_name(int found, const char *name, size_t length) {
    if (found == SEVERAL)
        refuse_beginning(name, length);
    else
        guesses_refuse_name(name, length);
    return false;
}

/* ---- values --------------------------------------------------------------------------------- */

/* One of "one|two", where the table has such. */
static bool is_choice(const char *choices, const char *value, suggestion *near) {
    char word[SUGGEST_MOST];

    while (*choices) {
        size_t length = strcspn(choices, "|");
        snprintf(word, sizeof word, "%.*s", (int)length, choices);
        if (strcmp(word, value) == 0)
            return true;
        suggest(near, word);
        choices += length + (choices[length] == '|');
    }
    return false;
}

static bool value_is_good(int row, const char *value) {
    const char *choices = option_rows[row].value;
    char name[OPTION_NAME], advice[SUGGEST_ADVICE];
    suggestion near = suggest_for(value, strlen(value));

    if (option_is_optional((size_t)row) || !strchr(choices, '|') ||
        is_choice(choices, value, &near))
        return true;
    say("option %s takes %s, not %s%s%s", option_name((size_t)row, name), choices, value,
        near.best[0] ? ": " : "", suggest_say(&near, "", "", advice));
    return false;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* An option without a value says no more when it comes again. */
static bool take(given *self, int row, const char *value) {
    char name[OPTION_NAME];

    if (option_rows[row].value && !option_is_optional((size_t)row) && !value) {
        say("option %s needs a value", option_name((size_t)row, name));
        return false;
    }
    if (value && !value_is_good(row, value))
        return false;
    if (value && self->value[row]) {
        say("option %s is given twice%s", option_name((size_t)row, name),
            option_rows[row].letter == 'r' ? " (to read several files: caw FILE FILE)" : "");
        return false;
    }
    self->value[row] = value ? value : "";
    return true;
}

/* --name, --name=value, or --name and its value in the next argument, which is then taken too. */
static bool take_long(given *self, char ***next) {
    const char *name = **next + 2;
    size_t length = strcspn(name, "=");
    int row = find_name(name, length);

    if (row < 0)
        return refuse_name(row, name, length);
    if (name[length] && !option_rows[row].value) {
        say("option --%s takes no value", option_rows[row].name);
        return false;
    }
    if (name[length])
        return take(self, row, name + length + 1);
    bool takes = option_rows[row].value && !option_is_optional((size_t)row);
    return take(self, row, takes && (*next)[1] ? *++*next : NULL);
}

/* -a, -abc, and -rFILE or -r FILE: the value is the rest of the argument, else the next one. */
static bool take_letters(given *self, char ***next) {
    const char *name = **next + 1;

    if (name[1] && is_name(name)) {
        say("no such option: -%s (did you mean --%s?)", name, name);
        return false;
    }
    for (const char *letter = **next + 1; *letter; letter++) {
        int row = find_letter(*letter);
        if (row < 0) {
            guesses_refuse_letter(*letter);
            return false;
        }
        if (!option_rows[row].value) {
            if (!take(self, row, NULL))
                return false;
            continue;
        }
        return take(self, row, letter[1] ? letter + 1 : (*next)[1] ? *++*next : NULL);
    }
    return true;
}

bool arguments_read(given *self, int count, char **arguments) {
    char **end = arguments + count;

    self->passed = end;
    for (char **next = arguments + 1; next < end; next++) {
        const char *written = *next;
        if (strcmp(written, "--") == 0) {
            self->passed = next + 1;
            return true;
        }
        if (written[0] != '-' || !written[1])
            self->words[self->word_count++] = *next;
        else if (!(written[1] == '-' ? take_long(self, &next) : take_letters(self, &next)))
            return false;
        if (given_value(self, 'h') || given_value(self, 'V'))
            return true;
    }
    return true;
}
