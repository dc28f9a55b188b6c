/* SPDX-License-Identifier: BSD-3-Clause */
/* Data as text: what JSON and CSV have in common. */
#ifndef CAW_PUT_H
#define CAW_PUT_H

#include "record.h"
#include "text/text.h"

/* What is made before it is put: the line. Grows as is needed; begins zeroed. */
typedef struct {
    caw_memory memory;
    char *text;
    size_t size;
} caw_scratch;

void caw_scratch_free(caw_scratch *self);

/*
 * A datum that is no list, in the quotes of JSON where it is a text. False without memory. A
 * number that JSON does not have is null.
 */
bool caw_put_datum(const caw_record *record, const caw_datum *datum, bool json,
                   caw_scratch *scratch, caw_text *out);

#endif
