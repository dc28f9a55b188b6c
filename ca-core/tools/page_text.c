/* SPDX-License-Identifier: BSD-3-Clause */
#include "page_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY = 2, TAGGED = 8, BULLET = 4 }; /* columns */

/* ---- characters ----------------------------------------------------------------------------- */

static const struct {
    const char *escape, *text;
} escapes[] = {
    {"\\-", "-"},    {"\\e", "\\"},  {"\\&", ""},    {"\\ ", " "},   {"\\~", " "},
    {"\\fB", ""},    {"\\fI", ""},   {"\\fR", ""},   {"\\fP", ""},   {"\\(aq", "'"},
    {"\\(dq", "\""}, {"\\(ha", "^"}, {"\\(ti", "~"}, {"\\(ga", "`"}, {"\\(bu", "*"},
};

/* A page with anything else would print as nonsense. */
static void refuse(const char *what) {
    fprintf(stderr, "pages: not known: %s\n", what);
    exit(1);
}

/* What the escape at the front of `source` stands for; *source moves behind it. */
static const char *read_escape(const char **source) {
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        size_t length = strlen(escapes[i].escape);
        if (strncmp(*source, escapes[i].escape, length) == 0) {
            *source += length;
            return escapes[i].text;
        }
    }
    refuse(*source);
    return NULL;
}

/* Appends the characters that `length` bytes of source stand for. */
static void unescape(char out[PAGE_LINE], const char *source, size_t length) {
    const char *end = source + length;
    size_t at = strlen(out);

    while (source < end && at + 4 < PAGE_LINE) {
        if (*source != '\\') {
            out[at++] = *source++;
            continue;
        }
        for (const char *c = read_escape(&source); *c; c++)
            out[at++] = *c;
    }
    out[at] = '\0';
}

/* The arguments of a request, which may be quoted; `between` stands between them. */
static void read_arguments(char out[PAGE_LINE], const char *source, const char *between) {
    out[0] = '\0';
    source += strspn(source, " ");
    while (*source) {
        const char *start = source;
        size_t length = strcspn(source, " ");
        if (*source == '"')
            length = strcspn(++start, "\"");
        unescape(out, start, length);
        source = start + length + (start[length] == '"');
        source += strspn(source, " ");
        if (*source)
            unescape(out, between, strlen(between));
    }
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void put_line(page_text *self) {
    if (!self->length)
        return;
    self->put(self->user, self->line);
    self->length = 0;
    self->is_after_blank = false;
    self->has_begun = true;
}

static void put_blank(page_text *self) {
    put_line(self);
    if (self->has_begun && !self->is_after_blank)
        self->put(self->user, "");
    self->is_after_blank = true;
}

/* Text from this column of the line on. */
static void put_at(page_text *self, size_t column, const char *text, size_t length) {
    snprintf(self->line + self->length, sizeof self->line - self->length, "%*s%.*s",
             (int)(column - self->length), "", (int)length, text);
    self->length = strlen(self->line);
}

static void put_word(page_text *self, const char *word, size_t length) {
    size_t margin = self->indent + self->shift;

    if (self->length > margin && self->length + 1 + length > PAGE_WIDTH)
        put_line(self);
    put_at(self, self->length < margin ? margin : self->length + (self->length > margin), word,
           length);
}

static void put_words(page_text *self, const char *text) {
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        put_word(self, text, length);
        text += length;
    }
}

/* What is explained, and the text for it in the same line where there is room. */
static void put_tag(page_text *self, const char *tag) {
    put_at(self, BODY, tag, strlen(tag));
    self->indent = TAGGED;
    if (self->length + 2 > TAGGED)
        put_line(self);
    self->wants_tag = false;
}

static void put_text(page_text *self, const char *text) {
    if (self->wants_tag) {
        put_tag(self, text);
    } else if (self->is_example) {
        put_at(self, self->indent + self->shift, text, strlen(text));
        if (*text)
            put_line(self);
        else
            put_blank(self);
    } else {
        put_words(self, text);
    }
}

/* ---- requests ------------------------------------------------------------------------------- */

static bool is(const char *request, const char *name) {
    size_t length = strlen(name);
    return strncmp(request, name, length) == 0 && (!request[length] || request[length] == ' ');
}

static void put_heading(page_text *self, size_t column, const char *text) {
    put_blank(self);
    put_at(self, column, text, strlen(text));
    put_line(self);
    self->indent = BODY;
}

static void begin_item(page_text *self, const char *arguments) {
    put_line(self);
    if (*arguments) {
        put_at(self, BODY, "*", 1);
        self->indent = BULLET;
    } else {
        put_blank(self);
    }
}

static void set_example(page_text *self, bool is_example) {
    put_line(self);
    self->is_example = is_example;
}

/* False: it is none of these. */
static bool take_layout(page_text *self, const char *request, const char *arguments) {
    if (is(request, "SH"))
        put_heading(self, 0, arguments);
    else if (is(request, "SS"))
        put_heading(self, 1, arguments);
    else if (is(request, "IP"))
        begin_item(self, arguments);
    else if (is(request, "EX") || is(request, "EE"))
        set_example(self, request[1] == 'X');
    else
        return false;
    return true;
}

static void take_request(page_text *self, const char *request) {
    char text[PAGE_LINE];
    size_t name = strcspn(request, " ");
    bool is_font = name <= 2 && strspn(request, "BIR") == name;

    read_arguments(text, request + name, is_font && name == 2 ? "" : " ");
    if (is(request, "\\\"") || is(request, "TH") || take_layout(self, request, text))
        return;
    if (is(request, "PP")) {
        put_blank(self);
        self->indent = BODY;
    } else if (is(request, "TP")) {
        put_line(self);
        self->wants_tag = true;
    } else if (is(request, "in")) {
        put_line(self);
        self->shift = *text ? BODY : 0;
    } else if (is(request, "br")) {
        put_line(self);
    } else if (is_font) {
        put_text(self, text);
    } else {
        refuse(request);
    }
}

void page_text_add(page_text *self, const char *source) {
    char text[PAGE_LINE] = "";

    if (*source == '.') {
        take_request(self, source + 1);
        return;
    }
    unescape(text, source, strlen(source));
    put_text(self, text);
}

void page_text_end(page_text *self) {
    put_line(self);
}
