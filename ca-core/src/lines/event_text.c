/* SPDX-License-Identifier: BSD-3-Clause */
/* What has happened, in the words of the line: a message, bytes that are none, the life of a
 * circuit. */
#include "caw_capture.h"
#include "text/text.h"

/* ---- the life of a circuit ---------------------------------------------------------------- */

static bool is_of_circuit(const caw_event *event) {
    return event->kind == CAW_EVENT_ACCEPTED || event->kind == CAW_EVENT_REFUSED ||
           event->kind == CAW_EVENT_CLOSED;
}

/* "server RST", "ICMP 3/10" */
static void put_by(caw_text *out, const caw_event *event) {
    static const char *const signs[] = {
        [CAW_BY_NOTHING] = "", [CAW_BY_FIN] = "FIN", [CAW_BY_RST] = "RST", [CAW_BY_SYN] = "SYN"};
    if (event->by == CAW_BY_ICMP) {
        caw_puts(out, "ICMP ");
        caw_put_unsigned(out, event->icmp_type);
        caw_put(out, '/');
        caw_put_unsigned(out, event->icmp_code);
        return;
    }
    caw_puts(out, event->speaker == CAW_SIDE_CLIENT   ? "client "
                  : event->speaker == CAW_SIDE_SERVER ? "server "
                                                      : "");
    caw_puts(out, signs[event->by]);
}

static uint32_t channels_of(const caw_event *event) {
    return event->circuit ? caw_circuit_channels(event->circuit) : 0;
}

/* Connected(attempts=1), Refused(by='server RST'), Disconnected(by='client FIN', channels=12) */
static void put_circuit(caw_text *out, const caw_event *event) {
    caw_puts(out, caw_event_class(event));
    caw_put(out, '(');
    if (event->kind == CAW_EVENT_ACCEPTED && event->times) {
        caw_puts(out, "attempts=");
        caw_put_unsigned(out, event->times);
    } else if (event->kind != CAW_EVENT_ACCEPTED) {
        caw_puts(out, "by='");
        put_by(out, event);
        caw_put(out, '\'');
    }
    if (event->kind == CAW_EVENT_CLOSED) {
        caw_puts(out, ", channels=");
        caw_put_unsigned(out, channels_of(event));
    }
    caw_put(out, ')');
}

/* Connected, attempt 3; Refused, server RST; Disconnected, client FIN, 12 channels */
static void put_circuit_brief(caw_text *out, const caw_event *event) {
    caw_puts(out, caw_event_class(event));
    if (event->kind == CAW_EVENT_ACCEPTED && event->times > 1) {
        caw_puts(out, ", attempt ");
        caw_put_unsigned(out, event->times);
    } else if (event->kind != CAW_EVENT_ACCEPTED) {
        caw_puts(out, ", ");
        put_by(out, event);
    }
    if (event->kind == CAW_EVENT_CLOSED) {
        uint32_t channels = channels_of(event);
        caw_puts(out, ", ");
        caw_put_unsigned(out, channels);
        caw_puts(out, channels == 1 ? " channel" : " channels");
    }
}

static bool find_circuit_word(const caw_event *event, const char *name, caw_word_value *value,
                              caw_text *out) {
    bool ends = event->kind != CAW_EVENT_ACCEPTED;
    value->kind = CAW_WORD_NUMBER;
    if (strcmp(name, "by") == 0 && ends) {
        value->kind = CAW_WORD_STRING;
        put_by(out, event);
    } else if (strcmp(name, "channels") == 0 && event->kind == CAW_EVENT_CLOSED) {
        value->number = channels_of(event);
    } else if (strcmp(name, "attempts") == 0 && !ends && event->times) {
        value->number = event->times;
    } else {
        return false;
    }
    return true;
}

/* ---- any event ---------------------------------------------------------------------------- */

const char *caw_event_class(const caw_event *event) {
    switch (event->kind) {
    case CAW_EVENT_MESSAGE:
        return caw_line_class(&event->message);
    case CAW_EVENT_MALFORMED:
        return "Malformed";
    case CAW_EVENT_ACCEPTED:
        return "Connected";
    case CAW_EVENT_REFUSED:
        return "Refused";
    case CAW_EVENT_CLOSED:
        return "Disconnected";
    case CAW_EVENT_ASKED:
        break;
    }
    return NULL;
}

size_t caw_event_line(const caw_event *event, uint32_t elements, char *text, size_t size) {
    if (event->kind == CAW_EVENT_MESSAGE)
        return caw_line_shortened(&event->message, elements, text, size);
    if (event->kind == CAW_EVENT_MALFORMED)
        return caw_malformed_line(event->reason, event->bytes, text, size);
    caw_text out = caw_text_into(text, size);
    if (is_of_circuit(event))
        put_circuit(&out, event);
    return caw_text_end(&out);
}

size_t caw_event_summary(const caw_event *event, const caw_about *about, char *text, size_t size) {
    if (event->kind == CAW_EVENT_MESSAGE)
        return caw_summary(&event->message, about, text, size);
    caw_text out = caw_text_into(text, size);
    if (event->kind == CAW_EVENT_MALFORMED) {
        caw_puts(&out, "Malformed, ");
        caw_puts(&out, event->reason);
        caw_puts(&out, ", ");
        caw_put_unsigned(&out, event->bytes);
        caw_puts(&out, event->bytes == 1 ? " byte" : " bytes");
    } else if (is_of_circuit(event)) {
        put_circuit_brief(&out, event);
    }
    return caw_text_end(&out);
}

bool caw_event_word(const caw_event *event, const char *name, uint32_t elements,
                    caw_word_value *value, char *text, size_t size) {
    const caw_message *message = &event->message;
    if (event->kind == CAW_EVENT_MESSAGE)
        return caw_line_word(message, name, elements, value, text, size) ||
               caw_line_part(message, name, value, text, size);
    caw_text out = caw_text_into(text, size);
    memset(value, 0, sizeof *value);
    bool found = is_of_circuit(event) && find_circuit_word(event, name, value, &out);
    value->length = caw_text_end(&out);
    return found;
}

static bool is_circuit_word(const char *name) {
    return strcmp(name, "by") == 0 || strcmp(name, "channels") == 0 ||
           strcmp(name, "attempts") == 0;
}

bool caw_event_is_word(const char *name) {
    for (size_t i = 0; i < caw_message_row_count; i++)
        for (const caw_word *word = caw_message_rows[i].line; word->id; word++)
            if (strcmp(name, word->name ? word->name : caw_field_rows[word->id].name) == 0)
                return true;
    return caw_line_is_part(name) || is_circuit_word(name);
}
