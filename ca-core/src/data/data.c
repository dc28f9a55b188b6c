/* SPDX-License-Identifier: BSD-3-Clause */
#include "data.h"

#include "csv.h"
#include "json.h"

struct caw_data {
    caw_memory memory;
    bool csv;
    size_t count; /* of the keys that are columns */
    caw_place chosen[CAW_KEYS_MOST];
    caw_keys keys;
    caw_json json;
};

/* ---- which keys ----------------------------------------------------------------------------- */

static void want_all(caw_data *self, bool full) {
    for (caw_place i = 0; i < self->keys.count; i++)
        if (full || !self->keys.key[i].full)
            caw_record_want(&self->json.record, i);
}

/* The key that is most like what was written, or NULL. */
static const char *like(const caw_keys *keys, const char *written, size_t length) {
    size_t least = CAW_DISTANCE_LIKE(length) + 1;
    const char *best = NULL;
    for (caw_place i = 0; i < keys->count; i++) {
        size_t distance = caw_distance(written, length, keys->key[i].path);
        if (distance < least) {
            least = distance;
            best = keys->key[i].path;
        }
    }
    return best;
}

/* Whether a path of so many bytes ends in this, as a part of its own. */
static bool ends_in(const char *path, size_t end, const char *written, size_t length) {
    return end >= length && memcmp(path + end - length, written, length) == 0 &&
           (end == length || path[end - length - 1] == '.');
}

/* Whether this is the path without the objects around it, or without the unit of a time. */
static bool is_part(const char *path, const char *written, size_t length) {
    size_t end = strlen(path);
    bool has_unit = end > 3 && strcmp(path + end - 3, "_ns") == 0;
    return ends_in(path, end, written, length) ||
           (has_unit && ends_in(path, end - 3, written, length));
}

/* What may be meant: time_ns by time and ca.time, data.units by units; or NULL. */
static const char *meant(const caw_keys *keys, const char *written, size_t length) {
    if (length > 3 && strncmp(written, "ca.", 3) == 0) {
        written += 3;
        length -= 3;
    }
    for (caw_place i = 0; length && i < keys->count; i++)
        if (is_part(keys->key[i].path, written, length))
            return keys->key[i].path;
    return like(keys, written, length);
}

/* A key in the object of this name, or NULL. */
static const char *inside(const caw_keys *keys, const char *written, size_t length) {
    for (caw_place i = 0; length && i < keys->count; i++)
        if (strncmp(keys->key[i].path, written, length) == 0 && keys->key[i].path[length] == '.')
            return keys->key[i].path;
    return NULL;
}

static bool refuse(const caw_keys *keys, const char *written, size_t length, caw_text *why) {
    const char *best = meant(keys, written, length);
    caw_view shown = {(const uint8_t *)written, 0, (uint32_t)length};
    caw_puts(why, "no such key: ");
    caw_put_beginning(why, shown, CAW_KEY_PATH);
    const char *part = inside(keys, written, length);
    if (part)
        caw_put3(why, " (it is an object, in which ", part, " is one)");
    else if (best)
        caw_put3(why, " (did you mean ", best, "?)");
    else
        caw_puts(why, " (caw --schema=json has them all)");
    return false;
}

static bool choose(caw_data *self, const char *written, size_t length, caw_text *why) {
    caw_place key = caw_keys_find(&self->keys, written, length);
    if (key == CAW_NO_KEY)
        return refuse(&self->keys, written, length, why);
    if (self->count == CAW_KEYS_MOST) {
        caw_puts(why, "too many keys");
        return false;
    }
    self->chosen[self->count++] = key;
    caw_record_want(&self->json.record, key);
    return true;
}

static bool choose_all(caw_data *self, const char *keys, caw_text *why) {
    for (;; keys++) {
        size_t length = strcspn(keys, ",");
        if (!choose(self, keys, length, why))
            return false;
        keys += length;
        if (!*keys)
            return true;
    }
}

/* ---- all of it ---------------------------------------------------------------------------- */

caw_data *caw_data_new(const caw_lines_form *form, const caw_memory *memory, caw_text *why) {
    caw_data *self = memory->alloc(memory->user, sizeof *self);
    bool good = true;
    if (!self) {
        caw_puts(why, "out of memory");
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->memory = self->json.scratch.memory = *memory;
    self->csv = form->kind == CAW_LINES_CSV;
    caw_keys_make(&self->keys);
    caw_record_begin(&self->json.record, &self->keys, form->elements ? form->elements : CAW_ALL);
    if (self->csv)
        good = choose_all(self, form->keys ? form->keys : CAW_CSV_KEYS, why);
    else
        want_all(self, form->full);
    caw_json_begin(&self->json);
    if (good)
        return self;
    caw_data_free(self);
    return NULL;
}

void caw_data_free(caw_data *self) {
    if (!self)
        return;
    caw_memory memory = self->memory;
    caw_scratch_free(&self->json.scratch);
    memory.release(memory.user, self);
}

void caw_data_put_head(const caw_data *self, caw_text *out) {
    if (self->csv)
        caw_csv_put_paths(&self->keys, self->chosen, self->count, out);
}

bool caw_data_put(caw_data *self, const caw_event *event, caw_text *out) {
    caw_record *record = &self->json.record;
    if (!self->csv)
        return caw_json_put(&self->json, event, out);
    caw_record_clear(record);
    caw_record_take_moment(record, event);
    caw_record_take_ends(record, event);
    caw_record_take(record, event);
    caw_record_take_shape(record);
    return caw_csv_put(record, self->chosen, self->count, &self->json.scratch, out);
}
