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
#include "where.h"

#include <string.h>

#define TCP_DEPTH 4 /* messages of a segment; the text doubles with each */
#define DEPTH     2 /* of a datagram: VERSION and the first of its kind; and under `not` */

/* multiples of 8 bytes where a message of a datagram may start: for names, for numbers */
#define NAME_SPOTS   32
#define NUMBER_SPOTS 20

const char *const caw_where_remarks[CAW_WHERE_REMARKS] = {
    [CAW_WHERE_DEEP] = "only the first 4 messages of a TCP segment are seen; of a datagram the "
                       "first 2, of its names the first 256 bytes, of its numbers 160",
    [CAW_WHERE_ALIKE] =
        "on ports other than " WHERE_SERVER_PORT " requests and answers that look alike are "
        "both captured",
    [CAW_WHERE_NOT] = "\"not\" drops a packet with such a message although it has others",
    [CAW_WHERE_GUESS] = "on ports other than " WHERE_SERVER_PORT " and " WHERE_REPEATER_PORT
                        " what begins like Channel Access is "
                        "taken for it, and a segment that begins inside a message is not; to "
                        "avoid that add: and port NUMBER",
    [CAW_WHERE_TAGGED] = "packets that still have VLAN tags are captured by port alone, those of "
                         "the expression or " WHERE_SERVER_PORT " and " WHERE_REPEATER_PORT
                         ", whatever messages they hold",
    [CAW_WHERE_FRAGMENT] = "later IP fragments of a datagram are not captured; to have them add "
                           "to the printed filter: or (udp and ip[6:2] & 0x1fff != 0)",
    [CAW_WHERE_NAMED] = "a pv is seen in searches and creations, user and host when a client says "
                        "them, and what follows is not captured; to have it capture all and "
                        "choose by --where",
};

/* ---- values ------------------------------------------------------------------------------- */

static const char *const operators[] = {"=", "!=", "<", "<=", ">", ">="};

/* The bytes are there, and compare as they shall. */
static void put_number(caw_text *out, where_spot spot, uint32_t at, uint32_t len,
                       const where_node *node) {
    where_word word = {(uint8_t)at, (uint8_t)len};
    if (at + len > CAW_HEADER_SIZE) {
        caw_where_put_guard(out, spot, at + len);
        caw_puts(out, " and ");
    }
    if (node->value == node->upto) {
        caw_where_put_test(out, spot, word, operators[node->operator], node->value);
        return;
    }
    caw_puts(out, node->operator== WHERE_NE ? "not (" : "(");
    caw_where_put_test(out, spot, word, ">=", node->value);
    caw_puts(out, " and ");
    caw_where_put_test(out, spot, word, "<=", node->upto);
    caw_put(out, ')');
}

static uint32_t big_endian(const char *bytes, uint32_t len) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < len; i++)
        value = value << 8 | (uint8_t)bytes[i];
    return value;
}

/* The name is there, and its NUL if all of it is meant. */
static void put_name(caw_text *out, where_spot spot, uint32_t at, const where_node *node) {
    char name[WHERE_NAME + 1] = {0};
    uint32_t length = node->length + (node->operator!= WHERE_STARTS);
    memcpy(name, node->text, node->length);
    caw_puts(out, node->operator== WHERE_NE ? "not (" : "(");
    caw_where_put_guard(out, spot, at + length);
    for (uint32_t done = 0, len; done < length; done += len) {
        len = length - done >= 4 ? 4 : length - done >= 2 ? 2 : 1;
        caw_puts(out, " and ");
        caw_where_put_test(out, spot, (where_word){(uint8_t)(at + done), (uint8_t)len}, "=",
                           big_endian(name + done, len));
    }
    caw_put(out, ')');
}

static void put_value(caw_text *out, where_spot spot, const where_place *place,
                      const where_node *node) {
    if (node->sort == WHERE_STRING) {
        put_name(out, spot, place->at, node);
    } else if (place->at == place->extended_at) {
        put_number(out, spot, place->at, place->len, node);
    } else {
        caw_puts(out, "((not ");
        caw_where_put_extended(out, spot);
        caw_puts(out, " and ");
        put_number(out, spot, place->at, place->len, node);
        caw_puts(out, ") or (");
        caw_where_put_extended(out, spot);
        caw_puts(out, " and ");
        put_number(out, spot, place->extended_at, place->extended_len, node);
        caw_puts(out, "))");
    }
}

/* ---- conditions --------------------------------------------------------------------------- */

/* A place and the rows that have the field there. */
typedef struct {
    where_place place;
    where_rows rows;
} field_site;

#define SITES 8

static size_t add_site(field_site sites[SITES], size_t count, const where_place *place,
                       size_t row) {
    size_t i = 0;
    while (i < count && memcmp(&sites[i].place, place, sizeof *place) != 0)
        i++;
    if (i == SITES)
        return count;
    if (i == count)
        sites[count++] = (field_site){*place, 0};
    sites[i].rows |= caw_where_row(row);
    return count;
}

/* `once`: a row whose two ids are equal has its cid in one place. */
static size_t find_sites(const where_node *node, caw_transport transport, bool once,
                         field_site sites[SITES]) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < caw_message_row_count; i++) {
        where_place places[WHERE_PLACES];
        size_t found =
            caw_where_places(&caw_message_rows[i], transport, (caw_field_id)node->field, places);
        for (size_t j = 0; j < (once && found ? 1 : found); j++)
            count = add_site(sites, count, &places[j], i);
    }
    return count;
}

/* Every message has it, even one with an unknown command. */
static bool is_general(const where_node *node) {
    return node->has_field && (node->field == CAW_FIELD_COMMAND || node->field == CAW_FIELD_SIZE);
}

/* The message that starts here meets the condition. */
static void put_condition(caw_text *out, where_spot spot, const where_node *node,
                          where_certainty certainty) {
    field_site sites[SITES];
    size_t count =
        node->has_field ? find_sites(node, spot.transport, certainty == PLAIN, sites) : 0;
    if (!node->has_field)
        caw_where_put_rows(out, spot, node->rows & caw_where_rows_on(spot.transport), certainty);
    where_list either = {out, " or ", false};
    for (size_t i = 0; i < count; i++) {
        caw_where_next(&either);
        caw_put(out, '(');
        if (!is_general(node) || certainty == SURELY) {
            caw_where_put_rows(out, spot, sites[i].rows, certainty);
            caw_puts(out, " and ");
        }
        put_value(out, spot, &sites[i].place, node);
        caw_put(out, ')');
    }
}

static bool compares_name(const where_node *node) {
    return node->has_field && node->sort == WHERE_STRING && node->operator!= WHERE_NE;
}

/* One message of those that can be seen meets the condition. */
static void put_transport(caw_text *out, caw_transport transport, const where_node *node,
                          where_certainty certainty) {
    bool everywhere = transport == CAW_TRANSPORT_UDP && node->has_field && !is_general(node) &&
                      certainty != SURELY;
    bool deep = transport == CAW_TRANSPORT_TCP && certainty != SURELY;
    uint32_t spots = everywhere ? certainty == NAMED ? NAME_SPOTS : NUMBER_SPOTS
                     : deep     ? TCP_DEPTH
                                : DEPTH;
    for (uint32_t i = 0; i < spots; i++) {
        where_spot here =
            everywhere ? (where_spot){transport, 8 * i, 0} : caw_where_nth_spot(transport, i);
        caw_puts(out, i ? " or (" : "(");
        caw_where_put_guard(out, here, CAW_HEADER_SIZE);
        caw_puts(out, " and (");
        put_condition(out, here, node, everywhere && i && certainty == MAY ? PLAIN : certainty);
    }
    for (uint32_t i = 0; i < spots; i++)
        caw_puts(out, "))");
}

static void put_one(caw_text *out, const where_node *node, where_certainty certainty) {
    where_list either = {out, " or ", false};
    caw_put(out, '(');
    for (caw_transport transport = CAW_TRANSPORT_TCP; transport <= CAW_TRANSPORT_UDP; transport++)
        if (node->rows & caw_where_rows_on(transport)) {
            caw_where_next(&either);
            put_transport(out, transport, node, certainty);
        }
    caw_put(out, ')');
}

/* A comparison with one of its values. */
static where_node with_value(const where_node *node, uint32_t i) {
    where_node one = *node;
    const where_value *value = &node->values[i];
    one.operator= node->operator== WHERE_IN ? WHERE_EQ : node->operator;
    one.value = node->sort == WHERE_NUMBER ? (uint32_t)value->low : 0;
    one.upto = node->sort == WHERE_NUMBER ? (uint32_t)value->high : 0;
    one.text = (const char *)value->text.bytes;
    one.length = value->text.len;
    return one;
}

/* "not" a set: not one of them. "has" a field: one of the messages that always have it. */
static void put_message(caw_text *out, const where_node *node, bool negated) {
    where_certainty certainty = negated ? SURELY : compares_name(node) ? NAMED : MAY;
    where_list list = {out, negated ? " and " : " or ", false};
    where_node whole = *node;
    whole.has_field = node->has_field && node->operator!= WHERE_HAS;
    if (!whole.has_field) {
        caw_puts(out, negated ? "not " : "");
        put_one(out, &whole, certainty);
        return;
    }
    caw_puts(out, node->count > 1 ? "(" : "");
    for (uint32_t i = 0; i < node->count; i++) {
        where_node one = with_value(node, i);
        caw_where_next(&list);
        caw_puts(out, negated ? "not " : "");
        put_one(out, &one, certainty);
    }
    caw_puts(out, node->count > 1 ? ")" : "");
}

/* ---- the tree ----------------------------------------------------------------------------- */

/* Negation goes down to the conditions, so that each leans to the side of capturing. */
static void put_node(caw_text *out, const where_node *node, bool negated) {
    switch (node->kind) {
    case WHERE_NOT:
        put_node(out, node->left, !negated);
        break;
    case WHERE_AND:
    case WHERE_OR:
        caw_put(out, '(');
        put_node(out, node->left, negated);
        caw_puts(out, (node->kind == WHERE_AND) != negated ? " and " : " or ");
        put_node(out, node->right, negated);
        caw_put(out, ')');
        break;
    case WHERE_PACKET:
        caw_puts(out, negated ? "not (" : "(");
        for (uint32_t i = 0; i < node->length; i++)
            caw_put(out, node->text[i]);
        caw_put(out, ')');
        break;
    case WHERE_MESSAGE:
        if (caw_where_is_end_field(node)) {
            caw_puts(out, negated ? "not " : "");
            caw_where_put_end_field(out, node);
        } else {
            put_message(out, node, negated);
        }
        break;
    default: /* not visible */
        break;
    }
}

/* No packet is captured but of a port that the user named. */
static bool names_port(const where_node *node) {
    switch (node->kind) {
    case WHERE_AND:
        return names_port(node->left) || names_port(node->right);
    case WHERE_OR:
        return names_port(node->left) && names_port(node->right);
    default:
        return caw_where_names_port(node);
    }
}

/* The payload begins with a header as it must be. */
static void put_plausible(caw_text *out, caw_transport transport) {
    where_spot first = caw_where_nth_spot(transport, 0);
    caw_puts(out, " or (");
    caw_where_put_guard(out, first, CAW_HEADER_SIZE);
    where_list all = {out, " and ", true};
    caw_where_put_sane(&all, first, caw_where_rows_on(transport));
    caw_put(out, ')');
}

static unsigned remark(caw_where_remark remark) {
    return 1u << remark;
}

/* Other messages of a channel, or of a client, do not have it. */
static bool is_name(const where_node *node) {
    return node->has_field && (node->field == CAW_FIELD_PV || node->field == CAW_FIELD_USER ||
                               node->field == CAW_FIELD_HOST);
}

static unsigned remarks_on(const where_node *node, bool negated) {
    if (!node)
        return 0;
    if (caw_where_is_end_field(node))
        return 0;
    if (node->kind == WHERE_MESSAGE)
        return remark(negated ? CAW_WHERE_NOT : CAW_WHERE_DEEP) |
               (caw_where_has_look_alike(node->rows) ? remark(CAW_WHERE_ALIKE) : 0) |
               (is_name(node) ? remark(CAW_WHERE_NAMED) : 0);
    bool inside = negated != (node->kind == WHERE_NOT);
    return remarks_on(node->left, inside) | remarks_on(node->right, inside);
}

/* Some condition looks at messages of this transport. */
static bool asks_for(const where_node *node, caw_transport transport) {
    if (!node)
        return false;
    if (node->kind == WHERE_MESSAGE)
        return node->rows & caw_where_rows_on(transport);
    return asks_for(node->left, transport) || asks_for(node->right, transport);
}

/* The tree, of packets that are Channel Access. */
static void put_untagged(caw_text *out, const where_node *root, bool named) {
    if (!named) {
        caw_puts(out, "(port " WHERE_SERVER_PORT " or port " WHERE_REPEATER_PORT);
        put_plausible(out, CAW_TRANSPORT_TCP);
        put_plausible(out, CAW_TRANSPORT_UDP);
        caw_puts(out, ") and ");
    }
    put_node(out, root, false);
}

size_t caw_where_to_pcap(const char *expression, char *text, size_t size,
                         caw_where_verdict *verdict) {
    where_tree tree;
    caw_text out = caw_text_into(text, size);
    const where_node *root = caw_where_parse(expression, &tree, verdict);
    if (!root || !caw_where_is_visible(expression, root, verdict))
        return 0;
    bool named = names_port(root);
    bool udp = asks_for(root, CAW_TRANSPORT_UDP);
    bool messages = udp || asks_for(root, CAW_TRANSPORT_TCP);
    verdict->remarks = remarks_on(root, false) | (named ? 0 : remark(CAW_WHERE_GUESS)) |
                       (messages ? remark(CAW_WHERE_TAGGED) : 0) |
                       (udp ? remark(CAW_WHERE_FRAGMENT) : 0);
    caw_puts(&out, messages ? "((" : "");
    put_untagged(&out, root, named);
    if (messages) {
        caw_puts(&out, ") or ");
        caw_where_put_tagged(&out, root, !named);
        caw_put(&out, ')');
    }
    return caw_text_end(&out);
}
