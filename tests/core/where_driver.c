/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which messages of the capture file that is named by the argument do expressions want? Each line
 * of stdin is one; each line of stdout answers one: the numbers of the messages, from 0 and in the
 * order in which they are decided, or "AT PROBLEM".
 */
#include "caw_capture.h"
#include "heap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 4096

typedef struct {
    caw_where *where;
    caw_pending *pending;
    char *answer;
    size_t length, room;
} question;

static question questions[MOST];
static size_t count;
static unsigned number; /* of the message that is told */

static const caw_memory heap = {take, give_back, NULL};

static void put(void *user, const char *text, size_t length) {
    question *self = user;
    if (self->length + length > self->room) {
        self->room = 2 * (self->length + length);
        self->answer = realloc(self->answer, self->room);
    }
    memcpy(self->answer + self->length, text, length);
    self->length += length;
}

static void ask(question *self, const caw_event *event) {
    char text[16];
    caw_where_rest rest;
    if (!self->where)
        return;
    caw_pending_observe(self->pending, event);
    if (event->kind != CAW_EVENT_MESSAGE && event->kind != CAW_EVENT_MALFORMED)
        return;
    size_t length = (size_t)snprintf(text, sizeof text, "%u ", number);
    switch (caw_where_ask(self->where, event, &rest)) {
    case CAW_WHERE_YES:
        put(self, text, length);
        break;
    case CAW_WHERE_LATER:
        caw_pending_add(self->pending, event, &rest, text, length);
        break;
    case CAW_WHERE_NO:
        break;
    }
}

static void tell(void *user, const caw_event *event) {
    (void)user;
    for (size_t i = 0; i < count; i++)
        ask(&questions[i], event);
    number += event->kind == CAW_EVENT_MESSAGE || event->kind == CAW_EVENT_MALFORMED;
}

static void read_questions(void) {
    static char line[1 << 16];
    static caw_where_verdict verdict;
    for (; count < MOST && fgets(line, sizeof line, stdin); count++) {
        question *self = &questions[count];
        line[strcspn(line, "\n")] = '\0';
        self->where = caw_where_new(line, &heap, &verdict);
        if (self->where) {
            caw_pending_setup setup = {heap, self->where, UINT64_MAX, put, self};
            self->pending = caw_pending_new(&setup);
        } else {
            char at[32];
            put(self, at, (size_t)snprintf(at, sizeof at, "%zu ", verdict.at));
            put(self, verdict.problem, strcspn(verdict.problem, "\n"));
        }
    }
}

static caw_moment read_capture(FILE *from) {
    static uint8_t bytes[1 << 16];
    caw_capture_setup setup = {
        .memory = heap, .tell = tell, .most = 1 << 30, .largest = 64 << 20, .seed = 1};
    caw_capture *capture = caw_capture_new(&setup);
    caw_file *file = caw_file_new(&heap);
    caw_moment last = {0};
    size_t length;
    while ((length = fread(bytes, 1, sizeof bytes, from)) > 0) {
        caw_frame frame;
        caw_file_feed(file, bytes, length);
        while (caw_file_next(file, &frame)) {
            last = (caw_moment){.seconds = frame.seconds, .nanoseconds = frame.nanoseconds};
            caw_capture_frame(capture, &frame);
        }
    }
    caw_capture_end(capture);
    caw_file_free(file);
    caw_capture_free(capture);
    return last;
}

int main(int arguments, char **argument) {
    FILE *from = arguments == 2 ? fopen(argument[1], "rb") : NULL;
    if (!from)
        return 2;
    read_questions();
    caw_moment last = read_capture(from);
    fclose(from);
    for (size_t i = 0; i < count; i++) {
        question *self = &questions[i];
        if (self->pending)
            caw_pending_end(self->pending, last);
        printf("%.*s\n", (int)self->length, self->length ? self->answer : "");
        caw_pending_free(self->pending);
        caw_where_free(self->where);
        free(self->answer);
    }
    return 0;
}
