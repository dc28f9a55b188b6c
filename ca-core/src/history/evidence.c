/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is this Channel Access? There is no magic number, so each thing that is as it must be counts
 * some bits of evidence, and one thing that cannot be ends it. The bits are those of data full of
 * zeros and small numbers, as arrays are: there a command and a type come cheap. What counts is a
 * size that agrees with type and count, a status code, a text with its NUL, two equal ids.
 */
#include "caw_history.h"

#include "message/dbr.h"
#include "message/header.h"
#include "message/wire.h"

#define MINOR_MOST 30 /* 13 today, and one mistaken server with more */
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

static bool is_status(uint32_t value) {
    return caw_name_of(caw_status_names, value) != NULL;
}

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

/* As much as is there of a text is printable, not empty, and ends with a NUL if all of it is there.
 */
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

/* ---- one function per shape of message ---------------------------------------------------- */

/* Little more than zeros: it counts where a stream begins. */
static unsigned version(const caw_header *header) {
    bool good = !header->payload_size && header->type <= 99 && header->count > 0 &&
                header->count <= MINOR_MOST && !header->param2;
    return if_true(good, SMALL + SMALL + 2 * ZERO);
}

static unsigned event_add(const caw_header *header, caw_view payload) {
    if (!caw_dbr(header->type))
        return 0;
    if (header->payload_size && is_status(header->param1) && value_fits(header))
        return COMMAND + TYPE + STATUS + SIZE;
    uint16_t mask = wire_u16(payload, 12);
    bool whole = wire_has(payload, 0, CAW_EVENT_SIZE);
    bool request = header->payload_size == CAW_EVENT_SIZE &&
                   (!whole || (mask > 0 && mask <= 15 && wire_is_zero(wire_sub(payload, 0, 12))));
    if (request)
        return COMMAND + TYPE + SIZE + if_true(whole, SMALL + 3 * ZERO);
    return if_true(!header->payload_size, COMMAND + TYPE + ZERO);
}

/* A request without payload, or an answer with a value; of some the answer has a status. */
static unsigned reading(const caw_header *header, bool status) {
    if (!caw_dbr(header->type))
        return 0;
    if (!header->payload_size)
        return COMMAND + TYPE + ZERO;
    bool good = value_fits(header) && (!status || is_status(header->param1));
    return if_true(good, COMMAND + TYPE + SIZE + if_true(status, STATUS));
}

/* A value, a confirmation, or a write of no elements. */
static unsigned writing(const caw_header *header) {
    if (!caw_dbr(header->type))
        return 0;
    if (header->payload_size)
        return if_true(value_fits(header), COMMAND + TYPE + SIZE);
    if (header->command == CAW_COMMAND_WRITE_NOTIFY && is_status(header->param1))
        return COMMAND + TYPE + STATUS;
    return if_true(!header->count, COMMAND + TYPE + 2 * ZERO);
}

/* The answer of a server that has the PV itself: its version alone in the payload. */
static bool is_found(const caw_header *header, caw_view payload) {
    uint16_t minor = wire_u16(payload, 0);
    return header->param1 == UINT32_MAX && payload.len == 8 && minor > 0 && minor <= MINOR_MOST &&
           wire_is_zero(wire_sub(payload, 2, 6));
}

static unsigned search(const caw_header *header, caw_view payload) {
    bool reply = caw_name_of(caw_reply_names, header->type) != NULL;
    if (reply && header->count) {
        unsigned text = name(header, payload);
        bool good = header->param1 == header->param2 && header->count <= MINOR_MOST && text;
        return if_true(good, COMMAND + SMALL + SAME + text);
    }
    bool good = !header->count && header->payload_size <= 8 && header->type;
    return if_true(good, COMMAND + SMALL + ZERO + if_true(is_found(header, payload), SIZE));
}

/* An ERROR quotes the header of the request. */
static unsigned failure(const caw_header *header, caw_view payload) {
    bool good = header->payload_size >= CAW_HEADER_SIZE && !header->type && !header->count &&
                is_status(header->param2);
    bool quotes = wire_has(payload, 0, CAW_HEADER_SIZE) && wire_u16(payload, 0) < CAW_COMMANDS;
    return if_true(good, COMMAND + STATUS + 2 * ZERO + if_true(quotes, COMMAND));
}

static unsigned create(const caw_header *header, caw_view payload) {
    if (!header->payload_size)
        return if_true(header->type <= CAW_PLAIN_MAX, COMMAND + NATIVE + ZERO);
    unsigned text = name(header, payload);
    bool good = !header->type && !header->count && header->param2 <= MINOR_MOST && text;
    return if_true(good, COMMAND + SMALL + text + 2 * ZERO);
}

static unsigned identity(const caw_header *header, caw_view payload) {
    unsigned text = name(header, payload);
    bool good = !header->type && !header->count && !header->param1 && !header->param2 && text;
    return if_true(good, COMMAND + text + 4 * ZERO);
}

/* Only ids, if anything, behind an empty payload size, type and count. */
static unsigned bare(const caw_header *header, uint32_t param1_most, uint32_t param2_most) {
    bool good = !header->payload_size && !header->type && !header->count &&
                header->param1 <= param1_most && header->param2 <= param2_most;
    return if_true(good, COMMAND + 3 * ZERO);
}

static bool is_zero(const caw_header *header) {
    return !header->payload_size && !header->type && !header->count && !header->param1 &&
           !header->param2;
}

static unsigned evidence_of(const caw_header *header, caw_view payload) {
    switch (header->command) {
    case CAW_COMMAND_VERSION:
        return version(header);
    case CAW_COMMAND_EVENT_ADD:
        return event_add(header, payload);
    case CAW_COMMAND_EVENT_CANCEL:
        return if_true(!header->payload_size, reading(header, false));
    case CAW_COMMAND_READ:
        return reading(header, false);
    case CAW_COMMAND_READ_NOTIFY:
        return reading(header, true);
    case CAW_COMMAND_WRITE:
    case CAW_COMMAND_WRITE_NOTIFY:
        return writing(header);
    case CAW_COMMAND_SEARCH:
        return search(header, payload);
    case CAW_COMMAND_NOT_FOUND:
        return if_true(!header->payload_size && header->param1 == header->param2 &&
                           caw_name_of(caw_reply_names, header->type),
                       COMMAND + SMALL + SAME);
    case CAW_COMMAND_ERROR:
        return failure(header, payload);
    case CAW_COMMAND_CREATE_CHAN:
        return create(header, payload);
    case CAW_COMMAND_CLIENT_NAME:
    case CAW_COMMAND_HOST_NAME:
        return identity(header, payload);
    case CAW_COMMAND_EVENTS_OFF:
    case CAW_COMMAND_EVENTS_ON:
        return bare(header, 0, 0);
    case CAW_COMMAND_READ_SYNC:
    case CAW_COMMAND_CLEAR_CHANNEL:
        return bare(header, UINT32_MAX, UINT32_MAX);
    case CAW_COMMAND_ACCESS_RIGHTS:
        return bare(header, UINT32_MAX, 3);
    case CAW_COMMAND_CREATE_CH_FAIL:
    case CAW_COMMAND_SERVER_DISCONN:
        return bare(header, UINT32_MAX, 0);
    case CAW_COMMAND_ECHO:
        return if_true(header->payload_size <= ECHO_MOST && !header->type && !header->count,
                       COMMAND + 2 * ZERO);
    default:
        return 0;
    }
}

/* Zeros behind a command: possible, but so is any small number among zeros. */
unsigned caw_evidence(const uint8_t *bytes, size_t available) {
    caw_view view = {bytes, 0, available > UINT32_MAX ? UINT32_MAX : (uint32_t)available};
    caw_header header;
    uint32_t size = caw_read_header(view, &header);
    if (size == CAW_MORE || header.payload_size % 8 || header.payload_size > LARGEST)
        return 0;
    unsigned evidence = evidence_of(&header, wire_sub(view, size, header.payload_size));
    bool must_be_zero =
        header.command == CAW_COMMAND_EVENTS_OFF || header.command == CAW_COMMAND_EVENTS_ON ||
        header.command == CAW_COMMAND_READ_SYNC || header.command == CAW_COMMAND_ECHO;
    return evidence && is_zero(&header) && !must_be_zero ? ZERO : evidence;
}

/*
 * Messages that are little more than a command and zeros prove something when there are many, or
 * when they fill what was sent at once; but never that a stream is Channel Access at all.
 */
unsigned caw_chain(const uint8_t *bytes, size_t available, bool piece) {
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
    bool fills = piece && evidence && !available;
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

size_t caw_resync(const uint8_t *bytes, size_t available, size_t first, size_t step, bool piece) {
    for (size_t at = first; at + CAW_HEADER_SIZE <= available; at += step)
        if (caw_chain(bytes + at, available - at, piece && at == 0) >= CAW_PROOF)
            return at;
    return available;
}
