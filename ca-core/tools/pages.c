/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The manual pages, with the table of options in its place, and their topics as C for "caw help".
 *
 *   pages page FILE        the page
 *   pages topics FILE...   topics.c
 *
 * A comment in a page begins a topic, which lasts until the next or the end:
 * .\" Topic NAME, OTHER NAME: what it is about
 */
#include "page_source.h"
#include "page_text.h"

#include <stdio.h>
#include <string.h>

static void print(void *user, const char *line) {
    (void)user;
    puts(line);
}

/* ---- topics --------------------------------------------------------------------------------- */

enum { MOST = 64, HEADING = 256 };

typedef struct {
    char headings[MOST][HEADING]; /* "NAME, OTHER NAME: what it is about" */
    size_t count;
    bool is_open;
    page_text text;
} topics;

static void print_string(const char *text, size_t length) {
    putchar('"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            putchar('\\');
        putchar(text[i]);
    }
    putchar('"');
}

static void print_line(void *user, const char *line) {
    (void)user;
    fputs("    ", stdout);
    print_string(line, strlen(line));
    puts(",");
}

static void close_topic(topics *self) {
    if (!self->is_open)
        return;
    page_text_end(&self->text);
    puts("    NULL,\n};\n");
    self->is_open = false;
}

static void open_topic(topics *self, const char *heading) {
    close_topic(self);
    printf("static const char *const topic_%zu[] = {\n", self->count);
    snprintf(self->headings[self->count++], HEADING, "%s", heading);
    self->text = (page_text){.put = print_line};
    self->is_open = true;
}

static void take_line(void *user, const char *line) {
    static const char begin[] = ".\\\" Topic ";
    topics *self = user;

    if (strncmp(line, begin, strlen(begin)) == 0 && self->count < MOST)
        open_topic(self, line + strlen(begin));
    else if (self->is_open)
        page_text_add(&self->text, line);
}

static void print_topics(const topics *self) {
    puts("const topic topics[] = {");
    for (size_t i = 0; i < self->count; i++) {
        const char *heading = self->headings[i];
        size_t names = strcspn(heading, ":");
        fputs("    {", stdout);
        print_string(heading, names);
        fputs(", ", stdout);
        heading += names + strspn(heading + names, ": ");
        print_string(heading, strlen(heading));
        printf(", topic_%zu},\n", i);
    }
    puts("    {NULL, NULL, NULL},\n};");
}

static bool make_topics(char **names) {
    static topics self;

    puts("/* SPDX-License-Identifier: BSD-3-Clause */\n/* Made of the manual pages. */\n"
         "#include \"topics.h\"\n\n#include <stddef.h>\n");
    for (; *names; names++) {
        if (!page_source_read(*names, take_line, &self))
            return false;
        close_topic(&self);
    }
    print_topics(&self);
    return true;
}

int main(int count, char **arguments) {
    bool done = false;

    if (count == 3 && strcmp(arguments[1], "page") == 0)
        done = page_source_read(arguments[2], print, NULL);
    else if (count > 2 && strcmp(arguments[1], "topics") == 0)
        done = make_topics(arguments + 2);
    else
        fputs("usage: pages page FILE | pages topics FILE...\n", stderr);
    return !done || fflush(stdout) != 0;
}
