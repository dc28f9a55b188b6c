/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything one can ask of a decoded message, asked: for bytes of any kind. What has to hold for
 * all of them is checked here, once for the unit tests and for the fuzzer.
 */
#ifndef WALK_H
#define WALK_H

#include "caw.h"

#include <stdlib.h>
#include <string.h>

#define WALK_LINE_MOST (1 << 16)

/* NULL when all is well, otherwise what is not. */
typedef const char *walk_fault;

/* Values fit their kinds and lie within their bytes. */
static inline walk_fault walk_field(const caw_message *message, const caw_field *field) {
    if (field->id >= CAW_FIELDS)
        return "a field that is none";
    const caw_field_row *row = &caw_field_rows[field->id];
    if (row->kind == CAW_KIND_GROUP)
        return "a group as a field";
    if (field->view.len == 0)
        return "a field without bytes";
    if (field->view.bytes != message->whole.bytes + field->view.at)
        return "a field's bytes are not at its offset";
    if (row->kind == CAW_KIND_UINT && field->view.len * 8 > row->bits)
        return "a number wider than its row says";
    if (row->kind == CAW_KIND_TEXT && field->text.len > field->view.len)
        return "a text longer than its bytes";
    if (row->kind == CAW_KIND_TEXT && field->text.len &&
        memchr(field->text.bytes, 0, field->text.len))
        return "a text with a NUL";
    return NULL;
}

/* Fields follow each other without gap or overlap up to the last byte; parts lie within theirs. */
static inline walk_fault walk_fields(const caw_message *message, uint32_t limit) {
    caw_cursor cursor = caw_fields(message, limit);
    caw_field field;
    uint32_t at = 0, part_at = 0, parts = 0;
    while (caw_next(&cursor, &field)) {
        walk_fault fault = walk_field(message, &field);
        if (fault)
            return fault;
        if (field.view.at != (parts ? part_at : at))
            return "a gap or an overlap";
        uint32_t end = field.view.at + field.view.len;
        if (end > message->whole.len)
            return "a field past the end";
        if (parts) {
            part_at = end;
            if (--parts == 0 && part_at != at)
                return "parts that do not fill their field";
            continue;
        }
        at = end;
        parts = field.parts;
        part_at = field.view.at;
    }
    if (parts)
        return "a part is missing";
    if (at != message->whole.len)
        return "bytes that belong to no field";
    return caw_next(&cursor, &field) ? "a field after the last" : NULL;
}

/* A walk and a search agree on the first field of each id. */
static inline walk_fault walk_find(const caw_message *message) {
    caw_view first[CAW_FIELDS] = {{NULL, 0, 0}};
    caw_cursor cursor = caw_fields(message, 1);
    caw_field field;
    while (caw_next(&cursor, &field))
        if (field.part != CAW_PART_REQUEST && first[field.id].len == 0)
            first[field.id] = field.view;
    for (int id = 0; id < CAW_FIELDS; id++) {
        bool found = caw_find(message, (caw_field_id)id, &field);
        if (found != (first[id].len > 0))
            return "caw_find and the walk disagree";
        if (found && (field.view.at != first[id].at || field.view.len != first[id].len))
            return "caw_find found another field";
    }
    return NULL;
}

/* Elements follow each other, those of the message and no more. */
static inline walk_fault walk_elements(const caw_message *message) {
    caw_field field;
    uint32_t at = 0;
    for (uint32_t i = 0; i < message->elements; i++) {
        if (!caw_element(message, i, &field))
            return "an element is missing";
        if (i && field.view.at != at)
            return "elements with a gap";
        at = field.view.at + field.view.len;
    }
    if (caw_element(message, message->elements, &field))
        return "an element too many";
    return NULL;
}

/* Nothing that a terminal would act on: C0, DEL, and C1 in UTF-8. */
static inline bool walk_is_printable(const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0))
            return false;
    return true;
}

typedef size_t walk_printer(const caw_message *message, char *text, size_t size);

static inline size_t walk_brief(const caw_message *message, char *text, size_t size) {
    return caw_summary(message, NULL, text, size);
}

static inline size_t walk_brief_pv(const caw_message *message, char *text, size_t size) {
    return caw_summary(message, &(caw_about){.pv = "t:ai"}, text, size);
}

/* A small buffer gets the beginning of what a big one gets; neither is written over its end. */
static inline walk_fault walk_print(const caw_message *message, walk_printer *print) {
    size_t length = print(message, NULL, 0);
    char small[] = "########!", *big = malloc(length + 1);
    walk_fault fault = NULL;
    if (print(message, big, length + 1) != length || print(message, small, 8) != length)
        fault = "a text whose length depends on the buffer";
    else if (strlen(big) != length)
        fault = "a text of another length than announced";
    else if (small[8] != '!' || strlen(small) > 7 || strncmp(small, big, strlen(small)) != 0)
        fault = "a text that does not fit its buffer";
    else if (!walk_is_printable(big))
        fault = "a text with control characters";
    free(big);
    return fault;
}

static inline walk_fault walk_words(const caw_message *message) {
    static char text[WALK_LINE_MOST];
    walk_fault fault = NULL;
    for (const caw_word *word = message->row->line; word->id != CAW_FIELD_RESERVED; word++) {
        const char *name = word->name ? word->name : caw_field_rows[word->id].name;
        caw_word_value value;
        bool found = caw_line_word(message, name, CAW_ALL, &value, text, WALK_LINE_MOST);
        if (found != !caw_broken(message))
            fault = "a word of the line cannot be had";
        else if (found && value.length < WALK_LINE_MOST && strlen(text) != value.length)
            fault = "a word of another length than announced";
    }
    caw_word_value value;
    if (caw_line_word(message, "no such word", CAW_ALL, &value, text, WALK_LINE_MOST))
        fault = "a word that no line has";
    return fault;
}

static inline walk_fault walk_message(const caw_message *message) {
    static const uint32_t limits[] = {0, 1, 2, 7, CAW_ALL};
    static walk_printer *const printers[] = {caw_line, walk_brief, walk_brief_pv,
                                             caw_summary_value};
    walk_fault fault = NULL;
    for (size_t i = 0; !fault && i < sizeof limits / sizeof *limits; i++)
        fault = walk_fields(message, limits[i]);
    for (size_t i = 0; !fault && i < sizeof printers / sizeof *printers; i++)
        fault = walk_print(message, printers[i]);
    if (!fault)
        fault = walk_find(message);
    if (!fault)
        fault = walk_elements(message);
    if (!fault)
        fault = walk_words(message);
    if (!fault && !message->row)
        fault = "a message without a row";
    if (!fault && caw_is_cut(message) && !caw_broken(message))
        fault = "a cut message that is not broken";
    return fault;
}

#endif
