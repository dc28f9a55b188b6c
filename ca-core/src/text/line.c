/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line: what repr() of caproto's command classes prints (version 1.3.0, without NumPy). Words
 * and their order come from the message's row; this file knows how each kind of value looks.
 */
#include "message/dbr.h"
#include "message/fields.h"
#include "message/header.h"
#include "message/wire.h"
#include "text.h"

/* caproto's names where they differ from EPICS Base's */
static const caw_name severities[] = {{0, "NO_ALARM", NULL, false},
                                      {1, "MINOR_ALARM", NULL, false},
                                      {2, "MAJOR_ALARM", NULL, false},
                                      {3, "INVALID_ALARM", NULL, false},
                                      {0, NULL, NULL, false}};
static const caw_name eca_severities[] = {{0, "WARNING", NULL, false}, {1, "SUCCESS", NULL, false},
                                          {2, "ERROR", NULL, false},   {3, "INFO", NULL, false},
                                          {4, "SEVERE", NULL, false},  {6, "FATAL", NULL, false},
                                          {0, NULL, NULL, false}};

/* ---- enumerations ------------------------------------------------------------------------- */

/* <Class.NAME: 3>, or the bare number when it has no name; `class` is "<Class." */
static void put_enum(caw_text *out, const char *class, const char *name, int64_t value) {
    if (!name) {
        caw_put_signed(out, value);
        return;
    }
    caw_put3(out, class, name, ": ");
    caw_put_signed(out, value);
    caw_put(out, '>');
}

static void put_named(caw_text *out, const char *class, const caw_name *names, int64_t value) {
    const caw_name *row = value >= 0 ? caw_name_of(names, (uint32_t)value) : NULL;
    put_enum(out, class, row ? row->name : NULL, value);
}

static void put_channel_type(caw_text *out, const caw_message *message, const caw_field *field) {
    const caw_dbr_row *dbr = caw_dbr((uint32_t)field->number);
    (void)message;
    if (dbr)
        caw_put_phrase(out, &dbr->type);
    else
        caw_put_unsigned(out, field->number);
}

static void put_alarm_status(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    put_named(out, "<AlarmStatus.", caw_alarm_status_names, (int64_t)field->number);
}

static void put_alarm_severity(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    put_named(out, "<AlarmSeverity.", severities, (int64_t)field->number);
}

/* An IntFlag of Python 3.11: <AccessRights.READ|4: 5>, <AccessRights: 4> */
static void put_rights(caw_text *out, const caw_message *message, const caw_field *field) {
    uint32_t rights = (uint32_t)field->number;
    const caw_name *known = caw_name_of(caw_rights_names, rights & 3);
    uint32_t rest = rights & ~UINT32_C(3);
    (void)message;
    caw_puts(out, "<AccessRights");
    if (known->value || !rest) {
        caw_put(out, '.');
        caw_puts(out, known->name);
        if (rest) {
            caw_put(out, '|');
            caw_put_unsigned(out, rest);
        }
    }
    caw_puts(out, ": ");
    caw_put_unsigned(out, rights);
    caw_put(out, '>');
}

/* Nearly every status is this one. */
static const char normal_status[] = "CAStatusCode(name='ECA_NORMAL', code=0, code_with_severity=1, "
                                    "severity=<CASeverity.SUCCESS: 1>, success=1, defunct=False, "
                                    "description='Normal successful completion')";

static void put_any_status(caw_text *out, uint32_t value) {
    const caw_name *row = caw_name_of(caw_status_names, value);
    if (!row) {
        caw_put_unsigned(out, value);
        return;
    }
    caw_put3(out, "CAStatusCode(name='", row->name, "', code=");
    caw_put_unsigned(out, value >> 3);
    caw_puts(out, ", code_with_severity=");
    caw_put_unsigned(out, value);
    caw_puts(out, ", severity=");
    put_named(out, "<CASeverity.", eca_severities, value & 7);
    caw_puts(out, ", success=");
    caw_put_unsigned(out, value & 1);
    if (row->obsolete)
        caw_put3(out, ", defunct=True, description='", row->text, "')");
    else
        caw_put3(out, ", defunct=False, description='", row->text, "')");
}

static void put_status(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    if (field->number == CAW_ECA_NORMAL)
        caw_put_chars(out, normal_status, sizeof normal_status - 1);
    else
        put_any_status(out, (uint32_t)field->number);
}

/* ---- values ------------------------------------------------------------------------------- */

/* Before the elements: array.array's type codes, where CHAR is signed, and a list of strings. */
static const caw_phrase array_heads[] = {[CAW_ELEMENT_STRING] = CAW_PHRASE("["),
                                         [CAW_ELEMENT_INT16] = CAW_PHRASE("Array('h', ["),
                                         [CAW_ELEMENT_FLOAT] = CAW_PHRASE("Array('f', ["),
                                         [CAW_ELEMENT_ENUM] = CAW_PHRASE("Array('H', ["),
                                         [CAW_ELEMENT_CHAR] = CAW_PHRASE("Array('b', ["),
                                         [CAW_ELEMENT_INT32] = CAW_PHRASE("Array('i', ["),
                                         [CAW_ELEMENT_DOUBLE] = CAW_PHRASE("Array('d', [")};

static void put_element(caw_text *out, caw_element_kind kind, const caw_field *field) {
    if (kind == CAW_ELEMENT_STRING)
        caw_put_bytes(out, field->text);
    else if (kind == CAW_ELEMENT_FLOAT || kind == CAW_ELEMENT_DOUBLE)
        caw_put_real(out, field->real);
    else if (kind == CAW_ELEMENT_CHAR)
        caw_put_signed(out, (int8_t)field->number);
    else
        caw_put_signed(out, (int64_t)field->number);
}

/* " ... 3 of 1000", after what is shown. */
static void put_extent(caw_text *out, uint32_t shown, uint32_t all) {
    caw_puts(out, "... ");
    caw_put_unsigned(out, shown);
    caw_puts(out, " of ");
    caw_put_unsigned(out, all);
}

/* A payload of no known type: its bytes are the elements. */
static void put_payload(caw_text *out, caw_view payload, uint32_t most) {
    if (payload.len <= most) {
        caw_put_bytes(out, payload);
        return;
    }
    caw_put_bytes(out, wire_sub(payload, 0, most));
    put_extent(out, most, payload.len);
}

/* The field's number is how many elements there may be. */
static void put_data(caw_text *out, const caw_message *message, const caw_field *most) {
    uint32_t shown = (uint32_t)most->number;
    if (!message->dbr) {
        put_payload(out, message->payload, shown);
        return;
    }
    caw_element_kind kind = message->dbr->element;
    bool strings = kind == CAW_ELEMENT_STRING;
    if (!strings && !message->elements) { /* Array('d') */
        caw_put_chars(out, array_heads[kind].chars, array_heads[kind].length - strlen(", ["));
        caw_put(out, ')');
        return;
    }
    caw_put_phrase(out, &array_heads[kind]);
    caw_field field;
    uint32_t count = message->elements < shown ? message->elements : shown;
    for (uint32_t i = 0; i < count; i++) {
        caw_element(message, i, &field);
        if (i)
            caw_puts(out, ", ");
        put_element(out, kind, &field);
    }
    if (count < message->elements) {
        caw_puts(out, count ? ", " : "");
        put_extent(out, count, message->elements);
    }
    caw_puts(out, strings ? "]" : "])");
}

/* ---- one field ---------------------------------------------------------------------------- */

typedef void put_function(caw_text *out, const caw_message *message, const caw_field *field);

static void put_uint(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_unsigned(out, field->number);
}

static void put_int(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_signed(out, (int64_t)field->number);
}

static void put_int16(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_signed(out, (int16_t)field->number);
}

static void put_real(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_real(out, field->real);
}

/* A limit prints as its C type does in Python: a CHAR is one byte of text. */
static void put_limit(caw_text *out, const caw_message *message, const caw_field *field) {
    if (message->dbr->element == CAW_ELEMENT_CHAR)
        caw_put_bytes(out, field->view);
    else
        put_element(out, message->dbr->element, field);
}

static void put_text(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_string(out, field->text);
}

static void put_undecoded(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_bytes(out, field->text);
}

/* Text and padding, as caproto keeps them. */
static void put_rest(caw_text *out, const caw_message *message, const caw_field *field) {
    uint32_t header = message->whole.len - message->payload.len;
    uint32_t at = field->view.bytes ? field->view.at - header : message->payload.len;
    caw_put_bytearray(out, wire_sub(message->payload, at, message->payload.len));
}

static void put_view(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put_bytes(out, field->view);
}

static void put_address(caw_text *out, const caw_message *message, const caw_field *field) {
    (void)message;
    caw_put(out, '\'');
    caw_put_ipv4(out, (uint32_t)field->number);
    caw_put(out, '\'');
}

static put_function put_data, put_metadata, put_failed_request;

static put_function *const of_kind[] = {
    [CAW_KIND_UINT] = put_uint,     [CAW_KIND_INT] = put_int,    [CAW_KIND_REAL] = put_real,
    [CAW_KIND_TEXT] = put_text,     [CAW_KIND_BYTES] = put_view, [CAW_KIND_IPV4] = put_address,
    [CAW_KIND_ELEMENT] = put_limit,
};

static put_function *const of_style[] = {
    [CAW_STYLE_NUMBER] = put_uint,
    [CAW_STYLE_INT16] = put_int16,
    [CAW_STYLE_CHANNEL_TYPE] = put_channel_type,
    [CAW_STYLE_RIGHTS] = put_rights,
    [CAW_STYLE_STATUS] = put_status,
    [CAW_STYLE_ALARM_STATUS] = put_alarm_status,
    [CAW_STYLE_ALARM_SEVERITY] = put_alarm_severity,
    [CAW_STYLE_BYTES] = put_undecoded,
    [CAW_STYLE_BYTEARRAY] = put_rest,
    [CAW_STYLE_VALUE] = put_data,
    [CAW_STYLE_METADATA] = put_metadata,
    [CAW_STYLE_HEADER] = put_failed_request,
};

/* `row` is that of the field. */
static void put_field(caw_text *out, const caw_message *message, const caw_field_row *row,
                      caw_style style, const caw_field *field) {
    if (style == CAW_STYLE_OWN)
        of_kind[row->kind](out, message, field);
    else
        of_style[style](out, message, field);
}

/* ---- metadata ----------------------------------------------------------------------------- */

/* The first word has nothing before it. */
static void put_head(caw_text *out, const caw_phrase *head, bool first) {
    size_t comma = strlen(", ");
    if (first)
        caw_put_chars(out, head->chars + comma, head->length - comma);
    else
        caw_put_phrase(out, head);
}

/* caproto rounds to microseconds. */
static void put_stamp(caw_text *out, caw_view meta, uint32_t at) {
    int64_t seconds = (int64_t)CAW_EPICS_EPOCH + wire_u32(meta, at);
    caw_put_time(out, seconds, wire_u32(meta, at + 4) / 1000);
}

static void put_meta_word(caw_text *out, const caw_message *message, caw_field_id id, uint32_t at) {
    const caw_field_row *row = &caw_field_rows[id];
    if (row->kind == CAW_KIND_TIME) {
        put_stamp(out, message->payload, at);
        return;
    }
    caw_field field = caw_meta_field(message, id, at);
    put_field(out, message, row, row->style, &field);
}

/* A tuple: (), (b'a',), (b'a', b'b') */
static void put_states(caw_text *out, const caw_message *message) {
    caw_cursor cursor = caw_payload_fields(message, 0);
    caw_field field;
    uint32_t count = 0;
    caw_put(out, '(');
    while (caw_next(&cursor, &field)) {
        if (field.id != CAW_FIELD_STATE)
            continue;
        if (count++)
            caw_puts(out, ", ");
        caw_put_bytes(out, field.text);
    }
    caw_puts(out, count == 1 ? ",)" : ")");
}

/* Nearly every value has none; the text of one that has is put like any other. */
static const char no_alarm[] = "status=<AlarmStatus.NO_ALARM: 0>, "
                               "severity=<AlarmSeverity.NO_ALARM: 0>";

/* The words that come last, or those that do not; whether there are any that do. */
static bool put_meta_words(caw_text *out, const caw_message *message, bool last, bool *first) {
    const caw_field_id *id = message->dbr->layout;
    uint32_t at = 0;
    bool any_last = false;
    if (!last && caw_has_no_alarm(message)) {
        caw_put_chars(out, no_alarm, sizeof no_alarm - 1);
        *first = false;
        id += CAW_ALARM_FIELDS;
        at += CAW_ALARM_SIZE;
    }
    for (; *id != CAW_FIELD_RESERVED; id++) {
        const caw_field_row *row = &caw_field_rows[*id];
        any_last |= row->last;
        if (row->name && row->last == last) {
            put_head(out, &row->head, *first);
            *first = false;
            if (*id == CAW_FIELD_STATE)
                put_states(out, message);
            else
                put_meta_word(out, message, *id, at);
        }
        at += caw_meta_size(row, message->dbr->element);
    }
    return any_last;
}

static void put_metadata(caw_text *out, const caw_message *message, const caw_field *none) {
    (void)none;
    const caw_dbr_row *dbr = message->dbr;
    if (!dbr || !dbr->structure.length || message->payload.len < dbr->meta) {
        caw_puts(out, "None");
        return;
    }
    static const caw_phrase value_head = CAW_PHRASE(", value=");
    bool first = true;
    caw_field value;
    caw_put_phrase(out, &dbr->structure);
    if (put_meta_words(out, message, false, &first))
        put_meta_words(out, message, true, &first);
    if (dbr->with_value && caw_element(message, 0, &value)) {
        put_head(out, &value_head, first);
        put_element(out, dbr->element, &value);
    }
    caw_put(out, ')');
}

/* ---- errors ------------------------------------------------------------------------------- */

static void put_number(caw_text *out, const char *name, uint32_t value) {
    caw_puts(out, name);
    caw_put_unsigned(out, value);
}

/* The words of the two structures in wire order. */
static void put_failed_request(caw_text *out, const caw_message *message, const caw_field *none) {
    (void)none;
    caw_header request;
    caw_read_header(message->payload, &request);
    caw_puts(out, request.extended ? "ExtendedMessageHeader(" : "MessageHeader(");
    put_number(out, "command=", request.command);
    if (request.extended)
        put_number(out, ", marker1=", CAW_EXTENDED_MARKER);
    else
        put_number(out, ", payload_size=", request.payload_size);
    put_number(out, ", data_type=", request.type);
    if (request.extended)
        put_number(out, ", marker2=", request.marker);
    else
        put_number(out, ", data_count=", request.count);
    put_number(out, ", parameter1=", request.param1);
    put_number(out, ", parameter2=", request.param2);
    if (request.extended) {
        put_number(out, ", payload_size=", request.payload_size);
        put_number(out, ", data_count=", request.count);
    }
    caw_put(out, ')');
}

/* ---- words -------------------------------------------------------------------------------- */

/* The number in the header word of this name. */
static bool find_number(const caw_message *message, caw_field_id id, uint64_t *number) {
    const caw_message_row *row = message->row;
    if (id == row->type)
        *number = message->type;
    else if (id == row->count)
        *number = message->count;
    else if (id == row->param1)
        *number = message->param1;
    else if (id == row->param2)
        *number = message->param2;
    else
        return false;
    return true;
}

/* The field of a word; a search answer without payload has version 0 (udpiiu.cpp). */
static void find_word(const caw_message *message, const caw_word *word, caw_field *field) {
    field->id = word->id;
    if (find_number(message, word->id, &field->number) || caw_find(message, word->id, field))
        return;
    memset(field, 0, sizeof *field);
    field->id = word->id;
}

static caw_style style_of(const caw_word *word, const caw_field_row *row) {
    return word->style == CAW_STYLE_OWN ? row->style : word->style;
}

/* Values, metadata and headers are not one field. */
static bool is_one_field(const caw_field_row *row) {
    return row->kind != CAW_KIND_GROUP && row->kind != CAW_KIND_BYTES;
}

static void put_word(caw_text *out, const caw_message *message, const caw_word *word,
                     const caw_field_row *row, uint32_t elements) {
    caw_field field;
    if (is_one_field(row))
        find_word(message, word, &field);
    else
        field.number = elements;
    put_field(out, message, row, style_of(word, row), &field);
}

static const char *word_name(const caw_word *word) {
    return word->name ? word->name : caw_field_rows[word->id].name;
}

/* ---- the line ----------------------------------------------------------------------------- */

static void put_words(caw_text *out, const caw_message *message, const caw_word *words,
                      uint32_t elements) {
    for (const caw_word *word = words; word->id != CAW_FIELD_RESERVED; word++) {
        const caw_field_row *row = &caw_field_rows[word->id];
        put_head(out, word->name ? &word->head : &row->head, word == words);
        put_word(out, message, word, row, elements);
    }
    caw_put(out, ')');
}

static void put_reason(caw_text *out, const char *reason) {
    caw_puts(out, "Malformed(reason='");
    caw_puts(out, reason);
    caw_put(out, '\'');
}

size_t caw_line_shortened(const caw_message *message, uint32_t elements, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    const char *reason = caw_broken(message);
    if (reason) {
        caw_message bare = *message; /* only its header counts, by the plain names */
        bare.row = &caw_message_rows[caw_message_row_count - 1];
        put_reason(&out, reason);
        caw_puts(&out, ", ");
        put_words(&out, &bare, bare.row->line, elements);
    } else {
        caw_puts(&out, message->row->name);
        caw_put(&out, '(');
        put_words(&out, message, message->row->line, elements);
    }
    return caw_text_end(&out);
}

size_t caw_line(const caw_message *message, char *text, size_t size) {
    return caw_line_shortened(message, CAW_ALL, text, size);
}

size_t caw_malformed_line(const char *reason, uint64_t bytes, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    put_reason(&out, reason);
    caw_puts(&out, ", bytes=");
    caw_put_unsigned(&out, bytes);
    caw_put(&out, ')');
    return caw_text_end(&out);
}

const char *caw_line_class(const caw_message *message) {
    return caw_broken(message) ? "Malformed" : message->row->name;
}

/* ---- one word ----------------------------------------------------------------------------- */

static const caw_word *word_by_name(const caw_message *message, const char *name) {
    const caw_word *word = message->row->line;
    while (word->id != CAW_FIELD_RESERVED && strcmp(word_name(word), name) != 0)
        word++;
    return word->id == CAW_FIELD_RESERVED || caw_broken(message) ? NULL : word;
}

bool caw_line_word(const caw_message *message, const char *name, uint32_t elements,
                   caw_word_value *value, char *text, size_t size) {
    const caw_word *word = word_by_name(message, name);
    if (!word)
        return false;
    caw_text out = caw_text_into(text, size);
    caw_field field;
    find_word(message, word, &field);
    memset(value, 0, sizeof *value);
    const caw_field_row *row = &caw_field_rows[word->id];
    caw_kind kind = row->kind;
    caw_style style = style_of(word, row);
    if (style == CAW_STYLE_STATUS || style == CAW_STYLE_BYTEARRAY) {
        value->kind = CAW_WORD_OBJECT;
        put_word(&out, message, word, row, elements);
    } else if (kind == CAW_KIND_TEXT) {
        value->kind = CAW_WORD_STRING;
        caw_put_utf8(&out, field.text);
    } else if (kind == CAW_KIND_IPV4) {
        value->kind = CAW_WORD_STRING;
        caw_put_ipv4(&out, (uint32_t)field.number);
    } else if (kind == CAW_KIND_REAL) {
        value->kind = CAW_WORD_REAL;
        value->real = field.real;
    } else if (kind == CAW_KIND_UINT) {
        value->kind = CAW_WORD_NUMBER;
        value->number = style == CAW_STYLE_INT16 ? (int16_t)field.number : (int64_t)field.number;
    } else {
        value->kind = CAW_WORD_OBJECT;
        put_word(&out, message, word, row, elements);
    }
    value->length = caw_text_end(&out);
    return true;
}
