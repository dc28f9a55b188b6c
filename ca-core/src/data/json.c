/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys in their order, so that those of an object in it come together. Most of what is told was
 * told of the message before: what a frame has in common, and numbers with their names, are kept as
 * text.
 */
#include "json.h"

#include "compat.h"

typedef struct {
    caw_json *json;
    const caw_record *record;
    caw_text *out;
    uint16_t open[CAW_KEY_DEPTH]; /* objects in which we are */
    uint8_t depth;
    bool first; /* nothing is in the innermost one yet */
} writer;

/* ---- names and objects -------------------------------------------------------------------- */

/* The comma before the name of a member. */
enum { COMMA = 2 };

/* All of an array of this size is copied where there is room: no copy is quicker. */
static inline void put_prepared(writer *self, const char *text, size_t size, size_t length) {
    caw_text *out = self->out;
    if (self->first) {
        caw_put_chars(out, text + COMMA, length - COMMA);
        self->first = false;
    } else if (out->length + size < out->size) {
        memcpy(out->text + out->length, text, size);
        out->length += length;
    } else {
        caw_put_chars(out, text, length);
    }
}

static void put_head(writer *self, const caw_key *key) {
    put_prepared(self, key->head, sizeof key->head, key->head_length);
}

static uint8_t shared(const writer *self, const caw_key *key) {
    uint8_t depth = 0;
    while (depth < self->depth && depth < key->depth && self->open[depth] == key->object[depth])
        depth++;
    return depth;
}

static void close_to(writer *self, uint8_t depth) {
    for (; self->depth > depth; self->depth--)
        caw_put(self->out, '}');
}

static void open_object(writer *self, const caw_key *key, uint8_t depth) {
    size_t begin = depth ? key->dot[depth - 1] + 1u : 0;
    caw_puts(self->out, self->first ? "\"" : ", \"");
    caw_put_chars(self->out, key->path + begin, key->dot[depth] - begin);
    caw_puts(self->out, "\": {");
    self->open[depth] = key->object[depth];
    self->depth++;
    self->first = true;
}

/* Ends objects that the key is not in, and begins those that it is in. */
static void go_to(writer *self, const caw_key *key) {
    uint8_t depth = shared(self, key);
    close_to(self, depth);
    for (; depth < key->depth; depth++)
        open_object(self, key, depth);
}

/* ---- values ------------------------------------------------------------------------------- */

static bool put_list(writer *self, const caw_datum *datum) {
    caw_list list = caw_list_of(self->record, datum);
    caw_datum item;
    bool some = false;
    caw_put(self->out, '[');
    while (caw_list_next(&list, &item)) {
        if (some)
            caw_put_chars(self->out, ", ", 2);
        if (!caw_put_datum(self->record, &item, true, &self->json->scratch, self->out))
            return false;
        some = true;
    }
    caw_put(self->out, ']');
    return true;
}

/* , "dtype": 20, "dtype_name": "DBR_TIME_DOUBLE" */
static void make_memo(caw_memo *memo, const caw_key *key, const caw_datum *datum) {
    caw_text text = caw_text_into(memo->text, sizeof memo->text);
    caw_put_chars(&text, key->head, key->head_length);
    memo->value = datum->number;
    if (datum->kind == CAW_DATUM_WORD) {
        memo->value = (int64_t)(intptr_t)datum->word;
        caw_put3(&text, "\"", datum->word, "\"");
    } else {
        const caw_name *name = caw_name_of(key->names, (uint32_t)datum->number);
        caw_put_signed(&text, datum->number);
        if (name) {
            caw_put_chars(&text, key[1].head, key[1].head_length);
            caw_put3(&text, "\"", name->name, "\"");
        }
    }
    memo->length = (uint8_t)caw_text_end(&text);
}

static void put_memo(writer *self, caw_memo *memo, const caw_key *key, const caw_datum *datum) {
    int64_t value = datum->kind == CAW_DATUM_WORD ? (int64_t)(intptr_t)datum->word : datum->number;
    if (!memo->length || memo->value != value)
        make_memo(memo, key, datum);
    put_prepared(self, memo->text, sizeof memo->text, memo->length);
}

static bool put_member(writer *self, caw_place place) {
    const caw_key *key = &self->record->keys->key[place];
    const caw_datum *datum = &self->record->datum[place];
    uint8_t memo = self->json->memo_of[place];
    if (key->depth || self->depth)
        go_to(self, key);
    if (memo < CAW_MEMOS) {
        put_memo(self, &self->json->memo[memo], key, datum);
        return true;
    }
    put_head(self, key);
    if (datum->kind == CAW_DATUM_NUMBER) {
        caw_put_signed(self->out, datum->number);
        return true;
    }
    if (datum->kind == CAW_DATUM_LIST)
        return put_list(self, datum);
    return caw_put_datum(self->record, datum, true, &self->json->scratch, self->out);
}

static bool put_members(writer *self) {
    for (unsigned word = 0; word < CAW_KEY_WORDS; word++)
        for (uint64_t left = self->record->present[word]; left; left &= left - 1)
            if (!put_member(self, (caw_place)(64 * word + caw_lowest_bit(left))))
                return false;
    return true;
}

/* ---- the front ---------------------------------------------------------------------------- */

static bool is_same_end(const caw_end *one, const caw_end *other) {
    return one->port == other->port && one->size == other->size &&
           memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}

static bool is_alike(const caw_front *front, const caw_event *event) {
    return front->length && front->now.frame == event->now.frame &&
           front->now.seconds == event->now.seconds &&
           front->now.nanoseconds == event->now.nanoseconds &&
           front->transport == event->transport && is_same_end(&front->source, &event->source) &&
           is_same_end(&front->target, &event->target);
}

/* It is kept as long as it fits. */
static void make_front(writer *self, const caw_event *event, caw_front *front) {
    caw_text text = caw_text_into(front->text, sizeof front->text);
    writer into = *self;
    into.out = &text;
    caw_record_clear(&self->json->record);
    caw_record_take_front(&self->json->record, event);
    put_members(&into);
    self->first = into.first;
    front->now = event->now;
    front->source = event->source;
    front->target = event->target;
    front->transport = event->transport;
    front->length = caw_text_end(&text);
}

static void put_front(writer *self, const caw_event *event) {
    caw_front *front = &self->json->front;
    if (!is_alike(front, event))
        make_front(self, event, front);
    caw_put_chars(self->out, front->text, front->length);
    self->first = false;
}

/* ---- all of it ---------------------------------------------------------------------------- */

void caw_json_begin(caw_json *self) {
    const caw_keys *keys = self->record.keys;
    uint8_t memos = 0;
    for (caw_place i = 0; i < keys->count; i++) {
        bool word = i == keys->own[CAW_OWN_MESSAGE];
        bool wanted = (word || keys->key[i].names) && memos < CAW_MEMOS;
        self->memo_of[i] = wanted ? memos++ : CAW_MEMOS;
    }
}

bool caw_json_put(caw_json *self, const caw_event *event, caw_text *out) {
    writer into = {.json = self, .record = &self->record, .out = out, .first = true};
    caw_put(out, '{');
    put_front(&into, event);
    caw_record_clear(&self->record);
    caw_record_take(&self->record, event);
    if (!put_members(&into))
        return false;
    close_to(&into, 0);
    caw_put(out, '}');
    return true;
}
