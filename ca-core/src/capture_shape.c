/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tables tell a capture filter: which headers a row allows, and where its fields are.
 * Places are not written down again: the decoder is shown a message of each row, and asked.
 */
#include "capture.h"
#include "dbr.h"
#include "header.h"
#include "wire.h"

#define PRIORITY_MOST 99
#define MINOR_MOST    255 /* 13 today */
#define SAMPLE        64  /* bytes */

const capture_word capture_words[CAPTURE_WORDS] = {{2, 2}, {4, 2}, {6, 2}, {8, 4}, {12, 4}};

const capture_shape capture_any_shape = {
    .most_size = UINT32_MAX,
    .extended = true,
    .most = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX},
};

/* ---- shapes ------------------------------------------------------------------------------- */

/* The largest value that makes sense. */
static uint32_t most_of(caw_field_id field) {
    uint32_t most = 0;
    switch (field) {
    case CAW_F_RESERVED:
        return 0;
    case CAW_F_PRIORITY:
        return PRIORITY_MOST;
    case CAW_F_VERSION:
        return MINOR_MOST;
    default:
        for (const caw_name *name = caw_field_rows[field].names; name && name->name; name++)
            most = name->value > most ? name->value : most;
        return most ? most : UINT32_MAX;
    }
}

static void set_size(capture_shape *shape, uint32_t least, uint32_t most) {
    shape->least_size = least;
    shape->most_size = most;
}

static void set_payload(capture_shape *shape, caw_payload payload) {
    switch (payload) {
    case CAW_NOTHING:
        set_size(shape, 0, 0);
        break;
    case CAW_STRING:
        set_size(shape, 1, UINT32_MAX);
        break;
    case CAW_EVENT:
        set_size(shape, CAW_EVENT_SIZE, CAW_EVENT_SIZE);
        break;
    case CAW_MINOR:
        set_size(shape, 0, 8);
        break;
    case CAW_FAILURE:
        set_size(shape, CAW_HEADER_SIZE, UINT32_MAX);
        break;
    case CAW_DBR:
        shape->counted = true;
        break;
    case CAW_ANY:
        break;
    }
}

capture_shape capture_shape_of(const caw_message_row *row) {
    capture_shape shape = capture_any_shape;
    set_payload(&shape, row->payload);
    shape.extended = row->count == CAW_F_DATA_COUNT || shape.most_size == UINT32_MAX;
    shape.same_ids = row->param1 == row->param2 && row->param1 == CAW_F_CID;
    const caw_field_id fields[CAPTURE_WORDS] = {CAW_F_SIZE, row->type, row->count, row->param1,
                                                row->param2};
    for (int i = CAPTURE_TYPE; i < CAPTURE_WORDS; i++)
        shape.most[i] = most_of(fields[i]);
    return shape;
}

static bool same_size(const capture_shape *one, const capture_shape *other) {
    return one->least_size == other->least_size && one->most_size == other->most_size &&
           one->extended == other->extended;
}

static void copy_size(capture_shape *to, const capture_shape *from) {
    set_size(to, from->least_size, from->most_size);
    to->extended = from->extended;
}

capture_shape capture_difference(capture_shape one, const capture_shape *other) {
    if (same_size(&one, other))
        copy_size(&one, &capture_any_shape);
    one.counted = one.counted && !other->counted;
    one.same_ids = one.same_ids && !other->same_ids;
    for (int i = CAPTURE_TYPE; i < CAPTURE_WORDS; i++)
        if (one.most[i] == other->most[i])
            one.most[i] = UINT32_MAX;
    return one;
}

void capture_add(capture_shape *shape, const capture_shape *other) {
    if (same_size(shape, &capture_any_shape))
        copy_size(shape, other);
    shape->counted = shape->counted || other->counted;
    shape->same_ids = shape->same_ids || other->same_ids;
    for (int i = CAPTURE_TYPE; i < CAPTURE_WORDS; i++)
        if (other->most[i] < shape->most[i])
            shape->most[i] = other->most[i];
}

void capture_widen(capture_shape *shape, const capture_shape *other) {
    for (int i = CAPTURE_SIZE; i < CAPTURE_WORDS; i++)
        if (other->most[i] > shape->most[i])
            shape->most[i] = other->most[i];
}

bool capture_same_shape(const capture_shape *one, const capture_shape *other) {
    return same_size(one, other) && one->counted == other->counted &&
           one->same_ids == other->same_ids &&
           memcmp(one->most, other->most, sizeof one->most) == 0;
}

/* ---- places ------------------------------------------------------------------------------- */

static void put_u16(uint8_t *bytes, uint32_t value) {
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

/* A message of this row in which every byte that a filter could know is there. */
static bool decode_sample(const caw_message_row *row, caw_transport transport, bool extended,
                          uint8_t bytes[SAMPLE], caw_message *message) {
    caw_context context = {transport, row->speaker, false, row->payload == CAW_NOTHING};
    uint32_t size = row->payload == CAW_NOTHING ? 0 : 2 * CAW_EVENT_SIZE;
    memset(bytes, 0, SAMPLE);
    put_u16(bytes, row->command);
    put_u16(bytes + 2, extended ? CAW_EXTENDED_MARKER : size);
    if (extended)
        put_u16(bytes + 18, size);
    return caw_decode(bytes, SAMPLE, &context, message) > 0 && message->row == row;
}

/* The walk is at a part of the message that is always in the same place. */
static bool is_fixed(const caw_field *field) {
    return field->part == CAW_IN_HEADER || field->part == CAW_IN_PAYLOAD ||
           field->id == CAW_F_FAILED_COMMAND;
}

static size_t walk(const caw_message *message, caw_field_id id,
                   capture_place places[CAPTURE_PLACES]) {
    size_t count = 0;
    caw_cursor cursor = caw_fields(message, 0);
    caw_field field;
    while (caw_next(&cursor, &field) && count < CAPTURE_PLACES)
        if (field.id == id && is_fixed(&field))
            places[count++] =
                (capture_place){field.view.at, field.view.len, field.view.at, field.view.len};
    return count;
}

/* Arrays have a long header; elsewhere it would be against all custom, but a size is a size. */
static bool comes_extended(const caw_message_row *row, caw_transport transport,
                           caw_field_id field) {
    return transport == CAW_TCP && (row->count == CAW_F_DATA_COUNT || field == CAW_F_SIZE);
}

size_t capture_places(const caw_message_row *row, caw_transport transport, caw_field_id field,
                      capture_place places[CAPTURE_PLACES]) {
    uint8_t bytes[SAMPLE];
    caw_message message;
    capture_place extended[CAPTURE_PLACES];
    if (!(row->transport & transport) || !decode_sample(row, transport, false, bytes, &message))
        return 0;
    size_t count = walk(&message, field, places);
    if (!comes_extended(row, transport, field) ||
        !decode_sample(row, transport, true, bytes, &message) ||
        walk(&message, field, extended) != count)
        return count;
    for (size_t i = 0; i < count; i++) {
        places[i].extended_at = extended[i].at;
        places[i].extended_len = extended[i].len;
    }
    return count;
}

static bool can_compare(caw_field_id field) {
    caw_kind kind = caw_field_rows[field].kind;
    return kind == CAW_UINT || kind == CAW_IPV4 || kind == CAW_TEXT;
}

capture_rows capture_rows_with(caw_field_id field) {
    capture_rows rows = 0;
    capture_place places[CAPTURE_PLACES];
    if (field == CAW_F_RESERVED || field == CAW_F_ERROR_TEXT || !can_compare(field))
        return 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        if (capture_places(row, CAW_TCP, field, places) ||
            capture_places(row, CAW_UDP, field, places))
            rows |= capture_row(i);
    }
    return rows;
}
