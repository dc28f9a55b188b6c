/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions: words, then a tree. */
#include "literal.h"
#include "where.h"
#include "words.h"

#include <string.h>

#define PHRASE 48 /* characters of a message's name */

typedef struct {
    const char *expression;
    where_token now, next;
    where_tree *tree;
    caw_where_verdict *verdict;
    int depth;
} parser;

static void advance(parser *p) {
    p->now = p->next;
    p->next = caw_where_token(p->next.start + p->next.length);
}

static bool is_word(const where_token *token, const char *word) {
    return caw_where_is_word(token, word);
}

/* ---- complaints --------------------------------------------------------------------------- */

static const where_node *complain(parser *p, const where_token *where, const char *why,
                                  const char *advice) {
    return caw_where_complain(p->expression, p->verdict, where->start, where->length, why, advice);
}

/* With the word that was meant, or with all there are. */
static const where_node *complain_with_words(parser *p, const where_token *where, const char *why,
                                             where_wanted wanted) {
    char words[CAW_WHERE_PROBLEM - 256];
    caw_text out = caw_text_into(words, sizeof words);
    caw_where_suggest(&out, where, wanted);
    if (out.length < sizeof words) {
        caw_put(&out, '\n');
        out.length += caw_where_words(words + out.length, sizeof words - out.length);
    }
    caw_text_end(&out);
    return complain(p, where, why, words);
}

/* ---- nodes -------------------------------------------------------------------------------- */

static where_node *new_node(parser *p, const where_token *where, where_kind kind) {
    if (p->tree->count == WHERE_NODES) {
        complain(p, where, "too long: more than 64 conditions and operators", "");
        return NULL;
    }
    where_node *node = &p->tree->nodes[p->tree->count++];
    memset(node, 0, sizeof *node);
    node->kind = kind;
    node->at = where->start;
    node->span = (uint32_t)where->length;
    return node;
}

static const where_node *join(parser *p, where_kind kind, const where_node *left,
                              const where_node *right) {
    where_node *node = left && (right || kind == WHERE_NOT) ? new_node(p, &p->now, kind) : NULL;
    if (node) {
        node->left = left;
        node->right = right;
    }
    return node;
}

/* Room for one more value of a node, which has those before it. */
static where_value *new_value(parser *p, where_node *node) {
    if (p->tree->value_count == WHERE_VALUES) {
        complain(p, &p->now, "too long: more than 128 values", "");
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

/* ---- packets: host, net, port, tcp, udp --------------------------------------------------- */

static bool read_address(parser *p, where_node *node, const where_token *token, bool net) {
    where_value *value = new_value(p, node);
    if (!value || token->kind != TOKEN_WORD ||
        !caw_where_address(token->start, token->length, &value->address, &value->bits))
        return false;
    value->at = token->start;
    value->span = (uint32_t)token->length;
    return (memchr(token->start, '/', token->length) != NULL) == net;
}

static bool read_port(where_node *node, const where_token *token) {
    double number;
    if (token->kind != TOKEN_WORD || !caw_where_number(token->start, token->length, &number) ||
        !(number >= 0 && number <= UINT16_MAX) || number != (double)(uint16_t)number ||
        memchr(token->start, '.', token->length))
        return false;
    node->has_port = true;
    node->port = (uint16_t)number;
    node->port_text = token->start;
    node->port_length = (uint32_t)token->length;
    return true;
}

/* The value after host, net or port. */
static bool read_packet_value(parser *p, where_node *node, const where_token *what,
                              const where_token *value) {
    if (is_word(what, "port"))
        return read_port(node, value);
    return read_address(p, node, value, is_word(what, "net"));
}

static bool is_transport(const where_token *token) {
    return is_word(token, "tcp") || is_word(token, "udp");
}

static bool is_direction(const where_token *token) {
    return is_word(token, "src") || is_word(token, "dst");
}

static bool is_port(const where_token *token) {
    return is_word(token, "port");
}

static bool is_packet_word(const where_token *token) {
    return is_word(token, "host") || is_word(token, "net") || is_port(token);
}

static bool is_operator(const where_token *token) {
    return token->kind == TOKEN_OPERATOR || is_word(token, "in");
}

/* "host" is also a field, and the beginning of a message's name. */
static bool starts_packet(const parser *p) {
    return !is_operator(&p->next) && !is_word(&p->next, "name") &&
           (is_transport(&p->now) || is_direction(&p->now) || is_packet_word(&p->now));
}

/* [src|dst] host, net or port, and its value; all but the value have been read. */
static const where_node *parse_end(parser *p, where_node *node, bool transport) {
    if (is_direction(&p->now)) {
        node->ends = is_word(&p->now, "src") ? WHERE_SOURCE : WHERE_TARGET;
        advance(p);
    }
    if (!(transport ? is_port(&p->now) : is_packet_word(&p->now)))
        return complain(p, &p->now, "no such packet",
                        transport ? ": port NUMBER goes here" : ": host, net or port goes here");
    if (!read_packet_value(p, node, &p->now, &p->next))
        return complain(p, &p->next, "no such value",
                        ": host 10.0.0.1, net 10.0.0.0/24 with "
                        "zeros after the bits, or port 0 to 65535");
    advance(p);
    node->length = (uint32_t)(p->now.start + p->now.length - node->text);
    advance(p);
    return node;
}

static const where_node *parse_packet(parser *p) {
    where_node *node = new_node(p, &p->now, WHERE_PACKET);
    if (!node)
        return NULL;
    node->text = p->now.start;
    node->length = (uint32_t)p->now.length;
    node->ends = WHERE_SOURCE | WHERE_TARGET;
    node->transport = CAW_TRANSPORT_BOTH;
    node->sort = WHERE_ADDRESS;
    bool transport = is_transport(&p->now);
    if (transport) {
        node->transport = is_word(&p->now, "tcp") ? CAW_TRANSPORT_TCP : CAW_TRANSPORT_UDP;
        advance(p);
    }
    if (transport && !is_direction(&p->now) && !is_port(&p->now))
        return node;
    return parse_end(p, node, transport);
}

/* ---- values ------------------------------------------------------------------------------- */

/* A number that the field can have. */
static bool fits(const where_node *node, double number) {
    caw_kind kind = node->field < CAW_FIELDS ? caw_field_rows[node->field].kind : CAW_KIND_REAL;
    return (kind != CAW_KIND_UINT && kind != CAW_KIND_IPV4) ||
           (number >= 0 && number <= UINT32_MAX && number == (double)(uint32_t)number);
}

static bool is_number(const where_node *node, const char *text, size_t length, double *number) {
    uint32_t address;
    if (caw_where_ipv4(text, length, &address)) {
        *number = address;
        return true;
    }
    where_token name = {TOKEN_WORD, text, length, WHERE_EQ};
    return (caw_where_number(text, length, number) && fits(node, *number)) ||
           caw_where_find_value(node, &name, number);
}

/* 10.0.0.0/8: the numbers from the first address to the last. */
static bool is_net(const char *text, size_t length, where_value *value) {
    caw_end net;
    uint32_t bits, address;
    const char *slash = memchr(text, '/', length);
    if (!slash || !caw_where_address(text, length, &net, &bits) || net.size != 4 ||
        !caw_where_ipv4(text, (size_t)(slash - text), &address))
        return false;
    value->low = address;
    value->high = address | (bits < 32 ? UINT32_MAX >> bits : 0);
    return true;
}

/* 5..9 */
static const char *dots_in(const char *text, size_t length) {
    for (size_t i = 0; i + 2 < length; i++)
        if (text[i] == '.' && text[i + 1] == '.' && i)
            return text + i;
    return NULL;
}

static bool read_number(const where_node *node, const char *text, size_t length,
                        where_value *value) {
    const char *dots = node->operator== WHERE_IN ? dots_in(text, length) : NULL;
    value->sort = WHERE_NUMBER;
    if (is_number(node, text, length, &value->low)) {
        value->high = value->low;
        return true;
    }
    if (dots)
        return is_number(node, text, (size_t)(dots - text), &value->low) &&
               is_number(node, dots + 2, (size_t)(text + length - dots) - 2, &value->high);
    return node->field < CAW_FIELDS && caw_field_rows[node->field].kind == CAW_KIND_IPV4 &&
           (node->operator== WHERE_IN || node->operator== WHERE_EQ || node->operator== WHERE_NE) &&
           is_net(text, length, value);
}

/* Without its quotation marks, if it has any. */
static const char *bare(const where_token *token, size_t *length) {
    bool quoted = token->kind == TOKEN_QUOTED;
    *length = token->length - (quoted ? 2 : 0);
    return token->start + (quoted ? 1 : 0);
}

static bool parse_number(parser *p, where_node *node, where_value *value) {
    size_t length;
    const char *text = bare(&p->now, &length);
    char advice[256];
    caw_text out = caw_text_into(advice, sizeof advice);
    if ((p->now.kind == TOKEN_WORD || p->now.kind == TOKEN_QUOTED) &&
        read_number(node, text, length, value))
        return true;
    caw_where_suggest_value(&out, &p->now, node);
    caw_puts(&out, fits(node, -1) ? " (a number, or the name of a value)"
                                  : " (a number from 0 to 4294967295, 0x too, or the name of a "
                                    "value)");
    caw_text_end(&out);
    complain(p, &p->now, "not a value of this field:", advice);
    return false;
}

/* A pattern that is a beginning, or a whole, is compared as one. */
static void simplify(where_node *node, where_value *value) {
    const glob *pattern = &value->pattern;
    uint32_t count = pattern->count;
    if (node->operator!= WHERE_MATCHES || memchr(value->text.bytes, '\\', value->text.len))
        return;
    bool open = count && pattern->steps[count - 1].kind == GLOB_ANY;
    for (uint32_t i = 0; i + open < count; i++)
        if (pattern->steps[i].kind != GLOB_CHARACTER)
            return;
    value->text.len -= open;
    if (!value->text.len)
        return;
    node->operator= open ? WHERE_STARTS : WHERE_EQ;
}

static bool read_pattern(parser *p, where_node *node, where_value *value) {
    where_tree *tree = p->tree;
    const char *problem;
    uint32_t at = 0;
    if (!caw_glob_read(value->text, node->operator== WHERE_MATCHES_ANY_CASE,
                       tree->steps + tree->step_count, WHERE_STEPS - tree->step_count,
                       &value->pattern, &problem, &at)) {
        where_token place = {TOKEN_WORD, p->now.start + 1 + at, value->text.len - at, WHERE_EQ};
        complain(p, &place, problem, "");
        return false;
    }
    tree->step_count += value->pattern.count;
    caw_view whole = value->text;
    simplify(node, value);
    if (node->operator== WHERE_MATCHES || node->operator== WHERE_MATCHES_ANY_CASE)
        value->text = whole;
    return true;
}

static bool parse_text(parser *p, where_node *node, where_value *value) {
    value->sort = WHERE_STRING;
    if (p->now.kind == TOKEN_WRONG && (p->now.start[0] == '"' || p->now.start[0] == '\'')) {
        complain(p, &p->now, "no closing quote:", "");
        return false;
    }
    if (p->now.kind != TOKEN_QUOTED || p->now.length == 2) {
        complain(p, &p->now, "a name in double quotes goes here, not", "");
        return false;
    }
    if (p->now.length - 2 > WHERE_TEXT) {
        complain(p, &p->now, "more than 1024 characters:", " (^= takes a beginning)");
        return false;
    }
    value->text = (caw_view){(const uint8_t *)p->now.start + 1, 0, (uint32_t)p->now.length - 2};
    return (node->operator!= WHERE_MATCHES && node->operator!= WHERE_MATCHES_ANY_CASE) ||
           read_pattern(p, node, value);
}

static bool parse_address(parser *p, where_value *value) {
    if (p->now.kind == TOKEN_WORD &&
        caw_where_address(p->now.start, p->now.length, &value->address, &value->bits))
        return true;
    complain(p, &p->now,
             "not an address:", " (10.0.0.1, fe80::1, or 10.0.0.0/8 with zeros after the bits)");
    return false;
}

static bool parse_moment(parser *p, where_value *value) {
    size_t length;
    const char *text = bare(&p->now, &length);
    if ((p->now.kind == TOKEN_WORD || p->now.kind == TOKEN_QUOTED) &&
        caw_where_moment(text, length, &value->first)) {
        value->last = value->first;
        return true;
    }
    complain(p, &p->now, "not a time:",
             " (\"2026-11-24 15:00\" or \"2026-11-24T15:00:07.25+01:00\", UTC without a zone, or "
             "seconds since 1970)");
    return false;
}

static bool parse_value(parser *p, where_node *node) {
    where_value *value = new_value(p, node);
    bool quoted = p->now.kind == TOKEN_QUOTED || p->now.kind == TOKEN_WRONG;
    bool read = false;
    if (!value)
        return false;
    switch (node->sort) {
    case WHERE_EITHER:
        read = quoted ? parse_text(p, node, value) : parse_number(p, node, value);
        break;
    case WHERE_NUMBER:
        read = parse_number(p, node, value);
        break;
    case WHERE_STRING:
        read = parse_text(p, node, value);
        break;
    case WHERE_ADDRESS:
        read = parse_address(p, value);
        break;
    case WHERE_MOMENT:
        read = parse_moment(p, value);
        break;
    case WHERE_OPAQUE:
        break;
    }
    if (read)
        advance(p);
    return read;
}

/* { value, value }, or one value. */
static bool parse_values(parser *p, where_node *node) {
    bool set = node->operator== WHERE_IN && p->now.kind == TOKEN_SET;
    where_token open = p->now;
    if (!set)
        return parse_value(p, node);
    do {
        advance(p);
        if (!parse_value(p, node))
            return false;
    } while (p->now.kind == TOKEN_COMMA);
    if (p->now.kind != TOKEN_SET_END) {
        if (p->now.kind == TOKEN_END)
            complain(p, &open, "no closing brace for", "");
        else
            complain(p, &p->now, "expected a comma or } instead of", "");
        return false;
    }
    advance(p);
    return true;
}

/* ---- fields ------------------------------------------------------------------------------- */

/* Operators that go with a sort of values, each a bit; and what to say of the others. */
static const struct {
    unsigned operators;
    const char *why, *advice;
} comparing[] = {
    [WHERE_NUMBER] = {1u << WHERE_EQ | 1u << WHERE_NE | 1u << WHERE_LT | 1u << WHERE_LE |
                          1u << WHERE_GT | 1u << WHERE_GE | 1u << WHERE_IN,
                      "a number cannot be compared by", ": == != < <= > >= in"},
    [WHERE_STRING] = {1u << WHERE_EQ | 1u << WHERE_NE | 1u << WHERE_STARTS | 1u << WHERE_MATCHES |
                          1u << WHERE_MATCHES_ANY_CASE | 1u << WHERE_IN,
                      "a name cannot be compared by",
                      ": ==, != or ^= (begins with), ~ (a pattern such as \"SR:*\"), ~i (in any "
                      "case), in"},
    [WHERE_EITHER] = {~0u, "", ""},
    [WHERE_ADDRESS] = {1u << WHERE_EQ | 1u << WHERE_NE | 1u << WHERE_IN,
                       "an address cannot be compared by", ": ==, != or in"},
    [WHERE_MOMENT] = {1u << WHERE_EQ | 1u << WHERE_NE | 1u << WHERE_LT | 1u << WHERE_LE |
                          1u << WHERE_GT | 1u << WHERE_GE | 1u << WHERE_IN,
                      "a time cannot be compared by", ": == != < <= > >= in"},
    [WHERE_OPAQUE] = {0, "bytes cannot be compared by", ": has FIELD tells whether they are there"},
};

static bool suits(where_sort sort, where_operator operator) {
    return comparing[sort].operators >> operator& 1;
}

/* A field that can be numbers and texts: the values that were written must suit the operator. */
static bool check_either(parser *p, const where_node *node, const where_token *operator) {
    for (uint32_t i = 0; i < node->count; i++) {
        where_sort sort = node->values[i].sort;
        if (suits(sort, node->operator) || node->operator== WHERE_EQ)
            continue;
        complain(p, operator, comparing[sort].why, comparing[sort].advice);
        return false;
    }
    return true;
}

static where_node *new_field(parser *p, const where_token *name) {
    where_node *node = new_node(p, name, WHERE_MESSAGE);
    if (!node)
        return NULL;
    node->has_field = true;
    if (!caw_where_find_field(name, node)) {
        complain_with_words(p, name, "no such field", WHERE_A_FIELD);
        return NULL;
    }
    if (node->field < CAW_FIELDS && !node->bits)
        node->rows = caw_where_rows_with((caw_field_id)node->field);
    return node;
}

static const where_node *parse_field(parser *p, where_quantity quantity) {
    where_node *node = p->now.kind == TOKEN_WORD ? new_field(p, &p->now) : NULL;
    if (!node)
        return complain(p, &p->now, "a field goes here, not", "");
    advance(p);
    where_token operator= p->now;
    if (!is_operator(&operator))
        return complain(p, &operator, "no such operator", ": == != < <= > >= ^= ~ ~i in");
    node->quantity = quantity;
    node->operator= operator.kind == TOKEN_OPERATOR ? operator.operator: WHERE_IN;
    if (!suits(node->sort, node->operator))
        return complain(p, &operator, comparing[node->sort].why, comparing[node->sort].advice);
    advance(p);
    return parse_values(p, node) && check_either(p, node, &operator) ? node : NULL;
}

static const where_node *parse_has(parser *p) {
    advance(p);
    where_node *node = p->now.kind == TOKEN_WORD ? new_field(p, &p->now) : NULL;
    if (!node)
        return complain(p, &p->now, "a field goes here, not", "");
    node->operator= WHERE_HAS;
    advance(p);
    return node;
}

/* mask.alarm or flaw.priority alone: the bit is set. */
static const where_node *parse_bit(parser *p) {
    where_node *node = new_field(p, &p->now);
    where_value *value = node ? new_value(p, node) : NULL;
    if (!value)
        return NULL;
    node->operator= WHERE_NE;
    advance(p);
    return node;
}

static bool is_bit(const parser *p) {
    where_node node = {0};
    return caw_where_find_field(&p->now, &node) && node.bits;
}

/* ---- messages ----------------------------------------------------------------------------- */

/* All words up to a sign, as one phrase. */
static where_token read_phrase(parser *p, char phrase[PHRASE]) {
    where_token whole = p->now;
    caw_text out = caw_text_into(phrase, PHRASE);
    for (; p->now.kind == TOKEN_WORD; advance(p)) {
        if (out.length)
            caw_put(&out, ' ');
        for (size_t i = 0; i < p->now.length; i++)
            caw_put(&out, caw_where_lower(p->now.start[i]));
        whole.length = (size_t)(p->now.start + p->now.length - whole.start);
    }
    caw_text_end(&out);
    return whole;
}

static where_node *new_message(parser *p, const where_token *where, const char *phrase) {
    where_node *node = new_node(p, where, WHERE_MESSAGE);
    if (node)
        node->rows = caw_where_rows_named(phrase);
    return node;
}

/* A message that says no, or a status that is not ECA_NORMAL. */
static const where_node *parse_failed(parser *p, const where_token *where) {
    static const char *const failures[] = {"error", "create failed", "server disconnect"};
    where_node *messages = new_message(p, where, failures[0]);
    where_node *status = new_node(p, where, WHERE_MESSAGE);
    where_value *normal = status ? new_value(p, status) : NULL;
    if (!messages || !normal)
        return NULL;
    for (size_t i = 1; i < sizeof failures / sizeof *failures; i++)
        messages->rows |= caw_where_rows_named(failures[i]);
    status->has_field = true;
    status->field = CAW_FIELD_STATUS;
    status->sort = normal->sort = WHERE_NUMBER;
    status->operator= WHERE_NE;
    status->rows = caw_where_rows_with(CAW_FIELD_STATUS);
    normal->low = normal->high = CAW_ECA_NORMAL;
    return join(p, WHERE_OR, messages, status);
}

/* "pv contains": a field, and a word where an operator goes. */
static const where_node *refuse_phrase(parser *p, const where_token *first,
                                       const where_token *second, const where_token *whole) {
    where_node field = {0};
    if (!caw_where_find_field(first, &field))
        return complain_with_words(p, whole, "no such message", WHERE_A_MESSAGE);
    if (second->kind == TOKEN_WORD)
        return complain(p, second, "no such operator", ": == != < <= > >= ^= ~ ~i in");
    return complain(p, first, "a field alone:",
                    " (compare it by == != < <= > >= ^= ~ ~i in, or ask: has FIELD)");
}

static const where_node *parse_message(parser *p) {
    char phrase[PHRASE];
    where_token first = p->now, second = p->next;
    where_token whole = read_phrase(p, phrase);
    if (strcmp(phrase, "failed") == 0)
        return parse_failed(p, &whole);
    if (strcmp(phrase, "unanswered") == 0)
        return new_node(p, &whole, WHERE_UNANSWERED);
    if (strcmp(phrase, "malformed") == 0)
        return new_node(p, &whole, WHERE_MALFORMED);
    where_node *node = new_message(p, &whole, phrase);
    return node && !node->rows ? refuse_phrase(p, &first, &second, &whole) : node;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static const where_node *parse_or(parser *p);

static const where_node *parse_group(parser *p) {
    where_token open = p->now;
    advance(p);
    const where_node *node = parse_or(p);
    if (node && p->now.kind != TOKEN_CLOSE)
        return p->now.kind == TOKEN_END
                   ? complain(p, &open, "no closing parenthesis for", "")
                   : complain(p, &p->now, "expected and, or, ) instead of", "");
    advance(p);
    return node;
}

static const where_node *parse_word(parser *p) {
    if (is_word(&p->now, "has") && p->next.kind == TOKEN_WORD)
        return parse_has(p);
    if ((is_word(&p->now, "any") || is_word(&p->now, "all")) && p->next.kind == TOKEN_WORD) {
        bool all = is_word(&p->now, "all");
        advance(p);
        return parse_field(p, all ? WHERE_ALL_OF : WHERE_ANY_OF);
    }
    if (starts_packet(p))
        return parse_packet(p);
    if (p->next.kind == TOKEN_WRONG)
        return complain(p, &p->next, "no such operator", ": == != < <= > >= ^= ~ ~i in and or not");
    if (is_operator(&p->next))
        return parse_field(p, WHERE_AS_USUAL);
    return is_bit(p) ? parse_bit(p) : parse_message(p);
}

static const where_node *parse_one(parser *p) {
    switch (p->now.kind) {
    case TOKEN_OPEN:
        return parse_group(p);
    case TOKEN_WORD:
        return parse_word(p);
    case TOKEN_END:
        return complain_with_words(p, &p->now, "a condition is missing at the end",
                                   WHERE_A_MESSAGE);
    default:
        return complain_with_words(p, &p->now, "a condition must stand before", WHERE_A_MESSAGE);
    }
}

/* "not found" is a message. */
static bool is_message_with_not(const parser *p) {
    where_token both = p->now;
    both.length = (size_t)(p->next.start + p->next.length - both.start);
    for (size_t i = 0; p->now.kind == TOKEN_NOT && i + 1 < caw_message_row_count; i++)
        if (caw_where_is_name(&both, caw_message_rows[i].brief))
            return true;
    return false;
}

static const where_node *parse_not(parser *p) {
    const where_node *node = NULL;
    if (is_message_with_not(p))
        p->now.kind = TOKEN_WORD;
    if (++p->depth > WHERE_DEPTH) {
        complain(p, &p->now, "nested more than 16 deep at", "");
    } else if (p->now.kind == TOKEN_NOT) {
        advance(p);
        node = join(p, WHERE_NOT, parse_not(p), NULL);
    } else {
        node = parse_one(p);
    }
    p->depth--;
    return node;
}

static const where_node *parse_and(parser *p) {
    const where_node *node = parse_not(p);
    while (node && p->now.kind == TOKEN_AND) {
        advance(p);
        node = join(p, WHERE_AND, node, parse_not(p));
    }
    return node;
}

static const where_node *parse_or(parser *p) {
    const where_node *node = parse_and(p);
    while (node && p->now.kind == TOKEN_OR) {
        advance(p);
        node = join(p, WHERE_OR, node, parse_and(p));
    }
    return node;
}

const where_node *caw_where_parse(const char *expression, where_tree *tree,
                                  caw_where_verdict *verdict) {
    parser p = {.expression = expression, .tree = tree, .verdict = verdict};
    memset(verdict, 0, sizeof *verdict);
    tree->count = 0;
    tree->value_count = 0;
    tree->step_count = 0;
    p.next = caw_where_token(expression);
    advance(&p);
    const where_node *node = parse_or(&p);
    if (!node || p.now.kind == TOKEN_END)
        return node;
    if (p.now.kind == TOKEN_CLOSE)
        return complain(&p, &p.now, "no opening parenthesis for", "");
    return complain(&p, &p.now, "expected and, or, or the end instead of",
                    " (operators: == != < <= > >= ^= ~ ~i in)");
}
