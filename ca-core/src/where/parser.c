/* SPDX-License-Identifier: BSD-3-Clause */
#include "parser.h"

#include <string.h>

void caw_where_advance(where_parser *p) {
    p->now = p->next;
    p->next = caw_where_token(p->next.start + p->next.length);
}

const where_node *caw_where_complain_of(where_parser *p, const where_token *token, const char *why,
                                        const char *advice) {
    return caw_where_complain(p->expression, p->verdict, token->start, token->length, why, advice);
}

where_value *caw_where_new_value(where_parser *p, where_node *node) {
    if (p->tree->value_count == WHERE_VALUES) {
        caw_where_complain_of(p, &p->now, "too long: more than 128 values", "");
        return NULL;
    }
    where_value *value = &p->tree->values[p->tree->value_count++];
    memset(value, 0, sizeof *value);
    value->at = p->now.start;
    value->span = (uint32_t)p->now.length;
    value->sort = node->sort;
    if (!node->count++)
        node->values = value;
    return value;
}
