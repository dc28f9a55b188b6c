/* SPDX-License-Identifier: BSD-3-Clause */
/* What a datagram consists of, and why the rest of one is no message. */
#include "caw_history.h"

const char *const caw_malformed_texts[CAW_MALFORMEDS] = {
    [CAW_MALFORMED_NOT] = "",
    [CAW_MALFORMED_FOREIGN] = "not Channel Access",
    [CAW_MALFORMED_SKIPPED] = "no message begins here",
    [CAW_MALFORMED_CUT] = "cut short in the capture",
    [CAW_MALFORMED_SHORT] = "too short for a header",
    [CAW_MALFORMED_DATAGRAM] = "the datagram ends inside the message",
    [CAW_MALFORMED_HEADER] = "not reassembled",
};

/*
 * No message of Channel Access begins here: see CAW_TAIL_FOREIGN of TCP. Its commands are small
 * numbers, and 28 are known: a datagram that begins with a number of two bytes is another
 * protocol's, whatever the size after it, while a smaller one may be a command yet to come.
 */
static bool is_foreign(const uint8_t *bytes, uint32_t left, bool starts, int64_t size,
                       const caw_message *message) {
    bool far_from_any = caw_command_at(bytes, left) > UINT8_MAX;
    if (size == CAW_MALFORMED || (starts && far_from_any))
        return true;
    return size > left && caw_flaws(message) >> CAW_FLAW_UNKNOWN_COMMAND & 1;
}

caw_datagram_piece caw_datagram_next(const uint8_t *bytes, uint32_t captured, uint32_t length,
                                     uint32_t at, caw_context *context, caw_message *message) {
    uint32_t left = captured - at;
    context->starts = at == 0;
    int64_t size = caw_decode(bytes + at, left, context, message);
    bool incomplete = captured == length && (size == CAW_MORE || size > left);
    if (is_foreign(bytes + at, left, at == 0, size, message))
        return (caw_datagram_piece){CAW_MALFORMED_FOREIGN, length - at};
    if (size == CAW_MORE)
        return (caw_datagram_piece){incomplete ? CAW_MALFORMED_SHORT : CAW_MALFORMED_CUT, left};
    return (caw_datagram_piece){incomplete ? CAW_MALFORMED_DATAGRAM : CAW_MALFORMED_NOT,
                                size < left ? (uint32_t)size : left};
}
