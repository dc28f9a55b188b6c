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

static bool is_same(const caw_seen *seen, uint64_t digest, const caw_event *event) {
    if (!seen->seen.frame || seen->digest != digest || seen->seen.frame == event->now.frame)
        return false;
    int64_t apart = caw_between(&seen->seen, &event->now);
    return apart >= 0 && apart < APART;
}

bool caw_is_again(caw_again *again, const caw_event *event) {
    if (!may_be_again(event))
        return false;
    uint64_t digest = digest_of(event);
    caw_seen *place = again->places[(digest ^ digest >> 32) % CAW_AGAIN_PLACES];
    for (int i = 0; i < CAW_AGAIN_DEPTH; i++)
        if (is_same(&place[i], digest, event))
            return true;
    memmove(place + 1, place, (CAW_AGAIN_DEPTH - 1) * sizeof *place);
    place[0] = (caw_seen){digest, event->now};
    return false;
}
