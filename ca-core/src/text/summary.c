/* SPDX-License-Identifier: BSD-3-Clause */
/* The short form: one clause that a control engineer reads at a glance. */
#include "message/dbr.h"
#include "value.h"

#define DOUBLE_DIGITS 10

/* ---- values ------------------------------------------------------------------------------- */

static void put_text(caw_text *out, caw_view text) {
    caw_put(out, '"');
    caw_put_beginning(out, text, CAW_TEXT_SHOWN);
    caw_puts(out, text.len > CAW_TEXT_SHOWN ? "...\"" : "\"");
}

/* " (2)", of a state whose name has been told. */
static void put_index(caw_text *out, const caw_message *message, const caw_field *field) {
    caw_field state;
    if (!caw_find_state(message, field->number, &state))
        return;
    caw_puts(out, " (");
    caw_put_unsigned(out, field->number);
    caw_put(out, ')');
}

static void put_element(caw_text *out, const caw_message *message, const caw_field *field) {
    switch (message->dbr->element) {
    case CAW_ELEMENT_STRING:
        put_text(out, field->text);
        break;
    case CAW_ELEMENT_DOUBLE:
        caw_put_short_real(out, field->real, DOUBLE_DIGITS);
        break;
    case CAW_ELEMENT_ENUM:
        caw_put_element(out, message, field, false);
        put_index(out, message, field);
        break;
    default:
        caw_put_element(out, message, field, false);
    }
}

static void put_array(caw_text *out, const caw_message *message, uint32_t shown) {
    caw_field field;
    caw_put(out, '[');
    for (uint32_t i = 0; i < shown && caw_element(message, i, &field); i++) {
        if (i)
            caw_puts(out, ", ");
        put_element(out, message, &field);
    }
    if (caw_value_elements(message) > shown) {
        caw_puts(out, ", ... ");
        caw_put_unsigned(out, caw_value_elements(message));
        caw_puts(out, " elements");
    }
    caw_put(out, ']');
}

static void put_units(caw_text *out, const caw_message *message) {
    caw_field units;
    if (message->dbr->meta && caw_find(message, CAW_FIELD_UNITS, &units) && units.text.len) {
        caw_put(out, ' ');
        caw_put_printable(out, units.text);
    }
}

static void put_value(caw_text *out, const caw_message *message, uint32_t shown) {
    caw_field field;
    caw_view text;
    if (!caw_has_value(message))
        return;
    if (caw_long_string(message, &text))
        put_text(out, text);
    else if (caw_value_elements(message) == 1 && caw_element(message, 0, &field))
        put_element(out, message, &field);
    else
        put_array(out, message, shown);
    put_units(out, message);
}

size_t caw_summary_value(const caw_message *message, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    put_value(&out, message, CAW_ELEMENTS_SHOWN);
    return caw_text_end(&out);
}

/* ---- what is around the value ------------------------------------------------------------- */

/* " MINOR/HIGH"; nothing without an alarm. A comma would end the clause in the Info column. */
static void put_alarm(caw_text *out, const caw_message *message) {
    caw_field status, severity;
    if (!message->dbr || !message->dbr->meta ||
        !caw_find(message, CAW_FIELD_ALARM_SEVERITY, &severity) || severity.number == 0)
        return;
    caw_find(message, CAW_FIELD_ALARM_STATUS, &status);
    const caw_name *name = caw_name_of(caw_alarm_severity_names, (uint32_t)severity.number);
    const caw_name *why = caw_name_of(caw_alarm_status_names, (uint32_t)status.number);
    caw_put(out, ' ');
    caw_puts(out, name ? name->name : "?");
    caw_put(out, '/');
    caw_puts(out, why ? why->name : "?");
}

/* ---- the value and its alarm, for a field of its own -------------------------------------- */

/* "Run (1)" where the message brings the names along. */
static void put_read_element(caw_text *out, const caw_message *message, const caw_field *field) {
    caw_field state;
    caw_put_element(out, message, field, false);
    if (message->dbr->element != CAW_ELEMENT_ENUM ||
        !caw_find_state(message, field->number, &state))
        return;
    caw_puts(out, " (");
    caw_put_unsigned(out, field->number);
    caw_put(out, ')');
}

static void put_read_array(caw_text *out, const caw_message *message) {
    uint32_t elements = caw_value_elements(message);
    caw_field field;
    caw_put(out, '[');
    if (caw_element(message, 0, &field)) {
        put_read_element(out, message, &field);
        caw_puts(out, elements > 1 ? ", ..." : "");
    }
    caw_puts(out, "] ");
    caw_put_unsigned(out, elements);
}

size_t caw_shown_value(const caw_message *message, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_view string;
    caw_field field;
    if (!caw_has_value(message))
        return caw_text_end(&out);
    if (caw_long_string(message, &string)) {
        caw_put_beginning(&out, string, CAW_TEXT_SHOWN);
        caw_puts(&out, string.len > CAW_TEXT_SHOWN ? "..." : "");
    } else if (caw_value_elements(message) == 1 && caw_element(message, 0, &field)) {
        put_read_element(&out, message, &field);
    } else {
        put_read_array(&out, message);
    }
    put_units(&out, message);
    put_alarm(&out, message);
    return caw_text_end(&out);
}

/* ---- the clause --------------------------------------------------------------------------- */

static void put_mask(caw_text *out, uint32_t mask) {
    bool first = true;
    for (const caw_bit *bit = caw_mask_bits; bit->key; bit++) {
        if (!(mask & bit->mask))
            continue;
        caw_puts(out, first ? "" : "|");
        caw_puts(out, bit->label);
        first = false;
    }
}

/* "port" of "serv.port" */
static const char *last_part(const char *key) {
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

static void put_field(caw_text *out, const caw_field *field, bool named) {
    const caw_field_row *row = &caw_field_rows[field->id];
    const caw_name *name = caw_name_of(row->names, (uint32_t)field->number);
    if (row->kind == CAW_KIND_TEXT) {
        caw_put_beginning(out, field->text, CAW_TEXT_SHOWN);
    } else if (row->kind == CAW_KIND_IPV4) {
        caw_put_ipv4(out, (uint32_t)field->number);
    } else if (row->flags) {
        put_mask(out, (uint32_t)field->number);
    } else if (name) {
        caw_puts(out, name->name);
    } else {
        if (named || row->identifier) {
            caw_puts(out, last_part(row->key));
            caw_put(out, ' ');
        }
        caw_put_unsigned(out, field->number);
    }
}

static bool succeeded(const caw_message *message) {
    return message->row->param1 != CAW_FIELD_STATUS || message->param1 == CAW_ECA_NORMAL;
}

/* Left out: a status that only says that all is well where a value says so too, and an address
 * that stands for the datagram's sender. An ERROR's text may be empty. */
static bool is_worth(const caw_message *message, const caw_field *field) {
    if (field->id == CAW_FIELD_SERVER_IP)
        return field->number != 0 && field->number != UINT32_MAX;
    if (field->id == CAW_FIELD_ERROR_TEXT)
        return field->text.len > 0;
    return field->id != CAW_FIELD_STATUS || message->row->payload != CAW_PAYLOAD_DBR ||
           !succeeded(message);
}

/* Inside the request of an ERROR as well, unlike caw_find. */
static bool find_anywhere(const caw_message *message, caw_field_id id, caw_field *field) {
    if (caw_find(message, id, field))
        return true;
    caw_cursor cursor = caw_fields(message, 0);
    while (caw_next(&cursor, field))
        if (field->id == id)
            return true;
    return false;
}

/* " DBR_DOUBLE"; of an ERROR " ECA_PUTFAIL (Write): what the server says" */
static void put_detail(caw_text *out, const caw_field *field) {
    bool command = field->id == CAW_FIELD_FAILED_COMMAND;
    caw_puts(out, command ? " (" : field->id == CAW_FIELD_ERROR_TEXT ? ": " : " ");
    put_field(out, field, true);
    if (command)
        caw_put(out, ')');
}

static void put_details(caw_text *out, const caw_message *message) {
    caw_field field;
    for (size_t i = 0; i < sizeof message->row->details / sizeof *message->row->details; i++) {
        caw_field_id id = message->row->details[i];
        if (id == CAW_FIELD_RESERVED || !find_anywhere(message, id, &field) ||
            !is_worth(message, &field))
            continue;
        put_detail(out, &field);
    }
}

/* An ERROR about no channel in particular has all bits of the cid set (camessage.c). */
static bool is_known(const caw_field *field) {
    return field->id != CAW_FIELD_CID || field->number != UINT32_MAX;
}

static void put_subject(caw_text *out, const caw_message *message, const char *subject) {
    caw_field field;
    if (subject) {
        caw_put(out, ' ');
        caw_put_beginning(out, caw_view_of(subject), CAW_TEXT_SHOWN); /* it was on the wire once */
    } else if (message->row->subject != CAW_FIELD_RESERVED &&
               caw_find(message, message->row->subject, &field) && is_known(&field)) {
        caw_put(out, ' ');
        put_field(out, &field, false);
    }
}

/* " (operator@console3)" of a write. */
static void put_writer(caw_text *out, const char *user, const char *host) {
    caw_puts(out, " (");
    caw_put_beginning(out, caw_view_of(user), CAW_TEXT_SHOWN);
    if (host && *host) {
        caw_put(out, '@');
        caw_put_beginning(out, caw_view_of(host), CAW_TEXT_SHOWN);
    }
    caw_put(out, ')');
}

size_t caw_summary(const caw_message *message, const caw_about *about, char *text, size_t size) {
    static const caw_about nothing = {NULL, NULL, NULL, 0};
    caw_text out = caw_text_into(text, size);
    about = about ? about : &nothing;
    caw_puts(&out, message->row->brief);
    put_subject(&out, message, about->pv);
    if (caw_has_value(message) && succeeded(message)) {
        caw_puts(&out, " = ");
        put_value(&out, message, about->elements ? about->elements : CAW_ELEMENTS_SHOWN);
        put_alarm(&out, message);
    }
    put_details(&out, message);
    if (message->row->writes && about->user)
        put_writer(&out, about->user, about->host);
    return caw_text_end(&out);
}
