/* SPDX-License-Identifier: BSD-3-Clause */
/* What an event has of the keys. */
#ifndef CAW_RECORD_H
#define CAW_RECORD_H

#include "keys.h"

/* What is known by a key. All of it is borrowed from the event. */
typedef enum {
    CAW_DATUM_NUMBER, /* .number */
    CAW_DATUM_REAL,   /* .real: may be no number of JSON */
    CAW_DATUM_FLAG,   /* .number */
    CAW_DATUM_WORD,   /* .word: of our own, nothing in it is to be escaped */
    CAW_DATUM_TEXT,   /* .bytes of the wire */
    CAW_DATUM_NAME,   /* .word of the wire */
    CAW_DATUM_HEX,    /* .bytes as they are */
    CAW_DATUM_BASE64, /* the same */
    CAW_DATUM_IPV4,   /* .number */
    CAW_DATUM_END,    /* .end, its address */
    CAW_DATUM_MOMENT, /* .moment */
    CAW_DATUM_FACT,   /* .number of a fact that is a text */
    CAW_DATUM_LINE,   /* the event's line */
    CAW_DATUM_BY,     /* the word of a circuit's line */
    CAW_DATUM_PAIR,   /* .index and .word */
    CAW_DATUM_LIST    /* .list */
} caw_datum_kind;

typedef enum {
    CAW_LIST_ELEMENTS, /* of the value: numbers or texts */
    CAW_LIST_LONG,     /* the text that a CHAR array is */
    CAW_LIST_RAW,      /* the bytes of both */
    CAW_LIST_SPECIAL,  /* elements that are no numbers */
    CAW_LIST_FIELDS,   /* that a message has several times: .id */
    CAW_LIST_FLAWS
} caw_list_kind;

typedef struct {
    caw_datum_kind kind;
    uint32_t index; /* CAW_DATUM_PAIR */
    union {
        int64_t number;
        double real;
        const char *word;
        caw_view bytes;
        const caw_end *end;
        const caw_moment *moment;
        struct {
            caw_list_kind list;
            caw_field_id id;
            caw_part part;
        };
    };
} caw_datum;

enum { CAW_KEY_WORDS = CAW_KEYS_MOST / 64, CAW_SHAPE_NUMBERS = 16 };

/* A number of a field. */
typedef struct {
    const caw_field_keys *keys;
    const caw_field_row *row;
    uint64_t number;
} caw_shape_number;

/* What of an event comes again and again: its class, its marks, and numbers that are no ids. */
typedef struct {
    const char *message;
    uint64_t marks; /* 1 << caw_fact_id */
    uint32_t count;
    caw_shape_number numbers[CAW_SHAPE_NUMBERS];
} caw_shape;

typedef struct {
    const caw_keys *keys;
    uint64_t wanted[CAW_KEY_WORDS]; /* a bit for each key */
    uint64_t facts, marks;          /* and for each of these */
    uint32_t elements;              /* of arrays, at most */
    bool packet;                    /* an attribute is wanted */

    const caw_event *event;
    caw_shape shape;
    uint64_t present[CAW_KEY_WORDS];
    caw_datum datum[CAW_KEYS_MOST];
    uint64_t flaws; /* caw_flaws, and 1 << caw_history_flaw */
    uint32_t history;
    uint32_t shown; /* elements */
} caw_record;

/* Wants nothing yet. The keys must live as long. */
void caw_record_begin(caw_record *self, const caw_keys *keys, uint32_t elements);
void caw_record_want(caw_record *self, caw_place key);

/* Forgets what was taken. */
static inline void caw_record_clear(caw_record *self) {
    memset(self->present, 0, sizeof self->present);
}

/*
 * Takes of an event when it was; from where to where, which all of a direction of a circuit have in
 * common; what it has for itself, when its shape becomes known; and what all of that shape have in
 * common. The event must hold as long as its data are asked for.
 */
void caw_record_take_moment(caw_record *self, const caw_event *event);
void caw_record_take_ends(caw_record *self, const caw_event *event);
void caw_record_take(caw_record *self, const caw_event *event);
void caw_record_take_shape(caw_record *self);

static inline bool caw_has_key(const uint64_t *keys, caw_place key) {
    return keys[key / 64] >> key % 64 & 1;
}

static inline bool caw_record_has(const caw_record *self, caw_place key) {
    return caw_has_key(self->present, key);
}

/* The data of a list, one by one. A value that may be copied; its members are private. */
typedef struct {
    const caw_record *record;
    const caw_datum *of;
    uint32_t index;
    caw_cursor cursor;
} caw_list;

caw_list caw_list_of(const caw_record *record, const caw_datum *datum);
bool caw_list_next(caw_list *self, caw_datum *datum);

/* "nan", "inf", "-inf"; NULL of a number. */
const char *caw_special(double real);

#endif
