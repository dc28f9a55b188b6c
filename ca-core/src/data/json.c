/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys in their order, so that those of an object in it come together. Most of what is told was
 * told of a message before: what those of a circuit, of a frame and of a shape have in common is
 * kept as text, and of most messages no more is made than what goes into the gaps.
 */
#include "json.h"

#include "compat.h"

typedef struct {
    caw_json *json;
    const caw_record *record;
    caw_text *out;
    caw_template *kept;           /* that is being made: it gets gaps; NULL: none */
    uint16_t open[CAW_KEY_DEPTH]; /* objects in which we are */
    uint8_t depth;
    bool first; /* nothing is in the innermost one yet */
} writer;

/* ---- names and objects -------------------------------------------------------------------- */

static void put_head(writer *self, const caw_key *key) {
    const size_t comma = self->first ? strlen(", ") : 0;
    caw_put_chars(self->out, key->head + comma, key->head_length - comma);
    self->first = false;
}

static uint8_t shared(const writer *self, const caw_key *key) {
    uint8_t depth = 0;
    while (depth < self->depth && depth < key->depth && self->open[depth] == key->object[depth])
        depth++;
    return depth;
}

static void close_to(writer *self, uint8_t depth) {
    for (; self->depth > depth; self->depth--)
        caw_put(self->out, '}');
}

static void open_object(writer *self, const caw_key *key, uint8_t depth) {
    size_t begin = depth ? key->dot[depth - 1] + 1u : 0;
    caw_puts(self->out, self->first ? "\"" : ", \"");
    caw_put_chars(self->out, key->path + begin, key->dot[depth] - begin);
    caw_puts(self->out, "\": {");
    self->open[depth] = key->object[depth];
    self->depth++;
    self->first = true;
}

/* Ends objects that the key is not in, and begins those that it is in. */
static void go_to(writer *self, const caw_key *key) {
    uint8_t depth = shared(self, key);
    close_to(self, depth);
    for (; depth < key->depth; depth++)
        open_object(self, key, depth);
}

/* ---- values ------------------------------------------------------------------------------- */

static bool put_list(writer *self, const caw_datum *datum) {
    caw_list list = caw_list_of(self->record, datum);
    caw_datum item;
    bool some = false;
    caw_put(self->out, '[');
    while (caw_list_next(&list, &item)) {
        if (some)
            caw_put_chars(self->out, ", ", 2);
        if (!caw_put_datum(self->record, &item, true, &self->json->scratch, self->out))
            return false;
        some = true;
    }
    caw_put(self->out, ']');
    return true;
}

static bool put_value(writer *self, caw_place place) {
    const caw_datum *datum = &self->record->datum[place];
    if (datum->kind == CAW_DATUM_NUMBER) { /* most often */
        caw_put_signed(self->out, datum->number);
        return true;
    }
    return datum->kind == CAW_DATUM_LIST
               ? put_list(self, datum)
               : caw_put_datum(self->record, datum, true, &self->json->scratch, self->out);
}

/* ---- members ------------------------------------------------------------------------------ */

static void put_gap(writer *self, caw_place place) {
    caw_template *kept = self->kept;
    if (kept->gaps < CAW_GAPS) {
        kept->gap[kept->gaps].key = place;
        kept->gap[kept->gaps].at = (uint16_t)self->out->length;
    }
    kept->gaps++;
}

static bool put_member(writer *self, caw_place place) {
    const caw_key *key = &self->record->keys->key[place];
    go_to(self, key);
    put_head(self, key);
    if (!self->kept || !caw_has_key(self->kept->present, place))
        return put_value(self, place);
    put_gap(self, place);
    return true;
}

static bool put_members(writer *self) {
    for (unsigned word = 0; word < CAW_KEY_WORDS; word++)
        for (uint64_t left = self->record->present[word]; left; left &= left - 1)
            if (!put_member(self, (caw_place)(64 * word + caw_lowest_bit(left))))
                return false;
    return true;
}

/* ---- the front ---------------------------------------------------------------------------- */

static bool is_same_end(const caw_end *one, const caw_end *other) {
    return one->port == other->port && one->size == other->size &&
           memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}

typedef void take_function(caw_record *self, const caw_event *event);

/* Members of a front. */
static void put_taken(writer *self, take_function *take, const caw_event *event) {
    caw_record_clear(&self->json->record);
    take(&self->json->record, event);
    put_members(self);
}

static void make_route(const writer *self, const caw_event *event, caw_route *route) {
    caw_text text = caw_text_into(route->text, sizeof route->text);
    writer into = *self;
    into.out = &text;
    put_taken(&into, caw_record_take_ends, event);
    route->source = event->source;
    route->target = event->target;
    route->transport = event->transport;
    route->length = caw_text_end(&text);
}

static const caw_route *route_of(writer *self, const caw_event *event) {
    caw_json *json = self->json;
    for (unsigned i = 0; i < 2; i++) {
        const caw_route *known = &json->routes[i];
        if (known->length && known->transport == event->transport &&
            is_same_end(&known->source, &event->source) &&
            is_same_end(&known->target, &event->target))
            return known;
    }
    caw_route *made = &json->routes[json->oldest];
    json->oldest = !json->oldest;
    json->front.length = 0; /* it may have been of that one */
    make_route(self, event, made);
    return made;
}

static bool is_alike(const caw_front *front, const caw_event *event, const caw_route *route) {
    return front->length && front->now.frame == event->now.frame &&
           front->now.seconds == event->now.seconds &&
           front->now.nanoseconds == event->now.nanoseconds && front->route == route;
}

static void make_front(const writer *self, const caw_event *event, const caw_route *route) {
    caw_front *front = &self->json->front;
    caw_text text = caw_text_into(front->text, sizeof front->text);
    writer into = *self;
    into.out = &text;
    into.first = true;
    put_taken(&into, caw_record_take_moment, event);
    caw_put_chars(&text, route->text, route->length);
    front->now = event->now;
    front->route = route;
    front->length = caw_text_end(&text);
}

static void put_front(writer *self, const caw_event *event) {
    caw_front *front = &self->json->front;
    self->first = false;
    const caw_route *route = route_of(self, event);
    if (!is_alike(front, event, route))
        make_front(self, event, route);
    caw_put_chars(self->out, front->text, front->length);
}

/* ---- the rest ----------------------------------------------------------------------------- */

static bool put_rest(writer *self) {
    if (!put_members(self))
        return false;
    close_to(self, 0);
    caw_put(self->out, '}');
    return true;
}

static bool has_shape(const caw_template *kept, const caw_record *record) {
    const caw_shape *one = &kept->shape, *other = &record->shape;
    return one->message == other->message && one->marks == other->marks &&
           one->count == other->count &&
           memcmp(one->numbers, other->numbers, one->count * sizeof *one->numbers) == 0 &&
           memcmp(kept->present, record->present, sizeof kept->present) == 0;
}

/* The one at this place in their order is used. */
static caw_template *use_template(caw_json *self, uint8_t place) {
    uint8_t used = self->latest[place];
    memmove(self->latest + 1, self->latest, place);
    self->latest[0] = used;
    return &self->kept[used];
}

/* NULL: none is kept of this shape. */
static const caw_template *find_template(caw_json *self) {
    for (uint8_t i = 0; i < CAW_TEMPLATES; i++) {
        const caw_template *kept = &self->kept[self->latest[i]];
        if (kept->length && has_shape(kept, &self->record))
            return use_template(self, i);
    }
    return NULL;
}

/* In place of the one that was not used for longest. NULL: it does not fit. */
static const caw_template *make_template(const writer *self) {
    caw_json *json = self->json;
    caw_template *kept = use_template(json, CAW_TEMPLATES - 1);
    caw_text text = caw_text_into(kept->text, sizeof kept->text);
    writer into = *self;
    into.out = &text;
    into.kept = kept;
    kept->gaps = 0;
    kept->shape = json->record.shape;
    memcpy(kept->present, json->record.present, sizeof kept->present);
    caw_record_take_shape(&json->record);
    bool fits = put_rest(&into) && text.length < text.size && kept->gaps <= CAW_GAPS;
    kept->length = fits ? text.length : 0;
    return fits ? kept : NULL;
}

static bool put_template(writer *self, const caw_template *kept) {
    size_t at = 0;
    for (uint32_t i = 0; i < kept->gaps; at = kept->gap[i++].at) {
        caw_put_chars(self->out, kept->text + at, kept->gap[i].at - at);
        if (!put_value(self, kept->gap[i].key))
            return false;
    }
    caw_put_chars(self->out, kept->text + at, kept->length - at);
    return true;
}

/* ---- all of it ---------------------------------------------------------------------------- */

void caw_json_begin(caw_json *self) {
    for (uint8_t i = 0; i < CAW_TEMPLATES; i++)
        self->latest[i] = i;
}

bool caw_json_put(caw_json *self, const caw_event *event, caw_text *out) {
    writer into = {.json = self, .record = &self->record, .out = out, .first = true};
    caw_put(out, '{');
    put_front(&into, event);
    caw_record_clear(&self->record);
    caw_record_take(&self->record, event);
    const caw_template *kept = find_template(self);
    if (!kept)
        kept = make_template(&into);
    return kept ? put_template(&into, kept) : put_rest(&into);
}
