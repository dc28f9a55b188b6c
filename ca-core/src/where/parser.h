/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two halves of the parser share: conditions (parse.c), and values (parse_value.c). */
#ifndef CAW_WHERE_PARSER_H
#define CAW_WHERE_PARSER_H

#include "where.h"

typedef struct {
    const char *expression;
    where_token now, next;
    where_tree *tree;
    caw_where_verdict *verdict;
    int depth;
} where_parser;

void caw_where_advance(where_parser *p);

/* As caw_where_complain, of a token. */
const where_node *caw_where_complain_of(where_parser *p, const where_token *token, const char *why,
                                        const char *advice);

/* Room for one more value of a node, which has those before it. NULL: it has been complained of. */
where_value *caw_where_new_value(where_parser *p, where_node *node);

/* What a field is compared with: value, value..value, { value, value }. False with a complaint. */
bool caw_where_parse_values(where_parser *p, where_node *node);

#endif
