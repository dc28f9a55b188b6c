/* SPDX-License-Identifier: BSD-3-Clause */
/* An event as an object of JSON, RFC 8259. */
#ifndef CAW_JSON_H
#define CAW_JSON_H

#include "put.h"

enum {
    CAW_ROUTE_TEXT = 256,
    CAW_FRONT_TEXT = 512,
    CAW_TEMPLATES = 16,
    CAW_TEMPLATE_TEXT = 3072,
    CAW_GAPS = 96
};

/* From where to where: the same for all of one direction of a circuit. */
typedef struct {
    caw_end source, target;
    caw_transport transport;
    size_t length; /* 0: none was made */
    char text[CAW_ROUTE_TEXT];
} caw_route;

/* What the messages of a frame begin with, as it was put last. */
typedef struct {
    caw_moment now;
    const caw_route *route;
    size_t length; /* 0: none was made */
    char text[CAW_FRONT_TEXT];
} caw_front;

/* The text of messages of a shape after the front, with gaps for what each has for itself. */
typedef struct {
    caw_shape shape;
    uint64_t present[CAW_KEY_WORDS]; /* the keys in the gaps */
    struct {
        caw_place key;
        uint16_t at; /* in the text */
    } gap[CAW_GAPS];
    uint32_t gaps;
    size_t length; /* 0: none was made */
    char text[CAW_TEMPLATE_TEXT];
} caw_template;

typedef struct {
    caw_record record;
    caw_scratch scratch;
    caw_front front;
    caw_route routes[2]; /* the latest: mostly both directions of a circuit */
    unsigned oldest;     /* of those */
    caw_template kept[CAW_TEMPLATES];
    uint8_t latest[CAW_TEMPLATES]; /* which of them, in the order of their last use */
} caw_json;

/* It is zeroed, and its record wants what is to be told. */
void caw_json_begin(caw_json *self);

/* {"timestamp": ...}; false without memory. */
bool caw_json_put(caw_json *self, const caw_event *event, caw_text *out);

#endif
