/* SPDX-License-Identifier: BSD-3-Clause */
#include "again.h"

#include "ends.h"

#define APART 1000000 /* nanoseconds: see copies.h */

static bool may_be_again(const caw_event *event) {
    if (event->kind == CAW_EVENT_ASKED)
        return true;
    if (event->kind != CAW_EVENT_MESSAGE || event->transport != CAW_TRANSPORT_UDP)
        return false;
    const caw_message_row *row = event->message.row;
    return row->command == CAW_COMMAND_RSRV_IS_UP ||
           (row->command == CAW_COMMAND_SEARCH && row->speaker == CAW_SIDE_CLIENT);
}

static uint64_t digest_of(const caw_event *event) {
    const caw_message *message = &event->message;
    uint64_t ends[] = {caw_hash_of_end(&event->source), caw_hash_of_end(&event->target)};
    uint64_t digest = caw_hash(ends, sizeof ends);
    if (event->kind == CAW_EVENT_ASKED)
        return digest;
    uint32_t words[] = {message->command, message->type,   message->count,
                        message->param1,  message->param2, message->payload.len};
    return (digest * 3 + caw_hash(words, sizeof words)) * 3 +
           caw_hash(message->payload.bytes, message->payload.len);
}

bool caw_is_again(caw_again *again, const caw_event *event) {
    if (!may_be_again(event))
        return false;
    uint64_t digest = digest_of(event);
    size_t place = (size_t)(digest ^ digest >> 32) % CAW_AGAIN_PLACES;
    caw_moment *seen = &again->places[place].seen;
    bool same = seen->frame && again->places[place].digest == digest;
    if (same && seen->frame != event->now.frame && caw_between(seen, &event->now) >= 0 &&
        caw_between(seen, &event->now) < APART)
        return true;
    again->places[place].digest = digest;
    *seen = event->now;
    return false;
}
