/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether any message can match: none is two, as `write and read` would have it, or `put and
 * failed`, where the answer has failed. What is not sure is possible.
 */
#include "where.h"
#include "words.h"

#define ALL       UINT64_MAX
#define MALFORMED ((where_rows)1 << 63) /* bytes that are no message, if they have a header */

/* The rows that match at most. */
static where_rows rows_of(const where_node *node) {
    switch (node->kind) {
    case WHERE_AND:
        return rows_of(node->left) & rows_of(node->right);
    case WHERE_OR:
        return rows_of(node->left) | rows_of(node->right);
    case WHERE_MESSAGE: /* other fields are known from elsewhere */
        if (!node->has_field)
            return node->rows;
        return node->field == CAW_FIELD_STATUS ? node->rows | MALFORMED : ALL;
    case WHERE_UNANSWERED:
        return caw_where_rows_named("request");
    case WHERE_MALFORMED:
        return MALFORMED;
    default:
        return ALL;
    }
}

bool caw_where_can_match(const caw_where *self) {
    return rows_of(caw_where_root(self)) != 0;
}
