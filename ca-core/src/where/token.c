/* SPDX-License-Identifier: BSD-3-Clause */
#include "token.h"

#include "text/text.h"

#include <string.h>

static bool in_word(char c) {
    char low = caw_where_lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || (c && strchr("._:-/|", c));
}

bool caw_where_is_word(const where_token *token, const char *word) {
    return token->kind == TOKEN_WORD && strlen(word) == token->length &&
           memcmp(token->start, word, token->length) == 0;
}

bool caw_where_is_name(const where_token *token, const char *name) {
    for (size_t i = 0; i < token->length; i++)
        if (caw_where_folded(token->start[i]) != caw_where_folded(name[i]))
            return false;
    return !name[token->length];
}

static bool begins(const char *at, const char *sign) {
    return strncmp(at, sign, strlen(sign)) == 0;
}

/* Numbers and times have a plus within: +3, 1e+300, 15:00+01:00. */
static where_token read_word(const char *at) {
    where_token word = {TOKEN_WORD, at, 1, WHERE_EQ};
    while ((in_word(at[word.length]) || at[word.length] == '+') &&
           !begins(at + word.length, "||") && !begins(at + word.length, ".."))
        word.length++;
    if (caw_where_is_name(&word, "and"))
        word.kind = TOKEN_AND;
    else if (caw_where_is_name(&word, "or"))
        word.kind = TOKEN_OR;
    else if (caw_where_is_name(&word, "not"))
        word.kind = TOKEN_NOT;
    return word;
}

/* Up to the same quotation mark. */
static where_token read_quoted(const char *at) {
    const char *end = strchr(at + 1, *at);
    return (where_token){end ? TOKEN_QUOTED : TOKEN_WRONG, at,
                         end ? (size_t)(end - at) + 1 : strlen(at), WHERE_EQ};
}

/* ~ or ~i */
static where_token read_tilde(const char *at) {
    bool any_case = at[1] == 'i' && !in_word(at[2]);
    return (where_token){TOKEN_OPERATOR, at, any_case ? 2 : 1,
                         any_case ? WHERE_MATCHES_ANY_CASE : WHERE_MATCHES};
}

/* What no word begins with: all bytes of it. */
static where_token read_character(const char *at) {
    uint32_t size = 1;
    bool one = caw_character((const uint8_t *)at, strlen(at), &size) != CAW_NO_CHARACTER;
    return (where_token){TOKEN_WRONG, at, one ? size : 1, WHERE_EQ};
}

where_token caw_where_token(const char *at) {
    static const struct {
        const char *text;
        where_token_kind kind;
        where_operator operator;
    } signs[] = {{"===", TOKEN_WRONG, 0}, /* of other languages */
                 {"=~", TOKEN_WRONG, 0},
                 {"!~", TOKEN_WRONG, 0},
                 {"~=", TOKEN_WRONG, 0},
                 {"<>", TOKEN_WRONG, 0},
                 {"=>", TOKEN_WRONG, 0},
                 {"=<", TOKEN_WRONG, 0},
                 {"&&", TOKEN_AND, 0},
                 {"||", TOKEN_OR, 0},
                 {"==", TOKEN_OPERATOR, WHERE_EQ},
                 {"!=", TOKEN_OPERATOR, WHERE_NE},
                 {"<=", TOKEN_OPERATOR, WHERE_LE},
                 {">=", TOKEN_OPERATOR, WHERE_GE},
                 {"^=", TOKEN_OPERATOR, WHERE_STARTS},
                 {"<", TOKEN_OPERATOR, WHERE_LT},
                 {">", TOKEN_OPERATOR, WHERE_GT},
                 {"!", TOKEN_NOT, 0},
                 {"(", TOKEN_OPEN, 0},
                 {")", TOKEN_CLOSE, 0},
                 {"{", TOKEN_SET, 0},
                 {"}", TOKEN_SET_END, 0},
                 {",", TOKEN_COMMA, 0},
                 {"..", TOKEN_RANGE, 0}};
    while (*at && strchr(" \t\r\n", *at))
        at++;
    if (!*at)
        return (where_token){TOKEN_END, at, 0, WHERE_EQ};
    if (*at == '"' || *at == '\'')
        return read_quoted(at);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (begins(at, signs[i].text))
            return (where_token){signs[i].kind, at, strlen(signs[i].text), signs[i].operator};
    if (*at == '~')
        return read_tilde(at);
    if (in_word(*at) || (*at == '+' && in_word(at[1])))
        return read_word(at);
    return read_character(at);
}
