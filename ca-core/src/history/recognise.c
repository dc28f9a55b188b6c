/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is a connection or a datagram on a port that nobody has named Channel Access, and who sent it?
 * Weighed by the evidence of its messages (evidence.c), with what a circuit begins with, what a
 * repeater passes on, and what searches consist of.
 */
#include "caw_history.h"

/* The server's VERSION is mostly alone in its segment; the client's begins what it has to say. */
static bool begins_with_version(const uint8_t *bytes, size_t length) {
    return caw_command_at(bytes, length) == CAW_COMMAND_VERSION &&
           caw_chain(bytes, length, true) >= CAW_PROOF;
}

bool caw_is_circuit(const uint8_t *bytes, size_t length, bool whole, bool first) {
    return caw_chain(bytes, length, whole) >= CAW_CLAIM ||
           (first && whole && begins_with_version(bytes, length));
}

/* Nothing worse than a note. */
static bool is_sound(uint64_t flaws) {
    for (int i = 0; i < CAW_FLAWS; i++)
        if (flaws >> i & 1 && caw_flaw_rows[i].level != CAW_LEVEL_NOTE)
            return false;
    return true;
}

/* Beacons and confirmations of a repeater, which has a port of its own for each client. */
static bool is_relayed(const uint8_t *bytes, size_t length) {
    static const caw_context context = {.transport = CAW_TRANSPORT_UDP, .speaker = CAW_SIDE_SERVER};
    size_t at = 0;
    while (at < length) {
        caw_message message;
        int64_t size = caw_decode(bytes + at, length - at, &context, &message);
        if (size <= 0 || (uint64_t)size > length - at || !is_sound(caw_flaws(&message)))
            return false;
        if (message.command != CAW_COMMAND_RSRV_IS_UP &&
            message.command != CAW_COMMAND_REPEATER_CONFIRM)
            return false;
        at += (size_t)size;
    }
    return at > 0;
}

/* Searches, or answers to them, at a site that has other ports than the usual ones. */
static bool is_search(const uint8_t *bytes, size_t length) {
    size_t at = 0;
    if (caw_chain(bytes, length, true) < CAW_CLAIM)
        return false;
    while (length - at >= CAW_HEADER_SIZE) {
        int64_t size = caw_size(bytes + at, length - at);
        int32_t command = caw_command_at(bytes + at, length - at);
        bool ours = command == CAW_COMMAND_VERSION || command == CAW_COMMAND_SEARCH;
        if (!ours || size <= 0 || (uint64_t)size > length - at)
            return false;
        at += (size_t)size;
    }
    return at == length;
}

bool caw_is_datagram(const uint8_t *bytes, size_t length) {
    return is_relayed(bytes, length) || is_search(bytes, length);
}

caw_side caw_speaker_of_all(const uint8_t *bytes, size_t length, caw_transport transport) {
    size_t at = 0;
    while (at < length) {
        caw_side side = caw_speaker(bytes + at, length - at, transport);
        if (side != CAW_SIDE_NOBODY)
            return side;
        int64_t size = caw_size(bytes + at, length - at);
        if (size <= 0 || (uint64_t)size > length - at)
            break;
        at += (size_t)size;
    }
    return CAW_SIDE_NOBODY;
}
