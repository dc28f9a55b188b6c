/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a capture filter cannot answer, though a person who reads the messages later can: what needs
 * other packets, or a look at more than fixed places.
 */
#include "words.h"

#include <string.h>

typedef struct {
    const char *expression;
    caw_where_verdict *verdict;
} looker;

static bool refuse(const looker *self, const char *at, size_t span, const char *why,
                   const char *advice) {
    caw_where_complain(self->expression, self->verdict, at, span, why, advice);
    return false;
}

static bool refuse_node(const looker *self, const where_node *node, const char *why,
                        const char *advice) {
    return refuse(self, node->at, node->span, why, advice);
}

/* ---- fields ------------------------------------------------------------------------------- */

/* Fields that no message has as such: why not, and what else there is. */
static const char *const instead[WHERE_FIELD_FACTS - CAW_FIELDS] = {
    [WHERE_FIELD_TIME - CAW_FIELDS] = ", which takes a request and its answer",
    [WHERE_FIELD_TIMESTAMP - CAW_FIELDS] = ": it looks at packets, not at clocks",
    [WHERE_FIELD_FRAME - CAW_FIELDS] = ": it does not count",
    [WHERE_FIELD_MESSAGE - CAW_FIELDS] = "; write the name of the message alone, without quotes",
    [WHERE_FIELD_LINE - CAW_FIELDS] = ": it has no lines",
    [WHERE_FIELD_REQUEST - CAW_FIELDS] = "; write: request",
    [WHERE_FIELD_RESPONSE - CAW_FIELDS] = "; write: response",
    [WHERE_FIELD_VALUE - CAW_FIELDS] = ", which is not at a fixed place",
    [WHERE_FIELD_FLAW - CAW_FIELDS] = ", which takes a look at the whole message",
    [WHERE_FIELD_HISTORY - CAW_FIELDS] = ", which takes what came before",
};

static bool refuse_field(const looker *self, const where_node *node) {
    static const char why[] = "a capture filter cannot see this field:";
    return refuse_node(self, node, why,
                       node->field < CAW_FIELDS ? ", which is not at a fixed place of a message"
                       : node->field >= WHERE_FIELD_FACTS
                           ? instead[WHERE_FIELD_HISTORY - CAW_FIELDS]
                           : instead[node->field - CAW_FIELDS]);
}

static bool can_write(const looker *self, const where_node *node, const where_value *value) {
    if (node->sort == WHERE_STRING && value->text.len > WHERE_NAME)
        return refuse(self, value->at, value->span,
                      "more than 80 characters:", " (^= takes a beginning)");
    return true;
}

static bool can_see_address(const looker *self, const where_node *node) {
    for (uint32_t i = 0; i < node->count && node->sort == WHERE_ADDRESS; i++)
        if (node->values[i].address.size != 4)
            return refuse_node(self, node, "a capture filter sees IPv4 only, no", "");
    return true;
}

/* In headers: messages of its rows always have it. */
static bool is_in_headers(caw_field_id field) {
    where_place places[WHERE_PLACES];
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        for (caw_transport on = CAW_TRANSPORT_TCP; on <= CAW_TRANSPORT_UDP; on++) {
            size_t count = caw_where_places(&caw_message_rows[i], on, field, places);
            for (size_t j = 0; j < count; j++)
                if (places[j].at >= CAW_HEADER_SIZE)
                    return false;
        }
    return true;
}

static bool can_tell_has(const looker *self, const where_node *node) {
    static const char why[] = "a capture filter does not tell whether a message has";
    if (node->sort == WHERE_STRING)
        return refuse_node(self, node, why,
                           ", which is known from others; write the names of messages that say it");
    if (node->field == CAW_FIELD_COMMAND || node->field == CAW_FIELD_SIZE)
        return refuse_node(self, node, why, ": all have it; write: ca");
    if (!is_in_headers((caw_field_id)node->field))
        return refuse_node(self, node, why, "; write the names of messages that have it");
    return true;
}

static bool can_compare(const looker *self, const where_node *node) {
    if (caw_where_is_end_field(node))
        return can_see_address(self, node);
    if (!node->rows)
        return refuse_field(self, node);
    if (node->operator== WHERE_HAS)
        return can_tell_has(self, node);
    if (node->operator== WHERE_MATCHES || node->operator== WHERE_MATCHES_ANY_CASE)
        return refuse_node(self, node, "a capture filter cannot look for a pattern in",
                           ", but for a beginning: ~ \"SR:*\" or ^= \"SR:\"");
    for (uint32_t i = 0; i < node->count; i++)
        if (!can_write(self, node, &node->values[i]))
            return false;
    return true;
}

/* ---- conditions --------------------------------------------------------------------------- */

static bool can_see(const looker *self, const where_node *node) {
    where_rows last = caw_where_row(caw_message_row_count - 1);
    switch (node->kind) {
    case WHERE_UNANSWERED:
        return refuse_node(self, node, "a capture filter cannot know what comes later:", "");
    case WHERE_MALFORMED:
        return refuse_node(self, node, "a capture filter sees messages only, not what is", "");
    case WHERE_PACKET:
        return can_see_address(self, node);
    case WHERE_MESSAGE:
        if (node->has_field)
            return can_compare(self, node);
        if (node->rows == last)
            return refuse_node(self, node, "a capture filter finds such a message by number only:",
                               "; write: command == NUMBER and port NUMBER");
        return true;
    default:
        return can_see(self, node->left) && (!node->right || can_see(self, node->right));
    }
}

/* ---- sense -------------------------------------------------------------------------------- */

static void put_lower(caw_text *out, const char *text) {
    while (*text)
        caw_put(out, caw_where_lower(*text++));
}

/* Names the messages that do carry it. */
static bool refuse_name(const looker *self, const where_node *message, caw_field_id name) {
    const char *key = caw_field_rows[name].key;
    where_rows carriers = caw_where_rows_with(name);
    char why[WHERE_NAME], advice[CAW_WHERE_PROBLEM / 4];
    caw_text out = caw_text_into(why, sizeof why);
    caw_puts(&out, key);
    caw_puts(&out, " together with a message that has none:");
    caw_text_end(&out);

    out = caw_text_into(advice, sizeof advice);
    where_list list = {&out, ", ", false};
    caw_puts(&out, " (a ");
    caw_puts(&out, key);
    caw_puts(&out, " is in: ");
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (carriers & caw_where_row(i)) {
            caw_where_next(&list);
            put_lower(&out, caw_message_rows[i].brief);
        }
    caw_puts(&out, "). Capture by one of the two, and choose by both afterwards, with --where or "
                   "a display filter, where ca.");
    caw_puts(&out, key);
    caw_puts(&out, " is known for every message");
    caw_text_end(&out);
    return refuse_node(self, message, why, advice);
}

bool caw_where_is_visible(const char *expression, const where_node *root,
                          caw_where_verdict *verdict) {
    looker self = {expression, verdict};
    caw_field_id name;
    if (!can_see(&self, root))
        return false;
    const where_node *message = caw_where_nonsense(root, false, &name);
    return message ? refuse_name(&self, message, name) : true;
}
