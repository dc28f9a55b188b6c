/* SPDX-License-Identifier: BSD-3-Clause */
/* What is inside of a word of the line, by the path that Python has for it. */
#include "text.h"

/* ---- data[3] ------------------------------------------------------------------------------ */

static bool ends_with_index(const char *path, const char *word, uint32_t *index) {
    size_t length = strlen(word);
    uint64_t number = 0;
    if (strncmp(path, word, length) != 0 || path[length] != '[' || path[length + 1] == ']')
        return false;
    for (path += length + 1; *path >= '0' && *path <= '9'; path++)
        number = number > UINT32_MAX ? number : number * 10 + (unsigned)(*path - '0');
    *index = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
    return strcmp(path, "]") == 0;
}

static void take_bytes(caw_word_value *value, caw_view bytes, caw_text *out) {
    value->kind = CAW_WORD_OBJECT;
    caw_put_bytes(out, bytes);
}

static void take_element(caw_word_value *value, caw_element_kind kind, const caw_field *field,
                         caw_text *out) {
    value->kind = CAW_WORD_NUMBER;
    value->number = kind == CAW_ELEMENT_CHAR ? (int8_t)field->number : (int64_t)field->number;
    if (kind == CAW_ELEMENT_STRING) {
        take_bytes(value, field->text, out);
    } else if (kind == CAW_ELEMENT_FLOAT || kind == CAW_ELEMENT_DOUBLE) {
        value->kind = CAW_WORD_REAL;
        value->real = field->real;
    }
}

static bool find_element(const caw_message *message, uint32_t index, caw_word_value *value,
                         caw_text *out) {
    caw_field field;
    if (!message->dbr || !caw_element(message, index, &field))
        return false;
    take_element(value, message->dbr->element, &field, out);
    return true;
}

/* ---- metadata.severity -------------------------------------------------------------------- */

/* The field of the metadata that the line names so; 0: none. */
static caw_field_id metadata_field(const char *name) {
    for (int id = 0; id < CAW_FIELDS; id++) {
        const caw_field_row *row = &caw_field_rows[id];
        if (row->room && !row->several && row->name && strcmp(row->name, name) == 0)
            return (caw_field_id)id;
    }
    return CAW_FIELD_RESERVED;
}

static bool find_metadata(const caw_message *message, const char *name, caw_word_value *value,
                          caw_text *out) {
    caw_field_id id = metadata_field(name);
    const caw_field_row *row = &caw_field_rows[id];
    caw_field field;
    if (!id || !message->dbr || !message->dbr->meta || !caw_find(message, id, &field))
        return false;
    value->kind = CAW_WORD_NUMBER;
    value->number = (int64_t)field.number;
    if (row->kind == CAW_KIND_TIME) { /* as caproto, which rounds to microseconds */
        value->kind = CAW_WORD_REAL;
        value->real =
            (double)((int64_t)CAW_EPICS_EPOCH + field.seconds) + field.nanoseconds / 1000 / 1e6;
    } else if (row->kind == CAW_KIND_TEXT) {
        take_bytes(value, field.text, out);
    } else if (row->kind == CAW_KIND_ELEMENT && message->dbr->element == CAW_ELEMENT_CHAR) {
        take_bytes(value, field.view, out); /* a limit is a byte of text there */
    } else if (row->kind == CAW_KIND_ELEMENT) {
        take_element(value, message->dbr->element, &field, out);
    }
    return true;
}

/* ---- status.name -------------------------------------------------------------------------- */

static const char *const status_parts[] = {"name",    "code",    "code_with_severity", "severity",
                                           "success", "defunct", "description",        NULL};

static bool is_status_part(const char *name) {
    for (size_t i = 0; status_parts[i]; i++)
        if (strcmp(status_parts[i], name) == 0)
            return true;
    return false;
}

static int64_t status_number(const caw_name *status, const char *name) {
    if (strcmp(name, "code") == 0)
        return status->value >> 3;
    if (strcmp(name, "severity") == 0)
        return status->value & 7;
    if (strcmp(name, "success") == 0)
        return status->value & 1;
    return status->value;
}

static bool find_status(const caw_message *message, const char *name, caw_word_value *value,
                        caw_text *out) {
    caw_field field;
    if (!is_status_part(name) || !caw_find(message, CAW_FIELD_STATUS, &field))
        return false;
    const caw_name *status = caw_name_of(caw_status_names, (uint32_t)field.number);
    if (!status)
        return false;
    bool is_name = strcmp(name, "name") == 0;
    value->kind = CAW_WORD_STRING;
    if (is_name || strcmp(name, "description") == 0) {
        caw_puts(out, is_name ? status->name : status->text);
    } else if (strcmp(name, "defunct") == 0) {
        value->kind = CAW_WORD_OBJECT;
        caw_puts(out, status->obsolete ? "True" : "False");
    } else {
        value->kind = CAW_WORD_NUMBER;
        value->number = status_number(status, name);
    }
    return true;
}

/* ---- all ---------------------------------------------------------------------------------- */

/* What follows a beginning, or NULL. */
static const char *after(const char *path, const char *beginning) {
    size_t length = strlen(beginning);
    return strncmp(path, beginning, length) == 0 ? path + length : NULL;
}

bool caw_line_is_part(const char *path) {
    const char *metadata = after(path, "metadata."), *status = after(path, "status.");
    uint32_t index;
    return ends_with_index(path, "data", &index) || (metadata && metadata_field(metadata)) ||
           (status && is_status_part(status));
}

bool caw_line_part(const caw_message *message, const char *path, caw_word_value *value, char *text,
                   size_t size) {
    const char *metadata = after(path, "metadata."), *status = after(path, "status.");
    caw_text out = caw_text_into(text, size);
    uint32_t index;
    bool found = false;
    memset(value, 0, sizeof *value);
    if (caw_broken(message))
        return false;
    if (metadata)
        found = find_metadata(message, metadata, value, &out);
    else if (status)
        found = find_status(message, status, value, &out);
    else if (ends_with_index(path, "data", &index))
        found = find_element(message, index, value, &out);
    value->length = caw_text_end(&out);
    return found;
}
