/* SPDX-License-Identifier: BSD-3-Clause */
/* The format as a whole: text, braces and names. What is after the colon is the spec's. */
#include "format.h"

#include "repr.h"

/* Text, then a field; the last piece of a format may have no field. */
typedef struct {
    const char *text;
    size_t length;
    const char *name; /* "transport.sport", or NULL */
    char conversion;
    caw_spec spec;
} piece;

/* Where a value's text is made. */
typedef struct {
    char *text;
    size_t size;
} room;

struct caw_format {
    caw_memory memory;
    room made, changed; /* text of the value; the same converted or escaped */
    size_t count;
    piece pieces[];
};

static const char no_memory[] = "out of memory";

/* ---- parsing ---------------------------------------------------------------------------- */

/* A place in the format; every step returns false on an error, which is then told. */
typedef struct {
    const char *text;
    const char *at;
    const char *const *tokens;
    char *chars; /* room for the pieces' texts and names */
    caw_text *why;
} reader;

static void put_user_text(caw_text *why, const char *text, size_t length) {
    caw_view view = {(const uint8_t *)text, 0, (uint32_t)length};
    caw_put_printable(why, view);
}

static bool fail_at(reader *in, const char *where) {
    size_t before;
    caw_measure(in->text, (size_t)(where - in->text), -1, &before);
    caw_puts(in->why, " (at character ");
    caw_put_unsigned(in->why, before + 1);
    return caw_refuse(in->why, " of the format)");
}

/* "{name" and so on. */
static bool fail(reader *in, const char *where, const char *words, const char *name,
                 const char *more) {
    caw_puts(in->why, words);
    put_user_text(in->why, name, strlen(name));
    caw_puts(in->why, more);
    return fail_at(in, where);
}

/* What a backslash and this letter stand for; 0: for themselves. */
static char escaped(char letter) {
    return letter == 't' ? '\t' : letter == 'n' ? '\n' : letter == '\\' ? '\\' : '\0';
}

/* Literal text up to a field or the end; doubled braces stand for one. */
static bool read_text(reader *in, piece *to) {
    to->text = in->chars;
    while (*in->at && (*in->at != '{' || in->at[1] == '{')) {
        bool brace = *in->at == '{' || *in->at == '}';
        char other = *in->at == '\\' ? escaped(in->at[1]) : '\0';
        if (brace && in->at[1] != *in->at)
            return fail(in, in->at, "'}' without '{'; write '}}' for a brace", "", "");
        *in->chars++ = other ? other : *in->at;
        in->at += brace || other ? 2 : 1;
    }
    to->length = (size_t)(in->chars - to->text);
    return true;
}

static bool is_token(const reader *in, const char *name, size_t length) {
    for (const char *const *token = in->tokens; *token; token++)
        if (strlen(*token) == length && strncmp(*token, name, length) == 0)
            return true;
    return false;
}

/* Words of expressions and of JSON that are called otherwise here. */
static const char *translate(const char *name) {
    static const struct {
        const char *theirs, *ours;
    } words[] = {
        {"sport", "transport.sport"}, {"dport", "transport.dport"}, {"time", "dt"},
        {"line", "command"},          {"class", "message"},         {"data", "command.data"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i].theirs) == 0)
            return words[i].ours;
    return NULL;
}

/* A field of a message, by its name in filters or in lines: {cid} is {command.cid}. */
static const caw_field_row *find_in_command(const char *name) {
    for (int i = 0; i < CAW_FIELDS; i++) {
        const caw_field_row *row = &caw_field_rows[i];
        bool called = row->name && strcmp(name, row->name) == 0;
        if (called || (row->name && row->key && strcmp(name, row->key) == 0))
            return row;
    }
    return NULL;
}

static void put_what_was_meant(reader *in, const char *name) {
    const char *other = translate(name);
    const caw_field_row *row = other ? NULL : find_in_command(name);
    bool inside = row && row->key && strncmp(row->key, "data.", 5) == 0;
    if (!other && !row)
        return;
    caw_puts(in->why, " (did you mean {");
    caw_puts(in->why, inside ? "command.metadata." : row ? "command." : "");
    caw_puts(in->why, row ? row->name : other);
    caw_puts(in->why, "}?)");
}

static bool fail_name(reader *in, const char *name) {
    caw_puts(in->why, "there is no {");
    put_user_text(in->why, name, strlen(name));
    caw_puts(in->why, "}");
    put_what_was_meant(in, name);
    caw_puts(in->why, "; there are: ");
    for (const char *const *token = in->tokens; *token; token++) {
        caw_puts(in->why, token == in->tokens ? "" : ", ");
        caw_puts(in->why, *token);
    }
    return fail_at(in, in->at);
}

static bool lacks_attribute(const char *name) {
    return strstr(name, "..") || (*name && name[strlen(name) - 1] == '.');
}

/* Up to what ends a name: "[3]" is part of one, any other index is not. */
static size_t name_length(const char *at) {
    size_t length = strcspn(at, "!:{}[");
    size_t digits = at[length] == '[' ? strspn(at + length + 1, "0123456789") : 0;
    if (digits && at[length + 1 + digits] == ']' && strchr("!:}", at[length + digits + 2]))
        length += digits + 2;
    return length;
}

static bool read_name(reader *in, piece *to) {
    size_t length = name_length(in->at);
    to->name = memcpy(in->chars, in->at, length);
    in->chars += length;
    *in->chars++ = '\0';
    if (in->at[length] == '[')
        return fail(in, in->at + length, "'[' in {", to->name,
                    "[: only numbers are indices, and nothing follows them");
    if (!is_token(in, to->name, strcspn(to->name, ".")))
        return fail_name(in, to->name);
    if (lacks_attribute(to->name))
        return fail(in, in->at, "{", to->name, "}: an attribute's name is missing");
    in->at += length;
    return true;
}

static bool read_conversion(reader *in, piece *to) {
    if (*in->at != '!')
        return true;
    to->conversion = in->at[1];
    if (!to->conversion || !strchr("rsa", to->conversion) || !strchr(":}", in->at[2]))
        return fail(in, in->at, "{", to->name, "!: expected !r, !s or !a, then ':' or '}'");
    in->at += 2;
    return true;
}

static bool read_spec(reader *in, piece *to) {
    const char *start = *in->at == ':' ? in->at + 1 : in->at;
    size_t length = strcspn(start, "{}");
    char words[256];
    caw_text why = caw_text_into(words, sizeof words);
    if (start[length] == '{')
        return fail(in, start + length, "'{' inside {", to->name,
                    "}: nested fields are not supported");
    if (!caw_spec_parse(start, length, &to->spec, &why)) {
        caw_text_end(&why);
        caw_put(in->why, '{');
        put_user_text(in->why, to->name, strlen(to->name));
        caw_put(in->why, ':');
        put_user_text(in->why, start, length);
        return fail(in, start, "}: ", words, "");
    }
    in->at = start + length;
    return true;
}

/* A field and its braces, if the format is not at its end. */
static bool read_field(reader *in, piece *to) {
    const char *brace = in->at;
    static const char open[] = "'{' is never closed; write '{{' for a brace";
    if (!*brace)
        return true;
    in->at++;
    if (!strchr(brace, '}'))
        return fail(in, brace, open, "", "");
    if (!read_name(in, to) || !read_conversion(in, to) || !read_spec(in, to))
        return false;
    if (*in->at != '}')
        return fail(in, brace, open, "", "");
    in->at++;
    return true;
}

/* As many as there can be, and the room for all texts and names: a brace for each NUL. */
static caw_format *new_format(const char *text, const caw_memory *memory, char **chars) {
    size_t length = strlen(text), pieces = 1;
    for (const char *at = text; *at; at++)
        pieces += *at == '{';
    size_t header = sizeof(caw_format) + pieces * sizeof(piece);
    caw_format *self = memory->alloc(memory->user, header + length + 1);
    if (!self)
        return NULL;
    memset(self, 0, header);
    self->memory = *memory;
    *chars = (char *)self + header;
    return self;
}

caw_format *caw_format_parse(const char *text, const char *const *tokens, const caw_memory *memory,
                             caw_text *why) {
    reader in = {text, text, tokens, NULL, why};
    caw_format *self = new_format(text, memory, &in.chars);
    if (!self) {
        caw_refuse(why, no_memory);
        return NULL;
    }
    while (*in.at) {
        piece *next = &self->pieces[self->count++];
        if (!read_text(&in, next) || !read_field(&in, next)) {
            caw_format_free(self);
            return NULL;
        }
    }
    return self;
}

static void free_room(const caw_memory *memory, const room *self) {
    if (self->text)
        memory->release(memory->user, self->text);
}

void caw_format_free(caw_format *self) {
    if (!self)
        return;
    caw_memory memory = self->memory;
    free_room(&memory, &self->made);
    free_room(&memory, &self->changed);
    memory.release(memory.user, self);
}

/* ---- text of values --------------------------------------------------------------------- */

typedef void maker(const caw_value *value, char conversion, caw_text *out);

static void make_printed(const caw_value *value, char conversion, caw_text *out) {
    bool repr = value->kind == CAW_VALUE_OBJECT && conversion != 's';
    value->print(value->object, repr, out);
}

static void make_repr(const caw_value *value, char conversion, caw_text *out) {
    caw_put_repr(out, value->text, value->length, conversion == 'a');
}

static void make_ascii(const caw_value *value, char conversion, caw_text *out) {
    (void)conversion;
    caw_put_ascii(out, value->text, value->length);
}

static void make_printable(const caw_value *value, char conversion, caw_text *out) {
    (void)conversion;
    put_user_text(out, value->text, value->length);
}

static bool grow(const caw_memory *memory, room *self, size_t size) {
    size_t twice = 2 * self->size;
    free_room(memory, self);
    self->size = twice > size ? twice : size;
    self->text = memory->alloc(memory->user, self->size);
    if (!self->text)
        self->size = 0;
    return self->text != NULL;
}

static size_t make(room *into, maker *how, const caw_value *value, char conversion) {
    caw_text out = caw_text_into(into->text, into->size);
    how(value, conversion, &out);
    return caw_text_end(&out);
}

/* Puts the text made of a value in its place. */
static bool remake(const caw_format *self, room *into, maker *how, char conversion,
                   caw_value *value, caw_text *why) {
    size_t length = make(into, how, value, conversion);
    if (length >= into->size) {
        if (!grow(&self->memory, into, length + 1))
            return caw_refuse(why, no_memory);
        make(into, how, value, conversion);
    }
    value->text = into->text;
    value->length = length;
    value->print = NULL;
    return true;
}

/* A conversion makes text of any value; the spec is then the text's. */
static bool convert(caw_format *self, char conversion, caw_value *value, caw_text *why) {
    caw_value_kind kind = value->kind;
    value->kind = CAW_VALUE_TEXT;
    if (kind == CAW_VALUE_OBJECT)
        return conversion != 'a' ||
               remake(self, &self->changed, make_ascii, conversion, value, why);
    value->foreign &= conversion == 's';
    return conversion == 's' || remake(self, &self->changed, make_repr, conversion, value, why);
}

/* ---- printing --------------------------------------------------------------------------- */

static bool is_number(const caw_value *value) {
    return value->kind != CAW_VALUE_TEXT && value->kind != CAW_VALUE_OBJECT;
}

static bool put_number(const piece *self, const caw_value *value, caw_text *out, caw_text *why) {
    char chars[64];
    if (!self->conversion)
        return caw_put_value(out, &self->spec, value, why);
    caw_text text = caw_text_into(chars, sizeof chars);
    caw_put_converted(&text, value, self->conversion);
    const caw_value converted = {
        .kind = CAW_VALUE_TEXT, .text = chars, .length = caw_text_end(&text)};
    return caw_put_value(out, &self->spec, &converted, why);
}

static bool put_text(caw_format *self, const piece *field, caw_value *value, caw_text *out,
                     caw_text *why) {
    char conversion = field->conversion;
    if (!conversion && value->kind == CAW_VALUE_OBJECT && !field->spec.empty)
        conversion = 's';
    if (value->print && !remake(self, &self->made, make_printed, conversion, value, why))
        return false;
    if (conversion && !convert(self, conversion, value, why))
        return false;
    if (value->foreign && !remake(self, &self->changed, make_printable, conversion, value, why))
        return false;
    return caw_put_value(out, &field->spec, value, why);
}

static bool put_value(caw_format *self, const piece *field, caw_value *value, caw_text *out,
                      caw_text *why) {
    bool plain = !field->conversion && field->spec.empty;
    if (is_number(value))
        return put_number(field, value, out, why);
    if (!plain || !value->print || value->foreign)
        return put_text(self, field, value, out, why);
    value->print(value->object, false, out);
    return true;
}

static bool fail_field(const piece *field, const char *words, caw_text *why) {
    caw_put(why, '{');
    put_user_text(why, field->name, strlen(field->name));
    caw_puts(why, "}: ");
    return caw_refuse(why, words);
}

static bool put_field(caw_format *self, const piece *field, caw_format_get get, void *user,
                      caw_text *out, caw_text *why) {
    caw_value value = {0};
    char words[128];
    caw_text reason = caw_text_into(words, sizeof words);
    if (!get(user, field->name, &value))
        return fail_field(field, "there is no such attribute", why);
    if (value.kind == CAW_VALUE_LATER) {
        caw_put(out, '\0');
        return true;
    }
    if (put_value(self, field, &value, out, &reason))
        return true;
    caw_text_end(&reason);
    return fail_field(field, words, why);
}

bool caw_format_print(caw_format *self, caw_format_get get, void *user, caw_text *out,
                      caw_text *why) {
    for (size_t i = 0; i < self->count; i++) {
        const piece *next = &self->pieces[i];
        caw_put_chars(out, next->text, next->length);
        if (next->name && !put_field(self, next, get, user, out, why))
            return false;
    }
    return true;
}

bool caw_format_complete(caw_format *self, const char *name, const char *line, size_t length,
                         caw_format_get get, void *user, caw_text *out, caw_text *why) {
    const char *end = line + length, *gap;
    for (size_t i = 0; i < self->count; i++) {
        const piece *next = &self->pieces[i];
        if (!next->name || strcmp(next->name, name) != 0 ||
            !(gap = memchr(line, '\0', (size_t)(end - line))))
            continue;
        caw_put_chars(out, line, (size_t)(gap - line));
        if (!put_field(self, next, get, user, out, why))
            return false;
        line = gap + 1;
    }
    caw_put_chars(out, line, (size_t)(end - line));
    return true;
}
