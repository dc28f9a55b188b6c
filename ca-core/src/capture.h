/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the parts of the capture filter compiler: the parser (capture_parse.c) makes a tree of
 * conditions; capture.c writes it out, with tests of rows (capture_rows.c), of headers
 * (capture_load.c), and what headers look like (capture_shape.c).
 */
#ifndef CAW_CAPTURE_PRIVATE_H
#define CAW_CAPTURE_PRIVATE_H

#include "caw_capture.h"
#include "header.h"
#include "text.h"

/* ---- the tree ------------------------------------------------------------------------------ */

#define CAPTURE_NODES 64
#define CAPTURE_DEPTH 16
#define CAPTURE_NAME  80 /* characters of a PV name */

#define CAPTURE_ROWS 64 /* of the message table, at most */

/* A set of message rows, one bit for each. */
typedef uint64_t capture_rows;

static inline capture_rows capture_row(size_t index) {
    return (capture_rows)1 << index;
}

typedef enum { CAPTURE_AND, CAPTURE_OR, CAPTURE_NOT, CAPTURE_PACKET, CAPTURE_MESSAGE } capture_kind;

typedef enum {
    CAPTURE_EQ,
    CAPTURE_NE,
    CAPTURE_LT,
    CAPTURE_LE,
    CAPTURE_GT,
    CAPTURE_GE,
    CAPTURE_STARTS
} capture_operator;

typedef struct capture_node {
    capture_kind kind;
    const struct capture_node *left, *right; /* CAPTURE_NOT has a left one only */
    capture_rows rows;                       /* CAPTURE_MESSAGE: one of these ... */
    bool has_field;                          /* ... with this field */
    caw_field_id field;
    capture_operator operator;
    uint32_t value;
    const char *text; /* a name without quotes, or a CAPTURE_PACKET as it stands */
    uint32_t length;
    bool port; /* a CAPTURE_PACKET that names a port */
} capture_node;

typedef struct {
    capture_node nodes[CAPTURE_NODES];
    size_t count;
} capture_tree;

/* The root, which points into the tree and the expression; NULL when the report has a problem. */
const capture_node *capture_parse(const char *expression, capture_tree *tree,
                                  caw_capture_report *report);

/* ---- headers ------------------------------------------------------------------------------- */

/* The words of a header behind the command. */
enum { CAPTURE_SIZE, CAPTURE_TYPE, CAPTURE_COUNT, CAPTURE_PARAM1, CAPTURE_PARAM2, CAPTURE_WORDS };

typedef struct {
    uint8_t at, len;
} capture_word;

extern const capture_word capture_words[CAPTURE_WORDS];

/* What a row demands of a header. */
typedef struct {
    uint32_t least_size, most_size; /* of the payload */
    bool extended;                  /* the size may be elsewhere */
    bool counted;                   /* no payload only if there are no elements */
    bool same_ids;                  /* both parameters are one id */
    uint32_t most[CAPTURE_WORDS];   /* largest value of each word */
} capture_shape;

extern const capture_shape capture_any_shape;

capture_shape capture_shape_of(const caw_message_row *row);

/* What the first demands and the second does not. */
capture_shape capture_difference(capture_shape one, const capture_shape *other);

/* Demands what the other does, too. */
void capture_add(capture_shape *shape, const capture_shape *other);

/* Lets every word be as large as the other does. */
void capture_widen(capture_shape *shape, const capture_shape *other);

bool capture_same_shape(const capture_shape *one, const capture_shape *other);

/* Where a field is: bytes from the start of the message, under either header. */
typedef struct {
    uint32_t at, len;
    uint32_t extended_at, extended_len;
} capture_place;

#define CAPTURE_PLACES 4

/* The places of a field in messages of this row, with all their bytes; how many. */
size_t capture_places(const caw_message_row *row, caw_transport transport, caw_field_id field,
                      capture_place places[CAPTURE_PLACES]);

/* The rows that have this field, as a number or a name that a filter can compare. */
capture_rows capture_rows_with(caw_field_id field);

/* ---- text ---------------------------------------------------------------------------------- */

#define CAPTURE_SERVER_PORT "5064"

/* "a" the first time, then " and a" */
typedef struct {
    caw_text *out;
    const char *word;
    bool any;
} capture_list;

static inline void capture_next(capture_list *list) {
    if (list->any)
        caw_puts(list->out, list->word);
    list->any = true;
}

/* How a message must match. */
typedef enum {
    MAY,   /* captures it when in doubt */
    NAMED, /* the same, but a name that is compared removes all doubt */
    PLAIN, /* where a message may start, but may not: everything must be right */
    SURELY /* nothing else it could be */
} capture_certainty;

/* Where a message may start: so far into the payload, and behind this many messages. */
typedef struct {
    caw_transport transport;
    uint32_t at;
    uint32_t behind;
} capture_spot;

/* The i-th message of a segment or datagram, the sizes of those before it added up. */
static inline capture_spot capture_nth_spot(caw_transport transport, uint32_t i) {
    return (capture_spot){transport, CAW_HEADER_SIZE * i, i};
}

/* tcp[...:len]: bytes so far behind the spot. */
void capture_put_load(caw_text *out, capture_spot spot, uint32_t at, uint32_t len);

/* load OPERATOR value */
void capture_put_test(caw_text *out, capture_spot spot, capture_word word, const char *operator,
                      uint32_t value);

/* So many bytes of the packet are there behind the spot. */
void capture_put_guard(caw_text *out, capture_spot spot, uint32_t bytes);

/* The command is one of a set, each a bit. */
void capture_put_commands(caw_text *out, capture_spot spot, uint32_t commands);

/* The header is the long one. */
void capture_put_extended(caw_text *out, capture_spot spot);

/* What the shape demands, with "and" between; nothing when it demands nothing. */
void capture_put_shape(capture_list *all, capture_spot spot, const capture_shape *shape);

/* The rows of this transport. */
capture_rows capture_rows_on(caw_transport transport);

/* A message of one of these rows starts here. */
void capture_put_rows(caw_text *out, capture_spot spot, capture_rows set,
                      capture_certainty certainty);

/*
 * A header as the protocol wants it, of these rows: not only zeros, which are common in data; an
 * aligned size; no word larger than all rows of the command allow.
 */
void capture_put_sane(capture_list *all, capture_spot spot, capture_rows set);

/* Some of these rows can be taken for another of their command. */
bool capture_has_look_alike(capture_rows rows);

#endif
