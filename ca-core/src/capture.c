/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a tree of conditions as a pcap-filter expression.
 *
 * A condition on messages is tried at several spots of the payload, in two ways: may a message
 * here be one (for what is wanted), or surely is one (for what `not` drops). A load outside the
 * packet makes the whole filter say no, so each is guarded by the lengths in the IP and UDP
 * headers, spot after spot:
 *
 *     (16 bytes here and (condition or (16 more and (condition or ...))))
 */
#include "capture.h"
#include "header.h"
#include "text.h"

#include <string.h>

#define TCP_DEPTH 4 /* messages of a segment; the text doubles with each */
#define DEPTH     2 /* of a datagram: VERSION and the first of its kind; and for what not drops */
/* multiples of 8 bytes where a message of a datagram may start: for names, for numbers */
#define NAME_SPOTS    32
#define NUMBER_SPOTS  20
#define UDP_HEADER    8
#define SERVER_PORT   "5064"
#define REPEATER_PORT "5065"

const char *const caw_capture_remarks[CAW_CAPTURE_REMARKS] = {
    [CAW_CAPTURE_DEEP] = "only the first 4 messages of a TCP segment are seen; of a datagram the "
                         "first 2, or for comparisons its first 256 bytes",
    [CAW_CAPTURE_ALIKE] = "on ports other than 5064 requests and answers that look alike are "
                          "both captured",
    [CAW_CAPTURE_NOT] = "\"not\" drops a packet with such a message although it has others",
    [CAW_CAPTURE_GUESS] = "on ports other than 5064 and 5065 what begins like Channel Access is "
                          "taken for it, and a segment that begins inside a message is not; to "
                          "avoid that add: and port NUMBER",
};

/* How a message must match. */
typedef enum {
    MAY,   /* captures it when in doubt */
    NAMED, /* the same, but a name that is compared removes all doubt */
    PLAIN, /* where a message may start, but may not: everything must be right */
    SURELY /* nothing else it could be */
} capture_certainty;

/* Where a message may start: so far into the payload, and behind this many messages. */
typedef struct {
    caw_transport transport;
    uint32_t at;
    uint32_t behind;
} capture_spot;

/* ---- loads -------------------------------------------------------------------------------- */

/* "a" the first time, then " and a" */
typedef struct {
    caw_text *out;
    const char *word;
    bool any;
} word_list;

static void next_item(word_list *list) {
    if (list->any)
        caw_puts(list->out, list->word);
    list->any = true;
}

static void put_load(caw_text *out, capture_spot spot, uint32_t at, uint32_t len);

/* The i-th message of a segment or datagram, the sizes of those before it added up. */
static capture_spot nth_spot(caw_transport transport, uint32_t i) {
    return (capture_spot){transport, CAW_HEADER_SIZE * i, i};
}

static void put_offset(caw_text *out, capture_spot spot, uint32_t at) {
    if (spot.transport == CAW_TCP) {
        caw_puts(out, "(tcp[12]>>4<<2)");
        if (spot.at + at) {
            caw_put(out, '+');
            caw_put_unsigned(out, spot.at + at);
        }
    } else {
        caw_put_unsigned(out, UDP_HEADER + spot.at + at);
    }
    for (uint32_t i = 0; i < spot.behind; i++) {
        caw_put(out, '+');
        put_load(out, nth_spot(spot.transport, i), capture_words[CAPTURE_SIZE].at,
                 capture_words[CAPTURE_SIZE].len);
    }
}

static void put_load(caw_text *out, capture_spot spot, uint32_t at, uint32_t len) {
    caw_puts(out, spot.transport == CAW_TCP ? "tcp[" : "udp[");
    put_offset(out, spot, at);
    if (len > 1) {
        caw_put(out, ':');
        caw_put_unsigned(out, len);
    }
    caw_put(out, ']');
}

/* load OPERATOR value */
static void put_test(caw_text *out, capture_spot spot, capture_word word, const char *operator,
                     uint32_t value) {
    put_load(out, spot, word.at, word.len);
    caw_puts(out, operator);
    caw_put_unsigned(out, value);
}

/* So many bytes of the packet are there behind the spot. */
static void put_guard(caw_text *out, capture_spot spot, uint32_t bytes) {
    caw_puts(out, spot.transport == CAW_TCP ? "ip[2:2]-((ip[0]&15)<<2)>=" : "udp[4:2]>=");
    put_offset(out, spot, bytes);
}

/* ---- headers ------------------------------------------------------------------------------ */

/* The command is one of a set: one test for a few, else a bit of a word. */
static void put_commands(caw_text *out, capture_spot spot, uint32_t commands) {
    static const capture_word command = {0, 2};
    unsigned count = 0;
    for (uint32_t bits = commands; bits; bits &= bits - 1)
        count++;
    if (count > 2) {
        caw_put(out, '(');
        put_test(out, spot, command, "<", CAW_COMMANDS);
        caw_puts(out, " and (");
        caw_put_unsigned(out, commands);
        caw_puts(out, ">>");
        put_load(out, spot, command.at, command.len);
        caw_puts(out, ")&1=1)");
        return;
    }
    word_list either = {out, " or ", false};
    caw_puts(out, count > 1 ? "(" : "");
    for (uint32_t i = 0; i < CAW_COMMANDS; i++)
        if (commands >> i & 1) {
            next_item(&either);
            put_test(out, spot, command, "=", i);
        }
    caw_puts(out, count > 1 ? ")" : "");
}

static void put_extended(caw_text *out, capture_spot spot) {
    put_test(out, spot, capture_words[CAPTURE_SIZE], "=", CAW_EXTENDED_MARKER);
}

static void put_size(word_list *all, capture_spot spot, const capture_shape *shape) {
    capture_word size = capture_words[CAPTURE_SIZE];
    if (shape->least_size == 0 && shape->most_size == UINT32_MAX)
        return;
    next_item(all);
    if (shape->most_size == UINT32_MAX) { /* the marker of an extended header is more, too */
        put_test(all->out, spot, size, ">=", shape->least_size);
        return;
    }
    caw_puts(all->out, shape->extended ? "(" : "");
    put_test(all->out, spot, size, shape->least_size ? "=" : "<=", shape->most_size);
    if (shape->extended) {
        caw_puts(all->out, " or ");
        put_extended(all->out, spot);
        caw_put(all->out, ')');
    }
}

static void put_most(word_list *all, capture_spot spot, const capture_shape *shape) {
    for (int i = CAPTURE_TYPE; i < CAPTURE_WORDS; i++) {
        capture_word word = capture_words[i];
        if (shape->most[i] == UINT32_MAX)
            continue;
        if (i + 1 < CAPTURE_WORDS && word.len == 2 && !shape->most[i] && !shape->most[i + 1]) {
            word.len = 4;
            i++;
        }
        next_item(all);
        put_test(all->out, spot, word, shape->most[i] ? "<=" : "=", shape->most[i]);
    }
}

/* What the shape demands, with "and" between; nothing when it demands nothing. */
static void put_shape(word_list *all, capture_spot spot, const capture_shape *shape) {
    put_size(all, spot, shape);
    put_most(all, spot, shape);
    if (shape->counted) {
        next_item(all);
        caw_put(all->out, '(');
        put_test(all->out, spot, capture_words[CAPTURE_SIZE], ">", 0);
        caw_puts(all->out, " or ");
        put_test(all->out, spot, capture_words[CAPTURE_COUNT], "=", 0);
        caw_put(all->out, ')');
    }
    if (shape->same_ids) {
        next_item(all);
        put_load(all->out, spot, capture_words[CAPTURE_PARAM1].at, 4);
        caw_put(all->out, '=');
        put_load(all->out, spot, capture_words[CAPTURE_PARAM2].at, 4);
    }
}

/* ---- rows --------------------------------------------------------------------------------- */

/* What tells a row apart from the others of its command that are not meant. */
typedef struct {
    capture_shape always;
    capture_shape elsewhere; /* and this when the port does not tell the side */
    caw_side side;           /* CAW_NOBODY: no need to know */
} row_need;

/* The rows of the same command on this transport that are not in the set. */
static capture_rows others_of(size_t row, capture_rows set, caw_transport transport) {
    capture_rows others = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].command == caw_message_rows[row].command &&
            caw_message_rows[i].transport & transport)
            others |= capture_row(i);
    return others & ~set;
}

static row_need need_of(size_t row, capture_rows others) {
    row_need found = {capture_any_shape, capture_any_shape, CAW_NOBODY};
    capture_shape own = capture_shape_of(&caw_message_rows[row]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        if (!(others & capture_row(i)))
            continue;
        capture_shape other = capture_shape_of(&caw_message_rows[i]);
        capture_shape difference = capture_difference(own, &other);
        capture_add(&found.elsewhere, &difference);
        if (caw_message_rows[i].speaker == caw_message_rows[row].speaker)
            capture_add(&found.always, &difference);
        else
            found.side = caw_message_rows[row].speaker;
    }
    return found;
}

static bool same_need(const row_need *one, const row_need *other) {
    return one->side == other->side && capture_same_shape(&one->always, &other->always) &&
           capture_same_shape(&one->elsewhere, &other->elsewhere);
}

static uint32_t commands_of(capture_rows set) {
    uint32_t commands = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i))
            commands |= (uint32_t)1 << caw_message_rows[i].command;
    return commands;
}

/* What every row of a command allows. */
static void find_limits(capture_rows set, capture_shape limits[CAW_COMMANDS]) {
    memset(limits, 0, sizeof *limits * CAW_COMMANDS);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i)) {
            capture_shape own = capture_shape_of(&caw_message_rows[i]);
            own.most[CAPTURE_SIZE] = own.extended ? UINT32_MAX : own.most_size;
            capture_widen(&limits[caw_message_rows[i].command], &own);
        }
}

/* Commands with the same limit as the first that has one are taken out together. */
static void put_limits(word_list *all, capture_spot spot, int word,
                       const capture_shape limits[CAW_COMMANDS], uint32_t commands) {
    for (uint32_t i = 0; i < CAW_COMMANDS; i++) {
        uint32_t most = limits[i].most[word], alike = 0;
        if (!(commands >> i & 1) || most == UINT32_MAX)
            continue;
        for (uint32_t j = i; j < CAW_COMMANDS; j++)
            if (commands >> j & 1 && limits[j].most[word] == most)
                alike |= (uint32_t)1 << j;
        commands &= ~alike;
        next_item(all);
        caw_puts(all->out, "(not ");
        put_commands(all->out, spot, alike);
        caw_puts(all->out, " or ");
        put_test(all->out, spot, capture_words[word], most ? "<=" : "=", most);
        caw_put(all->out, ')');
    }
}

/*
 * A header as the protocol wants it, of these rows: not only zeros, which are common in data; an
 * aligned size; no word larger than all rows of the command allow.
 */
static void put_sane(word_list *all, capture_spot spot, capture_rows set) {
    capture_shape limits[CAW_COMMANDS];
    uint32_t commands = commands_of(set);
    find_limits(set, limits);
    next_item(all);
    put_commands(all->out, spot, commands);
    caw_puts(all->out, " and (");
    put_load(all->out, spot, capture_words[CAPTURE_SIZE].at, 2);
    caw_puts(all->out, "&7=0 or ");
    put_extended(all->out, spot);
    caw_puts(all->out, ") and (");
    put_test(all->out, spot, (capture_word){0, 4}, ">", 0);
    caw_puts(all->out, " or ");
    put_test(all->out, spot, (capture_word){4, 4}, ">", 0);
    caw_put(all->out, ')');
    for (int word = 0; word < CAPTURE_WORDS; word++)
        put_limits(all, spot, word, limits, commands);
}

static const char *port_of(caw_side speaker) {
    return speaker == CAW_SERVER ? "src port " SERVER_PORT : "dst port " SERVER_PORT;
}

static caw_side opposite(caw_side side) {
    return side == CAW_SERVER ? CAW_CLIENT : CAW_SERVER;
}

/* The port says so, or it says nothing and (here the caller goes on, and closes). */
static void open_side(word_list *all, caw_side side) {
    next_item(all);
    caw_put(all->out, '(');
    caw_puts(all->out, port_of(side));
    caw_puts(all->out, " or (not ");
    caw_puts(all->out, port_of(opposite(side)));
}

static void close_side(word_list *all) {
    caw_puts(all->out, "))");
}

static void put_may(word_list *all, capture_spot spot, const row_need *need) {
    put_shape(all, spot, &need->always);
    if (need->side == CAW_NOBODY)
        return;
    open_side(all, need->side);
    word_list inner = {all->out, " and ", true};
    put_shape(&inner, spot, &need->elsewhere);
    close_side(all);
}

/* Not what only the other has. */
static void put_not_other(word_list *all, capture_spot spot, const capture_shape *own,
                          size_t other) {
    capture_shape theirs = capture_shape_of(&caw_message_rows[other]);
    capture_shape difference = capture_difference(theirs, own);
    next_item(all);
    if (capture_same_shape(&difference, &capture_any_shape)) { /* it could always be the other */
        caw_puts(all->out, "ip[0]=0");                         /* never */
        return;
    }
    caw_puts(all->out, "not (");
    word_list inner = {all->out, " and ", false};
    put_shape(&inner, spot, &difference);
    caw_put(all->out, ')');
}

static void put_not_others(word_list *all, capture_spot spot, size_t row, capture_rows others,
                           bool same_side) {
    capture_shape own = capture_shape_of(&caw_message_rows[row]);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (others & capture_row(i) &&
            (caw_message_rows[i].speaker == caw_message_rows[row].speaker) == same_side)
            put_not_other(all, spot, &own, i);
}

static void put_surely(word_list *all, capture_spot spot, size_t row, capture_rows others) {
    capture_shape own = capture_shape_of(&caw_message_rows[row]);
    if (!others)
        return;
    put_shape(all, spot, &own);
    put_not_others(all, spot, row, others, true);
    caw_side side = need_of(row, others).side;
    if (side == CAW_NOBODY)
        return;
    open_side(all, side);
    word_list inner = {all->out, " and ", true};
    put_not_others(&inner, spot, row, others, false);
    close_side(all);
}

static row_need how_to_tell(size_t row, capture_spot spot, capture_rows set,
                            capture_certainty certainty) {
    row_need found = {capture_any_shape, capture_any_shape, CAW_NOBODY};
    if (certainty == MAY)
        return need_of(row, others_of(row, set, spot.transport));
    if (certainty == PLAIN)
        found.always = capture_shape_of(&caw_message_rows[row]);
    return found;
}

/* Takes the rows that need the same out of a set; their commands as bits. */
static uint32_t take_alike(const row_need *needs, const row_need *one, capture_rows *set) {
    uint32_t commands = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (*set & capture_row(i) && same_need(one, &needs[i])) {
            commands |= (uint32_t)1 << caw_message_rows[i].command;
            *set &= ~capture_row(i);
        }
    return commands;
}

/* One of the set, but not surely. Rows that are told apart in the same way come together. */
static void put_groups(caw_text *out, capture_spot spot, capture_rows set,
                       capture_certainty certainty) {
    row_need needs[CAPTURE_ROWS] = {0};
    word_list either = {out, " or ", false};
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i))
            needs[i] = how_to_tell(i, spot, set, certainty);
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i)) {
            next_item(&either);
            caw_put(out, '(');
            put_commands(out, spot, take_alike(needs, &needs[i], &set));
            word_list all = {out, " and ", true};
            put_may(&all, spot, &needs[i]);
            caw_put(out, ')');
        }
}

static void put_each(caw_text *out, capture_spot spot, capture_rows set) {
    word_list either = {out, " or ", false};
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i)) {
            next_item(&either);
            caw_put(out, '(');
            put_commands(out, spot, (uint32_t)1 << caw_message_rows[i].command);
            word_list all = {out, " and ", true};
            put_surely(&all, spot, i, others_of(i, set, spot.transport));
            caw_put(out, ')');
        }
}

/* Some of these rows share their command with others. */
static bool has_others(capture_rows set, caw_transport transport) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (set & capture_row(i) && others_of(i, set, transport))
            return true;
    return false;
}

/* One of the set starts here. */
static void put_rows(caw_text *out, capture_spot spot, capture_rows set,
                     capture_certainty certainty) {
    caw_put(out, '(');
    if (certainty == SURELY) {
        word_list all = {out, " and ", false};
        put_sane(&all, spot, set);
        if (has_others(set, spot.transport)) {
            caw_puts(out, " and (");
            put_each(out, spot, set);
            caw_put(out, ')');
        }
    } else {
        put_groups(out, spot, set, certainty);
    }
    caw_put(out, ')');
}

/* ---- values ------------------------------------------------------------------------------- */

static const char *const operators[] = {"=", "!=", "<", "<=", ">", ">="};

/* The bytes are there, and compare as they shall. */
static void put_number(caw_text *out, capture_spot spot, uint32_t at, uint32_t len,
                       const capture_node *node) {
    capture_word word = {(uint8_t)at, (uint8_t)len};
    if (at + len > CAW_HEADER_SIZE) {
        put_guard(out, spot, at + len);
        caw_puts(out, " and ");
    }
    put_test(out, spot, word, operators[node->operator], node->value);
}

static uint32_t big_endian(const char *bytes, uint32_t len) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < len; i++)
        value = value << 8 | (uint8_t)bytes[i];
    return value;
}

/* The name is there, and its NUL if all of it is meant. */
static void put_name(caw_text *out, capture_spot spot, uint32_t at, const capture_node *node) {
    char name[CAPTURE_NAME + 1] = {0};
    uint32_t length = node->length + (node->operator!= CAPTURE_STARTS);
    memcpy(name, node->text, node->length);
    caw_puts(out, node->operator== CAPTURE_NE ? "not (" : "(");
    put_guard(out, spot, at + length);
    for (uint32_t done = 0, len; done < length; done += len) {
        len = length - done >= 4 ? 4 : length - done >= 2 ? 2 : 1;
        caw_puts(out, " and ");
        put_test(out, spot, (capture_word){(uint8_t)(at + done), (uint8_t)len}, "=",
                 big_endian(name + done, len));
    }
    caw_put(out, ')');
}

static void put_value(caw_text *out, capture_spot spot, const capture_place *place,
                      const capture_node *node) {
    if (caw_field_rows[node->field].kind == CAW_TEXT) {
        put_name(out, spot, place->at, node);
    } else if (place->at == place->extended_at) {
        put_number(out, spot, place->at, place->len, node);
    } else {
        caw_puts(out, "((not ");
        put_extended(out, spot);
        caw_puts(out, " and ");
        put_number(out, spot, place->at, place->len, node);
        caw_puts(out, ") or (");
        put_extended(out, spot);
        caw_puts(out, " and ");
        put_number(out, spot, place->extended_at, place->extended_len, node);
        caw_puts(out, "))");
    }
}

/* ---- conditions --------------------------------------------------------------------------- */

/* A place and the rows that have the field there. */
typedef struct {
    capture_place place;
    capture_rows rows;
} field_site;

#define SITES 8

static size_t add_site(field_site sites[SITES], size_t count, const capture_place *place,
                       size_t row) {
    size_t i = 0;
    while (i < count && memcmp(&sites[i].place, place, sizeof *place) != 0)
        i++;
    if (i == SITES)
        return count;
    if (i == count)
        sites[count++] = (field_site){*place, 0};
    sites[i].rows |= capture_row(row);
    return count;
}

/* `once`: a row whose two ids are equal has its cid in one place. */
static size_t find_sites(const capture_node *node, caw_transport transport, bool once,
                         field_site sites[SITES]) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        capture_place places[CAPTURE_PLACES];
        size_t found = capture_places(&caw_message_rows[i], transport, node->field, places);
        for (size_t j = 0; j < (once && found ? 1 : found); j++)
            count = add_site(sites, count, &places[j], i);
    }
    return count;
}

static capture_rows rows_on(caw_transport transport) {
    capture_rows rows = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (caw_message_rows[i].transport & transport)
            rows |= capture_row(i);
    return rows;
}

/* Every message has it, even one with an unknown command. */
static bool is_general(const capture_node *node) {
    return node->has_field && (node->field == CAW_F_COMMAND || node->field == CAW_F_SIZE);
}

/* The message that starts here meets the condition. */
static void put_condition(caw_text *out, capture_spot spot, const capture_node *node,
                          capture_certainty certainty) {
    field_site sites[SITES];
    size_t count =
        node->has_field ? find_sites(node, spot.transport, certainty == PLAIN, sites) : 0;
    if (!node->has_field)
        put_rows(out, spot, node->rows & rows_on(spot.transport), certainty);
    word_list either = {out, " or ", false};
    for (size_t i = 0; i < count; i++) {
        next_item(&either);
        caw_put(out, '(');
        if (!is_general(node) || certainty == SURELY) {
            put_rows(out, spot, sites[i].rows, certainty);
            caw_puts(out, " and ");
        }
        put_value(out, spot, &sites[i].place, node);
        caw_put(out, ')');
    }
}

static bool compares_name(const capture_node *node) {
    return node->has_field && caw_field_rows[node->field].kind == CAW_TEXT &&
           node->operator!= CAPTURE_NE;
}

/* One message of those that can be seen meets the condition. */
static void put_transport(caw_text *out, caw_transport transport, const capture_node *node,
                          capture_certainty certainty) {
    bool everywhere =
        transport == CAW_UDP && node->has_field && !is_general(node) && certainty != SURELY;
    bool deep = transport == CAW_TCP && certainty != SURELY;
    uint32_t spots = everywhere ? certainty == NAMED ? NAME_SPOTS : NUMBER_SPOTS
                     : deep     ? TCP_DEPTH
                                : DEPTH;
    for (uint32_t i = 0; i < spots; i++) {
        capture_spot here =
            everywhere ? (capture_spot){transport, 8 * i, 0} : nth_spot(transport, i);
        caw_puts(out, i ? " or (" : "(");
        put_guard(out, here, CAW_HEADER_SIZE);
        caw_puts(out, " and (");
        put_condition(out, here, node, everywhere && i && certainty == MAY ? PLAIN : certainty);
    }
    for (uint32_t i = 0; i < spots; i++)
        caw_puts(out, "))");
}

static void put_message(caw_text *out, const capture_node *node, capture_certainty certainty) {
    word_list either = {out, " or ", false};
    caw_put(out, '(');
    for (caw_transport transport = CAW_TCP; transport <= CAW_UDP; transport++)
        if (node->rows & rows_on(transport)) {
            next_item(&either);
            put_transport(out, transport, node, certainty);
        }
    caw_put(out, ')');
}

/* ---- the tree ----------------------------------------------------------------------------- */

/* Negation goes down to the conditions, so that each leans to the side of capturing. */
static void put_node(caw_text *out, const capture_node *node, bool negated) {
    switch (node->kind) {
    case CAPTURE_NOT:
        put_node(out, node->left, !negated);
        break;
    case CAPTURE_AND:
    case CAPTURE_OR:
        caw_put(out, '(');
        put_node(out, node->left, negated);
        caw_puts(out, (node->kind == CAPTURE_AND) != negated ? " and " : " or ");
        put_node(out, node->right, negated);
        caw_put(out, ')');
        break;
    case CAPTURE_PACKET:
        caw_puts(out, negated ? "not (" : "(");
        for (uint32_t i = 0; i < node->length; i++)
            caw_put(out, node->text[i]);
        caw_put(out, ')');
        break;
    case CAPTURE_MESSAGE:
        caw_puts(out, negated ? "not " : "");
        put_message(out, node, negated ? SURELY : compares_name(node) ? NAMED : MAY);
        break;
    }
}

/* No packet is captured but of a port that the user named. */
static bool names_port(const capture_node *node) {
    switch (node->kind) {
    case CAPTURE_AND:
        return names_port(node->left) || names_port(node->right);
    case CAPTURE_OR:
        return names_port(node->left) && names_port(node->right);
    case CAPTURE_PACKET:
        return node->port;
    default:
        return false;
    }
}

/* The payload begins with a header as it must be. */
static void put_plausible(caw_text *out, caw_transport transport) {
    capture_spot first = nth_spot(transport, 0);
    caw_puts(out, " or (");
    put_guard(out, first, CAW_HEADER_SIZE);
    word_list all = {out, " and ", true};
    put_sane(&all, first, rows_on(transport));
    caw_put(out, ')');
}

static unsigned remark(caw_capture_remark remark) {
    return 1u << remark;
}

static bool has_look_alike(capture_rows rows) {
    for (size_t i = 0; i + 1 < caw_message_row_count; i++)
        if (rows & capture_row(i) && need_of(i, others_of(i, rows, CAW_TCP)).side != CAW_NOBODY)
            return true;
    return false;
}

static unsigned remarks_on(const capture_node *node, bool negated) {
    if (!node)
        return 0;
    if (node->kind == CAPTURE_MESSAGE)
        return remark(negated ? CAW_CAPTURE_NOT : CAW_CAPTURE_DEEP) |
               (has_look_alike(node->rows) ? remark(CAW_CAPTURE_ALIKE) : 0);
    bool inside = negated != (node->kind == CAPTURE_NOT);
    return remarks_on(node->left, inside) | remarks_on(node->right, inside);
}

size_t caw_capture_filter(const char *expression, char *text, size_t size,
                          caw_capture_report *report) {
    capture_tree tree;
    caw_text out = caw_text_into(text, size);
    memset(report, 0, sizeof *report);
    const capture_node *root = capture_parse(expression, &tree, report);
    if (!root)
        return 0;
    report->remarks = remarks_on(root, false);
    if (!names_port(root)) {
        report->remarks |= remark(CAW_CAPTURE_GUESS);
        caw_puts(&out, "(port " SERVER_PORT " or port " REPEATER_PORT);
        put_plausible(&out, CAW_TCP);
        put_plausible(&out, CAW_UDP);
        caw_puts(&out, ") and ");
    }
    put_node(&out, root, false);
    return caw_end(&out);
}
