/* SPDX-License-Identifier: BSD-3-Clause */
/* An event as an object of JSON, RFC 8259: keys in their order, so that those of an object in it
 * come together. */
#include "put.h"

#include "compat.h"

typedef struct {
    const caw_record *record;
    caw_scratch *scratch;
    caw_text *out;
    uint16_t open[CAW_KEY_DEPTH]; /* objects in which we are */
    uint8_t depth;
    bool first; /* nothing is in the innermost one yet */
} writer;

static void put_comma(writer *self) {
    if (!self->first)
        caw_puts(self->out, ", ");
    self->first = false;
}

/* "name": */
static void put_name(writer *self, const char *name, size_t length) {
    put_comma(self);
    caw_put(self->out, '"');
    caw_put_chars(self->out, name, length);
    caw_puts(self->out, "\": ");
}

static void close_to(writer *self, uint8_t depth) {
    for (; self->depth > depth; self->depth--)
        caw_put(self->out, '}');
}

static uint8_t shared(const writer *self, const caw_key *key) {
    uint8_t depth = 0;
    while (depth < self->depth && depth < key->depth && self->open[depth] == key->object[depth])
        depth++;
    return depth;
}

/* Ends objects that the key is not in, and begins those that it is in. */
static void go_to(writer *self, const caw_key *key) {
    uint8_t depth = shared(self, key);
    if (self->depth > depth)
        self->first = false;
    close_to(self, depth);
    for (; depth < key->depth; depth++) {
        size_t begin = depth ? key->dot[depth - 1] + 1u : 0;
        put_name(self, key->path + begin, key->dot[depth] - begin);
        caw_put(self->out, '{');
        self->first = true;
        self->open[depth] = key->object[depth];
        self->depth++;
    }
}

static bool put_list(writer *self, const caw_datum *datum) {
    caw_list list = caw_list_of(self->record, datum);
    caw_datum item;
    const char *separator = "";
    caw_put(self->out, '[');
    while (caw_list_next(&list, &item)) {
        caw_puts(self->out, separator);
        if (!caw_put_datum(self->record, &item, true, self->scratch, self->out))
            return false;
        separator = ", ";
    }
    caw_put(self->out, ']');
    return true;
}

static bool put_key(writer *self, caw_place place) {
    const caw_key *key = &self->record->keys->key[place];
    const caw_datum *datum = &self->record->datum[place];
    go_to(self, key);
    put_name(self, key->path + key->leaf, strlen(key->path + key->leaf));
    if (datum->kind == CAW_DATUM_LIST)
        return put_list(self, datum);
    return caw_put_datum(self->record, datum, true, self->scratch, self->out);
}

bool caw_put_json(const caw_record *record, caw_scratch *scratch, caw_text *out) {
    writer self = {.record = record, .scratch = scratch, .out = out, .first = true};
    caw_put(out, '{');
    for (unsigned word = 0; word < CAW_KEY_WORDS; word++)
        for (uint64_t left = record->present[word]; left; left &= left - 1)
            if (!put_key(&self, (caw_place)(64 * word + caw_lowest_bit(left))))
                return false;
    close_to(&self, 0);
    caw_put(out, '}');
    return true;
}
