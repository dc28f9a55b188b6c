/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The DBR types (db_access.h) and their layouts. Structures are those of C compilers with natural
 * alignment; what a layout leaves of the .meta bytes is RISC padding.
 */
#include "dbr.h"

#include "compat.h"
#include "wire.h"

/* A column left out is zero: no. */
CAW_ROWS_MAY_BE_SHORT

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

#define TYPE(name) CAW_PHRASE("<ChannelType." name ">")
#define DATA(name) CAW_PHRASE(name "(")

/* clang-format off */
const caw_dbr_row caw_dbr_rows[CAW_DBR_TYPES] = {
    /* type, structure, metadata bytes, element, layout */
    [CAW_DBR_STRING] = {TYPE("STRING: 0"), CAW_PHRASE(""), 0, CAW_ELEMENT_STRING, plain, .native = true, .written = true},
    [CAW_DBR_SHORT] = {TYPE("INT: 1"), CAW_PHRASE(""), 0, CAW_ELEMENT_INT16, plain, .native = true, .written = true},
    [CAW_DBR_FLOAT] = {TYPE("FLOAT: 2"), CAW_PHRASE(""), 0, CAW_ELEMENT_FLOAT, plain, .native = true, .written = true},
    [CAW_DBR_ENUM] = {TYPE("ENUM: 3"), CAW_PHRASE(""), 0, CAW_ELEMENT_ENUM, plain, .native = true, .written = true},
    [CAW_DBR_CHAR] = {TYPE("CHAR: 4"), CAW_PHRASE(""), 0, CAW_ELEMENT_CHAR, plain, .native = true, .written = true},
    [CAW_DBR_LONG] = {TYPE("LONG: 5"), CAW_PHRASE(""), 0, CAW_ELEMENT_INT32, plain, .native = true, .written = true},
    [CAW_DBR_DOUBLE] = {TYPE("DOUBLE: 6"), CAW_PHRASE(""), 0, CAW_ELEMENT_DOUBLE, plain, .native = true, .written = true},
    [CAW_DBR_STS_STRING] = {TYPE("STS_STRING: 7"), DATA("DBR_STS_STRING"), 4, CAW_ELEMENT_STRING, sts},
    [CAW_DBR_STS_SHORT] = {TYPE("STS_INT: 8"), DATA("DBR_STS_INT"), 4, CAW_ELEMENT_INT16, sts},
    [CAW_DBR_STS_FLOAT] = {TYPE("STS_FLOAT: 9"), DATA("DBR_STS_FLOAT"), 4, CAW_ELEMENT_FLOAT, sts},
    [CAW_DBR_STS_ENUM] = {TYPE("STS_ENUM: 10"), DATA("DBR_STS_ENUM"), 4, CAW_ELEMENT_ENUM, sts},
    [CAW_DBR_STS_CHAR] = {TYPE("STS_CHAR: 11"), DATA("DBR_STS_CHAR"), 5, CAW_ELEMENT_CHAR, sts},
    [CAW_DBR_STS_LONG] = {TYPE("STS_LONG: 12"), DATA("DBR_STS_LONG"), 4, CAW_ELEMENT_INT32, sts},
    [CAW_DBR_STS_DOUBLE] = {TYPE("STS_DOUBLE: 13"), DATA("DBR_STS_DOUBLE"), 8, CAW_ELEMENT_DOUBLE, sts},
    [CAW_DBR_TIME_STRING] = {TYPE("TIME_STRING: 14"), DATA("DBR_TIME_STRING"), 12, CAW_ELEMENT_STRING, stamped},
    [CAW_DBR_TIME_SHORT] = {TYPE("TIME_INT: 15"), DATA("DBR_TIME_INT"), 14, CAW_ELEMENT_INT16, stamped},
    [CAW_DBR_TIME_FLOAT] = {TYPE("TIME_FLOAT: 16"), DATA("DBR_TIME_FLOAT"), 12, CAW_ELEMENT_FLOAT, stamped},
    [CAW_DBR_TIME_ENUM] = {TYPE("TIME_ENUM: 17"), DATA("DBR_TIME_ENUM"), 14, CAW_ELEMENT_ENUM, stamped},
    [CAW_DBR_TIME_CHAR] = {TYPE("TIME_CHAR: 18"), DATA("DBR_TIME_CHAR"), 15, CAW_ELEMENT_CHAR, stamped},
    [CAW_DBR_TIME_LONG] = {TYPE("TIME_LONG: 19"), DATA("DBR_TIME_LONG"), 12, CAW_ELEMENT_INT32, stamped},
    [CAW_DBR_TIME_DOUBLE] = {TYPE("TIME_DOUBLE: 20"), DATA("DBR_TIME_DOUBLE"), 16, CAW_ELEMENT_DOUBLE, stamped},
    [CAW_DBR_GR_STRING] = {TYPE("GR_STRING: 21"), DATA("DBR_STS_STRING"), 4, CAW_ELEMENT_STRING, sts},
    [CAW_DBR_GR_SHORT] = {TYPE("GR_INT: 22"), DATA("DBR_GR_INT"), 24, CAW_ELEMENT_INT16, gr_integer},
    [CAW_DBR_GR_FLOAT] = {TYPE("GR_FLOAT: 23"), DATA("DBR_GR_FLOAT"), 40, CAW_ELEMENT_FLOAT, gr_real},
    [CAW_DBR_GR_ENUM] = {TYPE("GR_ENUM: 24"), DATA("DBR_GR_ENUM"), 422, CAW_ELEMENT_ENUM, states},
    [CAW_DBR_GR_CHAR] = {TYPE("GR_CHAR: 25"), DATA("DBR_GR_CHAR"), 19, CAW_ELEMENT_CHAR, gr_integer},
    [CAW_DBR_GR_LONG] = {TYPE("GR_LONG: 26"), DATA("DBR_GR_LONG"), 36, CAW_ELEMENT_INT32, gr_integer},
    [CAW_DBR_GR_DOUBLE] = {TYPE("GR_DOUBLE: 27"), DATA("DBR_GR_DOUBLE"), 64, CAW_ELEMENT_DOUBLE, gr_real},
    [CAW_DBR_CTRL_STRING] = {TYPE("CTRL_STRING: 28"), DATA("DBR_STS_STRING"), 4, CAW_ELEMENT_STRING, sts, .maybe_time = true},
    [CAW_DBR_CTRL_SHORT] = {TYPE("CTRL_INT: 29"), DATA("DBR_CTRL_INT"), 28, CAW_ELEMENT_INT16, ctrl_integer},
    [CAW_DBR_CTRL_FLOAT] = {TYPE("CTRL_FLOAT: 30"), DATA("DBR_CTRL_FLOAT"), 48, CAW_ELEMENT_FLOAT, ctrl_real},
    [CAW_DBR_CTRL_ENUM] = {TYPE("CTRL_ENUM: 31"), DATA("DBR_CTRL_ENUM"), 422, CAW_ELEMENT_ENUM, states},
    [CAW_DBR_CTRL_CHAR] = {TYPE("CTRL_CHAR: 32"), DATA("DBR_CTRL_CHAR"), 21, CAW_ELEMENT_CHAR, ctrl_integer},
    [CAW_DBR_CTRL_LONG] = {TYPE("CTRL_LONG: 33"), DATA("DBR_CTRL_LONG"), 44, CAW_ELEMENT_INT32, ctrl_integer},
    [CAW_DBR_CTRL_DOUBLE] = {TYPE("CTRL_DOUBLE: 34"), DATA("DBR_CTRL_DOUBLE"), 80, CAW_ELEMENT_DOUBLE, ctrl_real},
    [CAW_DBR_PUT_ACKT] = {TYPE("PUT_ACKT: 35"), DATA("DBR_PUT_ACKT"), 0, CAW_ELEMENT_ENUM, plain, .written = true, .with_value = true},
    [CAW_DBR_PUT_ACKS] = {TYPE("PUT_ACKS: 36"), DATA("DBR_PUT_ACKS"), 0, CAW_ELEMENT_ENUM, plain, .written = true, .with_value = true},
    [CAW_DBR_STSACK_STRING] = {TYPE("STSACK_STRING: 37"), DATA("DBR_STSACK_STRING"), 8, CAW_ELEMENT_STRING, acknowledged, .with_value = true},
    [CAW_DBR_CLASS_NAME] = {TYPE("CLASS_NAME: 38"), DATA("DBR_CLASS_NAME"), 0, CAW_ELEMENT_STRING, plain, .with_value = true, .first_only = true},
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
