/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of the protocol that expressions have: names of messages, groups, fields. */
#ifndef CAW_WHERE_WORDS_H
#define CAW_WHERE_WORDS_H

#include "foreign.h"
#include "where.h"

/* Messages by their name, a group, or what answers them; `phrase` is in lower case. 0: none. */
where_rows caw_where_rows_named(const char *phrase);

/* A field by its filter name, and how it compares; false when there is none. */
bool caw_where_find_field(const where_token *name, where_node *node);

/* A value's name; of a field without names, none. */
bool caw_where_find_value(const where_node *node, const where_token *name, double *number);

/* The field's values have names. */
bool caw_where_has_names(const where_node *node);

/* " (did you mean search?)", or nothing when no such word is like it. */
void caw_where_suggest(caw_text *out, const where_token *written, where_wanted wanted);
void caw_where_suggest_value(caw_text *out, const where_token *written, const where_node *node);

#endif
