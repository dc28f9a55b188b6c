/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts are in quotes, and so are lists but those of numbers. */
#include "csv.h"

/* What is not in quotes has no comma, quote or line end in it. */
static bool is_quoted(const caw_key *key) {
    return key->type == CAW_KEY_TEXT || key->type == CAW_KEY_TEXTS || key->type == CAW_KEY_PAIRS;
}

static bool put_list(const caw_record *record, const caw_datum *datum, caw_scratch *scratch,
                     caw_text *out) {
    caw_list list = caw_list_of(record, datum);
    caw_datum item;
    const char *separator = "";
    while (caw_list_next(&list, &item)) {
        caw_puts(out, separator);
        if (!caw_put_datum(record, &item, false, scratch, out))
            return false;
        separator = "; ";
    }
    return true;
}

static bool put_cell(const caw_record *record, caw_place place, caw_scratch *scratch,
                     caw_text *out) {
    const caw_datum *datum = &record->datum[place];
    const char *quote = is_quoted(&record->keys->key[place]) ? "\"" : "";
    caw_puts(out, quote);
    bool put = datum->kind == CAW_DATUM_LIST ? put_list(record, datum, scratch, out)
                                             : caw_put_datum(record, datum, false, scratch, out);
    caw_puts(out, quote);
    return put;
}

bool caw_csv_put(const caw_record *record, const caw_place *chosen, size_t count,
                 caw_scratch *scratch, caw_text *out) {
    for (size_t i = 0; i < count; i++) {
        if (i)
            caw_put(out, ',');
        if (caw_record_has(record, chosen[i]) && !put_cell(record, chosen[i], scratch, out))
            return false;
    }
    if (count == 1 && !caw_record_has(record, chosen[0]))
        caw_puts(out, "\"\""); /* a line of nothing is no row to who reads it */
    return true;
}

void caw_csv_put_paths(const caw_keys *keys, const caw_place *chosen, size_t count, caw_text *out) {
    for (size_t i = 0; i < count; i++) {
        caw_puts(out, i ? "," : "");
        caw_puts(out, keys->key[chosen[i]].path);
    }
}
