/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one message alone shows to be wrong. One function per part of a message; legal traffic of
 * any server or client known raises notes at most. Bytes after the NUL of a string and RISC
 * padding are never judged: servers leave old buffer contents there. rsrv leaves them after
 * values of variable length as well.
 */
#include "dbr.h"
#include "fields.h"
#include "header.h"
#include "wire.h"

#define OLDEST_MINOR  4
#define HUGE          (16u << 20)
#define RECORD_MOST   60  /* characters of a record's name */
#define NAME_MOST     500 /* unreasonablePVNameSize (nciu.cpp) */
#define IDENTITY_MOST 511
#define STAMP_SIZE    8
#define INVALID       3 /* alarm severity */

/* What is found. */
typedef uint64_t flaw_set;

static void flag(flaw_set *flaws, caw_flaw flaw) {
    *flaws |= UINT64_C(1) << flaw;
}

static void flag_if(flaw_set *flaws, bool wrong, caw_flaw flaw) {
    if (wrong)
        flag(flaws, flaw);
}

/* ---- header ------------------------------------------------------------------------------- */

static void check_size(const caw_message *message, flaw_set *flaws) {
    flag_if(flaws, message->payload_size % 8, CAW_FLAW_UNALIGNED);
    flag_if(flaws, message->payload_size > HUGE, CAW_FLAW_HUGE);
    if (!message->extended)
        return;
    flag_if(flaws, wire_u16(message->whole, 6) != 0, CAW_FLAW_BAD_MARKER);
    flag_if(flaws, message->transport == CAW_TRANSPORT_UDP, CAW_FLAW_EXTENDED_UDP);
}

static bool exceeds(caw_field_id id, uint32_t value) {
    return value > caw_field_rows[id].most;
}

/* What is worth a word whenever a command appears. */
static void check_command(const caw_message *message, flaw_set *flaws) {
    *flaws |= message->row->flaws;
    if (message->row->speaker == CAW_SIDE_NOBODY)
        flag(flaws, message->command < CAW_COMMANDS ? CAW_FLAW_OBSOLETE : CAW_FLAW_UNKNOWN_COMMAND);
}

/* A row that does not fit in all. Without a known speaker clients are looked at first. */
static void check_sender(const caw_message *message, flaw_set *flaws) {
    const caw_message_row *row = message->row;
    bool known = message->speaker != CAW_SIDE_NOBODY;
    if (row->speaker == CAW_SIDE_NOBODY)
        return;
    if (row->speaker != (known ? message->speaker : CAW_SIDE_CLIENT))
        flag_if(flaws, known, CAW_FLAW_WRONG_SIDE);
    else
        flag_if(flaws, !(row->transport & message->transport), CAW_FLAW_WRONG_TRANSPORT);
}

static void check_version(const caw_message *message, flaw_set *flaws, uint32_t minor) {
    /* a repeater's liveness test is an all-zero VERSION datagram; searches of 3.13 had 8 */
    bool counts = message->transport == CAW_TRANSPORT_TCP || minor;
    flag_if(flaws, counts && minor < OLDEST_MINOR, CAW_FLAW_VERSION_TOO_OLD);
    flag_if(flaws, counts && minor >= OLDEST_MINOR && minor < CAW_MINOR_VERSION,
            CAW_FLAW_VERSION_OLDER);
    flag_if(flaws, minor > CAW_MINOR_VERSION, CAW_FLAW_VERSION_NEWER);
}

static void check_status(const caw_message *message, flaw_set *flaws, uint32_t status) {
    if (status == CAW_ECA_NORMAL)
        return;
    bool known = caw_is_status(status);
    flag_if(flaws, !known, CAW_FLAW_UNKNOWN_STATUS);
    flag_if(flaws, known && message->command != CAW_COMMAND_ERROR, CAW_FLAW_FAILURE);
}

static void check_data_type(const caw_message *message, flaw_set *flaws, uint32_t type) {
    if (message->row->native)
        flag_if(flaws, !caw_is_native(type), CAW_FLAW_BAD_NATIVE_TYPE);
    else
        flag_if(flaws, !caw_dbr(type), CAW_FLAW_BAD_TYPE);
}

static void check_rights(const caw_message *message, flaw_set *flaws, uint32_t rights) {
    (void)message;
    flag_if(flaws, rights == 0, CAW_FLAW_NO_ACCESS);
    flag_if(flaws, !caw_name_of(caw_rights_names, rights), CAW_FLAW_RIGHTS);
}

static void check_reserved(const caw_message *message, flaw_set *flaws, uint32_t value) {
    (void)message;
    flag_if(flaws, value != 0, CAW_FLAW_RESERVED);
}

static void check_priority(const caw_message *message, flaw_set *flaws, uint32_t priority) {
    (void)message;
    flag_if(flaws, exceeds(CAW_FIELD_PRIORITY, priority), CAW_FLAW_PRIORITY);
}

static void check_port(const caw_message *message, flaw_set *flaws, uint32_t port) {
    flag_if(flaws, port == 0 && message->command == CAW_COMMAND_RSRV_IS_UP, CAW_FLAW_BEACON_PORT);
}

static void check_word(const caw_message *message, flaw_set *flaws, caw_field_id id,
                       uint32_t value) {
    static void (*const checks[CAW_FIELDS])(const caw_message *, flaw_set *, uint32_t) = {
        [CAW_FIELD_RESERVED] = check_reserved,   [CAW_FIELD_PRIORITY] = check_priority,
        [CAW_FIELD_VERSION] = check_version,     [CAW_FIELD_STATUS] = check_status,
        [CAW_FIELD_DATA_TYPE] = check_data_type, [CAW_FIELD_RIGHTS] = check_rights,
        [CAW_FIELD_SERVER_PORT] = check_port,
    };
    if (checks[id])
        checks[id](message, flaws, value);
}

static void check_header(const caw_message *message, flaw_set *flaws) {
    const caw_message_row *row = message->row;
    check_size(message, flaws);
    check_command(message, flaws);
    check_sender(message, flaws);
    check_word(message, flaws, row->type, message->type);
    check_word(message, flaws, row->count, message->count);
    check_word(message, flaws, row->param1, message->param1);
    check_word(message, flaws, row->param2, message->param2);
}

/* ---- payloads ----------------------------------------------------------------------------- */

/* Dots outside of a channel filter: record.FIELD{"dbnd":{"d":1.5}}. */
static uint32_t dots(caw_view name) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < name.len && name.bytes[i] != '{'; i++)
        count += name.bytes[i] == '.';
    return count;
}

static bool has_odd_character(caw_view name) {
    for (uint32_t i = 0; i < name.len && name.bytes[i] != '{'; i++)
        if (name.bytes[i] <= ' ' || name.bytes[i] >= 0x7f)
            return true;
    return false;
}

static void check_pv(flaw_set *flaws, caw_view name) {
    const uint8_t *dot = name.len ? memchr(name.bytes, '.', name.len) : NULL;
    uint32_t record = dot ? (uint32_t)(dot - name.bytes) : name.len;
    flag_if(flaws, name.len == 0, CAW_FLAW_NO_NAME);
    flag_if(flaws, dots(name) > 1 || has_odd_character(name), CAW_FLAW_ODD_NAME);
    flag_if(flaws, record > RECORD_MOST || name.len > NAME_MOST, CAW_FLAW_LONG_NAME);
}

static void check_text(const caw_message *message, flaw_set *flaws) {
    caw_view text = wire_sub(message->payload, 0, wire_strlen(message->payload));
    if (caw_is_cut(message))
        return;
    flag_if(flaws, text.len == message->payload_size && text.len, CAW_FLAW_UNTERMINATED_NAME);
    if (message->row->text == CAW_FIELD_PV)
        check_pv(flaws, text);
    if (message->row->text == CAW_FIELD_USER || message->row->text == CAW_FIELD_HOST)
        flag_if(flaws, text.len > IDENTITY_MOST, CAW_FLAW_LONG_IDENTITY);
}

static void check_search(const caw_message *message, flaw_set *flaws) {
    bool udp = message->transport == CAW_TRANSPORT_UDP;
    flag_if(flaws, message->starts && udp, CAW_FLAW_NO_VERSION);
    flag_if(flaws, message->param1 != message->param2, CAW_FLAW_SEARCH_IDS);
    flag_if(flaws, !caw_name_of(caw_reply_names, message->type), CAW_FLAW_SEARCH_REPLY);
    flag_if(flaws, udp && message->type == CAW_REPLY_ALWAYS, CAW_FLAW_SEARCH_DOREPLY);
}

static void check_event(const caw_message *message, flaw_set *flaws) {
    flag_if(flaws, message->payload_size < CAW_EVENT_SIZE, CAW_FLAW_TOO_SHORT);
    if (message->payload.len < CAW_EVENT_SIZE)
        return;
    flag_if(flaws, !caw_is_mask(wire_u16(message->payload, 12)), CAW_FLAW_MASK);
    flag_if(flaws, !wire_is_zero(wire_sub(message->payload, 0, 12)), CAW_FLAW_DELTAS);
}

static void check_failure(const caw_message *message, flaw_set *flaws) {
    caw_header request;
    uint32_t used = caw_read_header(message->payload, &request);
    if (caw_is_cut(message))
        return;
    flag_if(flaws, used == CAW_MORE, CAW_FLAW_TOO_SHORT);
    caw_view text = wire_sub(message->payload, used, message->payload.len);
    flag_if(flaws, used && wire_strlen(text) == text.len, CAW_FLAW_UNTERMINATED_ERROR);
}

/* ---- values ------------------------------------------------------------------------------- */

static uint64_t align8(uint64_t size) {
    return (size + 7) & ~UINT64_C(7);
}

/* A payload of another size than its elements need. */
static void check_odd_size(const caw_message *message, flaw_set *flaws, uint64_t need,
                           bool string) {
    /* the last string may be short; an empty array may come with room for one element */
    uint64_t least = string && message->count ? need - CAW_STRING_ROOM + 1 : need;
    uint64_t most = message->count ? need : caw_dbr_need(message->dbr, 1);
    bool empty_update = message->command == CAW_COMMAND_EVENT_ADD && message->payload_size == 0;
    flag_if(flaws, message->payload_size < least && !empty_update, CAW_FLAW_TOO_SHORT);
    bool as_time = message->dbr->maybe_time && message->count &&
                   message->payload_size == align8(need + STAMP_SIZE);
    flag_if(flaws, as_time, CAW_FLAW_TIME_LAYOUT);
    flag_if(flaws, message->payload_size > align8(most) && !as_time, CAW_FLAW_TOO_LONG);
}

static void check_dbr_size(const caw_message *message, flaw_set *flaws) {
    const caw_dbr_row *dbr = message->dbr;
    uint64_t need = caw_dbr_need(dbr, message->count);
    bool string = dbr->element == CAW_ELEMENT_STRING;
    if (message->payload_size != align8(need))
        check_odd_size(message, flaws, need, string);
    if (message->count && !string && need < message->payload.len) {
        caw_view rest = wire_sub(message->payload, (uint32_t)need, message->payload.len);
        flag_if(flaws, !wire_is_zero(rest), CAW_FLAW_DIRTY_PADDING);
    }
}

static void check_severity(flaw_set *flaws, uint16_t severity) {
    flag_if(flaws, exceeds(CAW_FIELD_ALARM_SEVERITY, severity), CAW_FLAW_ALARM);
    flag_if(flaws, severity == INVALID, CAW_FLAW_INVALID);
}

static void check_meta_text(const caw_message *message, flaw_set *flaws, uint32_t at,
                            uint32_t room) {
    caw_view text = wire_sub(message->payload, at, room);
    flag_if(flaws, text.len == room && wire_strlen(text) == room, CAW_FLAW_UNTERMINATED_STRING);
}

static void check_state_names(const caw_message *message, flaw_set *flaws) {
    caw_cursor cursor = caw_payload_fields(message, 0);
    caw_field field;
    while (caw_next(&cursor, &field))
        if (field.id == CAW_FIELD_STATE)
            flag_if(flaws, field.text.len == field.view.len, CAW_FLAW_UNTERMINATED_STRING);
}

static void check_meta_field(const caw_message *message, flaw_set *flaws, caw_field_id id,
                             uint32_t at) {
    caw_view meta = message->payload;
    switch (id) {
    case CAW_FIELD_ALARM_STATUS:
        flag_if(flaws, exceeds(id, wire_u16(meta, at)), CAW_FLAW_ALARM);
        break;
    case CAW_FIELD_ALARM_SEVERITY:
        check_severity(flaws, wire_u16(meta, at));
        break;
    case CAW_FIELD_STAMP:
        flag_if(flaws, exceeds(CAW_FIELD_NANOSECONDS, wire_u32(meta, at + 4)),
                CAW_FLAW_NANOSECONDS);
        break;
    case CAW_FIELD_STATES:
        flag_if(flaws, exceeds(id, wire_u16(meta, at)), CAW_FLAW_STATES);
        break;
    case CAW_FIELD_STATE:
        check_state_names(message, flaws);
        break;
    default:
        if (caw_field_rows[id].kind == CAW_KIND_TEXT)
            check_meta_text(message, flaws, at, caw_field_rows[id].room);
    }
}

static void check_meta(const caw_message *message, flaw_set *flaws) {
    const caw_field_id *id = message->dbr->layout;
    uint32_t at = 0;
    if (caw_has_no_alarm(message)) { /* nothing to find */
        id += CAW_ALARM_FIELDS;
        at += CAW_ALARM_SIZE;
    }
    for (; *id != CAW_FIELD_RESERVED; id++) {
        check_meta_field(message, flaws, *id, at);
        at += caw_meta_size(&caw_field_rows[*id], message->dbr->element);
    }
}

static void check_strings(const caw_message *message, flaw_set *flaws) {
    uint32_t count = message->dbr->first_only ? message->elements > 0 : message->elements;
    caw_field field;
    for (uint32_t i = 0; i < count; i++)
        if (caw_element(message, i, &field) && field.text.len == field.view.len &&
            (!caw_is_cut(message) || field.view.len == CAW_STRING_ROOM))
            flag(flaws, CAW_FLAW_UNTERMINATED_STRING);
}

static void check_states(const caw_message *message, flaw_set *flaws) {
    caw_field states, value;
    if (!caw_find(message, CAW_FIELD_STATES, &states) || states.number == 0)
        return;
    for (uint32_t i = 0; i < message->elements; i++)
        if (caw_element(message, i, &value))
            flag_if(flaws, value.number >= states.number, CAW_FLAW_ENUM_VALUE);
}

static void check_write(const caw_message *message, flaw_set *flaws) {
    flag_if(flaws, message->dbr && !message->dbr->written, CAW_FLAW_WRITE_TYPE);
    flag_if(flaws, message->count == 0, CAW_FLAW_EMPTY_WRITE);
}

static void check_value(const caw_message *message, flaw_set *flaws) {
    if (message->row->speaker == CAW_SIDE_CLIENT)
        check_write(message, flaws);
    if (!message->dbr)
        return;
    check_dbr_size(message, flaws);
    /* the data of a failed read is zeros */
    if (message->row->param1 == CAW_FIELD_STATUS && message->param1 != CAW_ECA_NORMAL)
        return;
    if (message->dbr->meta)
        check_meta(message, flaws);
    if (message->dbr->element == CAW_ELEMENT_STRING)
        check_strings(message, flaws);
    if (message->dbr->element == CAW_ELEMENT_ENUM)
        check_states(message, flaws);
}

static void check_payload(const caw_message *message, flaw_set *flaws) {
    switch (message->row->payload) {
    case CAW_PAYLOAD_NOTHING:
        flag_if(flaws, message->payload_size > 0, CAW_FLAW_TOO_LONG);
        break;
    case CAW_PAYLOAD_STRING:
        check_text(message, flaws);
        if (message->command == CAW_COMMAND_SEARCH)
            check_search(message, flaws);
        break;
    case CAW_PAYLOAD_EVENT:
        check_event(message, flaws);
        break;
    case CAW_PAYLOAD_MINOR:
        flag_if(flaws, message->payload_size == 1, CAW_FLAW_TOO_SHORT);
        if (message->payload.len >= 2)
            check_version(message, flaws, wire_u16(message->payload, 0));
        break;
    case CAW_PAYLOAD_FAILURE:
        check_failure(message, flaws);
        break;
    case CAW_PAYLOAD_DBR:
        check_value(message, flaws);
        break;
    case CAW_PAYLOAD_ANY:
        break;
    }
}

uint64_t caw_flaws(const caw_message *message) {
    flaw_set flaws = 0;
    check_header(message, &flaws);
    check_payload(message, &flaws);
    return flaws;
}
