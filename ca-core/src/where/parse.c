/* SPDX-License-Identifier: BSD-3-Clause */
/* Capture filter expressions: words, then a tree. */
#include "where.h"

#include <string.h>

#define PHRASE 48 /* characters of a message's name */

/* ---- words -------------------------------------------------------------------------------- */

typedef enum { END, WORD, QUOTED, OPERATOR, AND, OR, NOT, OPEN, CLOSE, WRONG } token_kind;

typedef struct {
    token_kind kind;
    const char *start;
    size_t length;
    where_operator operator;
} caw_where_token;

typedef struct {
    const char *expression;
    caw_where_token now, next;
    where_tree *tree;
    caw_where_verdict *verdict;
    int depth;
} parser;

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool in_word(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || (c && strchr("._:-/|", c));
}

static bool is_word(const caw_where_token *token, const char *word) {
    return token->kind == WORD && strlen(word) == token->length &&
           memcmp(token->start, word, token->length) == 0;
}

/* Same letters, in any case. */
static bool same_name(const caw_where_token *token, const char *name) {
    for (size_t i = 0; i < token->length; i++)
        if (lower(token->start[i]) != lower(name[i]))
            return false;
    return !name[token->length];
}

static caw_where_token read_word(const char *at) {
    caw_where_token word = {WORD, at, 0, WHERE_EQ};
    while (in_word(at[word.length]) && strncmp(at + word.length, "||", 2) != 0)
        word.length++;
    if (is_word(&word, "and"))
        word.kind = AND;
    else if (is_word(&word, "or"))
        word.kind = OR;
    else if (is_word(&word, "not"))
        word.kind = NOT;
    return word;
}

static caw_where_token read_quoted(const char *at) {
    const char *end = strchr(at + 1, '"');
    caw_where_token quoted = {end ? QUOTED : WRONG, at, end ? (size_t)(end - at) + 1 : strlen(at),
                              WHERE_EQ};
    return quoted;
}

static caw_where_token read_token(const char *at) {
    static const struct {
        const char *text;
        token_kind kind;
        where_operator operator;
    } signs[] = {{"&&", AND, 0},
                 {"||", OR, 0},
                 {"==", OPERATOR, WHERE_EQ},
                 {"!=", OPERATOR, WHERE_NE},
                 {"<=", OPERATOR, WHERE_LE},
                 {">=", OPERATOR, WHERE_GE},
                 {"^=", OPERATOR, WHERE_STARTS},
                 {"<", OPERATOR, WHERE_LT},
                 {">", OPERATOR, WHERE_GT},
                 {"!", NOT, 0},
                 {"(", OPEN, 0},
                 {")", CLOSE, 0}};
    while (*at && strchr(" \t\r\n", *at))
        at++;
    if (!*at)
        return (caw_where_token){END, at, 0, WHERE_EQ};
    if (*at == '"')
        return read_quoted(at);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(at, signs[i].text, strlen(signs[i].text)) == 0)
            return (caw_where_token){signs[i].kind, at, strlen(signs[i].text), signs[i].operator};
    if (in_word(*at))
        return read_word(at);
    return (caw_where_token){WRONG, at, 1, WHERE_EQ};
}

static void advance(parser *p) {
    p->now = p->next;
    p->next = read_token(p->next.start + p->next.length);
}

/* ---- complaints --------------------------------------------------------------------------- */

/* The first complaint stands. */
static const where_node *complain(parser *p, const caw_where_token *where, const char *why,
                                  const char *advice) {
    caw_where_verdict *verdict = p->verdict;
    if (verdict->problem[0])
        return NULL;
    caw_text out = caw_text_into(verdict->problem, sizeof verdict->problem);
    caw_puts(&out, why);
    if (where->length) {
        caw_puts(&out, " '");
        for (size_t i = 0; i < where->length && i < WHERE_NAME; i++)
            caw_put(&out, where->start[i]);
        caw_put(&out, '\'');
    }
    caw_puts(&out, advice);
    caw_text_end(&out);
    verdict->at = (size_t)(where->start - p->expression);
    return NULL;
}

static const where_node *complain_with_words(parser *p, const caw_where_token *where,
                                             const char *why) {
    char words[CAW_WHERE_PROBLEM - 256] = "\n";
    caw_where_words(words + 1, sizeof words - 1);
    return complain(p, where, why, words);
}

static void put_lower(caw_text *out, const char *text) {
    while (*text)
        caw_put(out, lower(*text++));
}

/* The row's word, unless a row before it has the same. */
static void put_message(caw_text *out, size_t row) {
    const char *brief = caw_message_rows[row].brief;
    for (size_t i = 0; i < row; i++)
        if (strcmp(caw_message_rows[i].brief, brief) == 0)
            return;
    caw_puts(out, ", ");
    put_lower(out, brief);
}

size_t caw_where_words(char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_puts(&out, "messages: ca");
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        put_message(&out, i);
    caw_puts(&out, "\n  and their titles (host name); NAME reply: the answers to NAME\n"
                   "fields: port");
    for (int id = 0; id < CAW_FIELDS; id++)
        if (caw_where_rows_with((caw_field_id)id)) {
            caw_puts(&out, ", ");
            caw_puts(&out, caw_field_rows[id].key);
        }
    caw_puts(&out, "\npackets: tcp, udp, host ADDRESS, net ADDRESS/BITS, port NUMBER, "
                   "with src or dst\n"
                   "between them: and, or, not, ( )\n");
    return caw_text_end(&out);
}

/* ---- nodes -------------------------------------------------------------------------------- */

static where_node *new_node(parser *p, const caw_where_token *where, where_kind kind) {
    if (p->tree->count == WHERE_NODES) {
        complain(p, where, "too long: more than 64 conditions and operators", "");
        return NULL;
    }
    where_node *node = &p->tree->nodes[p->tree->count++];
    memset(node, 0, sizeof *node);
    node->kind = kind;
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

/* A whole number within a token, from *at on. */
static bool read_number(const caw_where_token *token, size_t *at, uint32_t *number) {
    bool hex =
        token->length - *at > 2 && lower(token->start[*at + 1]) == 'x' && token->start[*at] == '0';
    unsigned base = hex ? 16 : 10;
    size_t start = *at += hex ? 2 : 0;
    uint64_t value = 0;
    for (; *at < token->length && value <= UINT32_MAX; ++*at) {
        const char *digits = "0123456789abcdef";
        const char *digit = memchr(digits, lower(token->start[*at]), base);
        if (!digit)
            break;
        value = value * base + (unsigned)(digit - digits);
    }
    *number = (uint32_t)value;
    return *at > start && value <= UINT32_MAX;
}

static bool is_number(const caw_where_token *token, uint32_t *number) {
    size_t at = 0;
    return token->kind == WORD && read_number(token, &at, number) && at == token->length;
}

/* Four numbers with dots; *at is then after them. */
static bool read_address(const caw_where_token *token, size_t *at, uint32_t *address) {
    uint32_t octet;
    *address = 0;
    for (int i = 0; i < 4; i++) {
        if (i && (*at >= token->length || token->start[(*at)++] != '.'))
            return false;
        if (*at >= token->length || !is_digit(token->start[*at]) ||
            !read_number(token, at, &octet) || octet > 255)
            return false;
        *address = *address << 8 | octet;
    }
    return true;
}

static bool is_address(const caw_where_token *token, uint32_t *address) {
    size_t at = 0;
    return token->kind == WORD && read_address(token, &at, address) && at == token->length;
}

/* ADDRESS/BITS, with zeros after the bits, as libpcap wants it. */
static bool is_net(const caw_where_token *token) {
    size_t at = 0;
    uint32_t address, bits;
    if (token->kind != WORD || !read_address(token, &at, &address) || at >= token->length ||
        token->start[at++] != '/' || at >= token->length || !read_number(token, &at, &bits))
        return false;
    return at == token->length && bits <= 32 && (bits == 32 || !(address & UINT32_MAX >> bits));
}

/* The value after host, net or port. */
static bool is_packet_value(const caw_where_token *what, const caw_where_token *value) {
    uint32_t number;
    if (is_word(what, "host"))
        return is_address(value, &number);
    if (is_word(what, "net"))
        return is_net(value);
    return is_number(value, &number) && number <= UINT16_MAX;
}

static bool is_transport(const caw_where_token *token) {
    return is_word(token, "tcp") || is_word(token, "udp");
}

static bool is_direction(const caw_where_token *token) {
    return is_word(token, "src") || is_word(token, "dst");
}

static bool is_port(const caw_where_token *token) {
    return is_word(token, "port");
}

static bool is_packet_word(const caw_where_token *token) {
    return is_word(token, "host") || is_word(token, "net") || is_port(token);
}

/* "host" is also a field, and the beginning of a message's name. */
static bool starts_packet(const parser *p) {
    return p->next.kind != OPERATOR && !is_word(&p->next, "name") &&
           (is_transport(&p->now) || is_direction(&p->now) || is_packet_word(&p->now));
}

static const where_node *parse_packet(parser *p) {
    where_node *node = new_node(p, &p->now, WHERE_PACKET);
    if (!node)
        return NULL;
    node->text = p->now.start;
    caw_where_token last = p->now;
    bool transport = is_transport(&p->now);
    if (transport)
        advance(p);
    bool more = !transport || is_direction(&p->now) || is_port(&p->now);
    if (is_direction(&p->now))
        advance(p);
    if (more) {
        bool port = is_port(&p->now);
        if (!(transport ? port : is_packet_word(&p->now)))
            return complain(p, &p->now, "no such packet",
                            transport ? ": port NUMBER goes here"
                                      : ": host, net or port goes here");
        if (!is_packet_value(&p->now, &p->next))
            return complain(p, &p->next, "no such value",
                            ": host 10.0.0.1, net 10.0.0.0/24 with "
                            "zeros after the bits, or port 0 to 65535");
        advance(p);
        last = p->now;
        if (port) {
            node->port = last.start;
            node->port_length = (uint32_t)last.length;
        }
        advance(p);
    }
    node->length = (uint32_t)(last.start + last.length - node->text);
    return node;
}

/* ---- fields ------------------------------------------------------------------------------- */

static bool find_field(const caw_where_token *name, caw_field_id *id) {
    caw_where_token key = *name;
    if (key.length > 3 && memcmp(key.start, "ca.", 3) == 0) {
        key.start += 3;
        key.length -= 3;
    }
    if (is_word(&key, "port"))
        key = (caw_where_token){WORD, "serv.port", 9, WHERE_EQ};
    for (int i = 0; i < CAW_FIELDS; i++)
        if (caw_field_rows[i].key && is_word(&key, caw_field_rows[i].key)) {
            *id = (caw_field_id)i;
            return true;
        }
    return false;
}

static bool is_value_name(const caw_where_token *token, const caw_name *names, uint32_t *value) {
    for (; token->kind == WORD && names && names->name; names++)
        if (same_name(token, names->name)) {
            *value = names->value;
            return true;
        }
    return false;
}

static const where_node *parse_text_value(parser *p, where_node *node) {
    if (node->operator!= WHERE_EQ && node->operator!= WHERE_NE && node->operator!= WHERE_STARTS)
        return complain(p, &p->now, "a name cannot be compared by", ": ==, != or ^= (begins with)");
    advance(p);
    if (p->now.kind == WRONG && p->now.start[0] == '"')
        return complain(p, &p->now, "no closing quote:", "");
    if (p->now.kind != QUOTED || p->now.length == 2)
        return complain(p, &p->now, "a name in double quotes goes here, not", "");
    if (p->now.length - 2 > WHERE_NAME)
        return complain(p, &p->now, "more than 80 characters:", " (^= takes a beginning)");
    node->text = p->now.start + 1;
    node->length = (uint32_t)p->now.length - 2;
    advance(p);
    return node;
}

static const where_node *parse_number_value(parser *p, where_node *node) {
    if (node->operator== WHERE_STARTS)
        return complain(p, &p->now, "a number cannot be compared by", ": == != < <= > >=");
    advance(p);
    if (!is_number(&p->now, &node->value) && !is_address(&p->now, &node->value) &&
        !is_value_name(&p->now, caw_field_rows[node->field].names, &node->value))
        return complain(p, &p->now, "not a value of this field:",
                        " (a number from 0 to 4294967295, 0x too, or the name of a value)");
    advance(p);
    return node;
}

static const where_node *parse_field(parser *p) {
    caw_field_id id;
    if (!find_field(&p->now, &id))
        return complain_with_words(p, &p->now, "no such field");
    where_node *node = new_node(p, &p->now, WHERE_MESSAGE);
    if (!node)
        return NULL;
    node->has_field = true;
    node->field = id;
    node->rows = caw_where_rows_with(id);
    if (!node->rows)
        return complain_with_words(p, &p->now, "a capture filter cannot see this field:");
    advance(p);
    node->operator= p->now.operator;
    return caw_field_rows[id].kind == CAW_KIND_TEXT ? parse_text_value(p, node)
                                                    : parse_number_value(p, node);
}

/* ---- messages ----------------------------------------------------------------------------- */

/* The end of a row's name without its "Notify". */
static const char *skip_notify(const char *name) {
    static const char word[] = " Notify";
    return strncmp(name, word, sizeof word - 1) == 0 ? name + sizeof word - 1 : name;
}

/* A row's name in any case, its "Notify" left out if you like. */
static bool names(const char *name, const char *phrase) {
    for (; *name || *phrase; name++, phrase++) {
        if (strncmp(phrase, " notify", 7) != 0)
            name = skip_notify(name);
        if (lower(*name) != *phrase)
            return false;
        if (!*name)
            break;
    }
    return true;
}

static where_rows rows_named(const char *phrase) {
    where_rows rows = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (strcmp(phrase, "ca") == 0 || names(caw_message_rows[i].brief, phrase) ||
            names(caw_message_rows[i].label, phrase))
            rows |= caw_where_row(i);
    return rows;
}

/* All messages of these commands that one side sends. */
static where_rows rows_of_side(where_rows rows, caw_side side) {
    where_rows found = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        for (size_t j = 0; rows & caw_where_row(i) && j + 1 < caw_message_row_count; j++)
            if (caw_message_rows[j].command == caw_message_rows[i].command &&
                caw_message_rows[j].speaker == side)
                found |= caw_where_row(j);
    return found;
}

/* "search reply": the other side of "search". */
static where_rows rows_answering(char *phrase) {
    static const struct {
        const char *ending;
        caw_side side;
    } endings[] = {
        {" reply", CAW_SIDE_SERVER}, {" response", CAW_SIDE_SERVER}, {" request", CAW_SIDE_CLIENT}};
    size_t length = strlen(phrase);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t tail = strlen(endings[i].ending);
        if (length <= tail || strcmp(phrase + length - tail, endings[i].ending) != 0)
            continue;
        phrase[length - tail] = '\0';
        return rows_of_side(rows_named(phrase), endings[i].side);
    }
    return 0;
}

/* All words up to a sign, as one phrase. */
static caw_where_token read_phrase(parser *p, char phrase[PHRASE]) {
    caw_where_token whole = p->now;
    caw_text out = caw_text_into(phrase, PHRASE);
    for (; p->now.kind == WORD; advance(p)) {
        if (out.length)
            caw_put(&out, ' ');
        for (size_t i = 0; i < p->now.length; i++)
            caw_put(&out, lower(p->now.start[i]));
        whole.length = (size_t)(p->now.start + p->now.length - whole.start);
    }
    caw_text_end(&out);
    return whole;
}

static const where_node *parse_message(parser *p) {
    char phrase[PHRASE];
    caw_where_token whole = read_phrase(p, phrase);
    where_rows rows = rows_named(phrase);
    if (!rows)
        rows = rows_answering(phrase);
    if (!rows)
        return complain_with_words(p, &whole, "no such message");
    where_node *node = new_node(p, &whole, WHERE_MESSAGE);
    if (node) {
        node->rows = rows;
        node->text = whole.start;
        node->length = (uint32_t)whole.length;
    }
    return node;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static const where_node *parse_or(parser *p);

static const where_node *parse_group(parser *p) {
    caw_where_token open = p->now;
    advance(p);
    const where_node *node = parse_or(p);
    if (node && p->now.kind != CLOSE)
        return p->now.kind == END ? complain(p, &open, "no closing parenthesis for", "")
                                  : complain(p, &p->now, "expected and, or, ) instead of", "");
    advance(p);
    return node;
}

static const where_node *parse_one(parser *p) {
    switch (p->now.kind) {
    case OPEN:
        return parse_group(p);
    case WORD:
        if (starts_packet(p))
            return parse_packet(p);
        if (p->next.kind == WRONG)
            return complain(p, &p->next, "no such operator", ": == != < <= > >= ^= and or not");
        return p->next.kind == OPERATOR ? parse_field(p) : parse_message(p);
    case END:
        return complain_with_words(p, &p->now, "a condition is missing at the end");
    default:
        return complain_with_words(p, &p->now, "a condition must stand before");
    }
}

/* "not found" is a message. */
static bool is_message_with_not(const parser *p) {
    caw_where_token both = p->now;
    both.length = (size_t)(p->next.start + p->next.length - both.start);
    for (size_t i = 0; p->now.kind == NOT && i + 1 < caw_message_row_count; i++)
        if (same_name(&both, caw_message_rows[i].brief))
            return true;
    return false;
}

static const where_node *parse_not(parser *p) {
    const where_node *node = NULL;
    if (is_message_with_not(p))
        p->now.kind = WORD;
    if (++p->depth > WHERE_DEPTH) {
        complain(p, &p->now, "nested more than 16 deep at", "");
    } else if (p->now.kind == NOT) {
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
    while (node && p->now.kind == AND) {
        advance(p);
        node = join(p, WHERE_AND, node, parse_not(p));
    }
    return node;
}

static const where_node *parse_or(parser *p) {
    const where_node *node = parse_and(p);
    while (node && p->now.kind == OR) {
        advance(p);
        node = join(p, WHERE_OR, node, parse_and(p));
    }
    return node;
}

/* Names the messages that do carry it. */
static const where_node *complain_of_name(parser *p, const where_node *message, caw_field_id name) {
    const char *key = caw_field_rows[name].key;
    where_rows carriers = caw_where_rows_with(name);
    caw_where_token where = {WORD, message->text, message->length, WHERE_EQ};
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
    caw_puts(&out, "). Capture by one of the two, and choose by both afterwards with a display "
                   "filter, where ca.");
    caw_puts(&out, key);
    caw_puts(&out, " is known for every message");
    caw_text_end(&out);
    return complain(p, &where, why, advice);
}

static const where_node *check_sense(parser *p, const where_node *root) {
    caw_field_id name;
    const where_node *message = caw_where_nonsense(root, false, &name);
    return message ? complain_of_name(p, message, name) : root;
}

const where_node *caw_where_parse(const char *expression, where_tree *tree,
                                  caw_where_verdict *verdict) {
    parser p = {.expression = expression, .tree = tree, .verdict = verdict};
    tree->count = 0;
    p.next = read_token(expression);
    advance(&p);
    const where_node *node = parse_or(&p);
    if (!node || p.now.kind == END)
        return check_sense(&p, node);
    if (p.now.kind == CLOSE)
        return complain(&p, &p.now, "no opening parenthesis for", "");
    return complain(&p, &p.now, "expected and, or, or the end instead of",
                    " (operators: == != < <= > >= ^=)");
}
