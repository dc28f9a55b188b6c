/* SPDX-License-Identifier: BSD-3-Clause */
/* The values that a field is compared with: which ones it can have, and how each is written. */
#include "literal.h"
#include "parser.h"
#include "words.h"

#include <string.h>

static bool complain(where_parser *p, const where_token *where, const char *why,
                     const char *advice) {
    caw_where_complain_of(p, where, why, advice);
    return false;
}

/* Without its quotation marks, if it has any. */
static caw_view bare(const where_token *token) {
    size_t quote = token->kind == TOKEN_QUOTED;
    return (caw_view){(const uint8_t *)token->start + quote, 0,
                      (uint32_t)(token->length - 2 * quote)};
}

static const char *text_of(caw_view written) {
    return (const char *)written.bytes;
}

static bool is_pattern(const where_node *node) {
    return node->operator== WHERE_MATCHES || node->operator== WHERE_MATCHES_ANY_CASE;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static caw_kind kind_of(const where_node *node) {
    return node->field < CAW_FIELDS ? caw_field_rows[node->field].kind : CAW_KIND_REAL;
}

static bool is_unsigned(const where_node *node) {
    return kind_of(node) == CAW_KIND_UINT || kind_of(node) == CAW_KIND_IPV4;
}

static bool is_duration(const where_node *node) {
    caw_fact_id fact = caw_where_fact(node->field);
    return node->field == WHERE_FIELD_TIME ||
           (fact < CAW_FACTS && caw_fact_rows[fact].kind == CAW_FACT_IS_DURATION);
}

/* A number that the field can have. */
static bool fits(const where_node *node, double number) {
    return !is_unsigned(node) ||
           (number >= 0 && number <= UINT32_MAX && number == (double)(uint32_t)number);
}

static bool read_number(const where_node *node, caw_view written, double *number) {
    uint32_t address;
    if (caw_where_ipv4(text_of(written), written.len, &address)) {
        *number = address;
        return true;
    }
    where_token name = {TOKEN_WORD, text_of(written), written.len, WHERE_EQ};
    return (caw_where_number(name.start, name.length, number) && fits(node, *number)) ||
           caw_where_find_value(node, &name, number);
}

/* 10.0.0.0/8: the numbers from the first address to the last. */
static bool read_net(const where_node *node, caw_view written, where_value *value) {
    caw_end net;
    uint32_t bits, address;
    const char *slash = memchr(text_of(written), '/', written.len);
    bool one = node->operator== WHERE_IN || node->operator== WHERE_EQ || node->operator== WHERE_NE;
    if (kind_of(node) != CAW_KIND_IPV4 || !one || !slash ||
        !caw_where_address(text_of(written), written.len, &net, &bits) ||
        !caw_where_ipv4(text_of(written), (size_t)(slash - text_of(written)), &address))
        return false;
    value->low = address;
    value->high = address | (bits < 32 ? UINT32_MAX >> bits : 0);
    return true;
}

/* What could be written instead. */
static void refuse_number(where_parser *p, const where_node *node, where_token written) {
    char advice[256];
    caw_text out = caw_text_into(advice, sizeof advice);
    caw_where_suggest_value(&out, &written, node);
    caw_puts(&out, is_unsigned(node) ? " (a number from 0 to 4294967295, 0x too" : " (a number");
    caw_puts(&out, is_duration(node) ? " of seconds, such as 0.1" : "");
    caw_puts(&out, caw_where_has_names(node) ? ", or the name of a value" : "");
    if (node->sort == WHERE_EITHER) {
        caw_puts(&out, "; a text needs quotes: \"");
        for (size_t i = 0; i < written.length; i++)
            caw_put(&out, written.start[i]);
        caw_put(&out, '"');
    }
    caw_put(&out, ')');
    caw_text_end(&out);
    complain(p, &written, "not a value of this field:", advice);
}

/* 1 ms, or Write Notify: no field has the first word alone. */
static bool refuse_two_words(where_parser *p, const where_node *node) {
    static const char *const units[] = {"s", "ms", "us", "ns", "sec", "min", "seconds"};
    double number;
    where_token both = p->now;
    both.length = (size_t)(p->next.start + p->next.length - both.start);
    if (p->now.kind != TOKEN_WORD || p->next.kind != TOKEN_WORD)
        return false;
    if (caw_where_find_value(node, &both, &number))
        return !complain(p, &both, "a name with a space needs quotes:", "");
    for (size_t i = 0; is_duration(node) && i < sizeof units / sizeof *units; i++)
        if (caw_where_is_word(&p->next, units[i])) {
            refuse_number(p, node, both);
            return true;
        }
    return false;
}

static bool parse_number(where_parser *p, const where_node *node, where_value *value) {
    caw_view written = bare(&p->now);
    if (refuse_two_words(p, node))
        return false;
    value->sort = WHERE_NUMBER;
    if (p->now.kind == TOKEN_WORD || p->now.kind == TOKEN_QUOTED) {
        if (read_number(node, written, &value->low)) {
            value->high = value->low;
            return true;
        }
        if (read_net(node, written, value))
            return true;
    }
    refuse_number(p, node, p->now);
    return false;
}

/* ---- texts -------------------------------------------------------------------------------- */

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
    if (open && count == 1)
        return;
    value->text.len -= open;
    node->operator= open ? WHERE_STARTS : WHERE_EQ;
}

static bool read_pattern(where_parser *p, where_node *node, where_value *value) {
    where_tree *tree = p->tree;
    const char *problem;
    uint32_t at = 0;
    if (!caw_glob_read(value->text, node->operator== WHERE_MATCHES_ANY_CASE,
                       tree->steps + tree->step_count, WHERE_STEPS - tree->step_count,
                       &value->pattern, &problem, &at)) {
        where_token place = {TOKEN_WORD, p->now.start + 1 + at, value->text.len - at, WHERE_EQ};
        return complain(p, &place, problem, "");
    }
    tree->step_count += value->pattern.count;
    simplify(node, value);
    return true;
}

/* U+2018 to U+201F, of a text that went through a word processor. */
static bool is_typographic_quote(const where_token *token) {
    return token->kind == TOKEN_WRONG && token->length == 3 &&
           memcmp(token->start, "\xe2\x80", 2) == 0 && (token->start[2] & 0xf8) == 0x98;
}

/* A word with what the language would take for signs: t:*, SR{PS:1}I, without quotes. */
static where_token unquoted_name(const where_token *token) {
    where_token name = *token;
    int braces = 0;
    const char *at = name.start + name.length;
    for (; name.kind == TOKEN_WORD && *at && !strchr(" \t\r\n()", *at); at++, name.length++) {
        if (!braces && (*at == ',' || *at == '}')) /* of a set */
            break;
        braces += (*at == '{') - (*at == '}');
    }
    return name;
}

/* Something else than a text in quotes: what was meant. */
static bool refuse_text(where_parser *p, const where_node *node) {
    caw_end address;
    uint32_t bits;
    char advice[128];
    caw_text out = caw_text_into(advice, sizeof advice);
    where_token name = unquoted_name(&p->now), *now = &name;
    if (now->kind == TOKEN_WRONG && (now->start[0] == '"' || now->start[0] == '\''))
        return complain(p, now, "no closing quote:", "");
    if (is_typographic_quote(now))
        return complain(p, now, "a text goes in quotes as a keyboard has them, not",
                        ": \"SR:PS1\"");
    if (node->field == CAW_FIELD_HOST &&
        caw_where_address(now->start, now->length, &address, &bits))
        return complain(p, now, "host is the name that a client gives, not an address:",
                        " (the packet's address without ==: host 10.0.0.1, or src == 10.0.0.1)");
    if (now->start[0] == '/')
        return complain(p, now, "there are no regular expressions:",
                        " (a pattern in quotes: ~ \"SR:*[0-9]{on,off}\")");
    if (now->kind == TOKEN_WORD) {
        caw_puts(&out, ": \"");
        for (size_t i = 0; i < now->length; i++)
            caw_put(&out, now->start[i]);
        caw_put(&out, '"');
    }
    caw_text_end(&out);
    return complain(p, now, "a text in quotes goes here, not", advice);
}

static bool parse_text(where_parser *p, where_node *node, where_value *value) {
    value->sort = WHERE_STRING;
    if (p->now.kind != TOKEN_QUOTED)
        return refuse_text(p, node);
    value->text = bare(&p->now);
    if (value->text.len > WHERE_TEXT)
        return complain(p, &p->now, "more than 1024 characters:", " (^= takes a beginning)");
    if (!value->text.len && node->operator== WHERE_STARTS)
        return complain(p, &p->now, "every text begins with nothing:", "; write: has FIELD");
    if (node->field == CAW_FIELD_PV && node->operator!= WHERE_STARTS && !is_pattern(node) &&
        memchr(value->text.bytes, '*', value->text.len))
        return complain(p, &p->now, "a pattern goes with ~, and no PV is called",
                        " (of several: ~ \"{SR:*,BR:*}\")");
    return !is_pattern(node) || read_pattern(p, node, value);
}

/* ---- addresses and times ------------------------------------------------------------------ */

/* 10.0.0.1:5064 */
static bool has_port(caw_view written) {
    uint32_t address;
    const char *colon = memchr(text_of(written), ':', written.len);
    return colon && caw_where_ipv4(text_of(written), (size_t)(colon - text_of(written)), &address);
}

static bool parse_address(where_parser *p, const where_node *node, where_value *value) {
    caw_view written = bare(&p->now);
    if ((p->now.kind == TOKEN_WORD || p->now.kind == TOKEN_QUOTED) &&
        caw_where_address(text_of(written), written.len, &value->address, &value->bits))
        return true;
    if (has_port(written))
        return complain(p, &p->now, "not an address:",
                        node->field == WHERE_FIELD_DST
                            ? " (the port by itself: dst == 10.0.0.1 and dport == 5064)"
                            : " (the port by itself: src == 10.0.0.1 and sport == 5064)");
    return complain(p, &p->now, "not an address:",
                    " (10.0.0.1, fe80::1, or 10.0.0.0/8 with zeros after the bits)");
}

static bool parse_moment(where_parser *p, where_value *value) {
    caw_view written = bare(&p->now);
    bool word = p->now.kind == TOKEN_WORD;
    where_token whole = p->now;
    whole.length = (size_t)(p->next.start + p->next.length - whole.start);
    if (word && p->next.kind == TOKEN_WORD && memchr(p->next.start, ':', p->next.length))
        return complain(p, &whole, "a time with a space needs quotes:", "");
    if ((word || p->now.kind == TOKEN_QUOTED) &&
        caw_where_moment(text_of(written), written.len, &value->first)) {
        value->last = value->first;
        return true;
    }
    return complain(p, &p->now, "not a time:",
                    " (\"2026-11-24 15:00\" or \"2026-11-24T15:00:07.25+01:00\", UTC without a "
                    "zone, or seconds since 1970)");
}

/* ---- one, a range, a set ------------------------------------------------------------------ */

static bool parse_one(where_parser *p, where_node *node, where_value *value) {
    bool quoted = p->now.kind == TOKEN_QUOTED || p->now.kind == TOKEN_WRONG;
    bool read = false;
    value->sort = node->sort;
    if (p->now.kind == TOKEN_END)
        return complain(p, &p->now, "a value is missing at the end", "");
    if (p->now.kind == TOKEN_SET_END || p->now.kind == TOKEN_COMMA || p->now.kind == TOKEN_CLOSE)
        return complain(p, &p->now, "a value is missing before", "");
    if (p->now.kind == TOKEN_SET || p->now.start[0] == '[' || p->now.kind == TOKEN_OPEN)
        return complain(p, &p->now, "no value:", " (a set of values: in {1, 2})");
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
        read = parse_address(p, node, value);
        break;
    case WHERE_MOMENT:
        read = parse_moment(p, value);
        break;
    case WHERE_OPAQUE:
        break;
    }
    if (read)
        caw_where_advance(p);
    return read;
}

static bool is_backwards(const where_value *value) {
    if (value->sort == WHERE_NUMBER)
        return !(value->low <= value->high);
    return value->first.seconds > value->last.seconds ||
           (value->first.seconds == value->last.seconds &&
            value->first.nanoseconds > value->last.nanoseconds);
}

/* The rest of 5..9, of numbers or times. */
static bool parse_range(where_parser *p, where_node *node, where_value *value) {
    where_token range = p->now;
    where_value high = *value;
    if (node->operator!= WHERE_IN)
        return complain(p, &range, "a range goes with another operator:", " (in 5..9)");
    if (value->sort != WHERE_NUMBER && value->sort != WHERE_MOMENT)
        return complain(p, &range, "ranges are of numbers and times, not here:",
                        value->sort == WHERE_ADDRESS ? " (a subnet: in 10.0.0.0/8)" : "");
    caw_where_advance(p);
    if (!parse_one(p, node, &high))
        return false;
    value->high = high.high;
    value->last = high.last;
    if (high.sort != value->sort || is_backwards(value))
        return complain(p, &range, "the smaller value goes before", "");
    return true;
}

static bool parse_value(where_parser *p, where_node *node) {
    where_value *value = caw_where_new_value(p, node);
    return value && parse_one(p, node, value) &&
           (p->now.kind != TOKEN_RANGE || parse_range(p, node, value));
}

bool caw_where_parse_values(where_parser *p, where_node *node) {
    bool set = node->operator== WHERE_IN && p->now.kind == TOKEN_SET;
    where_token open = p->now;
    if (!set)
        return parse_value(p, node);
    do {
        caw_where_advance(p);
        if (!parse_value(p, node))
            return false;
    } while (p->now.kind == TOKEN_COMMA);
    if (p->now.kind == TOKEN_END)
        return complain(p, &open, "no closing brace for", "");
    if (p->now.kind != TOKEN_SET_END)
        return complain(p, &p->now, "expected a comma or } instead of", "");
    caw_where_advance(p);
    return true;
}
