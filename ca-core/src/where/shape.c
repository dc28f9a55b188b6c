/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tables tell a capture filter: which headers a row allows, and where its fields are.
 * Places are not written down again: the decoder is shown a message of each row, and asked.
 */
#include "message/dbr.h"
#include "message/header.h"
#include "message/wire.h"
#include "where.h"

#define MINOR_MOST 255 /* CAW_MINOR_VERSION today */
#define SAMPLE     64  /* bytes */

const where_word caw_where_header[WHERE_WORDS] = {{2, 2}, {4, 2}, {6, 2}, {8, 4}, {12, 4}};

const where_shape caw_where_any_shape = {
    .most_size = UINT32_MAX,
    .extended = true,
    .most = {UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX},
};

/* ---- shapes ------------------------------------------------------------------------------- */

/* The largest value that makes sense. */
static uint32_t most_of(caw_field_id field) {
    uint32_t most = caw_field_rows[field].most;
    switch (field) {
    case CAW_FIELD_RESERVED:
        return 0;
    case CAW_FIELD_VERSION:
        return MINOR_MOST;
    default:
        for (const caw_name *name = caw_field_rows[field].names; name && name->name; name++)
            most = name->value > most ? name->value : most;
        return most ? most : UINT32_MAX;
    }
}

static void set_size(where_shape *shape, uint32_t least, uint32_t most) {
    shape->least_size = least;
    shape->most_size = most;
}

static void set_payload(where_shape *shape, caw_payload payload) {
    switch (payload) {
    case CAW_PAYLOAD_NOTHING:
        set_size(shape, 0, 0);
        break;
    case CAW_PAYLOAD_STRING:
        set_size(shape, 1, UINT32_MAX);
        break;
    case CAW_PAYLOAD_EVENT:
        set_size(shape, CAW_EVENT_SIZE, CAW_EVENT_SIZE);
        break;
    case CAW_PAYLOAD_MINOR:
        set_size(shape, 0, 8);
        break;
    case CAW_PAYLOAD_FAILURE:
        set_size(shape, CAW_HEADER_SIZE, UINT32_MAX);
        break;
    case CAW_PAYLOAD_DBR:
        shape->counted = true;
        break;
    case CAW_PAYLOAD_ANY:
        break;
    }
}

where_shape caw_where_shape_of(const caw_message_row *row) {
    where_shape shape = caw_where_any_shape;
    set_payload(&shape, row->payload);
    shape.extended = row->count == CAW_FIELD_DATA_COUNT || shape.most_size == UINT32_MAX;
    shape.same_ids = row->param1 == row->param2 && row->param1 == CAW_FIELD_CID;
    const caw_field_id fields[WHERE_WORDS] = {CAW_FIELD_SIZE, row->type, row->count, row->param1,
                                              row->param2};
    for (int i = WHERE_TYPE; i < WHERE_WORDS; i++)
        shape.most[i] = most_of(fields[i]);
    return shape;
}

static bool same_size(const where_shape *one, const where_shape *other) {
    return one->least_size == other->least_size && one->most_size == other->most_size &&
           one->extended == other->extended;
}

static void copy_size(where_shape *to, const where_shape *from) {
    set_size(to, from->least_size, from->most_size);
    to->extended = from->extended;
}

where_shape caw_where_difference(where_shape one, const where_shape *other) {
    if (same_size(&one, other))
        copy_size(&one, &caw_where_any_shape);
    one.counted = one.counted && !other->counted;
    one.same_ids = one.same_ids && !other->same_ids;
    for (int i = WHERE_TYPE; i < WHERE_WORDS; i++)
        if (one.most[i] == other->most[i])
            one.most[i] = UINT32_MAX;
    return one;
}

void caw_where_add(where_shape *shape, const where_shape *other) {
    if (same_size(shape, &caw_where_any_shape))
        copy_size(shape, other);
    shape->counted = shape->counted || other->counted;
    shape->same_ids = shape->same_ids || other->same_ids;
    for (int i = WHERE_TYPE; i < WHERE_WORDS; i++)
        if (other->most[i] < shape->most[i])
            shape->most[i] = other->most[i];
}

void caw_where_widen(where_shape *shape, const where_shape *other) {
    for (int i = WHERE_SIZE; i < WHERE_WORDS; i++)
        if (other->most[i] > shape->most[i])
            shape->most[i] = other->most[i];
}

bool caw_where_same_shape(const where_shape *one, const where_shape *other) {
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
    caw_context context = {transport, row->speaker, false, row->payload == CAW_PAYLOAD_NOTHING};
    uint32_t size = row->payload == CAW_PAYLOAD_NOTHING ? 0 : 2 * CAW_EVENT_SIZE;
    memset(bytes, 0, SAMPLE);
    put_u16(bytes, row->command);
    put_u16(bytes + 2, extended ? CAW_EXTENDED_MARKER : size);
    if (extended)
        put_u16(bytes + 18, size);
    return caw_decode(bytes, SAMPLE, &context, message) > 0 && message->row == row;
}

/* The walk is at a part of the message that is always in the same place. */
static bool is_fixed(const caw_field *field) {
    return field->part == CAW_PART_HEADER || field->part == CAW_PART_PAYLOAD ||
           field->id == CAW_FIELD_FAILED_COMMAND;
}

static size_t walk(const caw_message *message, caw_field_id id, where_place places[WHERE_PLACES]) {
    size_t count = 0;
    caw_cursor cursor = caw_fields(message, 0);
    caw_field field;
    while (caw_next(&cursor, &field) && count < WHERE_PLACES)
        if (field.id == id && is_fixed(&field))
            places[count++] =
                (where_place){field.view.at, field.view.len, field.view.at, field.view.len};
    return count;
}

/* Arrays have a long header. Nothing else is known to have one, but its size would be there too. */
static bool comes_extended(const caw_message_row *row, caw_transport transport,
                           caw_field_id field) {
    return transport == CAW_TRANSPORT_TCP &&
           (row->count == CAW_FIELD_DATA_COUNT || field == CAW_FIELD_SIZE);
}

size_t caw_where_places(const caw_message_row *row, caw_transport transport, caw_field_id field,
                        where_place places[WHERE_PLACES]) {
    uint8_t bytes[SAMPLE];
    caw_message message;
    where_place extended[WHERE_PLACES];
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
    return kind == CAW_KIND_UINT || kind == CAW_KIND_IPV4 || kind == CAW_KIND_TEXT;
}

where_rows caw_where_rows_with(caw_field_id field) {
    where_rows rows = 0;
    where_place places[WHERE_PLACES];
    if (field == CAW_FIELD_RESERVED || field == CAW_FIELD_ERROR_TEXT || !can_compare(field))
        return 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        if (caw_where_places(row, CAW_TRANSPORT_TCP, field, places) ||
            caw_where_places(row, CAW_TRANSPORT_UDP, field, places))
            rows |= caw_where_row(i);
    }
    return rows;
}
