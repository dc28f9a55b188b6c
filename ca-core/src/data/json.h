/* SPDX-License-Identifier: BSD-3-Clause */
/* An event as an object of JSON, RFC 8259. */
#ifndef CAW_JSON_H
#define CAW_JSON_H

#include "put.h"

enum { CAW_MEMOS = 32, CAW_MEMO_TEXT = 112, CAW_FRONT_TEXT = 512 };

/* A number with its name, or a word, as it was put last: mostly it comes again. */
typedef struct {
    caw_place key;
    uint8_t length; /* 0: none was */
    int64_t value;  /* or where the word is */
    char text[CAW_MEMO_TEXT];
} caw_memo;

/* What the messages of a frame begin with, as it was put last. */
typedef struct {
    caw_moment now;
    caw_end source, target;
    caw_transport transport;
    size_t length; /* 0: none was */
    char text[CAW_FRONT_TEXT];
} caw_front;

typedef struct {
    caw_record record;
    caw_scratch scratch;
    caw_front front;
    uint8_t memo_of[CAW_KEYS_MOST]; /* CAW_MEMOS: it has none */
    caw_memo memo[CAW_MEMOS];
} caw_json;

/* The record wants what is to be told. */
void caw_json_begin(caw_json *self);

/* {"timestamp": ...}; false without memory. */
bool caw_json_put(caw_json *self, const caw_event *event, caw_text *out);

#endif
