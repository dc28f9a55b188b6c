/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The DBR types (db_access.h) and their layouts. Structures are those of C compilers with natural
 * alignment; what a layout leaves of the .meta bytes is RISC padding.
 */
#include "dbr.h"

#include "wire.h"

/* A column left out is zero: no. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define ALARM CAW_FIELD_ALARM_STATUS, CAW_FIELD_ALARM_SEVERITY
#define DISPLAY                                                                                    \
    CAW_FIELD_UPPER_DISP, CAW_FIELD_LOWER_DISP, CAW_FIELD_UPPER_ALARM, CAW_FIELD_UPPER_WARNING,    \
        CAW_FIELD_LOWER_WARNING, CAW_FIELD_LOWER_ALARM
#define CONTROL   CAW_FIELD_UPPER_CTRL, CAW_FIELD_LOWER_CTRL
#define PRECISION CAW_FIELD_PRECISION, CAW_FIELD_RISC_PAD

static const caw_field_id plain[] = {CAW_FIELD_RESERVED};
static const caw_field_id sts[] = {ALARM, CAW_FIELD_RESERVED};
static const caw_field_id stamped[] = {ALARM, CAW_FIELD_STAMP, CAW_FIELD_RESERVED};
static const caw_field_id gr_integer[] = {ALARM, CAW_FIELD_UNITS, DISPLAY, CAW_FIELD_RESERVED};
static const caw_field_id gr_real[] = {ALARM, PRECISION, CAW_FIELD_UNITS, DISPLAY,
                                       CAW_FIELD_RESERVED};
static const caw_field_id ctrl_integer[] = {ALARM, CAW_FIELD_UNITS, DISPLAY, CONTROL,
                                            CAW_FIELD_RESERVED};
static const caw_field_id ctrl_real[] = {ALARM,   PRECISION, CAW_FIELD_UNITS,
                                         DISPLAY, CONTROL,   CAW_FIELD_RESERVED};
static const caw_field_id states[] = {ALARM, CAW_FIELD_STATES, CAW_FIELD_STATE, CAW_FIELD_RESERVED};
static const caw_field_id acknowledged[] = {ALARM, CAW_FIELD_ACK_TRANSIENT, CAW_FIELD_ACK_SEVERITY,
                                            CAW_FIELD_RESERVED};

/* clang-format off */
const caw_dbr_row caw_dbr_rows[CAW_DBR_TYPES] = {
    /* type, structure, metadata bytes, element, layout */
    [CAW_DBR_STRING] = {"STRING", NULL, 0, CAW_ELEMENT_STRING, plain, .native = true, .written = true},
    [CAW_DBR_SHORT] = {"INT", NULL, 0, CAW_ELEMENT_INT16, plain, .native = true, .written = true},
    [CAW_DBR_FLOAT] = {"FLOAT", NULL, 0, CAW_ELEMENT_FLOAT, plain, .native = true, .written = true},
    [CAW_DBR_ENUM] = {"ENUM", NULL, 0, CAW_ELEMENT_ENUM, plain, .native = true, .written = true},
    [CAW_DBR_CHAR] = {"CHAR", NULL, 0, CAW_ELEMENT_CHAR, plain, .native = true, .written = true},
    [CAW_DBR_LONG] = {"LONG", NULL, 0, CAW_ELEMENT_INT32, plain, .native = true, .written = true},
    [CAW_DBR_DOUBLE] = {"DOUBLE", NULL, 0, CAW_ELEMENT_DOUBLE, plain, .native = true, .written = true},
    [CAW_DBR_STS_STRING] = {"STS_STRING", "DBR_STS_STRING", 4, CAW_ELEMENT_STRING, sts},
    [CAW_DBR_STS_SHORT] = {"STS_INT", "DBR_STS_INT", 4, CAW_ELEMENT_INT16, sts},
    [CAW_DBR_STS_FLOAT] = {"STS_FLOAT", "DBR_STS_FLOAT", 4, CAW_ELEMENT_FLOAT, sts},
    [CAW_DBR_STS_ENUM] = {"STS_ENUM", "DBR_STS_ENUM", 4, CAW_ELEMENT_ENUM, sts},
    [CAW_DBR_STS_CHAR] = {"STS_CHAR", "DBR_STS_CHAR", 5, CAW_ELEMENT_CHAR, sts},
    [CAW_DBR_STS_LONG] = {"STS_LONG", "DBR_STS_LONG", 4, CAW_ELEMENT_INT32, sts},
    [CAW_DBR_STS_DOUBLE] = {"STS_DOUBLE", "DBR_STS_DOUBLE", 8, CAW_ELEMENT_DOUBLE, sts},
    [CAW_DBR_TIME_STRING] = {"TIME_STRING", "DBR_TIME_STRING", 12, CAW_ELEMENT_STRING, stamped},
    [CAW_DBR_TIME_SHORT] = {"TIME_INT", "DBR_TIME_INT", 14, CAW_ELEMENT_INT16, stamped},
    [CAW_DBR_TIME_FLOAT] = {"TIME_FLOAT", "DBR_TIME_FLOAT", 12, CAW_ELEMENT_FLOAT, stamped},
    [CAW_DBR_TIME_ENUM] = {"TIME_ENUM", "DBR_TIME_ENUM", 14, CAW_ELEMENT_ENUM, stamped},
    [CAW_DBR_TIME_CHAR] = {"TIME_CHAR", "DBR_TIME_CHAR", 15, CAW_ELEMENT_CHAR, stamped},
    [CAW_DBR_TIME_LONG] = {"TIME_LONG", "DBR_TIME_LONG", 12, CAW_ELEMENT_INT32, stamped},
    [CAW_DBR_TIME_DOUBLE] = {"TIME_DOUBLE", "DBR_TIME_DOUBLE", 16, CAW_ELEMENT_DOUBLE, stamped},
    [CAW_DBR_GR_STRING] = {"GR_STRING", "DBR_STS_STRING", 4, CAW_ELEMENT_STRING, sts},
    [CAW_DBR_GR_SHORT] = {"GR_INT", "DBR_GR_INT", 24, CAW_ELEMENT_INT16, gr_integer},
    [CAW_DBR_GR_FLOAT] = {"GR_FLOAT", "DBR_GR_FLOAT", 40, CAW_ELEMENT_FLOAT, gr_real},
    [CAW_DBR_GR_ENUM] = {"GR_ENUM", "DBR_GR_ENUM", 422, CAW_ELEMENT_ENUM, states},
    [CAW_DBR_GR_CHAR] = {"GR_CHAR", "DBR_GR_CHAR", 19, CAW_ELEMENT_CHAR, gr_integer},
    [CAW_DBR_GR_LONG] = {"GR_LONG", "DBR_GR_LONG", 36, CAW_ELEMENT_INT32, gr_integer},
    [CAW_DBR_GR_DOUBLE] = {"GR_DOUBLE", "DBR_GR_DOUBLE", 64, CAW_ELEMENT_DOUBLE, gr_real},
    [CAW_DBR_CTRL_STRING] = {"CTRL_STRING", "DBR_STS_STRING", 4, CAW_ELEMENT_STRING, sts, .maybe_time = true},
    [CAW_DBR_CTRL_SHORT] = {"CTRL_INT", "DBR_CTRL_INT", 28, CAW_ELEMENT_INT16, ctrl_integer},
    [CAW_DBR_CTRL_FLOAT] = {"CTRL_FLOAT", "DBR_CTRL_FLOAT", 48, CAW_ELEMENT_FLOAT, ctrl_real},
    [CAW_DBR_CTRL_ENUM] = {"CTRL_ENUM", "DBR_CTRL_ENUM", 422, CAW_ELEMENT_ENUM, states},
    [CAW_DBR_CTRL_CHAR] = {"CTRL_CHAR", "DBR_CTRL_CHAR", 21, CAW_ELEMENT_CHAR, ctrl_integer},
    [CAW_DBR_CTRL_LONG] = {"CTRL_LONG", "DBR_CTRL_LONG", 44, CAW_ELEMENT_INT32, ctrl_integer},
    [CAW_DBR_CTRL_DOUBLE] = {"CTRL_DOUBLE", "DBR_CTRL_DOUBLE", 80, CAW_ELEMENT_DOUBLE, ctrl_real},
    [CAW_DBR_PUT_ACKT] = {"PUT_ACKT", "DBR_PUT_ACKT", 0, CAW_ELEMENT_ENUM, plain, .written = true, .with_value = true},
    [CAW_DBR_PUT_ACKS] = {"PUT_ACKS", "DBR_PUT_ACKS", 0, CAW_ELEMENT_ENUM, plain, .written = true, .with_value = true},
    [CAW_DBR_STSACK_STRING] = {"STSACK_STRING", "DBR_STSACK_STRING", 8, CAW_ELEMENT_STRING, acknowledged, .with_value = true},
    [CAW_DBR_CLASS_NAME] = {"CLASS_NAME", "DBR_CLASS_NAME", 0, CAW_ELEMENT_STRING, plain, .with_value = true, .first_only = true},
};
/* clang-format on */

const uint8_t caw_element_sizes[] = {[CAW_ELEMENT_STRING] = CAW_STRING_ROOM,
                                     [CAW_ELEMENT_INT16] = 2,
                                     [CAW_ELEMENT_FLOAT] = 4,
                                     [CAW_ELEMENT_ENUM] = 2,
                                     [CAW_ELEMENT_CHAR] = 1,
                                     [CAW_ELEMENT_INT32] = 4,
                                     [CAW_ELEMENT_DOUBLE] = 8};

uint32_t caw_dbr_few_elements(const caw_dbr_row *row, caw_view payload) {
    if (payload.len <= row->meta)
        return 0;
    uint32_t size = caw_element_size(row->element);
    uint32_t bytes = payload.len - row->meta;
    /* a single string may be sent short (libca's puts, rsrv's READ answer) */
    bool short_string = row->element == CAW_ELEMENT_STRING && bytes % size;
    return bytes / size + short_string;
}

void caw_read_element(caw_element_kind kind, caw_view bytes, caw_field *field) {
    switch (kind) {
    case CAW_ELEMENT_STRING:
        field->text = wire_sub(bytes, 0, wire_strlen(bytes));
        return;
    case CAW_ELEMENT_FLOAT:
        field->real = wire_f32(bytes, 0);
        return;
    case CAW_ELEMENT_DOUBLE:
        field->real = wire_f64(bytes, 0);
        return;
    case CAW_ELEMENT_CHAR:
        field->number = wire_u8(bytes, 0);
        break;
    case CAW_ELEMENT_ENUM:
        field->number = wire_u16(bytes, 0);
        break;
    case CAW_ELEMENT_INT16:
        field->number = (uint64_t)(int16_t)wire_u16(bytes, 0);
        break;
    case CAW_ELEMENT_INT32:
        field->number = (uint64_t)(int32_t)wire_u32(bytes, 0);
        break;
    }
    field->real = (double)(int64_t)field->number;
}
