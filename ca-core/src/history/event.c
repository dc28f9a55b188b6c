/* SPDX-License-Identifier: BSD-3-Clause */
/* Events that outlive what they were made of. */
#include "caw_capture.h"

#include <string.h>

void caw_event_malformed(caw_event *event, caw_malformed reason, caw_view payload, uint32_t at,
                         uint64_t length) {
    bool foreign = at == 0 && (reason == CAW_MALFORMED_FOREIGN || reason == CAW_MALFORMED_SHORT);
    uint32_t shown = payload.len < CAW_FOREIGN_MOST ? payload.len : CAW_FOREIGN_MOST;
    event->kind = CAW_EVENT_MALFORMED;
    event->message = (caw_message){.row = NULL};
    event->note = NULL;
    event->user = event->host = NULL;
    event->reason = caw_malformed_texts[reason];
    event->bytes = length;
    event->foreign_count = foreign ? (uint8_t)shown : 0;
    if (event->foreign_count)
        memcpy(event->foreign, payload.bytes, shown);
}

/* The space left after an event, taken from the front. */
static void *put(char **space, const void *bytes, size_t length) {
    void *at = *space;
    if (length)
        memcpy(at, bytes, length);
    *space += length;
    return at;
}

static const char *put_text(char **space, const char *text) {
    return text ? put(space, text, strlen(text) + 1) : NULL;
}

static size_t text_size(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

/* Only a message has these bytes; its payload lies in them. */
static void put_message(char **space, caw_message *message) {
    message->whole.bytes = put(space, message->whole.bytes, message->whole.len);
    message->payload.bytes = message->whole.bytes + (message->payload.at - message->whole.at);
}

caw_event *caw_event_copy(const caw_event *event, const caw_memory *memory) {
    bool is_message = event->kind == CAW_EVENT_MESSAGE;
    size_t size = sizeof(caw_note) + text_size(event->user) + text_size(event->host) +
                  event->frame.len + (is_message ? event->message.whole.len : 0);
    caw_event *copy = memory->alloc(memory->user, sizeof *copy + size);
    if (!copy)
        return NULL;
    char *space = (char *)(copy + 1);
    *copy = *event;
    if (event->note)
        copy->note = put(&space, event->note, sizeof *event->note);
    copy->user = put_text(&space, event->user);
    copy->host = put_text(&space, event->host);
    copy->frame.bytes = put(&space, event->frame.bytes, event->frame.len);
    if (is_message)
        put_message(&space, &copy->message);
    return copy;
}
