/* SPDX-License-Identifier: BSD-3-Clause */
#include "where.h"

/* In UTF-8. */
static bool is_within_character(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The first complaint stands. */
const where_node *caw_where_complain(const char *expression, caw_where_verdict *verdict,
                                     const char *at, size_t span, const char *why,
                                     const char *advice) {
    if (verdict->problem[0])
        return NULL;
    caw_text out = caw_text_into(verdict->problem, sizeof verdict->problem);
    caw_puts(&out, why);
    if (span) {
        caw_puts(&out, " '");
        for (size_t i = 0; i < span && (i < WHERE_NAME || is_within_character(at[i])); i++)
            caw_put(&out, at[i] == '\n' ? ' ' : at[i]);
        caw_put(&out, '\'');
    }
    caw_puts(&out, advice);
    caw_text_end(&out);
    verdict->at = (size_t)(at - expression);
    return NULL;
}
