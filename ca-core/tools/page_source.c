/* SPDX-License-Identifier: BSD-3-Clause */
#include "page_source.h"

#include "option_rows.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 1024 };

/* A line of our pages that stands for the table. */
static const char here[] = ".\\\" The table of options";

/* ---- the options ---------------------------------------------------------------------------- */

static size_t put(char *out, size_t at, const char *text) {
    int length = snprintf(out + at, LINE - at, "%s", text);
    return at + (size_t)length < LINE ? at + (size_t)length : LINE - 1;
}

/* What roff would read as something else. */
static const char *escape_of(char c) {
    switch (c) {
    case '-':
        return "\\-";
    case '\\':
        return "\\e";
    case '\'':
        return "\\(aq";
    case '"':
        return "\\(dq";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

static size_t put_escaped(char *out, size_t at, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        const char character[2] = {text[i]}, *escape = escape_of(text[i]);
        at = put(out, at, escape ? escape : character);
    }
    return at;
}

/* An option or a page, as in "-f" and "caw-where(7)". */
static bool is_bold(const char *word, size_t length) {
    if (length > 1 && word[0] == '-')
        return true;
    return length > 3 && word[length - 3] == '(' && isdigit((unsigned char)word[length - 2]) &&
           word[length - 1] == ')';
}

static size_t put_word(char *out, size_t at, const char *word, size_t length) {
    size_t bare = length;

    while (bare && strchr(".,;:", word[bare - 1]))
        bare--;
    bool bold = is_bold(word, bare);
    at = put(out, at, bold ? "\\fB" : "");
    at = put_escaped(out, at, word, bare);
    at = put(out, at, bold ? "\\fR" : "");
    return put_escaped(out, at, word + bare, length - bare);
}

/* A line of help. The first one is a clause, which becomes a sentence. */
static void take_help(const char *text, size_t length, bool first,
                      void (*take)(void *user, const char *line), void *user) {
    char out[LINE], copy[LINE];
    size_t at = 0;

    snprintf(copy, sizeof copy, "%.*s%s", (int)length, text, first ? "." : "");
    if (first)
        copy[0] = (char)toupper((unsigned char)copy[0]);
    for (const char *word = copy; *word; word += strspn(word, " ")) {
        size_t size = strcspn(word, " ");
        at = put(out, at, at ? " " : "");
        at = put_word(out, at, word, size);
        word += size;
    }
    take(user, out);
}

static void take_row(size_t row, void (*take)(void *user, const char *line), void *user) {
    const option_row *self = &option_rows[row];
    const char *text = self->help;
    char forms[OPTION_FORMS], out[LINE] = "";
    size_t at;

    option_forms(row, forms);
    size_t value = self->value ? strlen(self->value) : 0;
    const char *blank = self->value && !option_is_optional(row) ? " " : "";
    size_t bare = strlen(forms) - value - strlen(blank);
    take(user, ".TP");
    at = put(out, 0, "\\fB");
    at = put_escaped(out, at, forms, bare);
    at = put(out, at, "\\fR");
    at = put(out, at, blank);
    at = put(out, at, self->value ? "\\fI" : "");
    at = put_escaped(out, at, forms + bare + strlen(blank), value);
    put(out, at, "\\fR");
    take(user, out);
    for (bool first = true; *text; first = false) {
        size_t length = strcspn(text, "\n");
        take_help(text, length, first, take, user);
        text += length + (text[length] == '\n');
    }
}

/* ---- the file ------------------------------------------------------------------------------- */

bool page_source_read(const char *name, void (*take)(void *user, const char *line), void *user) {
    FILE *file = fopen(name, "r");
    char line[LINE];

    if (!file) {
        perror(name);
        return false;
    }
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, here) != 0)
            take(user, line);
        else
            for (size_t i = 0; option_rows[i].letter; i++)
                take_row(i, take, user);
    }
    fclose(file);
    return true;
}
