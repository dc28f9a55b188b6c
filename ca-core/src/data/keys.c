/* SPDX-License-Identifier: BSD-3-Clause */
#include "keys.h"

#include "text/text.h"

/* ---- what only an event has --------------------------------------------------------------- */

static const struct {
    const char *path;
    caw_key_type type;
    bool full; /* see caw_key */
    const char *title, *meaning;
} own_rows[CAW_OWN_KEYS] = {
    [CAW_OWN_TIMESTAMP] = {"timestamp", CAW_KEY_TIME, false, "Time", "Of the packet, UTC."},
    [CAW_OWN_TIMESTAMP_NS] = {"timestamp_ns", CAW_KEY_NUMBER, false, "Time",
                              "The same in nanoseconds since 1970."},
    [CAW_OWN_FRAME] = {"frame", CAW_KEY_NUMBER, false, "Frame",
                       "Number of the packet that completed the message, from 1."},
    [CAW_OWN_SRC] = {"src", CAW_KEY_TEXT, false, "Source Address", NULL},
    [CAW_OWN_SPORT] = {"sport", CAW_KEY_NUMBER, false, "Source Port", NULL},
    [CAW_OWN_DST] = {"dst", CAW_KEY_TEXT, false, "Destination Address", NULL},
    [CAW_OWN_DPORT] = {"dport", CAW_KEY_NUMBER, false, "Destination Port", NULL},
    [CAW_OWN_TRANSPORT] = {"transport", CAW_KEY_TEXT, false, "Transport", "tcp or udp."},
    [CAW_OWN_INDEX] = {"index", CAW_KEY_NUMBER, false, "Index",
                       "Of the message among those of its frame, from 0."},
    [CAW_OWN_MESSAGE] = {"message", CAW_KEY_TEXT, false, "Message",
                         "What the line begins with, as ReadNotifyResponse."},
    [CAW_OWN_REASON] = {"reason", CAW_KEY_TEXT, false, "Reason", "Why a message is Malformed."},
    [CAW_OWN_BYTES] = {"bytes", CAW_KEY_NUMBER, false, "Bytes", "That are Malformed."},
    [CAW_OWN_BY] = {"by", CAW_KEY_TEXT, false, "By",
                    "What ended or refused a circuit, as client FIN."},
    [CAW_OWN_ATTEMPTS] = {"attempts", CAW_KEY_NUMBER, false, "Attempts",
                          "After how many SYN a circuit was accepted."},
    [CAW_OWN_CHANNELS] = {"channels", CAW_KEY_NUMBER, false, "Channels",
                          "That were open when a circuit ended."},
    [CAW_OWN_PV] = {"pv", CAW_KEY_TEXT, false, "PV",
                    "Name of the process variable that the message belongs to."},
    [CAW_OWN_USER] = {"user", CAW_KEY_TEXT, false, "User", "User name that the client claims."},
    [CAW_OWN_HOST] = {"host", CAW_KEY_TEXT, false, "Host", "Host name that the client claims."},
    [CAW_OWN_TIME] = {"time_ns", CAW_KEY_NUMBER, false, "Response Time",
                      "From the request to this answer, in nanoseconds."},
    [CAW_OWN_RESPONSE_TO] = {"response_to", CAW_KEY_NUMBER, false, "Request In",
                             "Frame of the request that this answers."},
    [CAW_OWN_FLAWS] = {"flaws", CAW_KEY_TEXTS, false, "Flaws",
                       "What is wrong with the message, by the names of ca.flaw."},
    [CAW_OWN_COPIES] = {"copies", CAW_KEY_NUMBER, false, "Copies",
                        "How often its datagram was recorded, when more than once."},
    [CAW_OWN_LINE] = {"line", CAW_KEY_TEXT, true, "Line", "The message as caproto prints it."},
    [CAW_OWN_SPECIAL] = {"data.special", CAW_KEY_PAIRS, false, "Special Values",
                         "Elements of the value that are no numbers in JSON: index and name."},
    [CAW_OWN_RAW] = {"data.raw", CAW_KEY_TEXTS, true, "Raw Strings",
                     "The bytes of data.string, in base64."},
};

/* ---- making keys -------------------------------------------------------------------------- */

/* Keys in the order in which they were made. */
typedef struct {
    caw_keys *keys;
    caw_key made[CAW_KEYS_MOST];
} maker;

/* "PREFIX" "PATH" "ENDING" of this type. */
static caw_place make(maker *self, const char *const parts[3], caw_key_type type, bool full,
                      const char *title, const char *meaning) {
    caw_key *key = &self->made[self->keys->count];
    caw_text path = caw_text_into(key->path, sizeof key->path);
    caw_put3(&path, parts[0], parts[1], parts[2]);
    caw_text_end(&path);
    key->type = type;
    key->full = full;
    key->title = title;
    key->meaning = meaning;
    return self->keys->count++;
}

/* The name of a number, after its key. */
static caw_place make_name(maker *self, const char *prefix, const char *path, caw_place number) {
    const caw_key *key = &self->made[number];
    return make(self, (const char *[]){prefix, path, "_name"}, CAW_KEY_TEXT, key->full, key->title,
                "Name of the number.");
}

/* In objects, or outside of them. */
static void make_own(maker *self, bool inside) {
    for (int i = 0; i < CAW_OWN_KEYS; i++)
        if ((strchr(own_rows[i].path, '.') != NULL) == inside)
            self->keys->own[i] =
                make(self, (const char *[]){"", own_rows[i].path, ""}, own_rows[i].type,
                     own_rows[i].full, own_rows[i].title, own_rows[i].meaning);
}

/* ---- fields ------------------------------------------------------------------------------- */

static caw_key_type type_of(caw_field_id id) {
    const caw_field_row *row = &caw_field_rows[id];
    if (id == CAW_FIELD_MORE_VALUES)
        return CAW_KEY_NUMBER;
    switch (row->kind) {
    case CAW_KIND_UINT:
    case CAW_KIND_INT:
    case CAW_KIND_TIME:
        return row->several ? CAW_KEY_NUMBERS : CAW_KEY_NUMBER;
    case CAW_KIND_REAL:
    case CAW_KIND_ELEMENT:
        return row->several ? CAW_KEY_REALS : CAW_KEY_REAL;
    default:
        return row->several ? CAW_KEY_TEXTS : CAW_KEY_TEXT;
    }
}

/* A row has two header words of this field. */
static bool occurs_twice(caw_field_id id) {
    for (size_t i = 0; i < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        if ((row->type == id) + (row->count == id) + (row->param1 == id) + (row->param2 == id) > 1)
            return true;
    }
    return false;
}

static void make_bits(maker *self, const char *prefix, const caw_field_row *row,
                      caw_field_keys *keys) {
    char flags[CAW_KEY_PATH];
    caw_text path = caw_text_into(flags, sizeof flags);
    caw_put3(&path, prefix, row->key, ".");
    caw_text_end(&path);
    for (size_t i = 0; row->flags && row->flags[i].key && i < CAW_KEY_BITS; i++)
        keys->bits[i] = make(self, (const char *[]){flags, row->flags[i].key, ""}, CAW_KEY_FLAG,
                             false, row->flags[i].label, row->flags[i].meaning);
}

static void make_field(maker *self, const char *prefix, caw_field_id id, caw_field_keys *keys) {
    const caw_field_row *row = &caw_field_rows[id];
    const char *key = row->json ? row->json : row->key;
    caw_key_type type = type_of(id);
    keys->plain = make(self, (const char *[]){prefix, key, row->kind == CAW_KIND_TIME ? "_ns" : ""},
                       type, false, row->label, row->meaning);
    if (row->names)
        keys->name = make_name(self, prefix, key, keys->plain);
    if (occurs_twice(id) && !row->several)
        keys->second = make(self, (const char *[]){prefix, key, "2"}, type, false, row->label,
                            "The second in the header, when it differs.");
    if (type == CAW_KEY_REAL)
        keys->special =
            make(self, (const char *[]){prefix, key, "_special"}, CAW_KEY_TEXT, false, row->label,
                 "nan, inf or -inf: what is no number in "
                 "JSON.");
    make_bits(self, prefix, row, keys);
}

/* Those of the front are told of other messages, too. */
static void make_fields(maker *self) {
    caw_keys *keys = self->keys;
    for (int id = 0; id < CAW_FIELDS; id++) {
        bool in_front = id == CAW_FIELD_PV || id == CAW_FIELD_USER || id == CAW_FIELD_HOST;
        bool of_failed = id == CAW_FIELD_FAILED_COMMAND || id == CAW_FIELD_FAILED_SIZE;
        if (caw_field_rows[id].key && !in_front && !of_failed)
            make_field(self, "", (caw_field_id)id, &keys->field[id]);
    }
    keys->field[CAW_FIELD_PV].plain = keys->own[CAW_OWN_PV];
    keys->field[CAW_FIELD_USER].plain = keys->own[CAW_OWN_USER];
    keys->field[CAW_FIELD_HOST].plain = keys->own[CAW_OWN_HOST];
}

static void make_failed_field(maker *self, caw_field_id id) {
    if (self->keys->failed[id].plain == CAW_NO_KEY)
        make_field(self, "failed.", id, &self->keys->failed[id]);
}

/* Words of a header that only clients send. */
static void make_failed(maker *self) {
    make_failed_field(self, CAW_FIELD_FAILED_COMMAND);
    make_failed_field(self, CAW_FIELD_FAILED_SIZE);
    make_failed_field(self, CAW_FIELD_MARKER);
    make_failed_field(self, CAW_FIELD_RESERVED);
    for (size_t i = 0; i < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        if (row->speaker == CAW_SIDE_SERVER)
            continue;
        make_failed_field(self, row->type);
        make_failed_field(self, row->count);
        make_failed_field(self, row->param1);
        make_failed_field(self, row->param2);
    }
}

/* ---- facts -------------------------------------------------------------------------------- */

static void make_fact(maker *self, caw_fact_id id) {
    static const struct {
        caw_key_type type;
        const char *ending;
    } kinds[] = {
        [CAW_FACT_IS_MARK] = {CAW_KEY_FLAG, ""},
        [CAW_FACT_IS_NUMBER] = {CAW_KEY_NUMBER, ""},
        [CAW_FACT_IS_DURATION] = {CAW_KEY_NUMBER, "_ns"},
        [CAW_FACT_IS_FRAME] = {CAW_KEY_NUMBER, ""},
        [CAW_FACT_IS_TEXT] = {CAW_KEY_TEXT, ""},
        [CAW_FACT_IS_ADDRESS] = {CAW_KEY_TEXT, ""},
    };
    const caw_fact_row *row = &caw_fact_rows[id];
    self->keys->fact[id].plain =
        make(self, (const char *[]){"", row->key, kinds[row->kind].ending}, kinds[row->kind].type,
             row->kind != CAW_FACT_IS_MARK, row->title, row->meaning);
    if (row->names)
        self->keys->fact[id].name = make_name(self, "", row->key, self->keys->fact[id].plain);
}

/* ---- packets ------------------------------------------------------------------------------ */

/* Classes of a layer share the names that they have in common. */
static caw_place find_made(const maker *self, const char *path) {
    for (caw_place i = 0; i < self->keys->count; i++)
        if (strcmp(self->made[i].path, path) == 0)
            return i;
    return CAW_NO_KEY;
}

static void make_attribute(maker *self, caw_class is, size_t index) {
    char path[CAW_KEY_PATH];
    caw_text out = caw_text_into(path, sizeof path);
    const char *name = caw_attribute_name(is, index);
    caw_put3(&out, caw_attribute_object(is), ".", name);
    caw_text_end(&out);
    caw_place *place = &self->keys->attribute[is][index];
    *place = find_made(self, path);
    if (*place == CAW_NO_KEY)
        *place = make(self, (const char *[]){"", path, ""},
                      caw_attribute_is_number(is, index) ? CAW_KEY_NUMBER : CAW_KEY_TEXT, true,
                      name, NULL);
}

static void make_attributes(maker *self) {
    for (caw_class is = CAW_CLASS_NONE + 1; is < CAW_CLASSES; is++)
        for (size_t i = 0; caw_attribute_name(is, i); i++)
            if (caw_attribute_is_number(is, i) || caw_attribute_is_bytes(is, i))
                make_attribute(self, is, i);
}

/* ---- order -------------------------------------------------------------------------------- */

/* Where the keys that were made go. */
typedef struct {
    maker *from;
    caw_place place[CAW_KEYS_MOST];
    uint16_t placed;
} arrangement;

static bool is_of(const caw_key *key, const char *prefix, size_t length) {
    return strncmp(key->path, prefix, length) == 0;
}

static void make_head(caw_key *key) {
    caw_text head = caw_text_into(key->head, sizeof key->head);
    caw_put3(&head, ", \"", key->path + key->leaf, "\": ");
    key->head_length = (uint8_t)caw_text_end(&head);
}

/* Moves a key to the next place, as part of the objects before it. */
static void place(arrangement *self, uint16_t made, const uint16_t *objects, uint8_t depth) {
    caw_key *key = &self->from->keys->key[self->placed];
    *key = self->from->made[made];
    self->place[made] = self->placed++;
    key->depth = depth;
    for (uint8_t i = 0; i < depth; i++) {
        key->object[i] = objects[i];
        key->dot[i] = (uint8_t)(key->leaf + strcspn(key->path + key->leaf, "."));
        key->leaf = (uint8_t)(key->dot[i] + 1);
    }
    make_head(key);
}

/* Keys that begin with this path, in the order in which they were made; objects as a whole. */
static void arrange(arrangement *self, const char *prefix, size_t length, uint16_t *objects,
                    uint8_t depth) {
    maker *from = self->from;
    for (uint16_t i = 0; i < from->keys->count; i++) {
        const caw_key *key = &from->made[i];
        if (self->place[i] != CAW_NO_KEY || !is_of(key, prefix, length))
            continue;
        size_t part = strcspn(key->path + length, ".");
        if (!key->path[length + part] || depth == CAW_KEY_DEPTH) {
            place(self, i, objects, depth);
            continue;
        }
        objects[depth] = from->keys->objects++;
        arrange(self, key->path, length + part + 1, objects, depth + 1);
    }
}

static void follow(const arrangement *self, caw_place *place) {
    if (*place != CAW_NO_KEY)
        *place = self->place[*place];
}

static void follow_field(const arrangement *self, caw_field_keys *keys) {
    follow(self, &keys->plain);
    follow(self, &keys->second);
    follow(self, &keys->name);
    follow(self, &keys->special);
    for (int i = 0; i < CAW_KEY_BITS; i++)
        follow(self, &keys->bits[i]);
}

static void follow_all(const arrangement *self, caw_keys *keys) {
    for (int i = 0; i < CAW_OWN_KEYS; i++)
        follow(self, &keys->own[i]);
    for (int i = 0; i < CAW_FIELDS; i++) {
        follow_field(self, &keys->field[i]);
        follow_field(self, &keys->failed[i]);
    }
    for (int i = 0; i < CAW_FACTS; i++) {
        follow(self, &keys->fact[i].plain);
        follow(self, &keys->fact[i].name);
    }
    for (int i = 0; i < CAW_CLASSES; i++)
        for (int j = 0; j < CAW_ATTRIBUTES_MOST; j++)
            follow(self, &keys->attribute[i][j]);
}

/* ---- all of them -------------------------------------------------------------------------- */

void caw_keys_make(caw_keys *self) {
    maker from = {.keys = self};
    arrangement all = {.from = &from};
    uint16_t objects[CAW_KEY_DEPTH];
    memset(self, 0xff, sizeof *self); /* CAW_NO_KEY */
    self->count = self->objects = 0;
    memset(all.place, 0xff, sizeof all.place);
    make_own(&from, false);
    make_fields(&from);
    make_own(&from, true);
    make_failed(&from);
    for (int id = 0; id < CAW_FACTS; id++)
        make_fact(&from, (caw_fact_id)id);
    make_attributes(&from);
    arrange(&all, "", 0, objects, 0);
    follow_all(&all, self);
}

caw_place caw_keys_find(const caw_keys *self, const char *path, size_t length) {
    for (caw_place i = 0; i < self->count; i++)
        if (strlen(self->key[i].path) == length && memcmp(self->key[i].path, path, length) == 0)
            return i;
    return CAW_NO_KEY;
}
