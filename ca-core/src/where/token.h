/* SPDX-License-Identifier: BSD-3-Clause */
/* Words and signs of an expression. */
#ifndef CAW_WHERE_TOKEN_H
#define CAW_WHERE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    WHERE_EQ,
    WHERE_NE,
    WHERE_LT,
    WHERE_LE,
    WHERE_GT,
    WHERE_GE,
    WHERE_STARTS,
    WHERE_MATCHES,
    WHERE_MATCHES_ANY_CASE,
    WHERE_IN,
    WHERE_HAS
} where_operator;

typedef enum {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_QUOTED, /* with its quotes */
    TOKEN_OPERATOR,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_SET, /* { */
    TOKEN_SET_END,
    TOKEN_COMMA,
    TOKEN_RANGE, /* .. */
    TOKEN_WRONG
} where_token_kind;

typedef struct {
    where_token_kind kind;
    const char *start;
    size_t length;
    where_operator operator;
} where_token;

/* The token that begins here, or after the white space here. */
where_token caw_where_token(const char *at);

/* The token is this word: in the same case, or in any. */
bool caw_where_is_word(const where_token *token, const char *word);
bool caw_where_is_name(const where_token *token, const char *name);

static inline char caw_where_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* READ_NOTIFY is "read notify". */
static inline char caw_where_folded(char c) {
    return c == '_' ? ' ' : caw_where_lower(c);
}

#endif
