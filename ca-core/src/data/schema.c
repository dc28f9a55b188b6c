/* SPDX-License-Identifier: BSD-3-Clause */
/* All keys and their types, in the words of others. */
#include "keys.h"

/* How one of them says it. */
typedef struct {
    const char *begin, *end;
    const char *names[2];      /* what is around a name: of the outermost object, of others */
    const char *after_name[2]; /* between it and its type */
    const char *after_type[2]; /* and after that */
    const char *object, *object_end;
    const char *types[CAW_KEY_TYPES];
    bool explains; /* what a key is, after its type */
} dialect;

/* A type of JSON Schema is left open for what explains it. */
#define OF_JSON(type) "{\"type\": " type
#define LIST_OF(item) "{\"type\": \"array\", \"items\": " item

static const dialect dialects[] = {
    [CAW_SCHEMA_JSON] =
        {.begin = "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                  "\"title\": \"A Channel Access message, as caw --json prints it\",\n"
                  "\"type\": \"object\", \"additionalProperties\": false,\n"
                  "\"required\": [\"frame\", \"transport\", \"message\"], \"properties\": {\n",
         .end = "\n}}\n",
         .names = {"\"\"", "\"\""},
         .after_name = {": ", ": "},
         .after_type = {"}", "}"},
         .object = "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {",
         .object_end = "}",
         .types = {[CAW_KEY_TEXT] = OF_JSON("\"string\""),
                   [CAW_KEY_TIME] = OF_JSON("\"string\", \"format\": \"date-time\""),
                   [CAW_KEY_NUMBER] = OF_JSON("\"integer\""),
                   [CAW_KEY_REAL] = OF_JSON("[\"number\", \"null\"]"),
                   [CAW_KEY_FLAG] = OF_JSON("\"boolean\""),
                   [CAW_KEY_TEXTS] = LIST_OF("{\"type\": \"string\"}"),
                   [CAW_KEY_NUMBERS] = LIST_OF("{\"type\": \"integer\"}"),
                   [CAW_KEY_REALS] = LIST_OF("{\"type\": [\"number\", \"null\"]}"),
                   [CAW_KEY_PAIRS] = LIST_OF("{\"type\": \"array\", \"prefixItems\": "
                                             "[{\"type\": \"integer\"}, {\"type\": \"string\"}], "
                                             "\"items\": false, \"minItems\": 2}")},
         .explains = true},
    [CAW_SCHEMA_DUCKDB] = {.begin = "{\n",
                           .end = "\n}\n",
                           .names = {"''", "\"\""},
                           .after_name = {": '", " "},
                           .after_type = {"'", ""},
                           .object = "STRUCT(",
                           .object_end = ")",
                           .types = {[CAW_KEY_TEXT] = "VARCHAR",
                                     [CAW_KEY_TIME] = "TIMESTAMP_NS",
                                     [CAW_KEY_NUMBER] = "BIGINT",
                                     [CAW_KEY_REAL] = "DOUBLE",
                                     [CAW_KEY_FLAG] = "BOOLEAN",
                                     [CAW_KEY_TEXTS] = "VARCHAR[]",
                                     [CAW_KEY_NUMBERS] = "BIGINT[]",
                                     [CAW_KEY_REALS] = "DOUBLE[]",
                                     [CAW_KEY_PAIRS] = "VARCHAR[][]"}},
    [CAW_SCHEMA_SPARK] = {.begin = "",
                          .end = "\n",
                          .names = {"``", "``"},
                          .after_name = {" ", ": "},
                          .after_type = {"", ""},
                          .object = "STRUCT<",
                          .object_end = ">",
                          .types = {[CAW_KEY_TEXT] = "STRING",
                                    [CAW_KEY_TIME] = "TIMESTAMP",
                                    [CAW_KEY_NUMBER] = "BIGINT",
                                    [CAW_KEY_REAL] = "DOUBLE",
                                    [CAW_KEY_FLAG] = "BOOLEAN",
                                    [CAW_KEY_TEXTS] = "ARRAY<STRING>",
                                    [CAW_KEY_NUMBERS] = "ARRAY<BIGINT>",
                                    [CAW_KEY_REALS] = "ARRAY<DOUBLE>",
                                    [CAW_KEY_PAIRS] = "ARRAY<ARRAY<STRING>>"}},
    [CAW_SCHEMA_ELASTIC] = {.begin = "{\"mappings\": {\"properties\": {\n",
                            .end = "\n}}}\n",
                            .names = {"\"\"", "\"\""},
                            .after_name = {": {", ": {"},
                            .after_type = {"}", "}"},
                            .object = "\"properties\": {",
                            .object_end = "}",
                            .types = {[CAW_KEY_TEXT] = "\"type\": \"keyword\", "
                                                       "\"ignore_above\": 8191",
                                      [CAW_KEY_TIME] = "\"type\": \"date_nanos\"",
                                      [CAW_KEY_NUMBER] = "\"type\": \"long\"",
                                      [CAW_KEY_REAL] = "\"type\": \"double\"",
                                      [CAW_KEY_FLAG] = "\"type\": \"boolean\"",
                                      [CAW_KEY_TEXTS] = "\"type\": \"keyword\", "
                                                        "\"ignore_above\": 8191",
                                      [CAW_KEY_NUMBERS] = "\"type\": \"long\"",
                                      [CAW_KEY_REALS] = "\"type\": \"double\"",
                                      [CAW_KEY_PAIRS] = "\"type\": \"keyword\""}},
};

typedef struct {
    const caw_keys *keys;
    const dialect *words;
    const caw_output *to;
    bool failed;
} printer;

static void put_chars(printer *self, const char *text, size_t length) {
    if (!self->failed && length)
        self->failed = !self->to->write(self->to->user, text, length);
}

static void put(printer *self, const char *text) {
    put_chars(self, text, strlen(text));
}

/* In an object of this depth. */
static void put_name(printer *self, const char *name, size_t length, uint8_t depth) {
    const char *around = self->words->names[depth > 0];
    put_chars(self, around, 1);
    put_chars(self, name, length);
    put_chars(self, around + 1, 1);
    put(self, self->words->after_name[depth > 0]);
}

/* Titles and meanings are our own, and have nothing that is to be escaped. */
static void put_meaning(printer *self, const caw_key *key) {
    put(self, ", \"title\": \"");
    put(self, key->title);
    if (key->meaning) {
        put(self, "\", \"description\": \"");
        put(self, key->meaning);
    }
    put(self, "\"");
}

static void put_key(printer *self, const caw_key *key) {
    put_name(self, key->path + key->leaf, strlen(key->path + key->leaf), key->depth);
    put(self, self->words->types[key->type]);
    if (self->words->explains)
        put_meaning(self, key);
    put(self, self->words->after_type[key->depth > 0]);
}

static bool is_in(const caw_key *key, const caw_key *first, uint8_t depth) {
    return key->depth >= depth &&
           (depth == 0 || key->object[depth - 1] == first->object[depth - 1]);
}

/* The keys of an object, from this one on. Returns the first that is not its. */
static caw_place put_keys(printer *self, caw_place at, uint8_t depth) {
    const caw_key *all = self->keys->key, *first = &all[at];
    while (at < self->keys->count && is_in(&all[at], first, depth)) {
        const caw_key *key = &all[at];
        if (key != first)
            put(self, depth ? ", " : ",\n");
        if (key->depth == depth) {
            put_key(self, key);
            at++;
            continue;
        }
        size_t begin = depth ? key->dot[depth - 1] + 1u : 0;
        put_name(self, key->path + begin, key->dot[depth] - begin, depth);
        put(self, self->words->object);
        at = put_keys(self, at, (uint8_t)(depth + 1));
        put(self, self->words->object_end);
        put(self, self->words->after_type[depth > 0]);
    }
    return at;
}

bool caw_schema_print(caw_schema schema, const caw_memory *memory, const caw_output *output) {
    caw_keys *keys = memory->alloc(memory->user, sizeof *keys);
    printer self = {.keys = keys, .words = &dialects[schema], .to = output};
    if (!keys)
        return false;
    caw_keys_make(keys);
    put(&self, self.words->begin);
    put_keys(&self, 0, 0);
    put(&self, self.words->end);
    memory->release(memory->user, keys);
    return !self.failed;
}

bool caw_each_key(const caw_memory *memory,
                  void (*take)(void *user, const char *key, const char *title), void *user) {
    caw_keys *keys = memory->alloc(memory->user, sizeof *keys);
    if (!keys)
        return false;
    caw_keys_make(keys);
    for (caw_place i = 0; i < keys->count; i++)
        take(user, keys->key[i].path, keys->key[i].title);
    memory->release(memory->user, keys);
    return true;
}
