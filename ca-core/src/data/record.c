/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include "compat.h"
#include "facts/known.h"
#include "history/moment.h"
#include "message/dbr.h"
#include "message/fields.h"
#include "message/wire.h"
#include "text/value.h"

#include <math.h>

static bool wants(const caw_record *self, caw_place key) {
    return key != CAW_NO_KEY && self->wanted[key / 64] >> key % 64 & 1;
}

/* Where its datum goes, written member by member; NULL when it is not wanted. */
static caw_datum *claim(caw_record *self, caw_place key, caw_datum_kind kind) {
    if (!wants(self, key))
        return NULL;
    caw_datum *datum = &self->datum[key];
    self->present[key / 64] |= UINT64_C(1) << key % 64;
    datum->kind = kind;
    return datum;
}

static void set(caw_record *self, caw_place key, caw_datum_kind kind) {
    (void)claim(self, key, kind);
}

static void set_as(caw_record *self, caw_place key, caw_datum_kind kind, int64_t number) {
    caw_datum *datum = claim(self, key, kind);
    if (datum)
        datum->number = number;
}

static void set_number(caw_record *self, caw_place key, int64_t number) {
    set_as(self, key, CAW_DATUM_NUMBER, number);
}

static void set_text(caw_record *self, caw_place key, caw_datum_kind kind, const char *text) {
    caw_datum *datum = text ? claim(self, key, kind) : NULL;
    if (datum)
        datum->word = text;
}

static void set_word(caw_record *self, caw_place key, const char *word) {
    set_text(self, key, CAW_DATUM_WORD, word);
}

static void set_name(caw_record *self, caw_place key, const char *name) {
    set_text(self, key, CAW_DATUM_NAME, name);
}

static void set_bytes(caw_record *self, caw_place key, caw_datum_kind kind, caw_view bytes) {
    caw_datum *datum = claim(self, key, kind);
    if (datum)
        datum->bytes = bytes;
}

static void set_list(caw_record *self, caw_place key, caw_list_kind list) {
    caw_datum *datum = claim(self, key, CAW_DATUM_LIST);
    if (datum)
        datum->list = list;
}

static caw_place own(const caw_record *self, caw_own_key key) {
    return self->keys->own[key];
}

/* ---- the front ---------------------------------------------------------------------------- */

/* Nanoseconds since 1970 that an int64_t holds. */
static bool is_countable(const caw_moment *moment) {
    const int64_t most = INT64_MAX / 1000000000 - 1;
    return moment->seconds >= -most && moment->seconds <= most;
}

static int64_t nanoseconds(const caw_moment *moment) {
    return moment->seconds * 1000000000 + moment->nanoseconds;
}

void caw_record_take_moment(caw_record *self, const caw_event *event) {
    const caw_moment *now = &event->now;
    if (is_countable(now)) {
        caw_datum *timestamp = claim(self, own(self, CAW_OWN_TIMESTAMP), CAW_DATUM_MOMENT);
        if (timestamp)
            timestamp->moment = now;
        set_number(self, own(self, CAW_OWN_TIMESTAMP_NS), nanoseconds(now));
    }
    set_number(self, own(self, CAW_OWN_FRAME), now->frame);
}

static void take_end(caw_record *self, const caw_end *end, caw_own_key address, caw_own_key port) {
    caw_datum *datum = end->size ? claim(self, own(self, address), CAW_DATUM_END) : NULL;
    if (datum)
        datum->end = end;
    set_number(self, own(self, port), end->port);
}

void caw_record_take_ends(caw_record *self, const caw_event *event) {
    take_end(self, &event->source, CAW_OWN_SRC, CAW_OWN_SPORT);
    take_end(self, &event->target, CAW_OWN_DST, CAW_OWN_DPORT);
    set_word(self, own(self, CAW_OWN_TRANSPORT),
             event->transport == CAW_TRANSPORT_UDP ? "udp" : "tcp");
}

/* ---- fields ------------------------------------------------------------------------------- */

const char *caw_special(double real) {
    if (isfinite(real))
        return NULL;
    return isnan(real) ? "nan" : real > 0 ? "inf" : "-inf";
}

static void take_bits(caw_record *self, const caw_field_keys *keys, const caw_bit *flags,
                      uint64_t number) {
    for (size_t i = 0; flags[i].key && i < CAW_KEY_BITS; i++)
        set_as(self, keys->bits[i], CAW_DATUM_FLAG, (number & flags[i].mask) != 0);
}

/* With all that its value and its bits are called. */
static void take_with_names(caw_record *self, const caw_field_keys *keys, const caw_field_row *row,
                            uint64_t number) {
    set_number(self, keys->plain, (int64_t)number);
    if (row->flags)
        take_bits(self, keys, row->flags, number);
    if (!wants(self, keys->name))
        return;
    const caw_name *name = caw_name_of(row->names, (uint32_t)number);
    set_word(self, keys->name, name ? name->name : NULL);
}

/* As part of the shape, member by member: a copy would have to wait until they are written. */
static void take_number(caw_record *self, const caw_field_keys *keys, const caw_field_row *row,
                        uint64_t number) {
    caw_shape *shape = &self->shape;
    bool apart = row->identifier || keys->second != CAW_NO_KEY;
    if (apart || shape->count == CAW_SHAPE_NUMBERS) {
        take_with_names(self, keys, row, number);
        return;
    }
    caw_shape_number *part = &shape->numbers[shape->count++];
    part->keys = keys;
    part->row = row;
    part->number = number;
}

static void take_real(caw_record *self, const caw_field_keys *keys, const caw_field *field) {
    caw_datum *datum = claim(self, keys->plain, CAW_DATUM_REAL);
    if (datum)
        datum->real = field->real;
    set_word(self, keys->special, caw_special(field->real));
}

/* A limit is as wide as an element, and whole where that is. */
static void take_limit(caw_record *self, const caw_field_keys *keys, const caw_field *field) {
    caw_element_kind element = self->event->message.dbr->element;
    if (element == CAW_ELEMENT_FLOAT || element == CAW_ELEMENT_DOUBLE)
        take_real(self, keys, field);
    else
        set_number(self, keys->plain, (int64_t)field->number);
}

/* The pieces of a stamp tell what it tells, unless it is none. */
static void take_stamp(caw_record *self, const caw_field_keys *keys, uint32_t seconds,
                       uint32_t fraction) {
    const caw_keys *all = self->keys;
    caw_moment stamp = {.seconds = (int64_t)seconds + CAW_EPICS_EPOCH};
    set_number(self, keys->plain, nanoseconds(&stamp) + fraction);
    if (fraction <= caw_field_rows[CAW_FIELD_NANOSECONDS].most)
        return;
    set_number(self, all->field[CAW_FIELD_SECONDS].plain, seconds);
    set_number(self, all->field[CAW_FIELD_NANOSECONDS].plain, fraction);
}

static void take_several(caw_record *self, const caw_field_keys *keys, caw_field_id id,
                         caw_part part) {
    caw_datum *datum = claim(self, keys->plain, CAW_DATUM_LIST);
    if (!datum)
        return;
    datum->list = CAW_LIST_FIELDS;
    datum->id = id;
    datum->part = part;
}

static void take_address(caw_record *self, const caw_field_keys *keys, uint64_t number) {
    set_as(self, keys->plain, CAW_DATUM_IPV4, (int64_t)number);
}

static void take_once(caw_record *self, const caw_field_keys *keys, const caw_field *field) {
    switch (caw_field_rows[field->id].kind) {
    case CAW_KIND_UINT:
    case CAW_KIND_INT:
        take_number(self, keys, &caw_field_rows[field->id], field->number);
        break;
    case CAW_KIND_REAL:
        take_real(self, keys, field);
        break;
    case CAW_KIND_ELEMENT:
        take_limit(self, keys, field);
        break;
    case CAW_KIND_TEXT:
        set_bytes(self, keys->plain, CAW_DATUM_TEXT, field->text);
        break;
    case CAW_KIND_BYTES:
        set_bytes(self, keys->plain, CAW_DATUM_HEX, field->view);
        break;
    case CAW_KIND_IPV4:
        take_address(self, keys, field->number);
        break;
    case CAW_KIND_TIME:
        take_stamp(self, keys, field->seconds, field->nanoseconds);
        break;
    case CAW_KIND_GROUP:
        break;
    }
}

/* The second id of a search is the first once more, or ought to be. */
static bool is_second(caw_record *self, const caw_field_keys *keys, uint32_t number) {
    if (keys->second == CAW_NO_KEY || !caw_record_has(self, keys->plain))
        return false;
    if (self->datum[keys->plain].number != number)
        set_number(self, keys->second, number);
    return true;
}

static void take_field(caw_record *self, const caw_field *field) {
    const caw_field_row *row = &caw_field_rows[field->id];
    const caw_field_keys *keys = field->part == CAW_PART_REQUEST ? &self->keys->failed[field->id]
                                                                 : &self->keys->field[field->id];
    if (row->filler && wire_is_zero(field->view))
        return;
    if (row->several)
        take_several(self, keys, field->id, field->part);
    else if (!is_second(self, keys, (uint32_t)field->number))
        take_once(self, keys, field);
}

/* ---- the header --------------------------------------------------------------------------- */

/* A word of the header, which is a number or an address. */
static void take_word(caw_record *self, caw_field_id id, uint32_t number) {
    const caw_field_row *row = &caw_field_rows[id];
    const caw_field_keys *keys = &self->keys->field[id];
    if (id == CAW_FIELD_RESERVED) {
        if (number)
            take_several(self, keys, id, CAW_PART_HEADER);
    } else if (is_second(self, keys, number)) {
        return;
    } else if (row->kind == CAW_KIND_IPV4) {
        take_address(self, keys, number);
    } else {
        take_number(self, keys, row, number);
    }
}

static void take_header(caw_record *self, const caw_message *message) {
    const caw_message_row *row = message->row;
    take_word(self, CAW_FIELD_COMMAND, message->command);
    take_word(self, CAW_FIELD_SIZE, message->payload_size);
    take_word(self, row->type, message->type);
    take_word(self, row->count, message->count);
    take_word(self, row->param1, message->param1);
    take_word(self, row->param2, message->param2);
    if (message->extended)
        take_several(self, &self->keys->field[CAW_FIELD_MARKER], CAW_FIELD_MARKER, CAW_PART_HEADER);
}

/* ---- the value ---------------------------------------------------------------------------- */

/* An element that is no number has all bits of its exponent. */
static bool is_any_special(const caw_message *message, uint32_t count) {
    uint32_t size = caw_element_size(message->dbr->element);
    uint8_t rest = size == 4 ? 0x80 : 0xf0;
    caw_view value = wire_sub(message->payload, message->dbr->meta, count * size);
    for (uint32_t at = 0; at + size <= value.len; at += size)
        if ((value.bytes[at] & 0x7f) == 0x7f && (value.bytes[at + 1] & rest) == rest)
            return true;
    return false;
}

static void take_value(caw_record *self, const caw_message *message) {
    const caw_keys *keys = self->keys;
    caw_element_kind element = message->dbr->element;
    bool strings = element == CAW_ELEMENT_STRING;
    bool real = element == CAW_ELEMENT_FLOAT || element == CAW_ELEMENT_DOUBLE;
    caw_view text;
    self->shown = message->elements < self->elements ? message->elements : self->elements;
    set_list(self, keys->field[strings ? CAW_FIELD_STRING : CAW_FIELD_VALUE].plain,
             CAW_LIST_ELEMENTS);
    if (real && is_any_special(message, self->shown))
        set_list(self, own(self, CAW_OWN_SPECIAL), CAW_LIST_SPECIAL);
    bool is_text = !strings && caw_long_string(message, &text);
    if (is_text)
        set_list(self, keys->field[CAW_FIELD_STRING].plain, CAW_LIST_LONG);
    if (is_text || strings)
        set_list(self, own(self, CAW_OWN_RAW), CAW_LIST_RAW);
    if (self->shown < message->elements)
        set_number(self, keys->field[CAW_FIELD_MORE_VALUES].plain, message->elements - self->shown);
}

/* ---- the payload -------------------------------------------------------------------------- */

static void walk(caw_record *self, caw_cursor cursor) {
    caw_field field;
    uint32_t pieces = 0;
    while (caw_next(&cursor, &field)) {
        if (pieces)
            pieces--;
        else if (field.id != CAW_FIELD_MORE_VALUES)
            take_field(self, &field);
        pieces += field.parts;
    }
}

/* A field of the metadata at its place; most are these two. */
static void take_meta(caw_record *self, const caw_message *message, caw_field_id id, uint32_t at) {
    const caw_field_row *row = &caw_field_rows[id];
    const caw_field_keys *keys = &self->keys->field[id];
    caw_view payload = message->payload;
    caw_field field;
    if (row->kind == CAW_KIND_INT) {
        take_number(self, keys, row, (uint64_t)(int16_t)wire_u16(payload, at));
    } else if (row->kind == CAW_KIND_TIME) {
        take_stamp(self, keys, wire_u32(payload, at), wire_u32(payload, at + 4));
    } else {
        field = caw_meta_field(message, id, at);
        take_once(self, keys, &field);
    }
}

/* Each field at its place; false when one of them comes several times, as names of states do. */
static bool take_layout(caw_record *self, const caw_message *message) {
    const caw_dbr_row *dbr = message->dbr;
    uint32_t at = 0;
    for (const caw_field_id *id = dbr->layout; *id != CAW_FIELD_RESERVED; id++) {
        if (caw_field_rows[*id].several)
            return false;
        take_meta(self, message, *id, at);
        at += caw_meta_size(&caw_field_rows[*id], dbr->element);
    }
    if (at < dbr->meta && !wire_is_zero(wire_sub(message->payload, at, dbr->meta - at)))
        take_several(self, &self->keys->field[CAW_FIELD_RISC_PAD], CAW_FIELD_RISC_PAD,
                     CAW_PART_META);
    return true;
}

static void take_payload(caw_record *self, const caw_message *message) {
    bool whole = message->dbr && message->payload.len >= message->dbr->meta;
    bool placed = whole && take_layout(self, message);
    if (message->payload.len)
        walk(self, placed ? caw_value_rest(message) : caw_payload_fields(message, 0));
    if (caw_has_value(message))
        take_value(self, message);
}

/* ---- what is known beside the bytes --------------------------------------------------------- */

/* The message itself may say another name yet. */
static void take_history(caw_record *self, const caw_event *event) {
    const caw_note *note = event->note;
    set_name(self, own(self, CAW_OWN_PV), note ? caw_pv(note) : NULL);
    if (!note || note->turn != CAW_TURN_RESPONSE || !note->exchange)
        return;
    caw_moment sent = caw_event_sent(event);
    set_number(self, own(self, CAW_OWN_TIME), caw_between(&note->exchange->request, &sent));
    set_number(self, own(self, CAW_OWN_RESPONSE_TO), note->exchange->request.frame);
}

static void take_flaws(caw_record *self, const caw_event *event) {
    if (!wants(self, own(self, CAW_OWN_FLAWS)))
        return;
    self->flaws = caw_flaws(&event->message);
    self->history = event->note ? caw_event_flaws(event) : 0;
    if (self->flaws || self->history)
        set_list(self, own(self, CAW_OWN_FLAWS), CAW_LIST_FLAWS);
}

static void take_fact(caw_record *self, caw_fact_id id) {
    caw_place plain = self->keys->fact[id].plain, name = self->keys->fact[id].name;
    caw_fact_value value;
    if (!caw_fact(self->event, id, &value, NULL, 0))
        return;
    switch (caw_fact_rows[id].kind) {
    case CAW_FACT_IS_MARK:
        break; /* is part of the shape */
    case CAW_FACT_IS_NUMBER:
    case CAW_FACT_IS_FRAME:
        set_number(self, plain, (int64_t)value.number);
        set_word(self, name, caw_fact_name(id, &value));
        break;
    case CAW_FACT_IS_DURATION:
        set_number(self, plain, value.nanoseconds);
        break;
    case CAW_FACT_IS_TEXT:
    case CAW_FACT_IS_ADDRESS:
        set_as(self, plain, CAW_DATUM_FACT, id);
        break;
    }
}

static void take_message(caw_record *self, const caw_event *event) {
    const caw_message *message = &event->message;
    const char *broken = caw_broken(message);
    take_history(self, event);
    take_header(self, message);
    take_payload(self, message);
    take_flaws(self, event);
    self->shape.marks = caw_facts_known(event, self->marks);
    for (uint64_t left = self->facts; left; left &= left - 1)
        take_fact(self, (caw_fact_id)caw_lowest_bit(left));
    if (event->copies > 1)
        set_number(self, own(self, CAW_OWN_COPIES), event->copies);
    if (broken) {
        set_word(self, own(self, CAW_OWN_REASON), broken);
        set_number(self, own(self, CAW_OWN_BYTES), message->whole.len);
    }
}

/* ---- other events ------------------------------------------------------------------------- */

static void take_circuit_word(caw_record *self, const char *name, caw_own_key key) {
    caw_word_value value;
    if (!caw_event_word(self->event, name, 0, &value, NULL, 0))
        return;
    if (value.kind == CAW_WORD_NUMBER)
        set_number(self, own(self, key), value.number);
    else
        set(self, own(self, key), CAW_DATUM_BY);
}

static void take_circuit(caw_record *self) {
    take_circuit_word(self, "by", CAW_OWN_BY);
    take_circuit_word(self, "attempts", CAW_OWN_ATTEMPTS);
    take_circuit_word(self, "channels", CAW_OWN_CHANNELS);
}

static void take_attribute(caw_record *self, const caw_packet *packet, caw_class is, size_t i) {
    caw_place key = self->keys->attribute[is][i];
    int64_t number = 0;
    caw_view bytes = {0};
    if (!wants(self, key))
        return;
    caw_attribute_read(packet, is, i, &number, &bytes);
    if (caw_attribute_is_number(is, i))
        set_number(self, key, number);
    else
        set_bytes(self, key, CAW_DATUM_HEX, bytes);
}

static void take_packet(caw_record *self, const caw_event *event) {
    caw_packet packet;
    caw_packet_parse(event->frame.bytes, event->frame.len, event->link, &packet);
    for (int layer = 0; layer < CAW_LAYERS; layer++) {
        caw_class is = packet.layers[layer].is;
        for (size_t i = 0; is && caw_attribute_name(is, i); i++)
            take_attribute(self, &packet, is, i);
    }
}

/* ---- all of it ---------------------------------------------------------------------------- */

void caw_record_begin(caw_record *self, const caw_keys *keys, uint32_t elements) {
    self->keys = keys;
    self->elements = elements;
    self->facts = self->marks = 0;
    self->packet = false;
    memset(self->wanted, 0, sizeof self->wanted);
}

static void want_fact(caw_record *self, caw_fact_id id) {
    bool is_mark = caw_fact_rows[id].kind == CAW_FACT_IS_MARK;
    *(is_mark ? &self->marks : &self->facts) |= UINT64_C(1) << id;
}

void caw_record_want(caw_record *self, caw_place key) {
    const caw_keys *keys = self->keys;
    self->wanted[key / 64] |= UINT64_C(1) << key % 64;
    for (int i = 0; i < CAW_FIELDS; i++)
        if (keys->field[i].second == key) /* it is compared with the first */
            caw_record_want(self, keys->field[i].plain);
    for (int i = 0; i < CAW_FACTS; i++)
        if (keys->fact[i].plain == key || keys->fact[i].name == key)
            want_fact(self, (caw_fact_id)i);
    for (int is = 0; is < CAW_CLASSES; is++)
        for (int i = 0; i < CAW_ATTRIBUTES_MOST; i++)
            self->packet |= keys->attribute[is][i] == key;
}

void caw_record_take(caw_record *self, const caw_event *event) {
    self->event = event;
    self->shown = 0;
    self->shape.message = caw_event_class(event);
    self->shape.marks = self->shape.count = 0;
    set_name(self, own(self, CAW_OWN_USER), event->user);
    set_name(self, own(self, CAW_OWN_HOST), event->host);
    set(self, own(self, CAW_OWN_LINE), CAW_DATUM_LINE);
    if (event->kind == CAW_EVENT_MESSAGE || event->kind == CAW_EVENT_MALFORMED)
        set_number(self, own(self, CAW_OWN_INDEX), event->index);
    if (event->kind == CAW_EVENT_MESSAGE) {
        take_message(self, event);
    } else if (event->kind == CAW_EVENT_MALFORMED) {
        set_word(self, own(self, CAW_OWN_REASON), event->reason);
        set_number(self, own(self, CAW_OWN_BYTES), (int64_t)event->bytes);
    } else {
        take_circuit(self);
    }
    if (self->packet)
        take_packet(self, event);
}

void caw_record_take_shape(caw_record *self) {
    const caw_shape *shape = &self->shape;
    set_word(self, own(self, CAW_OWN_MESSAGE), shape->message);
    for (uint32_t i = 0; i < shape->count; i++)
        take_with_names(self, shape->numbers[i].keys, shape->numbers[i].row,
                        shape->numbers[i].number);
    for (uint64_t left = shape->marks; left; left &= left - 1)
        set_as(self, self->keys->fact[caw_lowest_bit(left)].plain, CAW_DATUM_FLAG, 1);
}

/* ---- lists -------------------------------------------------------------------------------- */

caw_list caw_list_of(const caw_record *record, const caw_datum *datum) {
    caw_list self = {.record = record, .of = datum};
    if (datum->list == CAW_LIST_FIELDS)
        self.cursor = caw_fields(&record->event->message, 0);
    return self;
}

static bool next_element(caw_list *self, caw_datum *datum) {
    const caw_message *message = &self->record->event->message;
    caw_field field;
    if (self->index >= self->record->shown)
        return false;
    caw_element(message, self->index++, &field);
    switch (message->dbr->element) {
    case CAW_ELEMENT_STRING:
        datum->kind = CAW_DATUM_TEXT;
        datum->bytes = field.text;
        break;
    case CAW_ELEMENT_FLOAT:
    case CAW_ELEMENT_DOUBLE:
        datum->kind = CAW_DATUM_REAL;
        datum->real = field.real;
        break;
    default:
        datum->kind = CAW_DATUM_NUMBER;
        datum->number = (int64_t)field.number;
    }
    return true;
}

enum { MOST_TRAILING = 3 }; /* bytes of a character of UTF-8 after its first */

/* Of a shortened array that is a text the beginning, which ends with a character. */
static bool next_text(caw_list *self, caw_datum *datum) {
    caw_view text;
    uint32_t end = self->record->shown;
    if (self->index++ || !caw_long_string(&self->record->event->message, &text))
        return false;
    for (int i = 0; i < MOST_TRAILING && end < text.len && (text.bytes[end] & 0xc0) == 0x80; i++)
        end -= end > 0;
    *datum = (caw_datum){.kind = CAW_DATUM_TEXT, .bytes = wire_sub(text, 0, end)};
    return true;
}

static bool next_raw(caw_list *self, caw_datum *datum) {
    bool strings = self->record->event->message.dbr->element == CAW_ELEMENT_STRING;
    bool taken = strings ? next_element(self, datum) : next_text(self, datum);
    datum->kind = CAW_DATUM_BASE64;
    return taken;
}

static bool next_special(caw_list *self, caw_datum *datum) {
    for (uint32_t index = self->index; next_element(self, datum); index = self->index) {
        const char *name = caw_special(datum->real);
        if (!name)
            continue;
        *datum = (caw_datum){.kind = CAW_DATUM_PAIR, .index = index, .word = name};
        return true;
    }
    return false;
}

static bool next_field(caw_list *self, caw_datum *datum) {
    caw_field field;
    while (caw_next(&self->cursor, &field)) {
        if (field.id != self->of->id || field.part != self->of->part)
            continue;
        *datum = caw_field_rows[field.id].kind == CAW_KIND_TEXT
                     ? (caw_datum){.kind = CAW_DATUM_TEXT, .bytes = field.text}
                     : (caw_datum){.kind = CAW_DATUM_NUMBER, .number = (int64_t)field.number};
        return true;
    }
    return false;
}

/* Those of the message, then those of its history. */
static bool next_flaw(caw_list *self, caw_datum *datum) {
    const caw_record *record = self->record;
    datum->kind = CAW_DATUM_WORD;
    while (self->index < CAW_FLAWS + CAW_HISTORY_FLAWS) {
        uint32_t i = self->index++;
        bool of_message = i < CAW_FLAWS;
        datum->word = of_message ? caw_flaw_rows[i].key : caw_history_rows[i - CAW_FLAWS].key;
        if (of_message ? record->flaws >> i & 1 : record->history >> (i - CAW_FLAWS) & 1)
            return true;
    }
    return false;
}

bool caw_list_next(caw_list *self, caw_datum *datum) {
    switch (self->of->list) {
    case CAW_LIST_ELEMENTS:
        return next_element(self, datum);
    case CAW_LIST_LONG:
        return next_text(self, datum);
    case CAW_LIST_RAW:
        return next_raw(self, datum);
    case CAW_LIST_SPECIAL:
        return next_special(self, datum);
    case CAW_LIST_FIELDS:
        return next_field(self, datum);
    case CAW_LIST_FLAWS:
        break;
    }
    return next_flaw(self, datum);
}
