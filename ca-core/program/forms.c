/* SPDX-License-Identifier: BSD-3-Clause */
#include "forms.h"

#include "clock.h"
#include "option_rows.h"
#include "say.h"
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A line for each of a million elements is of no use to who looks at it. */
enum { ELEMENTS_ON_TERMINAL = 32 };

static const int of_lines[] = {OPTION_SHORT,    OPTION_FORMAT, OPTION_TIME, OPTION_ELEMENTS,
                               OPTION_CIRCUITS, OPTION_COLOR,  OPTION_QUIET};

/* Those that are for text only. */
static const int of_text[] = {OPTION_SHORT, OPTION_FORMAT, OPTION_TIME, OPTION_COLOR};

int forms_given(const given *all) {
    for (size_t i = 0; i < sizeof of_lines / sizeof *of_lines; i++)
        if (given_value(all, of_lines[i]))
            return of_lines[i];
    return -1;
}

/* ---- one of several words ------------------------------------------------------------------- */

/* The index of the option's value among the words, which it is one of: the first without one. */
static int choose(const given *all, int letter, const char *const *words) {
    const char *value = given_value(all, letter);
    int i = 0;

    while (value && strcmp(words[i], value) != 0)
        i++;
    return i;
}

static caw_time_style read_time(const given *all) {
    static const char *const words[] = {[CAW_TIME_EPOCH] = "epoch",
                                        [CAW_TIME_ISO] = "iso",
                                        [CAW_TIME_LOCAL] = "local",
                                        [CAW_TIME_RELATIVE] = "relative",
                                        [CAW_TIME_DELTA] = "delta"};

    return (caw_time_style)choose(all, OPTION_TIME, words);
}

static color_wish read_color(const given *all) {
    static const char *const words[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

    return (color_wish)choose(all, OPTION_COLOR, words);
}

/* ---- arrays --------------------------------------------------------------------------------- */

/* 0 is all, and so is what is not looked at. */
static bool read_elements(forms *self, const given *all) {
    const char *text = given_value(all, OPTION_ELEMENTS);
    char *end;

    if (!text) {
        bool looks = terminal_is(stdout) && self->lines.kind == CAW_LINES_TEXT;
        self->lines.elements = looks ? ELEMENTS_ON_TERMINAL : 0;
        return true;
    }
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || number >= CAW_ALL) {
        say("--elements takes a number of elements, 0 for all, not %s", text);
        return false;
    }
    self->lines.elements = (uint32_t)number;
    self->lines.shown = number ? (uint32_t)number : CAW_ALL;
    return true;
}

/* ---- JSON and CSV --------------------------------------------------------------------------- */

/* Of a report they are the report's. */
static bool read_data(forms *self, const given *all) {
    const char *json = given_value(all, OPTION_JSON), *csv = given_value(all, OPTION_CSV);

    if (json && csv) {
        say("it is printed as text, json or csv: take one");
        return false;
    }
    if (json && *json && strcmp(json, "full") != 0) {
        say("--json takes nothing, or =full, not =%s", json);
        return false;
    }
    self->lines.kind = json ? CAW_LINES_JSON : csv ? CAW_LINES_CSV : CAW_LINES_TEXT;
    self->lines.full = json && *json;
    self->lines.keys = csv && *csv ? csv : NULL;
    return true;
}

static bool data_is_alone(const given *all) {
    int data = given_value(all, OPTION_JSON)  ? OPTION_JSON
               : given_value(all, OPTION_CSV) ? OPTION_CSV
                                              : -1;
    char name[OPTION_NAME], of_data[OPTION_NAME];

    for (size_t i = 0; data >= 0 && i < sizeof of_text / sizeof *of_text; i++)
        if (given_value(all, of_text[i])) {
            say("%s is for lines of text and does not go with %s",
                option_name(option_find(of_text[i]), name),
                option_name(option_find(data), of_data));
            return false;
        }
    return true;
}

/* ---- what goes together --------------------------------------------------------------------- */

static bool fit_together(const given *all) {
    char name[OPTION_NAME];

    if (given_value(all, OPTION_SHORT) && given_value(all, OPTION_FORMAT)) {
        say("--short and --format are two forms of lines: take one");
        return false;
    }
    if (!data_is_alone(all))
        return false;
    int other = forms_given(all);
    if (given_value(all, OPTION_QUIET) && other != OPTION_QUIET && other != OPTION_CIRCUITS) {
        say("--quiet prints no lines, and %s says how", option_name(option_find(other), name));
        return false;
    }
    if (given_value(all, OPTION_QUIET) && given_value(all, 'c')) {
        say("--quiet ends at the first message that matches, and -c counts lines");
        return false;
    }
    return true;
}

bool forms_read(forms *self, const given *all) {
    self->lines.format = given_value(all, OPTION_FORMAT);
    self->lines.brief = given_value(all, OPTION_SHORT);
    self->lines.circuits = given_value(all, OPTION_CIRCUITS);
    self->lines.time = read_time(all);
    self->lines.zone = clock_zone;
    self->color = read_color(all);
    self->quiet = given_value(all, OPTION_QUIET);
    return read_data(self, all) && fit_together(all) && read_elements(self, all);
}
