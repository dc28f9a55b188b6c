/* SPDX-License-Identifier: BSD-3-Clause */
/* The tables are complete, free of contradictions, and those of the protocol. */
#include "caw.h"
#include "message/dbr.h"
#include "test.h"

#include <ctype.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- fields ------------------------------------------------------------------------------- */

/* cashark's style: lower case words and dots */
static bool is_key(const char *key) {
    for (const char *c = key; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && !strchr("_.", *c))
            return false;
    return *key && *key != '.' && key[strlen(key) - 1] != '.';
}

static void check_field(const caw_field_row *row, int id) {
    bool group = row->kind == CAW_KIND_GROUP;
    CHECK(row->label && *row->label, "field %d", id);
    CHECK(!row->key == group, "field %d: a key exactly when it is on the wire", id);
    if (group)
        return;
    CHECK(is_key(row->key), "%s", row->key);
    CHECK(row->meaning && row->meaning[strlen(row->meaning) - 1] == '.', "%s: a sentence",
          row->key);
    CHECK((row->bits > 0) == (row->kind == CAW_KIND_UINT || row->kind == CAW_KIND_INT), "%s",
          row->key);
    CHECK(row->bits <= 32 && row->bits % 8 == 0, "%s", row->key);
    CHECK(!row->names || row->bits, "%s: names belong to numbers", row->key);
}

/* A name that has a type already; an alias may serve several fields of one kind. */
static bool clashes(int id, const char *name, int other) {
    const caw_field_row *row = &caw_field_rows[other];
    if (!row->key || id == other)
        return false;
    if (strcmp(row->key, name) == 0)
        return true;
    return row->alias && strcmp(row->alias, name) == 0 && row->kind != caw_field_rows[id].kind;
}

static void test_fields(void) {
    for (int id = 0; id < CAW_FIELDS; id++) {
        const caw_field_row *row = &caw_field_rows[id];
        check_field(row, id);
        for (int other = 0; row->key && other < CAW_FIELDS; other++) {
            CHECK(!clashes(id, row->key, other), "%s twice", row->key);
            CHECK(!row->alias || !clashes(id, row->alias, other), "%s twice", row->alias);
        }
    }
}

static void test_mask_bits(void) {
    const caw_field_row *mask = &caw_field_rows[CAW_FIELD_MASK];
    uint32_t seen = 0;
    for (const caw_bit *bit = mask->flags; bit->key; bit++) {
        char key[64];
        snprintf(key, sizeof key, "%s.%s", mask->key, bit->key);
        CHECK(is_key(key) && bit->label && bit->meaning, "%s", key);
        CHECK(!(seen & bit->mask) && !(bit->mask & (bit->mask - 1)), "%s", key);
        for (int id = 0; id < CAW_FIELDS; id++)
            CHECK(!caw_field_rows[id].key || strcmp(caw_field_rows[id].key, key), "%s twice", key);
        seen |= bit->mask;
    }
    CHECK(seen == 15, "DBE_VALUE, LOG, ALARM, PROPERTY: %u", seen);
}

/* ---- messages ----------------------------------------------------------------------------- */

/* Whether a payload of this kind may hold a field. */
static bool in_payload(const caw_message_row *row, caw_field_id id) {
    switch (row->payload) {
    case CAW_PAYLOAD_STRING:
        return id == row->text;
    case CAW_PAYLOAD_EVENT:
        return id >= CAW_FIELD_LOW && id <= CAW_FIELD_MASK;
    case CAW_PAYLOAD_MINOR:
        return id == CAW_FIELD_VERSION;
    case CAW_PAYLOAD_FAILURE:
        return id == CAW_FIELD_FAILED_COMMAND || id == CAW_FIELD_ERROR_TEXT ||
               id == CAW_FIELD_FAILED_REQUEST;
    case CAW_PAYLOAD_DBR:
        return id == CAW_FIELD_DATA || id == CAW_FIELD_METADATA;
    case CAW_PAYLOAD_ANY:
        return id == CAW_FIELD_DATA;
    default:
        return false;
    }
}

static bool has_field(const caw_message_row *row, caw_field_id id) {
    return id == CAW_FIELD_COMMAND || id == CAW_FIELD_SIZE || id == row->type || id == row->count ||
           id == row->param1 || id == row->param2 || in_payload(row, id);
}

static void check_words(const caw_message_row *row) {
    size_t words = 0;
    for (const caw_word *word = row->line; word->id != CAW_FIELD_RESERVED; word++) {
        const char *name = word->name ? word->name : caw_field_rows[word->id].name;
        CHECK(has_field(row, word->id), "%s has no word %d", row->name, (int)word->id);
        CHECK(name, "%s: word %d has no name", row->name, (int)word->id);
        for (const caw_word *other = row->line; name && other != word; other++) {
            const char *taken = other->name ? other->name : caw_field_rows[other->id].name;
            CHECK(strcmp(name, taken) != 0, "%s: %s twice", row->name, name);
        }
        words++;
    }
    CHECK(words <= CAW_MAX_WORDS, "%s", row->name);
}

static void check_row(const caw_message_row *row) {
    CHECK(row->name && row->label && row->brief && row->meaning, "command %d", row->command);
    CHECK((row->payload == CAW_PAYLOAD_STRING) == (row->text != CAW_FIELD_RESERVED), "%s",
          row->name);
    CHECK(row->subject == CAW_FIELD_RESERVED || has_field(row, row->subject), "%s", row->name);
    for (size_t i = 0; i < LENGTH(row->details); i++)
        CHECK(row->details[i] == CAW_FIELD_RESERVED || has_field(row, row->details[i]),
              "%s: detail %zu", row->name, i);
    check_words(row);
}

/* An EVENT_ADD answer without payload has a row of its own, right behind the one with. */
static bool is_confirmation(const caw_message_row *row) {
    return row > caw_message_rows && row->command == CAW_COMMAND_EVENT_ADD &&
           row->payload == CAW_PAYLOAD_NOTHING && row[-1].payload == CAW_PAYLOAD_DBR;
}

static bool shadows(const caw_message_row *first, const caw_message_row *row) {
    return first->command == row->command && first->speaker == row->speaker &&
           (first->transport & row->transport) == row->transport && !is_confirmation(row);
}

static void test_messages(void) {
    size_t last = caw_message_row_count - 1;
    for (size_t i = 0; i <= last; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        check_row(row);
        for (size_t j = 0; j < i; j++)
            CHECK(!shadows(&caw_message_rows[j], row), "%s never comes up", row->name);
        if (i > 0 && i < last)
            CHECK(row->command >= row[-1].command, "%s: rows of a command stand together",
                  row->name);
    }
    CHECK_TEXT(caw_message_rows[last].name, "UnknownMessage");
}

/* Who sends what on which transport: section 2 of the protocol's description. */
static const struct {
    caw_command command;
    int client, server;
} senders[] = {
    {CAW_COMMAND_VERSION, CAW_TRANSPORT_BOTH, CAW_TRANSPORT_BOTH},
    {CAW_COMMAND_EVENT_ADD, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_EVENT_CANCEL, CAW_TRANSPORT_TCP, 0},
    {CAW_COMMAND_READ, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_WRITE, CAW_TRANSPORT_TCP, 0},
    {CAW_COMMAND_SNAPSHOT, 0, 0},
    {CAW_COMMAND_SEARCH, CAW_TRANSPORT_BOTH, CAW_TRANSPORT_BOTH},
    {CAW_COMMAND_BUILD, 0, 0},
    {CAW_COMMAND_EVENTS_OFF, CAW_TRANSPORT_TCP, 0},
    {CAW_COMMAND_EVENTS_ON, CAW_TRANSPORT_TCP, 0},
    {CAW_COMMAND_READ_SYNC, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_ERROR, 0, CAW_TRANSPORT_BOTH},
    {CAW_COMMAND_CLEAR_CHANNEL, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_RSRV_IS_UP, 0, CAW_TRANSPORT_UDP},
    {CAW_COMMAND_NOT_FOUND, 0, CAW_TRANSPORT_BOTH}, /* old documents have it in datagrams */
    {CAW_COMMAND_READ_NOTIFY, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_READ_BUILD, 0, 0},
    {CAW_COMMAND_REPEATER_CONFIRM, 0, CAW_TRANSPORT_UDP},
    {CAW_COMMAND_CREATE_CHAN, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_WRITE_NOTIFY, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_CLIENT_NAME, CAW_TRANSPORT_TCP, 0},
    {CAW_COMMAND_HOST_NAME, CAW_TRANSPORT_TCP, 0},
    {CAW_COMMAND_ACCESS_RIGHTS, 0, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_ECHO, CAW_TRANSPORT_TCP, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_REPEATER_REGISTER, CAW_TRANSPORT_UDP, 0},
    {CAW_COMMAND_SIGNAL, 0, 0},
    {CAW_COMMAND_CREATE_CH_FAIL, 0, CAW_TRANSPORT_TCP},
    {CAW_COMMAND_SERVER_DISCONN, 0, CAW_TRANSPORT_TCP},
};

static int transports(caw_command command, caw_side side) {
    int all = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].command == (uint16_t)command && caw_message_rows[i].speaker == side)
            all |= (int)caw_message_rows[i].transport;
    return all;
}

static void test_senders(void) {
    CHECK(LENGTH(senders) == CAW_COMMANDS, "every command");
    for (size_t i = 0; i < LENGTH(senders); i++) {
        CHECK(senders[i].command == (caw_command)i, "command %zu", i);
        CHECK(transports((caw_command)i, CAW_SIDE_CLIENT) == senders[i].client, "client's %zu", i);
        CHECK(transports((caw_command)i, CAW_SIDE_SERVER) == senders[i].server, "server's %zu", i);
        const caw_name *name = caw_name_of(caw_command_names, (uint32_t)i);
        bool sent = senders[i].client || senders[i].server;
        CHECK(name && name->obsolete == !sent, "command %zu is obsolete when nobody sends it", i);
    }
}

/* ---- DBR types ---------------------------------------------------------------------------- */

/* Base says SHORT where caproto says INT. */
static void base_name(const char *type, char name[32]) {
    const char *last = strrchr(type, '_');
    last = last ? last + 1 : type;
    bool is_int = strcmp(last, "INT") == 0;
    snprintf(name, 32, "DBR_%.*s%s", (int)(last - type), type, is_int ? "SHORT" : last);
}

static void test_dbr_rows(void) {
    for (uint32_t type = 0; type < CAW_DBR_TYPES; type++) {
        const caw_dbr_row *row = caw_dbr(type);
        char name[32];
        uint32_t sum = 0;
        base_name(row->type, name);
        const caw_name *known = caw_name_of(caw_dbr_names, type);
        CHECK_TEXT(known ? known->name : "nothing", name);
        for (const caw_field_id *id = row->layout; *id != CAW_FIELD_RESERVED; id++)
            sum += caw_meta_size(&caw_field_rows[*id], row->element);
        CHECK(sum <= row->meta, "%s: %u bytes of metadata in %u", name, sum, row->meta);
        CHECK(row->meta - sum <= 4, "%s: %u bytes of padding", name, row->meta - sum);
        CHECK(!row->meta || row->structure, "%s", name);
    }
    CHECK(!caw_dbr(CAW_DBR_TYPES) && !caw_dbr(UINT32_MAX), "39 types");
}

/* ---- names and flaws ---------------------------------------------------------------------- */

static size_t check_names(const char *what, const caw_name *names) {
    size_t count = 0;
    for (const caw_name *row = names; row->name; row++, count++) {
        CHECK(*row->name, "%s %u", what, row->value);
        CHECK(count == 0 || row->value > row[-1].value, "%s %u: in order", what, row->value);
        CHECK(caw_name_of(names, row->value) == row, "%s %u", what, row->value);
        for (const caw_name *other = names; other != row; other++)
            CHECK(strcmp(other->name, row->name) != 0, "%s: %s twice", what, row->name);
    }
    return count;
}

static void test_names(void) {
    CHECK(check_names("command", caw_command_names) == 28, "28 commands");
    CHECK(check_names("type", caw_dbr_names) == CAW_DBR_TYPES, "39 types");
    CHECK(check_names("status", caw_status_names) == 61, "61 ECA codes");
    CHECK(check_names("alarm status", caw_alarm_status_names) == 22, "22 alarm states");
    CHECK(check_names("severity", caw_alarm_severity_names) == 4, "4 severities");
    CHECK(check_names("rights", caw_rights_names) == 4, "4 access rights");
    CHECK(check_names("reply", caw_reply_names) == 2, "2 reply flags");
    for (uint32_t i = 0; i < 61; i++) {
        const caw_name *row = &caw_status_names[i];
        CHECK(row->value >> 3 == i, "%s is code %u", row->name, i);
        CHECK(strchr("\1\2\3\4\6", (int)(row->value & 7)), "%s has a severity", row->name);
        CHECK(row->text && !strncmp(row->name, "ECA_", 4), "%s", row->name);
    }
    CHECK(!caw_name_of(caw_status_names, 0) && !caw_name_of(NULL, 1), "no such name");
}

static void test_flaw_rows(void) {
    CHECK(CAW_FLAWS <= 64, "one bit each");
    for (int flaw = 0; flaw < CAW_FLAWS; flaw++) {
        const caw_flaw_row *row = &caw_flaw_rows[flaw];
        CHECK(row->key && is_key(row->key) && !strchr(row->key, '.'), "flaw %d", flaw);
        CHECK(row->label && isupper((unsigned char)*row->label), "flaw %d", flaw);
        CHECK(row->level <= CAW_LEVEL_ERROR, "flaw %d", flaw);
        for (int other = 0; other < flaw; other++)
            CHECK(strcmp(row->key, caw_flaw_rows[other].key) != 0, "%s twice", row->key);
    }
}

int main(void) {
    test_fields();
    test_mask_bits();
    test_messages();
    test_senders();
    test_dbr_rows();
    test_names();
    test_flaw_rows();
    return test_summary();
}
