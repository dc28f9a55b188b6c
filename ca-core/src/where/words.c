/* SPDX-License-Identifier: BSD-3-Clause */
#include "words.h"

#include <string.h>

#define PHRASE 48 /* characters of a message's name */

/* ---- messages ----------------------------------------------------------------------------- */

/* Words of people for messages of the protocol. */
static const struct {
    const char *group, *name;
} groups[] = {{"put", "write"}, {"get", "read"}, {"update", "event"}};

/* The end of a row's name without its "Notify". */
static const char *skip_notify(const char *name) {
    static const char word[] = " Notify";
    return strncmp(name, word, sizeof word - 1) == 0 ? name + sizeof word - 1 : name;
}

/* A row's name in any case, its "Notify" left out if you like. */
static bool names(const char *name, const char *phrase) {
    for (; *name || *phrase; name++, phrase++) {
        if (strncmp(phrase, " notify", 7) != 0)
            name = skip_notify(name);
        if (caw_where_lower(*name) != *phrase)
            return false;
        if (!*name)
            break;
    }
    return true;
}

static bool is_in(const caw_message_row *row, const char *phrase) {
    if (strcmp(phrase, "request") == 0)
        return row->exchange == CAW_TURN_REQUEST;
    if (strcmp(phrase, "response") == 0)
        return row->exchange == CAW_TURN_RESPONSE;
    return strcmp(phrase, "ca") == 0 || names(row->brief, phrase) || names(row->label, phrase) ||
           names(row->name, phrase);
}

/* The last row too: a capture filter cannot see it, and leaves it out. */
static where_rows rows_named(const char *phrase) {
    where_rows rows = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(phrase, groups[i].group) == 0)
            phrase = groups[i].name;
    for (size_t i = 0; i < caw_message_row_count; i++)
        if (is_in(&caw_message_rows[i], phrase))
            rows |= caw_where_row(i);
    return rows;
}

/* All messages of these commands that one side sends. */
static where_rows rows_of_side(where_rows rows, caw_side side) {
    where_rows found = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        for (size_t j = 0; rows & caw_where_row(i) && j + 1 < caw_message_row_count; j++)
            if (caw_message_rows[j].command == caw_message_rows[i].command &&
                caw_message_rows[j].speaker == side)
                found |= caw_where_row(j);
    return found;
}

/* "search reply": the other side of "search". */
static where_rows rows_answering(const char *phrase) {
    static const struct {
        const char *ending;
        caw_side side;
    } endings[] = {
        {" reply", CAW_SIDE_SERVER}, {" response", CAW_SIDE_SERVER}, {" request", CAW_SIDE_CLIENT}};
    size_t length = strlen(phrase);
    char name[PHRASE];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t tail = strlen(endings[i].ending);
        if (length <= tail || length - tail >= PHRASE ||
            strcmp(phrase + length - tail, endings[i].ending) != 0)
            continue;
        memcpy(name, phrase, length - tail);
        name[length - tail] = '\0';
        return rows_of_side(rows_named(name), endings[i].side);
    }
    return 0;
}

where_rows caw_where_rows_named(const char *phrase) {
    where_rows rows = rows_named(phrase);
    return rows ? rows : rows_answering(phrase);
}

/* ---- fields ------------------------------------------------------------------------------- */

/* Those of no table, and other names of those of the tables. */
static const struct {
    const char *key;
    int field;
    where_sort sort;
} fields[] = {{"port", CAW_FIELD_SERVER_PORT, WHERE_NUMBER},
              {"severity", CAW_FIELD_ALARM_SEVERITY, WHERE_NUMBER},
              {"value", WHERE_FIELD_VALUE, WHERE_EITHER},
              {"time", WHERE_FIELD_TIME, WHERE_NUMBER},
              {"dt", WHERE_FIELD_TIME, WHERE_NUMBER},
              {"timestamp", WHERE_FIELD_TIMESTAMP, WHERE_MOMENT},
              {"frame", WHERE_FIELD_FRAME, WHERE_NUMBER},
              {"src", WHERE_FIELD_SRC, WHERE_ADDRESS},
              {"dst", WHERE_FIELD_DST, WHERE_ADDRESS},
              {"sport", WHERE_FIELD_SPORT, WHERE_NUMBER},
              {"dport", WHERE_FIELD_DPORT, WHERE_NUMBER},
              {"message", WHERE_FIELD_MESSAGE, WHERE_STRING},
              {"line", WHERE_FIELD_LINE, WHERE_STRING},
              {"request", WHERE_FIELD_REQUEST, WHERE_NUMBER},
              {"response", WHERE_FIELD_RESPONSE, WHERE_NUMBER}};

enum { FIELDS = sizeof fields / sizeof *fields };

static where_sort sort_of(caw_kind kind) {
    switch (kind) {
    case CAW_KIND_TEXT:
        return WHERE_STRING;
    case CAW_KIND_TIME:
        return WHERE_MOMENT;
    case CAW_KIND_BYTES:
    case CAW_KIND_GROUP:
        return WHERE_OPAQUE;
    default:
        return WHERE_NUMBER;
    }
}

static bool found(where_node *node, int field, where_sort sort, uint64_t bits) {
    node->field = field;
    node->sort = sort;
    node->bits = bits;
    return true;
}

/* One bit of a field: mask.alarm, flaw.priority. */
static bool find_bit(const where_token *key, where_node *node) {
    static const char mask[] = "mask.", flaw[] = "flaw.";
    where_token name = {TOKEN_WORD, key->start + sizeof mask - 1, key->length - (sizeof mask - 1),
                        WHERE_EQ};
    if (key->length < sizeof mask)
        return false;
    for (const caw_bit *bit = caw_mask_bits; bit->key; bit++)
        if (memcmp(key->start, mask, sizeof mask - 1) == 0 && caw_where_is_word(&name, bit->key))
            return found(node, CAW_FIELD_MASK, WHERE_NUMBER, bit->mask);
    if (memcmp(key->start, flaw, sizeof flaw - 1) != 0)
        return false;
    for (int i = 0; i < CAW_FLAWS; i++)
        if (caw_where_is_word(&name, caw_flaw_rows[i].key))
            return found(node, WHERE_FIELD_FLAW, WHERE_NUMBER, UINT64_C(1) << i);
    for (int i = 0; i < CAW_HISTORY_FLAWS; i++)
        if (caw_where_is_word(&name, caw_history_rows[i].key))
            return found(node, WHERE_FIELD_HISTORY, WHERE_NUMBER, UINT64_C(1) << i);
    return false;
}

static bool find_fact(const where_token *key, where_node *node) {
    for (int i = 0; i < CAW_FACTS; i++) {
        bool text = caw_fact_rows[i].kind == CAW_FACT_IS_TEXT ||
                    caw_fact_rows[i].kind == CAW_FACT_IS_ADDRESS;
        if (caw_where_is_word(key, caw_fact_rows[i].key))
            return found(node, WHERE_FIELD_FACTS + i, text ? WHERE_STRING : WHERE_NUMBER, 0);
    }
    return false;
}

bool caw_where_find_field(const where_token *name, where_node *node) {
    where_token key = *name;
    if (key.length > 3 && memcmp(key.start, "ca.", 3) == 0) {
        key.start += 3;
        key.length -= 3;
    }
    for (int i = 0; i < FIELDS; i++)
        if (caw_where_is_word(&key, fields[i].key))
            return found(node, fields[i].field, fields[i].sort, 0);
    for (int i = 0; i < CAW_FIELDS; i++) {
        const caw_field_row *row = &caw_field_rows[i];
        if ((row->key && caw_where_is_word(&key, row->key)) ||
            (row->alias && caw_where_is_word(&key, row->alias)))
            return found(node, i, sort_of(row->kind), 0);
    }
    return find_fact(&key, node) || find_bit(&key, node);
}

static const caw_name *names_of(const where_node *node) {
    caw_fact_id fact = caw_where_fact(node->field);
    if (fact < CAW_FACTS)
        return caw_fact_rows[fact].names;
    return node->field < CAW_FIELDS && !node->bits ? caw_field_rows[node->field].names : NULL;
}

bool caw_where_has_names(const where_node *node) {
    return names_of(node) != NULL;
}

bool caw_where_find_value(const where_node *node, const where_token *name, double *number) {
    for (const caw_name *each = names_of(node); each && each->name; each++)
        if (caw_where_is_name(name, each->name)) {
            *number = each->value;
            return true;
        }
    return false;
}

/* ---- suggestions -------------------------------------------------------------------------- */

/* What was written, and the word that is most like it so far. */
typedef struct {
    where_token written;
    const char *best;
    size_t distance;
} search;

static void consider(search *self, const char *word) {
    if (!word)
        return;
    size_t distance = caw_distance(self->written.start, self->written.length, word);
    if (distance < self->distance) {
        self->best = word;
        self->distance = distance;
    }
}

static void consider_messages(search *self) {
    static const char *const others[] = {"ca",      "failed",   "unanswered", "malformed",
                                         "request", "response", "host",       "net",
                                         "port",    "tcp",      "udp"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        consider(self, others[i]);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        consider(self, groups[i].group);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        consider(self, caw_message_rows[i].brief);
        consider(self, caw_message_rows[i].label);
    }
}

static void consider_fields(search *self) {
    for (int i = 0; i < FIELDS; i++)
        consider(self, fields[i].key);
    for (int i = 0; i < CAW_FIELDS; i++)
        consider(self, caw_field_rows[i].key);
    for (int i = 0; i < CAW_FACTS; i++)
        consider(self, caw_fact_rows[i].key);
}

/* Words of lines are other names of fields: data_type, subscriptionid. */
static const char *find_in_lines(const where_token *written) {
    for (int i = 0; i < CAW_FIELDS; i++)
        if (caw_field_rows[i].key && caw_field_rows[i].name &&
            caw_where_is_word(written, caw_field_rows[i].name))
            return caw_field_rows[i].key;
    return NULL;
}

/* TIMEOUT of ECA_TIMEOUT, MAJOR_ALARM for MAJOR: one is the other's beginning or end. */
static bool is_part(const char *longer, size_t length, const char *part, size_t size) {
    where_token head = {TOKEN_WORD, longer, size, WHERE_EQ};
    where_token tail = {TOKEN_WORD, longer + length - size, size, WHERE_EQ};
    char name[CAW_DISTANCE_FAR + 1] = {0};
    if (length <= size + 1 || size > CAW_DISTANCE_FAR)
        return false;
    memcpy(name, part, size);
    return (longer[size] == '_' && caw_where_is_name(&head, name)) ||
           (longer[length - size - 1] == '_' && caw_where_is_name(&tail, name));
}

static bool is_related(const where_token *written, const char *name) {
    size_t length = strlen(name);
    return is_part(name, length, written->start, written->length) ||
           is_part(written->start, written->length, name, length);
}

/* What was written, without the protocol's or Wireshark's prefix. */
static search search_for(const where_token *written) {
    static const char *const prefixes[] = {"CA_PROTO_", "ca.", "command."};
    search self = {.written = *written};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t length = strlen(prefixes[i]);
        if (written->length > length && memcmp(written->start, prefixes[i], length) == 0) {
            self.written.start += length;
            self.written.length -= length;
            break;
        }
    }
    size_t length = self.written.length;
    self.distance = 1 + CAW_DISTANCE_LIKE(length);
    return self;
}

static void put_best(caw_text *out, const search *self, bool as_it_stands) {
    if (!self->best)
        return;
    caw_puts(out, " (did you mean ");
    for (const char *c = self->best; *c; c++)
        caw_put(out, as_it_stands ? *c : caw_where_lower(*c));
    caw_puts(out, "?)");
}

void caw_where_suggest(caw_text *out, const where_token *written, where_wanted wanted) {
    search self = search_for(written);
    const char *known = caw_where_translate(&self.written, wanted);
    if (!known && wanted == WHERE_A_FIELD)
        known = find_in_lines(&self.written);
    if (known)
        self.best = known;
    else if (wanted == WHERE_A_MESSAGE)
        consider_messages(&self);
    else if (wanted == WHERE_A_FIELD)
        consider_fields(&self);
    put_best(out, &self, known != NULL);
}

void caw_where_suggest_value(caw_text *out, const where_token *written, const where_node *node) {
    search self = search_for(written);
    bool related = false;
    for (const caw_name *each = names_of(node); each && each->name; each++) {
        bool now = is_related(&self.written, each->name);
        if (now && (!related || strlen(each->name) < strlen(self.best)))
            self.best = each->name;
        else if (!related)
            consider(&self, each->name);
        related |= now;
    }
    put_best(out, &self, true);
}

/* ---- all of them -------------------------------------------------------------------------- */

/* No row before it has the same word. */
static bool is_first_of_its_name(size_t row) {
    for (size_t i = 0; i < row; i++)
        if (strcmp(caw_message_rows[i].brief, caw_message_rows[row].brief) == 0)
            return false;
    return true;
}

static void put_lower(caw_text *out, const char *text) {
    while (*text)
        caw_put(out, caw_where_lower(*text++));
}

static void put_message(caw_text *out, size_t row) {
    if (!is_first_of_its_name(row))
        return;
    caw_puts(out, ", ");
    put_lower(out, caw_message_rows[row].brief);
}

static void put_key(caw_text *out, const char *key) {
    caw_puts(out, ", ");
    caw_puts(out, key);
}

/* Others are names of messages as well, or of a field that says more. */
static bool is_new(int fact) {
    where_node node = {0};
    where_token key = {TOKEN_WORD, caw_fact_rows[fact].key, strlen(caw_fact_rows[fact].key),
                       WHERE_EQ};
    return caw_fact_rows[fact].kind != CAW_FACT_IS_MARK && caw_where_find_field(&key, &node) &&
           caw_where_fact(node.field) == (caw_fact_id)fact;
}

static void put_fields(caw_text *out) {
    caw_puts(out, fields[0].key);
    for (int i = 1; i < FIELDS; i++)
        put_key(out, fields[i].key);
    for (int id = CAW_FIELD_COMMAND; id < CAW_FIELDS; id++)
        if (caw_field_rows[id].key != NULL)
            put_key(out, caw_field_rows[id].key);
    for (int id = 0; id < CAW_FACTS; id++)
        if (is_new(id))
            put_key(out, caw_fact_rows[id].key);
}

static void put_flaw(caw_text *out, const char *key) {
    caw_puts(out, ", flaw.");
    caw_puts(out, key);
}

static void put_bits(caw_text *out) {
    for (const caw_bit *bit = caw_mask_bits; bit->key; bit++) {
        caw_puts(out, ", mask.");
        caw_puts(out, bit->key);
    }
    for (int i = 0; i < CAW_FLAWS; i++)
        put_flaw(out, caw_flaw_rows[i].key);
    for (int i = 0; i < CAW_HISTORY_FLAWS; i++)
        put_flaw(out, caw_history_rows[i].key);
}

size_t caw_where_words(char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    caw_puts(&out, "messages: ca");
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        put_message(&out, i);
    caw_puts(&out, "\n  and their titles (host name); NAME reply: the answers to NAME;\n"
                   "  put, get, update, failed, request, response, unanswered, malformed\n"
                   "fields: ");
    put_fields(&out);
    put_bits(&out);
    caw_puts(&out, "\npackets: tcp, udp, host ADDRESS, net ADDRESS/BITS, port NUMBER, "
                   "with src or dst\n"
                   "between them: and, or, not, ( )\n");
    return caw_text_end(&out);
}

static const char *const operators[] = {"and", "or",  "not", "in",     "has",    "any",
                                        "all", "put", "get", "update", "failed", "unanswered"};

/* Messages in lower case: nobody begins them otherwise. */
static void take_message(size_t row, void (*take)(void *user, const char *word), void *user) {
    char word[PHRASE];
    caw_text out = caw_text_into(word, sizeof word);
    put_lower(&out, caw_message_rows[row].brief);
    caw_text_end(&out);
    take(user, word);
}

void caw_where_each_word(void (*take)(void *user, const char *word), void *user) {
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        take(user, operators[i]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (is_first_of_its_name(i))
            take_message(i, take, user);
    for (int i = 0; i < FIELDS; i++)
        take(user, fields[i].key);
    for (int i = 0; i < CAW_FIELDS; i++)
        if (caw_field_rows[i].key)
            take(user, caw_field_rows[i].key);
    for (int i = 0; i < CAW_FACTS; i++)
        if (is_new(i))
            take(user, caw_fact_rows[i].key);
}
