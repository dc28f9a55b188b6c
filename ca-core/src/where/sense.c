/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What can be read and cannot be meant: a name and a message that carries none, as in
 *
 *     write and pv == "t:ao"
 *
 * A question is about a packet, so this would be a packet that holds a write and, beside it, a
 * search or a create with this name: never what was wanted, and hardly ever there. The rule: what
 * `and` brings together, directly or through parentheses and `not`, must not be the name of a
 * message (not under a `not` of its own) and a comparison with a name that it never carries. An
 * `or` is such a message, or such a comparison, when both of its sides are. For `and` stands also
 * an `or` that a `not` turns into one, and the other way round.
 */
#include "where.h"

static bool is_name(const where_node *node) {
    return node->kind == WHERE_MESSAGE && node->has_field && node->sort == WHERE_STRING;
}

/* One of the two sides is enough. */
static bool is_choice(const where_node *node, bool negated) {
    return node->kind == (negated ? WHERE_AND : WHERE_OR);
}

/* What was found on the two sides of a node: for a choice it must be there on both. */
static const where_node *either(const where_node *left, const where_node *right, bool choice) {
    if (choice)
        return left && right ? left : NULL;
    return left ? left : right;
}

/* The first comparison with a name that these rows never carry. */
static const where_node *find_name(const where_node *node, bool negated, where_rows rows) {
    if (!node)
        return NULL;
    if (is_name(node))
        return node->rows & rows ? NULL : node;
    bool inside = negated != (node->kind == WHERE_NOT);
    return either(find_name(node->left, inside, rows), find_name(node->right, inside, rows),
                  is_choice(node, negated));
}

/* The first message in `node` that lacks a name in `other`. */
static const where_node *find_message(const where_node *node, bool negated, const where_node *other,
                                      bool turned) {
    if (!node)
        return NULL;
    if (node->kind == WHERE_MESSAGE)
        return !node->has_field && !negated && find_name(other, turned, node->rows) ? node : NULL;
    bool inside = negated != (node->kind == WHERE_NOT);
    return either(find_message(node->left, inside, other, turned),
                  find_message(node->right, inside, other, turned), is_choice(node, negated));
}

/* A message on one side that lacks a name on the other. `turned`: `and` is written as `or`. */
static const where_node *find_between(const where_node *side, const where_node *other, bool turned,
                                      caw_field_id *name) {
    const where_node *message = find_message(side, turned, other, turned);
    if (message)
        *name = (caw_field_id)find_name(other, turned, message->rows)->field;
    return message;
}

const where_node *caw_where_nonsense(const where_node *node, bool negated, caw_field_id *name) {
    const where_node *found = NULL;
    if (!node)
        return NULL;
    if (node->kind == WHERE_AND || (node->kind == WHERE_OR && negated)) {
        bool turned = node->kind == WHERE_OR;
        found = find_between(node->left, node->right, turned, name);
        found = found ? found : find_between(node->right, node->left, turned, name);
    }
    bool inside = negated != (node->kind == WHERE_NOT);
    found = found ? found : caw_where_nonsense(node->left, inside, name);
    return found ? found : caw_where_nonsense(node->right, inside, name);
}
