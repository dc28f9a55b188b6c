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
    CHECK(!row->identifier || row->kind == CAW_KIND_UINT, "%s: an id is a number", row->key);
}

/* The styles that a number can have, and those of other kinds. */
static bool fits_style(const caw_field_row *row) {
    switch (row->style) {
    case CAW_STYLE_OWN:
        return row->kind != CAW_KIND_GROUP;
    case CAW_STYLE_BYTES:
    case CAW_STYLE_BYTEARRAY:
        return row->kind == CAW_KIND_TEXT;
    case CAW_STYLE_VALUE:
        return row->kind == CAW_KIND_BYTES;
    case CAW_STYLE_METADATA:
    case CAW_STYLE_HEADER:
        return row->kind == CAW_KIND_GROUP;
    default:
        return row->bits > 0;
    }
}

/* What a limit names is known from the value: names or flags go up to it and no further. */
static bool fits_most(const caw_field_row *row) {
    uint32_t most = 0;
    for (const caw_name *name = row->names; name && name->name; name++)
        most = name->value > most ? name->value : most;
    for (const caw_bit *bit = row->flags; bit && bit->key; bit++)
        most |= bit->mask;
    return !row->most || !most || row->most == most;
}

static bool is_in_a_layout(caw_field_id id) {
    for (uint32_t type = 0; type < CAW_DBR_TYPES; type++)
        for (const caw_field_id *each = caw_dbr(type)->layout; *each != CAW_FIELD_RESERVED; each++)
            if (*each == id)
                return true;
    return false;
}

/* What comes several times besides names of states and padding: words of headers, elements. */
static bool is_known_to_repeat(caw_field_id id) {
    return id == CAW_FIELD_RESERVED || id == CAW_FIELD_MARKER || id == CAW_FIELD_VALUE ||
           id == CAW_FIELD_STRING;
}

/* A field of a layout says how wide it is there: a number as wide as it is, but for padding. */
static void check_meta_field(caw_field_id id) {
    const caw_field_row *row = &caw_field_rows[id];
    CHECK(is_in_a_layout(id) == (row->room > 0), "%s: room in the metadata", row->key);
    CHECK(!row->last || (row->room && row->name), "%s: last of what?", row->key);
    CHECK(!row->several || row->room || is_known_to_repeat(id), "%s: several of what?", row->key);
    CHECK(row->several || !is_known_to_repeat(id), "%s: several", row->key);
    if (row->room == CAW_ROOM_OF_ELEMENT)
        CHECK(row->kind == CAW_KIND_ELEMENT, "%s: as wide as an element", row->key);
    else if (row->room && row->bits)
        CHECK(row->bits == 8 * row->room || row->several, "%s: %u bytes", row->key, row->room);
}

static void test_columns_of_fields(void) {
    for (int id = 0; id < CAW_FIELDS; id++) {
        const caw_field_row *row = &caw_field_rows[id];
        CHECK(fits_style(row), "%s: its style", row->label);
        CHECK(fits_most(row), "%s: %u", row->label, row->most);
        if (row->key)
            check_meta_field((caw_field_id)id);
    }
    CHECK(caw_field_rows[CAW_FIELD_PRIORITY].most == 99, "libca and rsrv allow 0 to 99");
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
        return id == CAW_FIELD_LOW || id == CAW_FIELD_HIGH || id == CAW_FIELD_PERIOD ||
               id == CAW_FIELD_MASK;
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

/* A field that one of the four words is. */
static bool is_word(const caw_message_row *row, caw_field_id id) {
    return id == row->type || id == row->count || id == row->param1 || id == row->param2;
}

/* The other half of an exchange: the row of what is asked for. */
static const caw_message_row *asked(const caw_message_row *row) {
    return caw_request_row(row->answers ? row->answers : row->command);
}

static void check_exchange(const caw_message_row *row) {
    const caw_message_row *other = asked(row);
    for (size_t i = 0; i < LENGTH(row->repeats) && row->repeats[i] != CAW_FIELD_RESERVED; i++)
        CHECK(is_word(row, row->repeats[i]) && caw_field_rows[row->repeats[i]].identifier,
              "%s repeats %zu", row->name, i);
    CHECK(!row->timed || row->exchange == CAW_TURN_REQUEST, "%s takes time", row->name);
    CHECK(!row->failure || row->exchange == CAW_TURN_RESPONSE, "%s says no", row->name);
    bool writes = strcmp(row->name, "WriteRequest") == 0 || /* as the protocol's document has it */
                  strcmp(row->name, "WriteNotifyRequest") == 0;
    CHECK(row->writes == writes, "%s changes a value", row->name);
    CHECK(!row->in_turn || row->speaker == CAW_SIDE_CLIENT, "%s in turn", row->name);
    CHECK(row->channel == CAW_FIELD_RESERVED ||
              (is_word(row, row->channel) &&
               (row->channel == CAW_FIELD_SID || row->channel == CAW_FIELD_CID)),
          "%s names a channel", row->name);
    if (row->exchange != CAW_TURN_RESPONSE || row->command == CAW_COMMAND_ERROR)
        return; /* an ERROR answers any */
    CHECK(other->exchange == CAW_TURN_REQUEST, "%s answers %s", row->name, other->name);
    for (size_t i = 0; i < LENGTH(row->repeats); i++)
        CHECK(row->repeats[i] == other->repeats[i], "%s repeats what %s has", row->name,
              other->name);
}

static void check_row(const caw_message_row *row) {
    check_exchange(row);
    CHECK(!row->native || row->type == CAW_FIELD_DATA_TYPE, "%s: a native type", row->name);
    CHECK(row->name && row->label && row->brief && row->meaning, "command %d", row->command);
    CHECK((row->payload == CAW_PAYLOAD_STRING) == (row->text != CAW_FIELD_RESERVED), "%s",
          row->name);
    CHECK(row->subject == CAW_FIELD_RESERVED || has_field(row, row->subject), "%s", row->name);
    for (size_t i = 0; i < LENGTH(row->details); i++)
        CHECK(row->details[i] == CAW_FIELD_RESERVED || has_field(row, row->details[i]),
              "%s: detail %zu", row->name, i);
    check_words(row);
}

/* An EVENT_ADD answer without payload has a row of its own, right after the one with. */
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

/* What answers what: section 6 of the protocol's description. */
static const struct {
    const char *answer, *request;
    const char *ids[2];
} answers[] = {
    {"EventAddResponse", "EventAddRequest", {"sub"}},
    {"EventCancelResponse", "EventCancelRequest", {"sub"}},
    {"ReadResponse", "ReadRequest", {"ioid"}},
    {"SearchResponse", "SearchRequest", {"cid"}},
    {"ReadSyncResponse", "ReadSyncRequest", {NULL}},
    {"ClearChannelResponse", "ClearChannelRequest", {"sid", "cid"}},
    {"NotFoundResponse", "SearchRequest", {"cid"}},
    {"ReadNotifyResponse", "ReadNotifyRequest", {"ioid"}},
    {"RepeaterConfirmResponse", "RepeaterRegisterRequest", {NULL}},
    {"CreateChanResponse", "CreateChanRequest", {"cid"}},
    {"CreateChFailResponse", "CreateChanRequest", {"cid"}},
    {"WriteNotifyResponse", "WriteNotifyRequest", {"ioid"}},
    {"EchoResponse", "EchoRequest", {NULL}},
};

static void check_answer(const caw_message_row *row) {
    size_t i = 0;
    while (i < LENGTH(answers) && strcmp(answers[i].answer, row->name) != 0)
        i++;
    CHECK(i < LENGTH(answers), "%s answers nothing", row->name);
    if (i == LENGTH(answers))
        return;
    CHECK_TEXT(asked(row)->name, answers[i].request);
    for (size_t j = 0; j < LENGTH(answers[i].ids); j++) {
        caw_field_id id = row->repeats[j];
        const char *want = answers[i].ids[j] ? answers[i].ids[j] : "nothing";
        CHECK_TEXT(id == CAW_FIELD_RESERVED ? "nothing" : caw_field_rows[id].key, want);
    }
}

/* Requests that name their channel by the sid, in parameter 1: 1, 2, 3, 4, 12, 15 and 19. */
static void test_exchanges(void) {
    size_t found = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        const caw_message_row *row = &caw_message_rows[i];
        bool sid = row->speaker == CAW_SIDE_CLIENT && row->param1 == CAW_FIELD_SID;
        bool listed = memchr("\1\2\3\4\14\17\23", row->command, 7) != NULL;
        CHECK(sid == (listed && row->speaker == CAW_SIDE_CLIENT), "%s", row->name);
        CHECK((row->channel == CAW_FIELD_SID) == sid, "%s names its channel", row->name);
        if (row->exchange == CAW_TURN_RESPONSE && row->command != CAW_COMMAND_ERROR) {
            check_answer(row);
            found++;
        }
    }
    CHECK(found == LENGTH(answers), "%zu answers", found);
    CHECK(caw_request_row(CAW_COMMAND_RSRV_IS_UP)->speaker == CAW_SIDE_NOBODY, "a server's");
    CHECK(caw_request_row(UINT16_MAX)->speaker == CAW_SIDE_NOBODY, "no command");
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

/* Base says SHORT where caproto says INT. The text is "<ChannelType.TIME_INT: 15>". */
static void base_name(const char *text, char name[32], unsigned *number) {
    char type[20] = "";
    sscanf(text, "<ChannelType.%19[A-Z_]: %u>", type, number);
    const char *last = strrchr(type, '_');
    last = last ? last + 1 : type;
    bool is_int = strcmp(last, "INT") == 0;
    snprintf(name, 32, "DBR_%.*s%s", (int)(last - type), type, is_int ? "SHORT" : last);
}

/* What a layout may have: fields with room, once each, and state names right after their number. */
static void check_layout(const caw_dbr_row *row) {
    for (const caw_field_id *id = row->layout; *id != CAW_FIELD_RESERVED; id++) {
        CHECK(caw_field_rows[*id].room, "%s: field %d has no room", row->type.chars, (int)*id);
        CHECK(*id != CAW_FIELD_STATE || (id > row->layout && id[-1] == CAW_FIELD_STATES),
              "%s: names of how many states?", row->type.chars);
        for (const caw_field_id *other = row->layout; other != id; other++)
            CHECK(*other != *id || caw_field_rows[*id].several, "%s: field %d twice",
                  row->type.chars, (int)*id);
    }
}

static void test_dbr_rows(void) {
    for (uint32_t type = 0; type < CAW_DBR_TYPES; type++) {
        const caw_dbr_row *row = caw_dbr(type);
        char name[32];
        uint32_t sum = 0;
        unsigned number = CAW_DBR_TYPES;
        base_name(row->type.chars, name, &number);
        CHECK(number == type, "%s: not %u", row->type.chars, type);
        const caw_name *known = caw_name_of(caw_dbr_names, type);
        CHECK_TEXT(known ? known->name : "nothing", name);
        for (const caw_field_id *id = row->layout; *id != CAW_FIELD_RESERVED; id++)
            sum += caw_meta_size(&caw_field_rows[*id], row->element);
        CHECK(sum <= row->meta, "%s: %u bytes of metadata in %u", name, sum, row->meta);
        CHECK(row->meta - sum <= 4, "%s: %u bytes of padding", name, row->meta - sum);
        CHECK(!row->meta || row->structure.length, "%s", name);
        check_layout(row);
        CHECK(row->native == (type <= 6), "%s of a channel", name);
        CHECK(row->written == (type <= 6 || type == 35 || type == 36), "%s is written", name);
    }
    CHECK(CAW_DBR_TIME_DOUBLE == 20 && CAW_DBR_CTRL_STRING == 28 && CAW_DBR_CLASS_NAME == 38,
          "db_access.h");
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
    test_columns_of_fields();
    test_mask_bits();
    test_messages();
    test_exchanges();
    test_senders();
    test_dbr_rows();
    test_names();
    test_flaw_rows();
    return test_summary();
}
