/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is this Channel Access? There is no magic number, so each thing that is as it must be counts
 * some bits of evidence, and one thing that cannot be ends it. The bits are those of data full of
 * zeros and small numbers, as arrays are: there a command and a type come cheap. What counts is a
 * size that agrees with type and count, a status code, a text with its NUL, two equal ids.
 *
 * What must be is in the rows of the command: each field of the header has its rule here, and each
 * kind of payload. The row that speaks best for the message counts.
 */
#include "caw_history.h"

#include "message/dbr.h"
#include "message/header.h"
#include "message/wire.h"

#define MINOR_MOST 30 /* CAW_MINOR_VERSION today, and one mistaken server with more */
#define NAME_MOST  1024
#define ECHO_MOST  64
#define LARGEST    (64u << 20) /* larger messages do exist, but prove nothing */
#define ENOUGH     96          /* evidence of a chain that need not be followed further */
#define RICH       28          /* a message with more than a command and zeros to speak for it */

/* bits of evidence */
#define COMMAND 8
#define TYPE    4
#define NATIVE  6  /* a type without metadata */
#define STATUS  16 /* 61 of 2^32 */
#define SIZE    16 /* agrees with type and count */
#define TEXT    20 /* printable, with its NUL */
#define SAME    12 /* two ids are equal */
#define SMALL   4  /* one of a few small numbers */
#define ZERO    1  /* a word that is zero */
#define ENDS    39 /* the last message ends where the bytes do */
#define FIRST   13 /* what the first message of a circuit must have */

static unsigned if_true(bool good, unsigned evidence) {
    return good ? evidence : 0;
}

/* Payload size and count of a value agree; the last string may be short. */
static bool value_fits(const caw_header *header) {
    const caw_dbr_row *dbr = caw_dbr(header->type);
    if (!dbr)
        return false;
    uint64_t need = caw_dbr_need(dbr, header->count);
    uint64_t most = header->count ? need : caw_dbr_need(dbr, 1);
    uint64_t least =
        dbr->element == CAW_ELEMENT_STRING && header->count ? need - CAW_STRING_ROOM + 1 : need;
    return header->payload_size >= least && header->payload_size <= most + 7;
}

/* What is there of a text is printable and not empty, and has its NUL if all of it is there. */
static bool is_text(const caw_header *header, caw_view payload) {
    caw_view text = wire_sub(payload, 0, header->payload_size);
    uint32_t length = wire_strlen(text);
    for (uint32_t i = 0; i < length; i++)
        if (text.bytes[i] < ' ' || text.bytes[i] == 0x7f)
            return false;
    return (length || !text.len) && (length < text.len || text.len < header->payload_size);
}

/* Evidence of a name: little when hardly any of it is there, 0 when it is none. */
static unsigned name(const caw_header *header, caw_view payload) {
    if (!header->payload_size || header->payload_size > NAME_MOST || !is_text(header, payload))
        return 0;
    return payload.len < 8 ? SMALL : TEXT;
}

/* ---- one row ------------------------------------------------------------------------------ */

typedef struct {
    unsigned bits;
    bool impossible;
} claim;

static void demand(claim *made, bool good, unsigned bits) {
    made->bits += bits;
    made->impossible |= !good;
}

static void judge_word(claim *made, const caw_message_row *row, caw_field_id id, uint32_t value) {
    const caw_field_row *field = &caw_field_rows[id];
    switch (id) {
    case CAW_FIELD_RESERVED:
    case CAW_FIELD_TYPE: /* of no known meaning: nobody puts anything there */
        demand(made, !value, ZERO);
        break;
    case CAW_FIELD_DATA_TYPE:
        demand(made, row->native ? caw_is_native(value) : caw_dbr(value) != NULL,
               row->native ? NATIVE : TYPE);
        break;
    case CAW_FIELD_PRIORITY:
        demand(made, value <= field->most, SMALL);
        break;
    case CAW_FIELD_VERSION:
        demand(made, value > 0 && value <= MINOR_MOST, SMALL);
        break;
    case CAW_FIELD_SEQUENCE_VALID:
        demand(made, value <= 1, 0);
        break;
    case CAW_FIELD_STATUS:
        demand(made, caw_is_status(value), STATUS);
        break;
    case CAW_FIELD_SERVER_PORT:
        demand(made, value > 0, SMALL);
        break;
    default: /* an id can be any number */
        demand(made, !field->names || caw_name_of(field->names, value), 0);
    }
}

static bool has_id(const caw_message_row *row) {
    return caw_field_rows[row->param1].identifier || caw_field_rows[row->param2].identifier;
}

/* A command counts, but for VERSION: it is a zero like others. */
static void judge_header(claim *made, const caw_message_row *row, const caw_header *header) {
    demand(made, true, row->command ? COMMAND : 0);
    judge_word(made, row, row->type, header->type);
    judge_word(made, row, row->count, header->count);
    judge_word(made, row, row->param1, header->param1);
    judge_word(made, row, row->param2, header->param2);
    if (row->param1 == row->param2 && has_id(row))
        demand(made, header->param1 == header->param2, SAME);
}

/* The deltas of a subscription are zeros, its mask is not. */
static void judge_subscription(claim *made, const caw_header *header, caw_view payload) {
    bool whole = wire_has(payload, 0, CAW_EVENT_SIZE);
    demand(made, header->payload_size == CAW_EVENT_SIZE, SIZE);
    if (whole)
        demand(made, caw_is_mask(wire_u16(payload, 12)) && wire_is_zero(wire_sub(payload, 0, 12)),
               SMALL + 3 * ZERO);
}

/* The answer of a server that has the PV itself: its version alone in the payload. */
static bool is_found(const caw_header *header, caw_view payload) {
    uint16_t minor = wire_u16(payload, 0);
    return header->param1 == UINT32_MAX && payload.len == 8 && minor > 0 && minor <= MINOR_MOST &&
           wire_is_zero(wire_sub(payload, 2, 6));
}

/* An ERROR quotes the header of the request. */
static void judge_failure(claim *made, const caw_header *header, caw_view payload) {
    bool quotes = wire_has(payload, 0, CAW_HEADER_SIZE) && wire_u16(payload, 0) < CAW_COMMANDS;
    demand(made, header->payload_size >= CAW_HEADER_SIZE, if_true(quotes, COMMAND));
}

/* A value, or a write of no elements. An answer without data is not worth more than a request. */
static void judge_value(claim *made, const caw_message_row *row, const caw_header *header) {
    if (header->payload_size)
        demand(made, value_fits(header), SIZE);
    else
        demand(made, row->speaker == CAW_SIDE_CLIENT && !header->count, 2 * ZERO);
}

static void judge_payload(claim *made, const caw_message_row *row, const caw_header *header,
                          caw_view payload) {
    switch (row->payload) {
    case CAW_PAYLOAD_NOTHING:
        demand(made, !header->payload_size, ZERO);
        break;
    case CAW_PAYLOAD_STRING:
        demand(made, name(header, payload) > 0, name(header, payload));
        break;
    case CAW_PAYLOAD_EVENT:
        judge_subscription(made, header, payload);
        break;
    case CAW_PAYLOAD_MINOR:
        demand(made, header->payload_size <= 8, if_true(is_found(header, payload), SIZE));
        break;
    case CAW_PAYLOAD_FAILURE:
        judge_failure(made, header, payload);
        break;
    case CAW_PAYLOAD_DBR:
        judge_value(made, row, header);
        break;
    case CAW_PAYLOAD_ANY:
        demand(made, header->payload_size <= ECHO_MOST, 0);
        break;
    }
}

static bool is_zero(const caw_header *header) {
    return !header->payload_size && !header->type && !header->count && !header->param1 &&
           !header->param2;
}

/* Zeros after a command, ids too: possible, but so is any small number among zeros. */
static unsigned evidence_of(const caw_message_row *row, const caw_header *header,
                            caw_view payload) {
    claim made = {0, false};
    judge_header(&made, row, header);
    judge_payload(&made, row, header, payload);
    if (made.impossible)
        return 0;
    return is_zero(header) && has_id(row) ? ZERO : made.bits;
}

/* Of streams: what is in datagrams only needs no way back. */
unsigned caw_evidence(const uint8_t *bytes, size_t available) {
    caw_view view = {bytes, 0, available > UINT32_MAX ? UINT32_MAX : (uint32_t)available};
    caw_header header;
    uint32_t size = caw_read_header(view, &header);
    unsigned best = 0;
    if (size == CAW_MORE || header.payload_size % 8 || header.payload_size > LARGEST ||
        header.command >= CAW_COMMANDS)
        return 0;
    caw_view payload = wire_sub(view, size, header.payload_size);
    for (const caw_message_row *row = caw_first_row(header.command); row; row = caw_next_row(row)) {
        bool streams = row->transport & CAW_TRANSPORT_TCP && row->speaker != CAW_SIDE_NOBODY;
        unsigned evidence = streams ? evidence_of(row, &header, payload) : 0;
        best = evidence > best ? evidence : best;
    }
    return best;
}

/*
 * Messages that are little more than a command and zeros prove something when there are many, or
 * when they fill what was sent at once; but never that a stream is Channel Access at all.
 */
unsigned caw_chain(const uint8_t *bytes, size_t available, bool whole) {
    unsigned evidence = 0;
    bool rich = false;
    while (available >= CAW_HEADER_SIZE && evidence < ENOUGH) {
        int64_t size = caw_size(bytes, available);
        if (size == CAW_MORE)
            break;
        unsigned more = caw_evidence(bytes, available);
        if (!more)
            return 0;
        evidence += more;
        rich |= more >= RICH;
        if (size > (int64_t)available)
            break;
        bytes += size;
        available -= (size_t)size;
    }
    bool fills = whole && evidence && !available;
    evidence += if_true(fills, ENDS);
    if (rich)
        return evidence;
    unsigned most = fills || evidence >= ENOUGH ? CAW_CLAIM - 1 : CAW_PROOF - 1;
    return evidence < most ? evidence : most;
}

/* The header has begun and could go on as one. */
static bool is_start_of_header(caw_view view) {
    bool extended = wire_has(view, 2, 2) && wire_u16(view, 2) == CAW_EXTENDED_MARKER;
    return !(wire_has(view, 0, 1) && view.bytes[0]) &&
           !(wire_has(view, 0, 2) && wire_u16(view, 0) >= CAW_COMMANDS) &&
           !(wire_has(view, 2, 2) && wire_u16(view, 2) % 8 && !extended);
}

/* The last message ends with the bytes. */
static bool is_filled(const uint8_t *bytes, size_t available) {
    while (available >= CAW_HEADER_SIZE) {
        int64_t size = caw_size(bytes, available);
        if (size <= 0 || size > (int64_t)available)
            return false;
        bytes += size;
        available -= (size_t)size;
    }
    return !available;
}

/* The commands of all messages are known, and their sizes multiples of 8. */
static bool is_known(const uint8_t *bytes, size_t available) {
    while (available >= CAW_HEADER_SIZE) {
        int64_t size = caw_size(bytes, available);
        if (bytes[0] || bytes[1] >= CAW_COMMANDS || size % 8)
            return false;
        if (size <= 0 || size > (int64_t)available)
            break;
        bytes += size;
        available -= (size_t)size;
    }
    return true;
}

/* Messages may well be odd, but then they keep to their sizes. Zeros look like a VERSION. */
bool caw_begins(const uint8_t *bytes, size_t available) {
    caw_view view = {bytes, 0, available > UINT32_MAX ? UINT32_MAX : (uint32_t)available};
    int64_t size = caw_size(bytes, available);
    if (size == CAW_MORE)
        return is_start_of_header(view);
    unsigned first = caw_evidence(bytes, available);
    bool chained = first && caw_chain(bytes, available, false);
    bool filled = is_filled(bytes, available);
    if (wire_u16(view, 0) == CAW_COMMAND_VERSION)
        return size == (int64_t)available || chained || (first && filled);
    return (first > FIRST && chained) || ((first > FIRST || filled) && is_known(bytes, available));
}

size_t caw_resync(const uint8_t *bytes, size_t available, size_t first, size_t step, bool whole) {
    for (size_t at = first; at + CAW_HEADER_SIZE <= available; at += step)
        if (caw_chain(bytes + at, available - at, whole && at == 0) >= CAW_PROOF)
            return at;
    return available;
}
