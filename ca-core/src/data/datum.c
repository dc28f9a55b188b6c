/* SPDX-License-Identifier: BSD-3-Clause */
/* One datum as text. What differs between JSON and CSV is how a text is quoted, and what is no
 * number. */
#include "put.h"

#include "text/clock.h"

/* ---- texts -------------------------------------------------------------------------------- */

static void put_text(caw_text *out, caw_view bytes, bool json) {
    if (json)
        caw_put_json_text(out, bytes);
    else
        caw_put_csv_text(out, bytes);
}

static void put_quote(caw_text *out, bool json) {
    if (json)
        caw_put(out, '"');
}

static void put_hex(caw_text *out, caw_view bytes) {
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < bytes.len; i++) {
        char two[] = {digits[bytes.bytes[i] >> 4], digits[bytes.bytes[i] & 0xf]};
        caw_put_chars(out, two, sizeof two);
    }
}

/* RFC 4648 */
static void put_base64(caw_text *out, caw_view bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (uint32_t i = 0; i < bytes.len; i += 3) {
        uint32_t left = bytes.len - i;
        uint32_t three = (uint32_t)bytes.bytes[i] << 16 |
                         (left > 1 ? (uint32_t)bytes.bytes[i + 1] << 8 : 0) |
                         (left > 2 ? bytes.bytes[i + 2] : 0);
        char four[] = {digits[three >> 18], digits[three >> 12 & 63],
                       left > 1 ? digits[three >> 6 & 63] : '=',
                       left > 2 ? digits[three & 63] : '='};
        caw_put_chars(out, four, sizeof four);
    }
}

/* ---- texts that are made first ------------------------------------------------------------ */

void caw_scratch_free(caw_scratch *self) {
    if (self->text)
        self->memory.release(self->memory.user, self->text);
    self->text = NULL;
    self->size = 0;
}

static bool grow(caw_scratch *self, size_t size) {
    caw_scratch_free(self);
    self->text = self->memory.alloc(self->memory.user, size);
    self->size = self->text ? size : 0;
    return self->text != NULL;
}

static bool put_line(const caw_record *record, bool json, caw_scratch *scratch, caw_text *out) {
    size_t length = caw_event_line(record->event, record->elements, scratch->text, scratch->size);
    if (length >= scratch->size) {
        if (!grow(scratch, length + 1))
            return false;
        caw_event_line(record->event, record->elements, scratch->text, scratch->size);
    }
    put_text(out, caw_view_of(scratch->text), json);
    return true;
}

static void put_by(const caw_record *record, bool json, caw_text *out) {
    caw_word_value value;
    char text[32];
    caw_event_word(record->event, "by", 0, &value, text, sizeof text);
    put_text(out, caw_view_of(text), json);
}

static void put_fact(const caw_record *record, const caw_datum *datum, bool json, caw_text *out) {
    caw_fact_value value;
    char text[CAW_FACT_TEXT];
    caw_fact(record->event, (caw_fact_id)datum->number, &value, text, sizeof text);
    put_text(out, caw_view_of(text), json);
}

static void put_end(const caw_end *end, caw_text *out) {
    char address[CAW_END_TEXT];
    caw_end_text(end, address, sizeof address);
    caw_puts(out, address);
}

/* ---- all kinds ---------------------------------------------------------------------------- */

static void put_real(double real, bool json, caw_text *out) {
    if (json && caw_special(real))
        caw_puts(out, "null");
    else
        caw_put_real(out, real);
}

static void put_pair(const caw_datum *datum, bool json, caw_text *out) {
    caw_puts(out, json ? "[" : "");
    caw_put_unsigned(out, datum->index);
    caw_puts(out, json ? ", " : " ");
    put_quote(out, json);
    caw_puts(out, datum->word);
    put_quote(out, json);
    caw_puts(out, json ? "]" : "");
}

static void put_in_quotes(const caw_datum *datum, bool json, caw_text *out) {
    put_quote(out, json);
    switch (datum->kind) {
    case CAW_DATUM_WORD:
        caw_puts(out, datum->word);
        break;
    case CAW_DATUM_HEX:
        put_hex(out, datum->bytes);
        break;
    case CAW_DATUM_BASE64:
        put_base64(out, datum->bytes);
        break;
    case CAW_DATUM_IPV4:
        caw_put_ipv4(out, (uint32_t)datum->number);
        break;
    case CAW_DATUM_END:
        put_end(datum->end, out);
        break;
    default:
        caw_put_date(out, datum->moment->seconds, datum->moment->nanoseconds, 9, 0);
    }
    put_quote(out, json);
}

bool caw_put_datum(const caw_record *record, const caw_datum *datum, bool json,
                   caw_scratch *scratch, caw_text *out) {
    switch (datum->kind) {
    case CAW_DATUM_NUMBER:
        caw_put_signed(out, datum->number);
        break;
    case CAW_DATUM_REAL:
        put_real(datum->real, json, out);
        break;
    case CAW_DATUM_FLAG:
        caw_puts(out, datum->number ? "true" : "false");
        break;
    case CAW_DATUM_TEXT:
        put_text(out, datum->bytes, json);
        break;
    case CAW_DATUM_NAME:
        put_text(out, caw_view_of(datum->word), json);
        break;
    case CAW_DATUM_FACT:
        put_fact(record, datum, json, out);
        break;
    case CAW_DATUM_LINE:
        return put_line(record, json, scratch, out);
    case CAW_DATUM_BY:
        put_by(record, json, out);
        break;
    case CAW_DATUM_PAIR:
        put_pair(datum, json, out);
        break;
    default:
        put_in_quotes(datum, json, out);
    }
    return true;
}
