/* SPDX-License-Identifier: BSD-3-Clause */
#include "arguments.h"

#include "say.h"

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

static bool refuse_name(int found, const char *written, size_t length) {
    if (found == NONE)
        say("no such option: %.*s (caw --help lists them)", (int)length + 2, written);
    else
        say("option %.*s is the beginning of several (caw --help lists them)", (int)length + 2,
            written);
    return false;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* An option without a value says no more when it comes again. */
static bool take(given *self, int row, const char *value) {
    char name[OPTION_NAME];

    if (option_rows[row].value && !value) {
        say("option %s needs a value", option_name((size_t)row, name));
        return false;
    }
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
    const char *written = **next, *name = written + 2;
    size_t length = strcspn(name, "=");
    int row = find_name(name, length);

    if (row < 0)
        return refuse_name(row, written, length);
    if (name[length] && !option_rows[row].value) {
        say("option --%s takes no value", option_rows[row].name);
        return false;
    }
    if (name[length])
        return take(self, row, name + length + 1);
    return take(self, row, option_rows[row].value && (*next)[1] ? *++*next : NULL);
}

/* -a, -abc, and -rFILE or -r FILE: the value is the rest of the argument, else the next one. */
static bool take_letters(given *self, char ***next) {
    for (const char *letter = **next + 1; *letter; letter++) {
        int row = find_letter(*letter);
        if (row < 0) {
            say("no such option: -%c (caw --help lists them)", *letter);
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
