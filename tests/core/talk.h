/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages shown to the history one after the other, each in a frame of its own. */
#ifndef TALK_H
#define TALK_H

#include "caw_capture.h"
#include "make.h"

#define CLIENT_END 0
#define SERVER_END 1

/* Decodes what was drafted, as the circuit tells or, without one, by its context. */
static inline caw_message talk_decode(const caw_circuit *circuit, int end, const draft *made,
                                      uint8_t bytes[MADE_MOST]) {
    caw_message message;
    caw_context context = made->context;
    size_t length = make_message(made, bytes);
    if (circuit)
        context = caw_circuit_context(circuit, end, bytes, length);
    caw_decode(bytes, length, &context, &message);
    return message;
}

/*
 * Shows a message to the circuit, in this frame, that many seconds from the start. The note is
 * filled in when it is known who serves.
 */
static inline void talk_say(caw_circuit *circuit, int end, const draft *made, uint32_t frame,
                            caw_note *note) {
    static uint8_t bytes[MADE_MOST];
    caw_message message = talk_decode(circuit, end, made, bytes);
    caw_moment now = {.frame = frame, .seconds = frame};
    caw_circuit_observe(circuit, end, &message, now, note);
    const caw_event event = {
        .kind = CAW_EVENT_MESSAGE, .message = message, .now = now, .note = note};
    if (!caw_circuit_keep(circuit, end, &event, note))
        while (caw_circuit_kept(circuit))
            ;
}

#endif
