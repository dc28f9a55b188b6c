/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is this Channel Access? There is no magic number, so each thing that is as it must be counts
 * some bits of evidence, and one thing that cannot be ends it. Zeros are cheap in binary data and
 * count little; a size that agrees with type and count, or one of 61 status codes, counts much.
 */
#include "dbr.h"
#include "header.h"
#include "wire.h"

#define MINOR_MOST 30 /* 13 today, and one mistaken server with more */
#define NAME_MOST  1024
#define ECHO_MOST  64
#define LARGEST    (64u << 20) /* larger messages do exist, but prove nothing */
#define ENOUGH     96          /* evidence of a chain that need not be followed further */

/* bits of evidence */
#define COMMAND 11 /* 28 of 65536 */
#define TYPE    10 /* 39 of 65536 */
#define STATUS  24 /* 61 of 2^32 */
#define SIZE    12 /* agrees with type and count */
#define TEXT    16 /* printable, with its NUL */
#define SAME    20 /* two ids are equal */
#define SMALL   8  /* one of a few small numbers */
#define ZERO    2  /* a word that is zero */
#define ENDS    30 /* the last message ends where the bytes do */

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
        dbr->element == CAW_E_STRING && header->count ? need - CAW_STRING_ROOM + 1 : need;
    return header->payload_size >= least && header->payload_size <= most + 7;
}

/* As much as is there of a name is printable, and ends with a NUL if all of it is there. */
static bool is_text(const caw_header *header, caw_view payload) {
    caw_view text = wire_sub(payload, 0, header->payload_size);
    uint32_t length = wire_strlen(text);
    for (uint32_t i = 0; i < length; i++)
        if (text.bytes[i] < ' ' || text.bytes[i] == 0x7f)
            return false;
    return length < text.len || text.len < header->payload_size;
}

static bool is_name(const caw_header *header, caw_view payload) {
    return header->payload_size > 0 && header->payload_size <= NAME_MOST &&
           is_text(header, payload);
}

/* ---- one function per shape of message ---------------------------------------------------- */

static unsigned version(const caw_header *header) {
    bool good = !header->payload_size && header->type <= 99 && header->count > 0 &&
                header->count <= MINOR_MOST && !header->param2;
    return if_true(good, COMMAND + SMALL + SMALL + 2 * ZERO);
}

static unsigned event_add(const caw_header *header, caw_view payload) {
    if (!caw_dbr(header->type))
        return 0;
    if (is_status(header->param1) && value_fits(header))
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

static unsigned writing(const caw_header *header) {
    if (!caw_dbr(header->type))
        return 0;
    if (header->payload_size || header->command == CAW_WRITE)
        return if_true(value_fits(header), COMMAND + TYPE + SIZE);
    return if_true(is_status(header->param1), COMMAND + TYPE + STATUS);
}

static unsigned search(const caw_header *header, caw_view payload) {
    bool reply = caw_name_of(caw_reply_names, header->type) != NULL;
    if (reply && header->count)
        return if_true(header->param1 == header->param2 && header->count <= MINOR_MOST &&
                           is_name(header, payload),
                       COMMAND + SMALL + SAME + TEXT);
    bool good = !header->count && header->payload_size <= 8 && header->type;
    return if_true(good, COMMAND + SMALL + ZERO);
}

static unsigned failure(const caw_header *header) {
    bool good = header->payload_size >= CAW_HEADER_SIZE && !header->type && !header->count &&
                is_status(header->param2);
    return if_true(good, COMMAND + STATUS + 2 * ZERO);
}

static unsigned create(const caw_header *header, caw_view payload) {
    if (!header->payload_size)
        return if_true(header->type <= CAW_PLAIN_MAX, COMMAND + TYPE + ZERO);
    bool good =
        !header->type && !header->count && header->param2 <= MINOR_MOST && is_name(header, payload);
    return if_true(good, COMMAND + SMALL + TEXT + 2 * ZERO);
}

static unsigned identity(const caw_header *header, caw_view payload) {
    bool good = !header->type && !header->count && !header->param1 && !header->param2 &&
                is_name(header, payload);
    return if_true(good, COMMAND + TEXT + 4 * ZERO);
}

/* Only ids, if anything, behind an empty payload size, type and count. */
static unsigned bare(const caw_header *header, uint32_t param1_most, uint32_t param2_most) {
    bool good = !header->payload_size && !header->type && !header->count &&
                header->param1 <= param1_most && header->param2 <= param2_most;
    return if_true(good, COMMAND + 3 * ZERO);
}

unsigned caw_evidence(const uint8_t *bytes, size_t available) {
    caw_view view = {bytes, 0, available > UINT32_MAX ? UINT32_MAX : (uint32_t)available};
    caw_header header;
    uint32_t size = caw_read_header(view, &header);
    if (size == CAW_MORE || header.payload_size % 8 || header.payload_size > LARGEST)
        return 0;
    caw_view payload = wire_sub(view, size, header.payload_size);

    switch (header.command) {
    case CAW_VERSION:
        return version(&header);
    case CAW_EVENT_ADD:
        return event_add(&header, payload);
    case CAW_EVENT_CANCEL:
        return if_true(!header.payload_size, reading(&header, false));
    case CAW_READ:
        return reading(&header, false);
    case CAW_READ_NOTIFY:
        return reading(&header, true);
    case CAW_WRITE:
    case CAW_WRITE_NOTIFY:
        return writing(&header);
    case CAW_SEARCH:
        return search(&header, payload);
    case CAW_NOT_FOUND:
        return if_true(!header.payload_size && header.param1 == header.param2 &&
                           caw_name_of(caw_reply_names, header.type),
                       COMMAND + SMALL + SAME);
    case CAW_ERROR:
        return failure(&header);
    case CAW_CREATE_CHAN:
        return create(&header, payload);
    case CAW_CLIENT_NAME:
    case CAW_HOST_NAME:
        return identity(&header, payload);
    case CAW_EVENTS_OFF:
    case CAW_EVENTS_ON:
        return bare(&header, 0, 0);
    case CAW_READ_SYNC:
    case CAW_CLEAR_CHANNEL:
        return bare(&header, UINT32_MAX, UINT32_MAX);
    case CAW_ACCESS_RIGHTS:
        return bare(&header, UINT32_MAX, 3);
    case CAW_CREATE_CH_FAIL:
    case CAW_SERVER_DISCONN:
        return bare(&header, UINT32_MAX, 0);
    case CAW_ECHO:
        return if_true(header.payload_size <= ECHO_MOST && !header.type && !header.count,
                       COMMAND + 2 * ZERO);
    default:
        return 0;
    }
}

unsigned caw_chain(const uint8_t *bytes, size_t available, bool piece) {
    unsigned evidence = 0;
    while (available >= CAW_HEADER_SIZE && evidence < ENOUGH) {
        int64_t size = caw_size(bytes, available);
        if (size == CAW_MORE)
            break;
        unsigned more = caw_evidence(bytes, available);
        if (!more)
            return 0;
        evidence += more;
        if (size > (int64_t)available)
            break;
        bytes += size;
        available -= (size_t)size;
    }
    return evidence + if_true(piece && evidence && !available, ENDS);
}

/* Only a chain from the very start of a piece gains by ending with it. */
size_t caw_resync(const uint8_t *bytes, size_t available) {
    for (size_t at = 0; at + CAW_HEADER_SIZE <= available; at++)
        if (caw_chain(bytes + at, available - at, at == 0) >= CAW_PROOF)
            return at;
    return available;
}
