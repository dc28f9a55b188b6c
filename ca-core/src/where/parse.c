/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions: words, then a tree. */
#include "literal.h"
#include "parser.h"
#include "words.h"

#include <string.h>

#define PHRASE    48 /* characters of a message's name */
#define OPERATORS "== != < <= > >= ^= ~ ~i in"

typedef where_parser parser;

static void advance(parser *p) {
    caw_where_advance(p);
}

static bool is_word(const where_token *token, const char *word) {
    return caw_where_is_word(token, word);
}

/* ---- complaints --------------------------------------------------------------------------- */

static const where_node *complain(parser *p, const where_token *token, const char *why,
                                  const char *advice) {
    return caw_where_complain_of(p, token, why, advice);
}

/* With the word that was meant, or where all words are. */
static const where_node *complain_with_words(parser *p, const where_token *where, const char *why,
                                             where_wanted wanted) {
    char advice[256];
    caw_text out = caw_text_into(advice, sizeof advice);
    caw_where_suggest(&out, where, wanted);
    if (!out.length)
        caw_puts(&out, " (caw help words lists the words)");
    caw_text_end(&out);
    return complain(p, where, why, advice);
}

/* With the operator that was meant. */
static const where_node *complain_of_operator(parser *p, const where_token *where) {
    char advice[256];
    caw_text out = caw_text_into(advice, sizeof advice);
    if (where->kind == TOKEN_END)
        return complain(p, where, "an operator is missing at the end: " OPERATORS, "");
    if (where->start[0] == '"' || where->start[0] == '\'')
        return complain(
            p, where,
            where->kind == TOKEN_WRONG ? "no closing quote:" : "an operator is missing before", "");
    caw_where_suggest(&out, where, WHERE_AN_OPERATOR);
    caw_puts(&out, ": " OPERATORS " and or not");
    caw_text_end(&out);
    return complain(p, where, "no such operator", advice);
}

/* ---- nodes -------------------------------------------------------------------------------- */

static where_node *new_node(parser *p, const where_token *where, where_kind kind) {
    if (p->tree->count == WHERE_NODES) {
        complain(p, where, "too long: more than 64 conditions and operators",
                 " (values of one field are one condition: in {1, 2})");
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

/* ---- packets: host, net, port, tcp, udp --------------------------------------------------- */

static bool read_address(parser *p, where_node *node, const where_token *token, bool net) {
    where_value *value = caw_where_new_value(p, node);
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
        memchr(token->start, '.', token->length) || memchr("+-", token->start[0], 2))
        return false;
    node->has_port = true;
    node->port = (uint16_t)number;
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

/* No attempt at an address. */
static bool is_name_of_host(const where_token *token) {
    return token->kind == TOKEN_QUOTED ||
           (token->kind == TOKEN_WORD && !memchr(token->start, ':', token->length) &&
            (token->start[0] < '0' || token->start[0] > '9'));
}

/* [src|dst] host, net or port, and its value; all but the value have been read. */
static const where_node *parse_end(parser *p, where_node *node, bool transport) {
    if (is_direction(&p->now)) {
        node->ends = is_word(&p->now, "src") ? WHERE_SOURCE : WHERE_TARGET;
        advance(p);
    }
    if (p->now.kind == TOKEN_NOT)
        return complain(p, &p->now, "not stands before a condition:", ": not src in 10.0.0.0/8");
    if (!(transport ? is_port(&p->now) : is_packet_word(&p->now)))
        return complain(p, &p->now, "no such packet",
                        transport ? ": port NUMBER goes here"
                                  : ": host, net or port goes here (src host 10.0.0.1), or an "
                                    "operator (src == 10.0.0.1)");
    if (is_word(&p->now, "host") && is_name_of_host(&p->next))
        return complain(p, &p->next,
                        "not an address:", " (the name that a client gives: host == \"NAME\")");
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
                      "a text cannot be compared by",
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
        complain(p, operator, comparing[sort].why,
                 suits(WHERE_NUMBER, node->operator) ? " (numbers stand without quotes)"
                                                     : comparing[sort].advice);
        return false;
    }
    return true;
}

/* A word where a field goes, and no field. */
static void refuse_field(parser *p, const where_token *name) {
    double number;
    if (name->kind == TOKEN_END)
        complain(p, name, "a field is missing at the end", "");
    else if (name->kind == TOKEN_OPEN)
        complain(p, name, "a field goes here, without", ": any value > 3, has pv");
    else if (name->kind != TOKEN_WORD || caw_where_number(name->start, name->length, &number))
        complain(p, name, "a field goes here, not", ": value > 3, pv == \"NAME\"");
    else
        complain_with_words(p, name, "no such field", WHERE_A_FIELD);
}

static where_node *new_field(parser *p, const where_token *name) {
    where_node *node = new_node(p, name, WHERE_MESSAGE);
    if (!node)
        return NULL;
    node->has_field = true;
    if (name->kind != TOKEN_WORD || !caw_where_find_field(name, node)) {
        refuse_field(p, name);
        return NULL;
    }
    if (node->field < CAW_FIELDS && !node->bits)
        node->rows = caw_where_rows_with((caw_field_id)node->field);
    return node;
}

static const where_node *parse_field(parser *p, where_quantity quantity) {
    where_node *node = new_field(p, &p->now);
    if (!node)
        return NULL;
    advance(p);
    where_token operator= p->now;
    if (!is_operator(&operator))
        return complain_of_operator(p, &operator);
    node->quantity = quantity;
    node->operator= operator.kind == TOKEN_OPERATOR ? operator.operator: WHERE_IN;
    if (!suits(node->sort, node->operator))
        return complain(p, &operator, comparing[node->sort].why, comparing[node->sort].advice);
    advance(p);
    return caw_where_parse_values(p, node) && check_either(p, node, &operator) ? node : NULL;
}

/* The field is there. */
static const where_node *parse_there(parser *p) {
    where_node *node = new_field(p, &p->now);
    if (!node)
        return NULL;
    node->operator= WHERE_HAS;
    advance(p);
    return node;
}

static const where_node *parse_has(parser *p) {
    advance(p);
    return parse_there(p);
}

/* mask.alarm or flaw.priority alone: the bit is set. */
static const where_node *parse_bit(parser *p) {
    where_node *node = new_field(p, &p->now);
    where_value *value = node ? caw_where_new_value(p, node) : NULL;
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

/* ca.put alone, as in Wireshark: the mark is there. Without its beginning it is a message. */
static bool is_mark(const parser *p) {
    where_node node = {0};
    caw_fact_id fact = CAW_FACTS;
    if (p->now.length > 3 && memcmp(p->now.start, "ca.", 3) == 0 &&
        caw_where_find_field(&p->now, &node))
        fact = caw_where_fact(node.field);
    return fact < CAW_FACTS && caw_fact_rows[fact].kind == CAW_FACT_IS_MARK;
}

/* ---- messages ----------------------------------------------------------------------------- */

/* As caw_where_rows_named wants it. */
static void fold(const where_token *words, char phrase[PHRASE]) {
    caw_text out = caw_text_into(phrase, PHRASE);
    bool space = false;
    for (size_t i = 0; i < words->length; i++) {
        char c = memchr("\t\r\n_", words->start[i], 4) ? ' ' : caw_where_lower(words->start[i]);
        if (c != ' ' || !space)
            caw_put(&out, c);
        space = c == ' ';
    }
    caw_text_end(&out);
}

static void add_word(where_token *words, const where_token *word) {
    words->length = (size_t)(word->start + word->length - words->start);
}

/* All words up to a sign, as one phrase. */
static where_token read_phrase(parser *p, char phrase[PHRASE]) {
    where_token whole = p->now;
    for (; p->now.kind == TOKEN_WORD; advance(p))
        add_word(&whole, &p->now);
    fold(&whole, phrase);
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
    where_value *normal = status ? caw_where_new_value(p, status) : NULL;
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

static bool is_message(const char *phrase) {
    return strcmp(phrase, "failed") == 0 || strcmp(phrase, "unanswered") == 0 ||
           strcmp(phrase, "malformed") == 0 || caw_where_rows_named(phrase) != 0;
}

/* "put pv": the first word after as many as are a message; false: they are none. */
static bool find_rest(const where_token *first, where_token *rest) {
    char phrase[PHRASE];
    bool found = false;
    where_token words = *first;
    for (where_token word = *first; word.kind == TOKEN_WORD;) {
        add_word(&words, &word);
        fold(&words, phrase);
        word = caw_where_token(word.start + word.length);
        if (is_message(phrase)) {
            *rest = word;
            found = true;
        }
    }
    return found;
}

/* Alone, as for grep: an address, or a PV, which has a colon at most sites. */
static const char *advice_for_value(const where_token *word) {
    caw_end address;
    uint32_t bits;
    if (caw_where_address(word->start, word->length, &address, &bits))
        return " (an address: host 10.0.0.1)";
    return memchr(word->start, ':', word->length) ? " (a PV: pv ~ \"*NAME*\")" : NULL;
}

/* "pv contains": a field, and a word where an operator goes. */
static const where_node *refuse_phrase(parser *p, const where_token *first,
                                       const where_token *second, const where_token *whole) {
    where_node field = {0};
    where_token rest;
    bool known = caw_where_translate(whole, WHERE_A_MESSAGE) != NULL;
    if (known && second->kind == TOKEN_WORD)
        return complain_with_words(p, whole, "no such message", WHERE_A_MESSAGE);
    if (!known && find_rest(first, &rest))
        return complain(p, &rest, "and or or is missing before", "");
    if (second->kind == TOKEN_OPEN)
        return complain(p, first, "there are no functions:",
                        " (count is the number of elements, ~i compares in any case)");
    if (second->kind != TOKEN_WORD && advice_for_value(whole))
        return complain(p, whole, "no such message", advice_for_value(whole));
    if (!caw_where_find_field(first, &field))
        return complain_with_words(p, whole, "no such message", WHERE_A_MESSAGE);
    if (second->kind == TOKEN_WORD || second->kind == TOKEN_NOT)
        return complain_of_operator(p, second);
    return complain(p, first,
                    "a field alone:", " (compare it by " OPERATORS ", or ask: has FIELD)");
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
    if (is_word(&p->now, "has"))
        return parse_has(p);
    if (is_word(&p->now, "any") || is_word(&p->now, "all")) {
        bool all = is_word(&p->now, "all");
        advance(p);
        return parse_field(p, all ? WHERE_ALL_OF : WHERE_ANY_OF);
    }
    if (p->next.kind == TOKEN_WRONG)
        return complain_of_operator(p, &p->next);
    if (starts_packet(p))
        return parse_packet(p);
    if (is_operator(&p->next))
        return parse_field(p, WHERE_AS_USUAL);
    if (is_bit(p))
        return parse_bit(p);
    return is_mark(p) ? parse_there(p) : parse_message(p);
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
    case TOKEN_QUOTED:
    case TOKEN_OPERATOR:
        refuse_field(p, &p->now);
        return NULL;
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
                    " (operators: " OPERATORS ")");
}
