/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of CSV, RFC 4180. */
#ifndef CAW_CSV_H
#define CAW_CSV_H

#include "put.h"

/* The cells of these keys, with commas between them; the paths of all. */
bool caw_csv_put(const caw_record *record, const caw_place *chosen, size_t count,
                 caw_scratch *scratch, caw_text *out);
void caw_csv_put_paths(const caw_keys *keys, const caw_place *chosen, size_t count, caw_text *out);

#endif
