/* SPDX-License-Identifier: BSD-3-Clause */
/* The walk over the fields of a message, in wire order: generic over the tables. */
#include "fields.h"

#include "dbr.h"
#include "header.h"
#include "wire.h"

static uint64_t unsigned_of(caw_view bytes) {
    switch (bytes.len) {
    case 1:
        return wire_u8(bytes, 0);
    case 2:
        return wire_u16(bytes, 0);
    case 3:
        return (uint64_t)wire_u16(bytes, 0) << 8 | wire_u8(bytes, 2);
    default:
        return wire_u32(bytes, 0);
    }
}

static void read_value(caw_field *field) {
    switch (caw_field_rows[field->id].kind) {
    case CAW_KIND_UINT:
    case CAW_KIND_IPV4:
        field->number = unsigned_of(field->view);
        break;
    case CAW_KIND_INT:
        field->number = (uint64_t)(int16_t)wire_u16(field->view, 0);
        break;
    case CAW_KIND_REAL:
        field->real = wire_f32(field->view, 0);
        break;
    case CAW_KIND_TEXT:
        field->text = wire_sub(field->view, 0, wire_strlen(field->view));
        break;
    case CAW_KIND_TIME:
        field->seconds = wire_u32(field->view, 0);
        field->nanoseconds = wire_u32(field->view, 4);
        break;
    case CAW_KIND_ELEMENT: /* who takes it knows of what */
    case CAW_KIND_BYTES:
    case CAW_KIND_GROUP:
        break;
    }
}

static uint32_t rest(const caw_cursor *cursor) {
    return cursor->message->whole.len - cursor->at;
}

/* The next len bytes as a field; what is left of them when they are not all there. */
static bool take(caw_cursor *cursor, caw_field *field, caw_field_id id, caw_part part,
                 uint32_t len) {
    uint32_t left = rest(cursor);
    if (left == 0)
        return false;
    memset(field, 0, sizeof *field);
    field->id = left < len ? CAW_FIELD_FRAGMENT : id;
    field->part = part;
    field->view = wire_sub(cursor->message->whole, cursor->at, len);
    cursor->at += field->view.len;
    read_value(field);
    return true;
}

static bool take_rest(caw_cursor *cursor, caw_field *field, caw_field_id id) {
    return take(cursor, field, id, CAW_PART_PAYLOAD, rest(cursor));
}

/* Text up to and with its NUL, which may be missing. */
static bool take_text(caw_cursor *cursor, caw_field *field, caw_field_id id) {
    caw_view left = wire_sub(cursor->message->whole, cursor->at, rest(cursor));
    uint32_t len = wire_strlen(left);
    return take(cursor, field, id, CAW_PART_PAYLOAD, len < left.len ? len + 1 : len);
}

/* ---- headers ------------------------------------------------------------------------------ */

static uint32_t header_size(const caw_message *message) {
    return message->whole.len - message->payload.len;
}

static bool next_of_header(caw_cursor *cursor, caw_field *field) {
    const caw_message *message = cursor->message;
    caw_header_word word = caw_word_at(message->row, message->extended, cursor->at);
    return take(cursor, field, word.id, CAW_PART_HEADER, word.len);
}

/* The header of the failed request, its words named by the request's own row. */
static bool next_of_request(caw_cursor *cursor, caw_field *field, bool extended) {
    uint32_t at = cursor->at - header_size(cursor->message);
    caw_header_word word = caw_word_at(cursor->request, extended, at);
    if (word.id == CAW_FIELD_COMMAND)
        word.id = CAW_FIELD_FAILED_COMMAND;
    if (word.id == CAW_FIELD_SIZE)
        word.id = CAW_FIELD_FAILED_SIZE;
    return take(cursor, field, word.id, CAW_PART_REQUEST, word.len);
}

static bool next_of_failure(caw_cursor *cursor, caw_field *field) {
    caw_header request;
    uint32_t size = caw_read_header(cursor->message->payload, &request);
    if (size == CAW_MORE)
        return take_rest(cursor, field, CAW_FIELD_DATA);
    if (!cursor->request)
        cursor->request = caw_request_row(request.command);
    if (cursor->at - header_size(cursor->message) < size)
        return next_of_request(cursor, field, request.extended);
    if (cursor->step++ == 0)
        return take_text(cursor, field, CAW_FIELD_ERROR_TEXT);
    return take_rest(cursor, field, CAW_FIELD_PADDING);
}

/* ---- small payloads ----------------------------------------------------------------------- */

static bool next_of_event(caw_cursor *cursor, caw_field *field) {
    static const caw_field_id layout[] = {CAW_FIELD_LOW, CAW_FIELD_HIGH, CAW_FIELD_PERIOD,
                                          CAW_FIELD_MASK};
    uint32_t step = cursor->step++;
    if (step >= sizeof layout / sizeof *layout)
        return take_rest(cursor, field, CAW_FIELD_PADDING);
    return take(cursor, field, layout[step], CAW_PART_PAYLOAD,
                layout[step] == CAW_FIELD_MASK ? 2 : 4);
}

static bool next_of_string(caw_cursor *cursor, caw_field *field) {
    if (cursor->step++ == 0)
        return take_text(cursor, field, cursor->message->row->text);
    return take_rest(cursor, field, CAW_FIELD_PADDING);
}

static bool next_of_minor(caw_cursor *cursor, caw_field *field) {
    if (cursor->step++ == 0)
        return take(cursor, field, CAW_FIELD_VERSION, CAW_PART_PAYLOAD, 2);
    return take_rest(cursor, field, CAW_FIELD_PADDING);
}

/* ---- values ------------------------------------------------------------------------------- */

/* How many names of states there are: the number before the first. */
static uint32_t states_shown(const caw_cursor *cursor) {
    uint32_t names = cursor->at - cursor->index * CAW_STATE_ROOM;
    int16_t states = (int16_t)wire_u16(cursor->message->whole, names - 2);
    return states < 0 ? 0 : states > CAW_STATE_MOST ? CAW_STATE_MOST : (uint32_t)states;
}

static bool next_of_value(caw_cursor *cursor, caw_field *field);

/* The names of the states in use one by one, then the room of the others. */
static bool next_state(caw_cursor *cursor, caw_field *field) {
    uint32_t shown = states_shown(cursor);
    uint32_t index = cursor->index;
    if (index < shown) {
        cursor->index++;
        bool taken = take(cursor, field, CAW_FIELD_STATE, CAW_PART_META, CAW_STATE_ROOM);
        field->index = index;
        return taken;
    }
    cursor->step++;
    cursor->index = 0;
    if (shown == CAW_STATE_MOST)
        return next_of_value(cursor, field);
    return take(cursor, field, CAW_FIELD_UNUSED_STATES, CAW_PART_META,
                (CAW_STATE_MOST - shown) * CAW_STATE_ROOM);
}

/* A stamp as a whole, then its two numbers, over the same bytes. */
static bool next_of_stamp(caw_cursor *cursor, caw_field *field, caw_field_id id) {
    const caw_field_id pieces[] = {id, CAW_FIELD_SECONDS, CAW_FIELD_NANOSECONDS};
    uint32_t piece = cursor->index++;
    if (rest(cursor) < 8 && piece == 0)
        return take_rest(cursor, field, CAW_FIELD_FRAGMENT);
    bool taken = take(cursor, field, pieces[piece], CAW_PART_META, piece == 0 ? 8 : 4);
    if (piece == 0) {
        field->parts = 2;
        cursor->at -= field->view.len;
    } else if (piece == 2) {
        cursor->step++;
        cursor->index = 0;
    }
    return taken;
}

static void read_meta(caw_field *field, caw_element_kind element) {
    if (caw_field_rows[field->id].kind == CAW_KIND_ELEMENT)
        caw_read_element(element, field->view, field);
}

static bool next_of_meta(caw_cursor *cursor, caw_field *field, caw_field_id id) {
    caw_element_kind element = cursor->message->dbr->element;
    const caw_field_row *row = &caw_field_rows[id];
    if (row->kind == CAW_KIND_TIME)
        return next_of_stamp(cursor, field, id);
    if (id == CAW_FIELD_STATE)
        return next_state(cursor, field);
    cursor->step++;
    if (!take(cursor, field, id, CAW_PART_META, caw_meta_size(row, element)))
        return false;
    read_meta(field, element);
    return true;
}

caw_field caw_meta_field(const caw_message *message, caw_field_id id, uint32_t at) {
    caw_element_kind element = message->dbr->element;
    caw_field field = {.id = id, .part = CAW_PART_META};
    field.view = wire_sub(message->payload, at, caw_meta_size(&caw_field_rows[id], element));
    read_value(&field);
    read_meta(&field, element);
    return field;
}

bool caw_element(const caw_message *message, uint32_t index, caw_field *field) {
    if (!message->dbr || index >= message->elements)
        return false;
    caw_element_kind kind = message->dbr->element;
    uint32_t size = caw_element_size(kind);
    memset(field, 0, sizeof *field);
    field->id = kind == CAW_ELEMENT_STRING ? CAW_FIELD_STRING : CAW_FIELD_VALUE;
    field->part = CAW_PART_VALUE;
    field->index = index;
    field->view = wire_sub(message->payload, message->dbr->meta + index * size, size);
    caw_read_element(kind, field->view, field);
    return true;
}

bool caw_long_string(const caw_message *message, caw_view *text) {
    if (!message->dbr || message->dbr->element != CAW_ELEMENT_CHAR || message->elements < 2)
        return false;
    caw_view value = wire_sub(message->payload, message->dbr->meta, message->elements);
    caw_view found = wire_sub(value, 0, wire_strlen(value));
    for (uint32_t i = 0; i < found.len; i++) {
        uint8_t byte = found.bytes[i];
        if (byte == 0x7f || (byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r'))
            return false;
    }
    *text = found;
    return found.len > 0;
}

static bool next_element(caw_cursor *cursor, caw_field *field) {
    const caw_message *message = cursor->message;
    uint32_t size = caw_element_size(message->dbr->element);
    if (cursor->index < cursor->limit) {
        caw_element(message, cursor->index++, field);
        cursor->at += field->view.len;
        return true;
    }
    uint32_t more = message->elements - cursor->index;
    uint64_t bytes = (uint64_t)more * size;
    if (bytes > rest(cursor)) /* the last string is short */
        bytes = rest(cursor);
    bool taken = take(cursor, field, CAW_FIELD_MORE_VALUES, CAW_PART_VALUE, (uint32_t)bytes);
    field->index = cursor->index;
    cursor->index = message->elements;
    return taken;
}

static bool next_of_value(caw_cursor *cursor, caw_field *field) {
    const caw_message *message = cursor->message;
    const caw_dbr_row *dbr = message->dbr;
    if (!dbr)
        return take_rest(cursor, field, CAW_FIELD_DATA);
    uint32_t at = cursor->at - header_size(message);
    caw_field_id id = dbr->layout[cursor->step];
    if (id != CAW_FIELD_RESERVED)
        return next_of_meta(cursor, field, id);
    if (at < dbr->meta)
        return take(cursor, field, CAW_FIELD_RISC_PAD, CAW_PART_META, dbr->meta - at);
    if (cursor->index < message->elements)
        return next_element(cursor, field);
    /* bytes that should have been elements, or padding */
    bool short_of = message->elements < message->count;
    return take_rest(cursor, field, short_of ? CAW_FIELD_FRAGMENT : CAW_FIELD_PADDING);
}

/* ---- the walk ----------------------------------------------------------------------------- */

caw_cursor caw_fields(const caw_message *message, uint32_t elements) {
    caw_cursor cursor = {message, NULL, elements, 0, 0, 0};
    return cursor;
}

bool caw_next(caw_cursor *cursor, caw_field *field) {
    if (rest(cursor) == 0)
        return false;
    if (cursor->at < header_size(cursor->message))
        return next_of_header(cursor, field);
    switch (cursor->message->row->payload) {
    case CAW_PAYLOAD_STRING:
        return next_of_string(cursor, field);
    case CAW_PAYLOAD_EVENT:
        return next_of_event(cursor, field);
    case CAW_PAYLOAD_MINOR:
        return next_of_minor(cursor, field);
    case CAW_PAYLOAD_FAILURE:
        return next_of_failure(cursor, field);
    case CAW_PAYLOAD_DBR:
        return next_of_value(cursor, field);
    case CAW_PAYLOAD_NOTHING:
    case CAW_PAYLOAD_ANY:
        break;
    }
    return take_rest(cursor, field, CAW_FIELD_DATA);
}

caw_cursor caw_payload_fields(const caw_message *message, uint32_t elements) {
    caw_cursor cursor = caw_fields(message, elements);
    cursor.at = header_size(message);
    return cursor;
}

caw_cursor caw_value_rest(const caw_message *message) {
    caw_cursor cursor = caw_payload_fields(message, 0);
    uint64_t bytes = caw_dbr_need(message->dbr, message->elements);
    cursor.at += bytes < message->payload.len ? (uint32_t)bytes : message->payload.len;
    cursor.index = message->elements;
    while (message->dbr->layout[cursor.step] != CAW_FIELD_RESERVED)
        cursor.step++;
    return cursor;
}

static bool find_in_header(const caw_message *message, caw_field_id id, caw_field *field) {
    caw_cursor cursor = caw_fields(message, 0);
    while (cursor.at < header_size(message)) {
        caw_header_word word = caw_word_at(message->row, message->extended, cursor.at);
        if (word.id == id)
            return next_of_header(&cursor, field);
        cursor.at += word.len;
    }
    return false;
}

/* Where it is in the payload. */
static bool find_place(const caw_dbr_row *dbr, caw_field_id id, uint32_t *at) {
    *at = 0;
    for (const caw_field_id *each = dbr->layout; *each != CAW_FIELD_RESERVED; each++) {
        if (*each == id)
            return true;
        *at += caw_meta_size(&caw_field_rows[*each], dbr->element);
    }
    return false;
}

static bool find_in_meta(const caw_message *message, caw_field_id id, caw_field *field) {
    uint32_t at;
    if (!find_place(message->dbr, id, &at))
        return false;
    *field = caw_meta_field(message, id, at);
    return true;
}

bool caw_find_stamp(const caw_message *message, caw_field *field) {
    const caw_dbr_row *dbr = message->dbr;
    uint32_t at;
    if (!dbr || !dbr->meta)
        return false;
    if (message->payload.len < dbr->meta)
        return caw_find(message, CAW_FIELD_STAMP, field);
    if (!find_place(dbr, CAW_FIELD_STAMP, &at))
        return false;
    field->seconds = wire_u32(message->payload, at);
    field->nanoseconds = wire_u32(message->payload, at + 4);
    return true;
}

bool caw_find(const caw_message *message, caw_field_id id, caw_field *field) {
    const caw_dbr_row *dbr = message->dbr;
    const caw_field_row *row = &caw_field_rows[id];
    if (dbr && message->payload.len >= dbr->meta && row->room && !row->several)
        return find_in_meta(message, id, field); /* at its place: there is no need to walk */
    if (find_in_header(message, id, field))
        return true;
    caw_cursor cursor = caw_payload_fields(message, 1);
    while (caw_next(&cursor, field))
        if (field->id == id && field->part != CAW_PART_REQUEST)
            return true;
    return false;
}
