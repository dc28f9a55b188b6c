/* SPDX-License-Identifier: BSD-3-Clause */
/* An event's data as text: an object of JSON, or cells of CSV. */
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

/* {"timestamp": ...}; false without memory. */
bool caw_put_json(const caw_record *record, caw_scratch *scratch, caw_text *out);

/* The cells of these keys, with commas between them; the paths of all. */
bool caw_put_csv(const caw_record *record, const caw_place *chosen, size_t count,
                 caw_scratch *scratch, caw_text *out);
void caw_put_csv_paths(const caw_keys *keys, const caw_place *chosen, size_t count, caw_text *out);

#endif
