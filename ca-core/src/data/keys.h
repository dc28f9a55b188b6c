/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of JSON and CSV, made of the protocol's tables: field rows, facts, attributes of
 * packets, and what only an event has. A dot in a key's path makes an object of what is before it;
 * keys are in the order in which JSON has them, those of an object together.
 */
#ifndef CAW_KEYS_H
#define CAW_KEYS_H

#include "caw_capture.h"
#include "packet/dpkt.h"

typedef enum {
    CAW_KEY_TEXT,
    CAW_KEY_TIME,   /* text: 2026-11-23T03:03:24.197149000Z */
    CAW_KEY_NUMBER, /* whole; fits an int64_t */
    CAW_KEY_REAL,
    CAW_KEY_FLAG,
    CAW_KEY_TEXTS, /* lists */
    CAW_KEY_NUMBERS,
    CAW_KEY_REALS,
    CAW_KEY_PAIRS, /* of a number and a text */
    CAW_KEY_TYPES
} caw_key_type;

enum {
    CAW_KEYS_MOST = 512,
    CAW_KEY_PATH = 48,
    CAW_KEY_HEAD = 48,
    CAW_KEY_DEPTH = 2, /* objects in one another */
    CAW_KEY_BITS = 8   /* of a flag word */
};

typedef struct {
    char path[CAW_KEY_PATH];
    char head[CAW_KEY_HEAD]; /* of its member of JSON: `, "leaf": ` */
    uint8_t head_length;
    uint8_t leaf;                   /* where the last part of the path begins */
    uint8_t depth;                  /* of how many objects it is part */
    uint8_t dot[CAW_KEY_DEPTH];     /* where each of their names ends */
    uint16_t object[CAW_KEY_DEPTH]; /* number of each of them */
    caw_key_type type;
    bool full; /* only where all that there is is told, or it is asked for */
    const char *title;
    const char *meaning; /* may be NULL */
} caw_key;

/* What only an event has, in order, before all else but for what is in objects. */
typedef enum {
    CAW_OWN_TIMESTAMP,
    CAW_OWN_TIMESTAMP_NS,
    CAW_OWN_FRAME,
    CAW_OWN_SRC,
    CAW_OWN_SPORT,
    CAW_OWN_DST,
    CAW_OWN_DPORT,
    CAW_OWN_TRANSPORT, /* up to here all messages of a frame have the same */
    CAW_OWN_INDEX,
    CAW_OWN_MESSAGE,
    CAW_OWN_REASON,
    CAW_OWN_BYTES,
    CAW_OWN_BY,
    CAW_OWN_ATTEMPTS,
    CAW_OWN_CHANNELS,
    CAW_OWN_PV,
    CAW_OWN_USER,
    CAW_OWN_HOST,
    CAW_OWN_TIME,
    CAW_OWN_RESPONSE_TO,
    CAW_OWN_FLAWS,
    CAW_OWN_COPIES,
    CAW_OWN_LINE,
    CAW_OWN_SPECIAL,
    CAW_OWN_RAW,
    CAW_OWN_KEYS
} caw_own_key;

/* The place of a key in the order; CAW_NO_KEY: there is none. */
typedef uint16_t caw_place;
#define CAW_NO_KEY UINT16_MAX

/* What a field is told by. */
typedef struct {
    caw_place plain;
    caw_place second;  /* of its second occurrence in a header, when that differs */
    caw_place name;    /* of its value */
    caw_place special; /* "nan", "inf", "-inf" */
    caw_place bits[CAW_KEY_BITS];
} caw_field_keys;

typedef struct {
    uint16_t count;
    uint16_t objects;
    caw_key key[CAW_KEYS_MOST];
    caw_place own[CAW_OWN_KEYS];
    caw_field_keys field[CAW_FIELDS];
    caw_field_keys failed[CAW_FIELDS]; /* of the header that an ERROR quotes */
    struct {
        caw_place plain, name;
    } fact[CAW_FACTS];
    caw_place attribute[CAW_CLASSES][CAW_ATTRIBUTES_MOST];
} caw_keys;

/* Fills in all of it. */
void caw_keys_make(caw_keys *self);

/* The key of this path; CAW_NO_KEY. */
caw_place caw_keys_find(const caw_keys *self, const char *path, size_t length);

#endif
