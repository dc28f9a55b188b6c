/* SPDX-License-Identifier: BSD-3-Clause */
#include "event_value.h"

#include "history/moment.h"

/* ---- texts -------------------------------------------------------------------------------- */

void caw_where_room_free(where_room *room) {
    if (room->text)
        room->memory.release(room->memory.user, room->text);
    room->text = NULL;
    room->size = 0;
}

/* The room grows to what was needed most. NULL without memory. */
static char *room_for(where_room *room, size_t size) {
    if (size <= room->size)
        return room->text;
    caw_where_room_free(room);
    room->text = room->memory.alloc(room->memory.user, size);
    room->size = room->text ? size : 0;
    return room->text;
}

static bool is_ascii(caw_view text) {
    for (uint32_t i = 0; i < text.len; i++)
        if (text.bytes[i] >= 0x80)
            return false;
    return true;
}

/* ---- giving ------------------------------------------------------------------------------- */

typedef struct {
    where_room *room;
    const caw_event *event;
    const where_node *node;
    event_value_take *take;
    void *user;
} giver;

static bool give_number(const giver *self, double number) {
    event_value value = {.sort = WHERE_NUMBER, .number = number};
    return self->take(self->user, &value);
}

static bool give_text(const giver *self, caw_view text) {
    event_value value = {.sort = WHERE_STRING, .text = text};
    if (!is_ascii(text)) {
        size_t size = caw_utf8(text, NULL, 0) + 1;
        char *utf8 = room_for(self->room, size);
        if (!utf8)
            return true;
        caw_utf8(text, utf8, size);
        value.text = (caw_view){(const uint8_t *)utf8, 0, (uint32_t)size - 1};
    }
    return self->take(self->user, &value);
}

static bool give_name(const giver *self, const char *name) {
    return !name || give_text(self, caw_view_of(name));
}

static bool give_moment(const giver *self, caw_moment moment) {
    event_value value = {.sort = WHERE_MOMENT, .moment = moment};
    return self->take(self->user, &value);
}

static bool give_end(const giver *self, const caw_end *end) {
    event_value value = {.sort = WHERE_ADDRESS, .end = end};
    return !end->size || self->take(self->user, &value);
}

static bool give_bits(const giver *self, uint64_t number) {
    uint64_t bits = self->node->bits;
    return give_number(self, bits ? (number & bits) != 0 : (double)number);
}

/* ---- fields of the tables ----------------------------------------------------------------- */

static bool give_field(const giver *self, const caw_field *field) {
    event_value bytes = {.sort = WHERE_OPAQUE};
    switch (caw_field_rows[field->id].kind) {
    case CAW_KIND_UINT:
    case CAW_KIND_IPV4:
        return give_bits(self, field->number);
    case CAW_KIND_INT:
        return give_number(self, (double)(int64_t)field->number);
    case CAW_KIND_REAL:
    case CAW_KIND_ELEMENT:
        return give_number(self, field->real);
    case CAW_KIND_TEXT:
        return give_text(self, field->text);
    case CAW_KIND_TIME:
        return give_moment(self, (caw_moment){.seconds = (int64_t)field->seconds + CAW_EPICS_EPOCH,
                                              .nanoseconds = (int32_t)field->nanoseconds});
    case CAW_KIND_BYTES:
    case CAW_KIND_GROUP:
        break;
    }
    return self->take(self->user, &bytes);
}

/* Of the request in an ERROR only what has a name of its own. */
static bool is_own(const caw_field *field) {
    return field->part != CAW_PART_REQUEST || field->id == CAW_FIELD_FAILED_COMMAND ||
           field->id == CAW_FIELD_FAILED_SIZE;
}

static void give_fields(const giver *self, caw_field_id id) {
    const caw_message *message = &self->event->message;
    const caw_field_row *row = &caw_field_rows[id];
    caw_field field;
    if (row->room && !row->several) { /* at its place */
        if (message->dbr && caw_find(message, id, &field))
            give_field(self, &field);
        return;
    }
    caw_cursor cursor = caw_fields(message, 0);
    while (caw_next(&cursor, &field))
        if (field.id == id && is_own(&field) && !give_field(self, &field))
            return;
}

/* ---- elements ----------------------------------------------------------------------------- */

static void give_numbers(const giver *self) {
    caw_field field;
    for (uint32_t i = 0; caw_element(&self->event->message, i, &field); i++)
        if (field.id != CAW_FIELD_VALUE || !give_number(self, field.real))
            return;
}

/* The name of a state, where the message has it. */
static bool give_state(const giver *self, uint64_t number) {
    caw_cursor cursor = caw_fields(&self->event->message, 0);
    caw_field field;
    while (caw_next(&cursor, &field) && field.part != CAW_PART_VALUE)
        if (field.id == CAW_FIELD_STATE && field.index == number)
            return give_text(self, field.text);
    return true;
}

static void give_texts(const giver *self, bool states) {
    const caw_message *message = &self->event->message;
    caw_field field;
    caw_view text;
    if (caw_long_string(message, &text)) {
        give_text(self, text);
        return;
    }
    states = states && message->dbr && message->dbr->element == CAW_ELEMENT_ENUM;
    for (uint32_t i = 0; caw_element(message, i, &field); i++) {
        if (field.id == CAW_FIELD_STRING ? !give_text(self, field.text)
                                         : !states || !give_state(self, field.number))
            return;
    }
}

static bool wants(const where_node *node, where_sort sort) {
    for (uint32_t i = 0; i < node->count; i++)
        if (node->values[i].sort == sort)
            return true;
    return !node->count;
}

static void give_elements(const giver *self) {
    if (wants(self->node, WHERE_NUMBER))
        give_numbers(self);
    if (wants(self->node, WHERE_STRING))
        give_texts(self, true);
}

/* ---- what no message has as such ---------------------------------------------------------- */

double caw_where_seconds(const caw_moment *request, const caw_moment *answer) {
    return (double)caw_between(request, answer) / 1e9;
}

static void give_time(const giver *self) {
    const caw_note *note = self->event->note;
    const caw_exchange *exchange = note ? note->exchange : NULL;
    if (!exchange)
        return;
    caw_moment sent = caw_event_sent(self->event);
    if (note->turn == CAW_TURN_RESPONSE)
        give_number(self, caw_where_seconds(&exchange->request, &sent));
    else if (note->turn == CAW_TURN_REQUEST && exchange->answer.frame)
        give_number(self, caw_where_seconds(&exchange->request, &exchange->answer));
}

static bool is_message(const giver *self) {
    return self->event->kind == CAW_EVENT_MESSAGE;
}

static void give_class(const giver *self) {
    give_name(self, caw_event_class(self->event));
}

/* It is text in UTF-8 already. */
static void give_line(const giver *self) {
    size_t length = caw_event_line(self->event, CAW_ALL, self->room->text, self->room->size);
    if (length >= self->room->size) {
        if (!room_for(self->room, length + 1))
            return;
        caw_event_line(self->event, CAW_ALL, self->room->text, self->room->size);
    }
    event_value value = {.sort = WHERE_STRING,
                         .text = {(const uint8_t *)self->room->text, 0, (uint32_t)length}};
    self->take(self->user, &value);
}

static void give_turn(const giver *self, caw_turn turn) {
    if (is_message(self))
        give_number(self, self->event->message.row->exchange == turn);
}

static void give_fact(const giver *self, caw_fact_id id) {
    char text[CAW_FACT_TEXT];
    caw_fact_value value;
    if (!caw_fact(self->event, id, &value, text, sizeof text))
        return;
    switch (caw_fact_rows[id].kind) {
    case CAW_FACT_IS_DURATION:
        give_number(self, (double)value.nanoseconds / 1e9);
        break;
    case CAW_FACT_IS_TEXT:
    case CAW_FACT_IS_ADDRESS:
        give_text(self, caw_view_of(text));
        break;
    default:
        give_number(self, (double)value.number);
    }
}

static void give_made(const giver *self) {
    const caw_event *event = self->event;
    if (caw_where_fact(self->node->field) < CAW_FACTS) {
        give_fact(self, caw_where_fact(self->node->field));
        return;
    }
    switch (self->node->field) {
    case WHERE_FIELD_TIME:
        give_time(self);
        break;
    case WHERE_FIELD_TIMESTAMP:
        give_moment(self, event->now);
        break;
    case WHERE_FIELD_FRAME:
        give_number(self, event->now.frame);
        break;
    case WHERE_FIELD_SRC:
    case WHERE_FIELD_DST:
        give_end(self, self->node->field == WHERE_FIELD_SRC ? &event->source : &event->target);
        break;
    case WHERE_FIELD_SPORT:
        give_number(self, event->source.port);
        break;
    case WHERE_FIELD_DPORT:
        give_number(self, event->target.port);
        break;
    case WHERE_FIELD_MESSAGE:
        give_class(self);
        break;
    case WHERE_FIELD_LINE:
        give_line(self);
        break;
    case WHERE_FIELD_REQUEST:
        give_turn(self, CAW_TURN_REQUEST);
        break;
    case WHERE_FIELD_RESPONSE:
        give_turn(self, CAW_TURN_RESPONSE);
        break;
    case WHERE_FIELD_VALUE:
        if (is_message(self))
            give_elements(self);
        break;
    case WHERE_FIELD_FLAW:
        if (is_message(self))
            give_bits(self, caw_flaws(&event->message));
        break;
    case WHERE_FIELD_HISTORY:
        if (event->note)
            give_bits(self, caw_event_flaws(event));
        break;
    }
}

/* ---- names -------------------------------------------------------------------------------- */

/* What the message says itself, or what is known from before. */
static void give_known(const giver *self, caw_field_id id) {
    const caw_event *event = self->event;
    caw_field field;
    if (is_message(self) && event->message.row->text == id && caw_find(&event->message, id, &field))
        give_text(self, field.text);
    else if (id == CAW_FIELD_PV)
        give_name(self, event->note ? caw_pv(event->note) : NULL);
    else
        give_name(self, id == CAW_FIELD_USER ? event->user : event->host);
}

void caw_where_values(where_room *room, const caw_event *event, const where_node *node,
                      event_value_take *take, void *user) {
    giver self = {room, event, node, take, user};
    if (node->field >= CAW_FIELDS) {
        give_made(&self);
        return;
    }
    caw_field_id id = (caw_field_id)node->field;
    if (id == CAW_FIELD_PV || id == CAW_FIELD_USER || id == CAW_FIELD_HOST)
        give_known(&self, id);
    else if (!is_message(&self))
        return;
    else if (id == CAW_FIELD_VALUE)
        give_numbers(&self);
    else if (id == CAW_FIELD_STRING)
        give_texts(&self, false);
    else
        give_fields(&self, id);
}
