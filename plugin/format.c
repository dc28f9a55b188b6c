/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The format as a whole: text, braces and names. What is after the colon is the spec's. */
#include "format.h"

#include "caw.h"

#include <string.h>

/* Text, then a field; the last piece of a format has no field. */
typedef struct {
    char *text;
    char *name; /* "transport.sport", or NULL */
    char conversion;
    format_spec spec;
} piece;

struct format {
    GArray *pieces;
};

static void clear_piece(gpointer data) {
    piece *self = data;
    g_free(self->text);
    g_free(self->name);
}

/* ---- parsing ---------------------------------------------------------------------------- */

/* A place in the format. On an error the message is set, and every step returns FALSE. */
typedef struct {
    const char *text;
    const char *at;
    const char *const *tokens;
    char *error;
} reader;

static gboolean G_GNUC_PRINTF(3, 4) fail(reader *in, const char *where, const char *message, ...) {
    va_list arguments;
    va_start(arguments, message);
    char *what = g_strdup_vprintf(message, arguments);
    va_end(arguments);
    in->error = g_strdup_printf("%s (at character %ld of the format)", what,
                                g_utf8_strlen(in->text, where - in->text) + 1);
    g_free(what);
    return FALSE;
}

/* Literal text up to a field or the end; doubled braces stand for one. */
static gboolean read_text(reader *in, piece *to) {
    GString *text = g_string_new(NULL);
    while (*in->at && (*in->at != '{' || in->at[1] == '{')) {
        gboolean brace = *in->at == '{' || *in->at == '}';
        if (brace && in->at[1] != *in->at) {
            g_string_free(text, TRUE);
            return fail(in, in->at, "'}' without '{'; write '}}' for a brace");
        }
        g_string_append_c(text, *in->at);
        in->at += brace ? 2 : 1;
    }
    to->text = g_string_free(text, FALSE);
    return TRUE;
}

static gboolean is_token(const reader *in, const char *name, gsize length) {
    for (const char *const *token = in->tokens; *token; token++)
        if (strlen(*token) == length && strncmp(*token, name, length) == 0)
            return TRUE;
    return FALSE;
}

static gboolean fail_name(reader *in, const char *name) {
    char *known = g_strjoinv(", ", (char **)in->tokens);
    fail(in, in->at, "there is no {%s}; there are: %s", name, known);
    g_free(known);
    return FALSE;
}

static gboolean read_name(reader *in, piece *to) {
    gsize length = strcspn(in->at, "!:{}[");
    to->name = g_strndup(in->at, length);
    if (in->at[length] == '[')
        return fail(in, in->at + length, "'[' in {%s[: indexing is not supported", to->name);
    if (!is_token(in, to->name, strcspn(to->name, ".")))
        return fail_name(in, to->name);
    if (strstr(to->name, "..") || g_str_has_suffix(to->name, "."))
        return fail(in, in->at, "{%s}: an attribute's name is missing", to->name);
    in->at += length;
    return TRUE;
}

static gboolean read_conversion(reader *in, piece *to) {
    if (*in->at != '!')
        return TRUE;
    to->conversion = in->at[1];
    if (!to->conversion || !strchr("rsa", to->conversion) || !strchr(":}", in->at[2]))
        return fail(in, in->at, "{%s!: expected !r, !s or !a, then ':' or '}'", to->name);
    in->at += 2;
    return TRUE;
}

static gboolean read_spec(reader *in, piece *to) {
    const char *start = *in->at == ':' ? in->at + 1 : in->at;
    gsize length = strcspn(start, "{}");
    if (start[length] == '{')
        return fail(in, start + length, "'{' inside {%s}: nested fields are not supported",
                    to->name);
    char *error = format_spec_parse(start, length, &to->spec);
    if (error)
        fail(in, start, "{%s:%.*s}: %s", to->name, (int)length, start, error);
    g_free(error);
    in->at = start + length;
    return !error;
}

/* A field and its braces, if the format is not at its end. */
static gboolean read_field(reader *in, piece *to) {
    const char *brace = in->at;
    if (!*brace)
        return TRUE;
    in->at++;
    if (!strchr(brace, '}'))
        return fail(in, brace, "'{' is never closed; write '{{' for a brace");
    if (!read_name(in, to) || !read_conversion(in, to) || !read_spec(in, to))
        return FALSE;
    if (*in->at != '}')
        return fail(in, brace, "'{' is never closed; write '{{' for a brace");
    in->at++;
    return TRUE;
}

format *format_parse(const char *text, const char *const *tokens, char **error) {
    reader in = {text, text, tokens, NULL};
    format *self = g_new0(format, 1);
    self->pieces = g_array_new(FALSE, FALSE, sizeof(piece));
    g_array_set_clear_func(self->pieces, clear_piece);
    while (!in.error && *in.at) {
        piece next = {0};
        if (read_text(&in, &next))
            read_field(&in, &next);
        g_array_append_val(self->pieces, next);
    }
    if (!in.error)
        return self;
    format_free(self);
    *error = in.error;
    return NULL;
}

void format_free(format *self) {
    if (!self)
        return;
    g_array_free(self->pieces, TRUE);
    g_free(self);
}

/* ---- printing --------------------------------------------------------------------------- */

/* Text of the wire as the core shows it everywhere. */
static GString *escape(const char *text, gsize length) {
    caw_view view = {(const uint8_t *)text, 0, (uint32_t)length};
    GString *safe = g_string_new(NULL);
    g_string_set_size(safe, caw_printable(view, NULL, 0));
    caw_printable(view, safe->str, safe->len + 1);
    return safe;
}

static char *print_with_spec(const piece *self, const format_value *value, GString *out) {
    if (value->kind != FORMAT_TEXT || !value->foreign)
        return format_print_value(&self->spec, value, out);
    GString *safe = escape(value->text, value->length);
    format_value escaped = {.kind = FORMAT_TEXT, .text = safe->str, .length = safe->len};
    char *error = format_print_value(&self->spec, &escaped, out);
    g_string_free(safe, TRUE);
    return error;
}

/* A conversion makes text of any value; the spec is then the text's. */
static char *print_value(const piece *self, const format_value *value, GString *out) {
    if (!self->conversion)
        return print_with_spec(self, value, out);
    GString *text = g_string_new(NULL);
    format_convert(value, self->conversion, text);
    format_value converted = {.kind = FORMAT_TEXT,
                              .text = text->str,
                              .length = text->len,
                              .foreign = value->foreign && self->conversion == 's'};
    char *error = print_with_spec(self, &converted, out);
    g_string_free(text, TRUE);
    return error;
}

static gboolean print_field(const piece *self, format_get get, void *user, GString *out,
                            char **error) {
    format_value value = {0};
    if (!get(user, self->name, &value)) {
        *error = g_strdup_printf("{%s}: there is no such attribute", self->name);
        return FALSE;
    }
    char *why = print_value(self, &value, out);
    if (why)
        *error = g_strdup_printf("{%s}: %s", self->name, why);
    g_free(why);
    return !why;
}

gboolean format_print(const format *self, format_get get, void *user, GString *out, char **error) {
    gsize before = out->len;
    for (guint i = 0; i < self->pieces->len; i++) {
        const piece *next = &g_array_index(self->pieces, piece, i);
        g_string_append(out, next->text);
        if (next->name && !print_field(next, get, user, out, error)) {
            g_string_truncate(out, before);
            return FALSE;
        }
    }
    return TRUE;
}
