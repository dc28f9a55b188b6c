/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parts of expressions share. The parser (parse.c, parse_value.c) makes a tree of
 * conditions, of tokens (token.c), words of the protocol (words.c), values (literal.c) and patterns
 * (glob.c); it knows some words of others (foreign.c), to say what is written here.
 *
 * Two read the tree: evaluate.c asks an event, whose values event_value.c finds; compile.c writes
 * it as a capture filter, when visible.c and sense.c have no objection, with tests of rows
 * (rows.c), of headers (load.c), of a packet's ends (end_field.c), of packets with VLAN tags
 * (tagged.c), and what headers look like (shape.c).
 */
#ifndef CAW_WHERE_H
#define CAW_WHERE_H

#include "caw_capture.h"
#include "glob.h"
#include "message/header.h"
#include "text/text.h"
#include "token.h"

/* ---- the tree ------------------------------------------------------------------------------ */

#define WHERE_NODES  64
#define WHERE_DEPTH  16
#define WHERE_NAME   80   /* characters of a PV name that a capture filter compares */
#define WHERE_TEXT   1024 /* bytes of any text */
#define WHERE_VALUES 128
#define WHERE_STEPS  1024 /* of patterns */

#define WHERE_ROWS CAW_MESSAGE_ROWS_MOST

/* A set of message rows, one bit for each. */
typedef uint64_t where_rows;

_Static_assert(WHERE_ROWS <= 64, "one bit for each row");
_Static_assert(CAW_COMMANDS <= 32, "sets of commands have 32 bits");

static inline where_rows caw_where_row(size_t index) {
    return (where_rows)1 << index;
}

/* Fields that no message has as such, after those of the tables. */
enum {
    WHERE_FIELD_TIME = CAW_FIELDS, /* from request to answer */
    WHERE_FIELD_TIMESTAMP,         /* of the packet */
    WHERE_FIELD_FRAME,
    WHERE_FIELD_SRC,
    WHERE_FIELD_DST,
    WHERE_FIELD_SPORT,
    WHERE_FIELD_DPORT,
    WHERE_FIELD_MESSAGE, /* what its line begins with */
    WHERE_FIELD_LINE,
    WHERE_FIELD_REQUEST,
    WHERE_FIELD_RESPONSE,
    WHERE_FIELD_VALUE,   /* elements: numbers, texts, names of states */
    WHERE_FIELD_FLAW,    /* one of .bits of a message's flaws */
    WHERE_FIELD_HISTORY, /* the same in the light of what came before */
    WHERE_FIELD_FACTS,   /* the first of them, in their order */
    WHERE_FIELDS = WHERE_FIELD_FACTS + CAW_FACTS
};

/* The fact that a field is; CAW_FACTS when it is none. */
static inline caw_fact_id caw_where_fact(int field) {
    return field < WHERE_FIELD_FACTS ? CAW_FACTS : (caw_fact_id)(field - WHERE_FIELD_FACTS);
}

/* What a field's values are, and what they can be compared with. */
typedef enum {
    WHERE_NUMBER,
    WHERE_STRING,
    WHERE_EITHER, /* a number or a string */
    WHERE_ADDRESS,
    WHERE_MOMENT,
    WHERE_OPAQUE /* bytes: they are there, or not */
} where_sort;

/* What a field is compared with. */
typedef struct {
    const char *at; /* in the expression */
    uint32_t span;
    where_sort sort;  /* not WHERE_EITHER */
    double low, high; /* WHERE_NUMBER: equal but for a range */
    caw_view text;    /* WHERE_STRING */
    caw_end address;  /* WHERE_ADDRESS, its first ... */
    uint32_t bits;    /* ... bits */
    caw_moment first; /* WHERE_MOMENT: as `low` ... */
    caw_moment last;  /* ... and `high` */
    glob pattern;     /* WHERE_MATCHES, in any case or not */
} where_value;

typedef enum {
    WHERE_AND,
    WHERE_OR,
    WHERE_NOT,
    WHERE_PACKET,
    WHERE_MESSAGE,
    WHERE_UNANSWERED,
    WHERE_MALFORMED
} where_kind;

/* How many of a field's values must compare so: of != all, of any other operator any, or ... */
typedef enum { WHERE_AS_USUAL, WHERE_ANY_OF, WHERE_ALL_OF } where_quantity;

enum { WHERE_SOURCE = 1, WHERE_TARGET = 2 };

typedef struct where_node {
    where_kind kind;
    const char *at;                        /* where it stands in the expression, as ... */
    uint32_t span;                         /* ... so many characters */
    const struct where_node *left, *right; /* WHERE_NOT has a left one only */

    where_rows rows; /* WHERE_MESSAGE: one of these ... */
    bool has_field;  /* ... with this field; then those in which a capture filter can see it */
    int field;       /* caw_field_id, or beyond */
    uint64_t bits;   /* of the field that count, 0: all */
    where_sort sort;
    where_operator operator;
    where_quantity quantity;
    const where_value *values;
    uint32_t count;
    uint32_t value, upto; /* what is written to a capture filter: a number, or from, to; ... */
    const char *text;     /* ... or a name without quotes */
    uint32_t length;

    caw_transport transport; /* WHERE_PACKET: of these, */
    unsigned ends;           /* one of these ends ... */
    bool has_port;           /* ... has this port, or the address in `values` */
    uint16_t port;
} where_node;

typedef struct {
    where_node nodes[WHERE_NODES];
    size_t count;
    where_value values[WHERE_VALUES];
    uint32_t value_count;
    glob_step steps[WHERE_STEPS];
    uint32_t step_count;
} where_tree;

/*
 * The root, which points into the tree and the expression; NULL when the verdict has a problem.
 */
const where_node *caw_where_parse(const char *expression, where_tree *tree,
                                  caw_where_verdict *verdict);

/* The tree of an expression that is asked. */
const where_node *caw_where_root(const caw_where *where);

/* Where a part of it stands in the expression. */
size_t caw_where_at(const caw_where *where, const where_node *node);

/* Puts a problem into the verdict, unless there is one: "why 'place' advice". NULL. */
const where_node *caw_where_complain(const char *expression, caw_where_verdict *verdict,
                                     const char *at, size_t span, const char *why,
                                     const char *advice);

/* False, with why in the verdict: a packet alone does not tell, or a filter cannot look. */
bool caw_where_is_visible(const char *expression, const where_node *root,
                          caw_where_verdict *verdict);

/*
 * A message that the expression brings together with a name it never carries, and that name; NULL
 * when there is none. `negated`: the node stands under a `not`.
 */
const where_node *caw_where_nonsense(const where_node *node, bool negated, caw_field_id *name);

/* ---- headers ------------------------------------------------------------------------------- */

/* The words of a header after the command. */
enum { WHERE_SIZE, WHERE_TYPE, WHERE_COUNT, WHERE_PARAM1, WHERE_PARAM2, WHERE_WORDS };

typedef struct {
    uint8_t at, len;
} where_word;

extern const where_word caw_where_header[WHERE_WORDS];

/* What a row demands of a header. */
typedef struct {
    uint32_t least_size, most_size; /* of the payload */
    bool extended;                  /* the size may be elsewhere */
    bool counted;                   /* no payload only if there are no elements */
    bool same_ids;                  /* both parameters are one id */
    uint32_t most[WHERE_WORDS];     /* largest value of each word */
} where_shape;

extern const where_shape caw_where_any_shape;

where_shape caw_where_shape_of(const caw_message_row *row);

/* What the first demands and the second does not. */
where_shape caw_where_difference(where_shape one, const where_shape *other);

/* Demands what the other does, too. */
void caw_where_add(where_shape *shape, const where_shape *other);

/* Lets every word be as large as the other does. */
void caw_where_widen(where_shape *shape, const where_shape *other);

bool caw_where_same_shape(const where_shape *one, const where_shape *other);

/* Where a field is: bytes from the start of the message, under either header. */
typedef struct {
    uint32_t at, len;
    uint32_t extended_at, extended_len;
} where_place;

#define WHERE_PLACES 4

/* The places of a field in messages of this row, with all their bytes; how many. */
size_t caw_where_places(const caw_message_row *row, caw_transport transport, caw_field_id field,
                        where_place places[WHERE_PLACES]);

/* The rows that have this field, as a number or a name that a filter can compare. */
where_rows caw_where_rows_with(caw_field_id field);

/* ---- text ---------------------------------------------------------------------------------- */

#define WHERE_SERVER_PORT   CAW_LITERAL(CAW_SERVER_PORT)
#define WHERE_REPEATER_PORT CAW_LITERAL(CAW_REPEATER_PORT)

/* "a" the first time, then " and a" */
typedef struct {
    caw_text *out;
    const char *word;
    bool any;
} where_list;

static inline void caw_where_next(where_list *list) {
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
} where_certainty;

/* Where a message may start: so many bytes into the payload, and after this many messages. */
typedef struct {
    caw_transport transport;
    uint32_t at;
    uint32_t after;
} where_spot;

/* The i-th message of a segment or datagram, the sizes of those before it added up. */
static inline where_spot caw_where_nth_spot(caw_transport transport, uint32_t i) {
    return (where_spot){transport, CAW_HEADER_SIZE * i, i};
}

/* tcp[...:len]: the bytes at this distance from the spot. */
void caw_where_put_load(caw_text *out, where_spot spot, uint32_t at, uint32_t len);

/* load OPERATOR value */
void caw_where_put_test(caw_text *out, where_spot spot, where_word word, const char *operator,
                        uint32_t value);

/* So many bytes of the packet follow the spot. */
void caw_where_put_guard(caw_text *out, where_spot spot, uint32_t bytes);

/* The command is one of a set, each a bit. */
void caw_where_put_commands(caw_text *out, where_spot spot, uint32_t commands);

/* The header is the long one. */
void caw_where_put_extended(caw_text *out, where_spot spot);

/* What the shape demands, with "and" between; nothing when it demands nothing. */
void caw_where_put_shape(where_list *all, where_spot spot, const where_shape *shape);

/* The rows of this transport. */
where_rows caw_where_rows_on(caw_transport transport);

/* A message of one of these rows starts here. */
void caw_where_put_rows(caw_text *out, where_spot spot, where_rows set, where_certainty certainty);

/*
 * A header as the protocol wants it, of these rows: not only zeros, which are common in data; an
 * aligned size; no word larger than all rows of the command allow.
 */
void caw_where_put_sane(where_list *all, where_spot spot, where_rows set);

/* A comparison with src, dst, sport or dport. */
bool caw_where_is_end_field(const where_node *node);

/* Such a condition. */
void caw_where_put_end_field(caw_text *out, const where_node *node);

/* The condition is met by packets of some ports only, which it names. */
bool caw_where_names_port(const where_node *node);

/*
 * A packet with VLAN tags and a port that the tree names, or (`others`) one of Channel Access's
 * own.
 */
void caw_where_put_tagged(caw_text *out, const where_node *root, bool others);

/* Some of these rows can be taken for another of their command. */
bool caw_where_has_look_alike(where_rows rows);

#endif
