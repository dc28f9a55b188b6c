/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The headers around a message as the Python library dpkt presents them. The rows say what its
 * classes have, in the order in which repr() prints it; the rest is generic over the rows.
 *
 * repr() prints the fields of the header and of its bit fields, unless they have their usual
 * value; then what the parser stored besides (options, VLAN tags), always; then `data`, unless
 * empty. str() is the repr() of the bytes.
 */
#include "dpkt.h"

#include "message/wire.h"
#include "text/text.h"

/* ---- rows ------------------------------------------------------------------------------- */

typedef enum {
    UNSIGNED,
    SIGNED,
    BYTES,
    OPTIONS, /* the bytes of the header after its fixed part */
    FAMILY,  /* a loopback address family, in the byte order of the capturing host */
    TAGS,    /* the list of VLAN tags */
    DICT,    /* an empty dict */
    LIST     /* an empty list */
} field_kind;

#define NEVER (-1) /* no usual value: always printed */

typedef struct caw_attribute_row {
    const char *name; /* NULL ends a list */
    field_kind kind;
    uint8_t at, size;    /* in bytes, from the start of the layer */
    uint8_t shift, bits; /* of a bit field, from the lowest bit; no bits: the whole number */
    int64_t usual;
} attribute_row;

enum { TAG_AT = 14, TAG_SIZE = 4 };

/* clang-format off */
static const attribute_row ethernet_rows[] = {
    {"dst", BYTES, 0, 6, .usual = NEVER},
    {"src", BYTES, 6, 6, .usual = NEVER},
    {"type", UNSIGNED, 12, 2, .usual = 0x0800},
    {0},
};

static const attribute_row tagged_rows[] = {
    {"dst", BYTES, 0, 6, .usual = NEVER},
    {"src", BYTES, 6, 6, .usual = NEVER},
    {"type", UNSIGNED, 12, 2, .usual = 0x0800},
    {"vlan_tags", TAGS, .usual = NEVER},
    {"vlanid", UNSIGNED, TAG_AT, 2, 0, 12, NEVER},
    {"priority", UNSIGNED, TAG_AT, 2, 13, 3, NEVER},
    {"cfi", UNSIGNED, TAG_AT, 2, 12, 1, NEVER},
    {0},
};

static const attribute_row tag_rows[] = {
    {"pri", UNSIGNED, 0, 2, 13, 3, 0},
    {"cfi", UNSIGNED, 0, 2, 12, 1, 0},
    {"id", UNSIGNED, 0, 2, 0, 12, 0},
    {"type", UNSIGNED, 2, 2, .usual = 0x0800},
    {0},
};

static const attribute_row sll_rows[] = {
    {"type", UNSIGNED, 0, 2, .usual = 0},
    {"hrd", UNSIGNED, 2, 2, .usual = 1},
    {"hlen", UNSIGNED, 4, 2, .usual = 6},
    {"hdr", BYTES, 6, 8, .usual = NEVER},
    {"ethtype", UNSIGNED, 14, 2, .usual = 0x0800},
    {0},
};

static const attribute_row sll2_rows[] = {
    {"ethtype", UNSIGNED, 0, 2, .usual = 0x0800},
    {"mbz", UNSIGNED, 2, 2, .usual = 0},
    {"intindex", SIGNED, 4, 4, .usual = 0},
    {"hrd", UNSIGNED, 8, 2, .usual = 1},
    {"type", UNSIGNED, 10, 1, .usual = 0},
    {"hlen", UNSIGNED, 11, 1, .usual = 6},
    {"hdr", BYTES, 12, 8, .usual = NEVER},
    {0},
};

static const attribute_row loopback_rows[] = {
    {"family", FAMILY, 0, 4, .usual = 0},
    {0},
};

static const attribute_row ip4_rows[] = {
    {"v", UNSIGNED, 0, 1, 4, 4, 4},
    {"hl", UNSIGNED, 0, 1, 0, 4, 5},
    {"tos", UNSIGNED, 1, 1, .usual = 0},
    {"len", UNSIGNED, 2, 2, .usual = 20},
    {"id", UNSIGNED, 4, 2, .usual = 0},
    {"rf", UNSIGNED, 6, 2, 15, 1, 0},
    {"df", UNSIGNED, 6, 2, 14, 1, 0},
    {"mf", UNSIGNED, 6, 2, 13, 1, 0},
    {"offset", UNSIGNED, 6, 2, 0, 13, 0},
    {"ttl", UNSIGNED, 8, 1, .usual = 64},
    {"p", UNSIGNED, 9, 1, .usual = 0},
    {"sum", UNSIGNED, 10, 2, .usual = 0},
    {"src", BYTES, 12, 4, .usual = 0},
    {"dst", BYTES, 16, 4, .usual = 0},
    {"opts", OPTIONS, .usual = NEVER},
    {0},
};

static const attribute_row ip6_rows[] = {
    {"v", UNSIGNED, 0, 4, 28, 4, 6},
    {"fc", UNSIGNED, 0, 4, 20, 8, 0},
    {"flow", UNSIGNED, 0, 4, 0, 20, 0},
    {"plen", UNSIGNED, 4, 2, .usual = 0},
    {"nxt", UNSIGNED, 6, 1, .usual = 0},
    {"hlim", UNSIGNED, 7, 1, .usual = 0},
    {"src", BYTES, 8, 16, .usual = NEVER},
    {"dst", BYTES, 24, 16, .usual = NEVER},
    {"extension_hdrs", DICT, .usual = NEVER},
    {"all_extension_headers", LIST, .usual = NEVER},
    {"p", UNSIGNED, 6, 1, .usual = NEVER},
    {0},
};

static const attribute_row tcp_rows[] = {
    {"sport", UNSIGNED, 0, 2, .usual = 0xdead},
    {"dport", UNSIGNED, 2, 2, .usual = 0},
    {"seq", UNSIGNED, 4, 4, .usual = 0xdeadbeef},
    {"ack", UNSIGNED, 8, 4, .usual = 0},
    {"off", UNSIGNED, 12, 2, 12, 4, 5},
    {"flags", UNSIGNED, 12, 2, 0, 9, 2},
    {"win", UNSIGNED, 14, 2, .usual = 0xffff},
    {"sum", UNSIGNED, 16, 2, .usual = 0},
    {"urp", UNSIGNED, 18, 2, .usual = 0},
    {"opts", OPTIONS, .usual = NEVER},
    {0},
};

static const attribute_row udp_rows[] = {
    {"sport", UNSIGNED, 0, 2, .usual = 0xdead},
    {"dport", UNSIGNED, 2, 2, .usual = 0},
    {"ulen", UNSIGNED, 4, 2, .usual = 8},
    {"sum", UNSIGNED, 6, 2, .usual = 0},
    {0},
};
/* clang-format on */

static const struct {
    caw_layer_id layer;
    const char *name; /* of the class */
    const char *key;  /* of the object, as attribute of the layer below */
    uint32_t size;    /* of the fixed part of the header */
    const attribute_row *rows;
} classes[CAW_CLASSES] = {
    [CAW_CLASS_ETHERNET] = {CAW_LAYER_ETHERNET, "Ethernet", "ethernet", 14, ethernet_rows},
    [CAW_CLASS_TAGGED] = {CAW_LAYER_ETHERNET, "Ethernet", "ethernet", 14, tagged_rows},
    [CAW_CLASS_SLL] = {CAW_LAYER_ETHERNET, "SLL", "sll", 16, sll_rows},
    [CAW_CLASS_SLL2] = {CAW_LAYER_ETHERNET, "SLL2", "sll2", 20, sll2_rows},
    [CAW_CLASS_LOOPBACK] = {CAW_LAYER_ETHERNET, "Loopback", "loopback", 4, loopback_rows},
    [CAW_CLASS_IP] = {CAW_LAYER_IP, "IP", "ip", 20, ip4_rows},
    [CAW_CLASS_IP6] = {CAW_LAYER_IP, "IP6", "ip6", 40, ip6_rows},
    [CAW_CLASS_TCP] = {CAW_LAYER_TRANSPORT, "TCP", "tcp", 20, tcp_rows},
    [CAW_CLASS_UDP] = {CAW_LAYER_TRANSPORT, "UDP", "udp", 8, udp_rows},
};

/* ---- attributes ------------------------------------------------------------------------- */

typedef struct {
    const char *text;
    size_t length;
} word;

static bool is_word(word name, const char *text) {
    return strlen(text) == name.length && memcmp(name.text, text, name.length) == 0;
}

static const attribute_row *row_of_class(caw_class is, word name) {
    if (is == CAW_CLASS_NONE)
        return NULL;
    for (const attribute_row *row = classes[is].rows; row->name; row++)
        if (is_word(name, row->name))
            return row;
    return NULL;
}

/* The row of this name, of the packet's own class if that has it, else of another of the layer. */
static const attribute_row *find_row(const caw_packet *packet, caw_layer_id id, word name) {
    const attribute_row *row = row_of_class(packet->layers[id].is, name);
    for (caw_class is = CAW_CLASS_NONE + 1; is < CAW_CLASSES && !row; is++)
        if (classes[is].layer == id)
            row = row_of_class(is, name);
    return row;
}

/* The class whose objects have this name in the layer below. */
static caw_class find_class(word name) {
    caw_class is = CAW_CLASS_NONE + 1;
    while (is < CAW_CLASSES && !is_word(name, classes[is].key))
        is++;
    return is < CAW_CLASSES ? is : CAW_CLASS_NONE;
}

static bool is_number(const attribute_row *row) {
    return row->kind == UNSIGNED || row->kind == SIGNED || row->kind == FAMILY;
}

static int64_t row_number(const caw_packet *packet, uint32_t at, const attribute_row *row) {
    uint32_t number;
    at += row->at;
    if (row->kind == FAMILY)
        return caw_packet_family(packet);
    if (row->size == 4)
        number = wire_u32(packet->frame, at);
    else
        number = row->size == 2 ? wire_u16(packet->frame, at) : wire_u8(packet->frame, at);
    if (row->kind == SIGNED)
        return (int32_t)number;
    return row->bits ? number >> row->shift & ((1u << row->bits) - 1) : number;
}

/* Goes from a layer to what the next word of the path names; false when there is no such name. */
static bool step(const caw_packet *packet, word name, caw_attribute *to) {
    caw_layer_id above = to->layer + 1;
    caw_class is = find_class(name);
    if (to->row || to->data)
        return false;
    if ((to->row = find_row(packet, to->layer, name))) {
        if (to->row != row_of_class(packet->layers[to->layer].is, name))
            to->kind = CAW_ATTRIBUTE_NONE;
    } else if (is_word(name, "data")) {
        to->data = above == CAW_LAYERS || !packet->layers[above].is;
        to->layer = to->data ? to->layer : above;
    } else if (is && classes[is].layer == above) {
        to->layer = above;
        if (packet->layers[above].is != is)
            to->kind = CAW_ATTRIBUTE_NONE;
    } else {
        return false;
    }
    return true;
}

bool caw_packet_find(const caw_packet *packet, const char *path, caw_attribute *attribute) {
    static const char *const roots[CAW_LAYERS] = {"ethernet", "ip", "transport"};
    word name = {path, strcspn(path, ".")};
    caw_layer_id root = CAW_LAYER_ETHERNET;
    while (root < CAW_LAYERS && !is_word(name, roots[root]))
        root++;
    if (root == CAW_LAYERS)
        return false;
    *attribute = (caw_attribute){.kind = CAW_ATTRIBUTE_OBJECT, .layer = root};
    if (!packet->layers[root].is)
        attribute->kind = CAW_ATTRIBUTE_NONE;
    while (name.text[name.length]) {
        name.text += name.length + 1;
        name.length = strcspn(name.text, ".");
        if (!step(packet, name, attribute))
            return false;
    }
    if (attribute->kind && attribute->row && is_number(attribute->row)) {
        attribute->kind = CAW_ATTRIBUTE_NUMBER;
        attribute->number = row_number(packet, packet->layers[attribute->layer].at, attribute->row);
    }
    return true;
}

/* ---- the bytes of str() ----------------------------------------------------------------- */

/* Bytes of the frame, with the numbers of 16 bits that dpkt does not send as they were captured. */
typedef struct {
    caw_view frame;
    uint32_t at, end;
    uint32_t changes;
    struct {
        uint32_t at;
        uint16_t value;
    } change[5];
} span;

static span captured(const caw_packet *packet, uint32_t at, uint32_t end) {
    span bytes = {.frame = packet->frame, .at = at, .end = end};
    return bytes;
}

static uint8_t byte_at(const span *bytes, uint32_t at) {
    for (uint32_t i = 0; i < bytes->changes; i++)
        if (at - bytes->change[i].at < 2)
            return (uint8_t)(bytes->change[i].value >> (at == bytes->change[i].at ? 8 : 0));
    return wire_u8(bytes->frame, at);
}

static void change(span *bytes, uint32_t at, uint32_t value) {
    bytes->change[bytes->changes].at = at;
    bytes->change[bytes->changes++].value = (uint16_t)value;
}

/* Internet checksum (RFC 1071) of at..end, on top of the sum of a pseudo header. */
static uint16_t checksum(uint64_t sum, const span *bytes, uint32_t at, uint32_t end) {
    for (uint32_t i = at; i < end; i++)
        sum += (uint32_t)byte_at(bytes, i) << ((i - at) % 2 ? 0 : 8);
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}

/* A transport checksum of 0 is filled in; it covers the addresses of the IP header too. */
static void change_transport(const caw_packet *packet, span *bytes) {
    const caw_layer *ip = &packet->layers[CAW_LAYER_IP];
    const caw_layer *transport = &packet->layers[CAW_LAYER_TRANSPORT];
    bool ip4 = ip->is == CAW_CLASS_IP;
    bool udp = transport->is == CAW_CLASS_UDP;
    uint32_t sum_at = transport->at + (udp ? 6 : 16);
    if (!transport->is || wire_u16(packet->frame, sum_at))
        return;
    uint64_t sum = (udp ? 17u : 6u) + transport->end - transport->at;
    for (uint32_t at = ip4 ? 12 : 8; at < (ip4 ? 20 : 40); at += 2)
        sum += wire_u16(packet->frame, ip->at + at);
    uint16_t value = checksum(sum, bytes, transport->at, transport->end);
    change(bytes, sum_at, value == 0 && udp && ip4 ? 0xffff : value);
}

/* Without a header checksum, dpkt takes the whole header for unfinished. */
static void change_ip4(const caw_packet *packet, span *bytes) {
    const caw_layer *ip = &packet->layers[CAW_LAYER_IP];
    bool fragment = wire_u16(packet->frame, ip->at + 6) & 0x3fff;
    if (wire_u16(packet->frame, ip->at + 10))
        return;
    change(bytes, ip->at + 2, ip->end - ip->at);
    change(bytes, ip->at + 10, checksum(0, bytes, ip->at, ip->at + ip->header));
    if (!fragment)
        change_transport(packet, bytes);
}

/* The family of a loopback frame goes out as a little endian host writes it. */
static void change_family(const caw_packet *packet, span *bytes) {
    uint32_t family = caw_packet_family(packet);
    if (family < 0x100) {
        change(bytes, 0, family << 8);
        change(bytes, 2, 0);
    }
}

/* The bytes of a layer and of all above it. */
static span layer_bytes(const caw_packet *packet, caw_layer_id id) {
    const caw_layer *layer = &packet->layers[id];
    span bytes = captured(packet, layer->at, layer->end);
    if (layer->is == CAW_CLASS_LOOPBACK)
        change_family(packet, &bytes);
    if (id <= CAW_LAYER_IP && packet->layers[CAW_LAYER_IP].is == CAW_CLASS_IP)
        change_ip4(packet, &bytes);
    if (id <= CAW_LAYER_IP && packet->layers[CAW_LAYER_IP].is == CAW_CLASS_IP6)
        change_transport(packet, &bytes);
    return bytes;
}

/* ---- text ------------------------------------------------------------------------------- */

static void put_byte(caw_text *out, uint8_t byte, char quote) {
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\tt\nn\rr";
    const char *name = byte ? strchr(named, byte) : NULL;
    if (byte == '\\' || byte == (uint8_t)quote) {
        caw_put(out, '\\');
        caw_put(out, (char)byte);
    } else if (name && byte < ' ') {
        caw_put(out, '\\');
        caw_put(out, name[1]);
    } else if (byte >= ' ' && byte < 0x7f) {
        caw_put(out, (char)byte);
    } else {
        caw_puts(out, "\\x");
        caw_put(out, hex[byte >> 4]);
        caw_put(out, hex[byte & 0xf]);
    }
}

/* As Python prints bytes: in single quotes, unless there are such inside and no double ones. */
static void put_bytes(caw_text *out, const span *bytes) {
    bool single = false, twice = false;
    for (uint32_t i = bytes->at; i < bytes->end; i++) {
        single |= byte_at(bytes, i) == '\'';
        twice |= byte_at(bytes, i) == '"';
    }
    char quote = single && !twice ? '"' : '\'';
    caw_put(out, 'b');
    caw_put(out, quote);
    for (uint32_t i = bytes->at; i < bytes->end; i++)
        put_byte(out, byte_at(bytes, i), quote);
    caw_put(out, quote);
}

static void put_captured(caw_text *out, const caw_packet *packet, uint32_t at, uint32_t end) {
    span bytes = captured(packet, at, end);
    put_bytes(out, &bytes);
}

static bool is_usual(const caw_packet *packet, uint32_t at, const attribute_row *row) {
    if (row->usual == NEVER)
        return false;
    if (row->kind == BYTES)
        return wire_is_zero(wire_sub(packet->frame, at + row->at, row->size));
    return row_number(packet, at, row) == row->usual;
}

static void put_tags(caw_text *out, const caw_packet *packet);

static void put_row(caw_text *out, const caw_packet *packet, const caw_layer *layer,
                    const attribute_row *row) {
    uint32_t at = layer->at + row->at;
    switch (row->kind) {
    case UNSIGNED:
    case SIGNED:
    case FAMILY:
        caw_put_signed(out, row_number(packet, layer->at, row));
        break;
    case BYTES:
        put_captured(out, packet, at, at + row->size);
        break;
    case OPTIONS:
        put_captured(out, packet, at + classes[layer->is].size, at + layer->header);
        break;
    case TAGS:
        put_tags(out, packet);
        break;
    case DICT:
        caw_puts(out, "{}");
        break;
    case LIST:
        caw_puts(out, "[]");
        break;
    }
}

/* name=value, ... of the rows that are not as usual. Returns the separator for what follows. */
static const char *put_rows(caw_text *out, const caw_packet *packet, const caw_layer *layer,
                            const attribute_row *rows) {
    const char *separator = "";
    for (const attribute_row *row = rows; row->name; row++) {
        if (is_usual(packet, layer->at, row))
            continue;
        caw_puts(out, separator);
        caw_puts(out, row->name);
        caw_put(out, '=');
        put_row(out, packet, layer, row);
        separator = ", ";
    }
    return separator;
}

static void put_tags(caw_text *out, const caw_packet *packet) {
    caw_put(out, '[');
    for (uint32_t i = 0; i < packet->tags; i++) {
        caw_layer tag = {.at = TAG_AT + i * TAG_SIZE};
        caw_puts(out, i ? ", VLANtag8021Q(" : "VLANtag8021Q(");
        put_rows(out, packet, &tag, tag_rows);
        caw_put(out, ')');
    }
    caw_put(out, ']');
}

static void put_layer(caw_text *out, const caw_packet *packet, caw_layer_id id) {
    const caw_layer *layer = &packet->layers[id];
    uint32_t body = layer->at + layer->header;
    bool above = id + 1 < CAW_LAYERS && packet->layers[id + 1].is;
    caw_puts(out, classes[layer->is].name);
    caw_put(out, '(');
    const char *separator = put_rows(out, packet, layer, classes[layer->is].rows);
    if (above || body < layer->end) {
        caw_puts(out, separator);
        caw_puts(out, "data=");
    }
    if (above)
        put_layer(out, packet, id + 1);
    else if (body < layer->end)
        put_captured(out, packet, body, layer->end);
    caw_put(out, ')');
}

static void put_attribute(caw_text *out, const caw_packet *packet, const caw_attribute *attribute,
                          bool repr) {
    const caw_layer *layer = &packet->layers[attribute->layer];
    if (attribute->kind == CAW_ATTRIBUTE_NONE) {
        caw_puts(out, "None");
    } else if (attribute->row) {
        put_row(out, packet, layer, attribute->row);
    } else if (attribute->data) {
        put_captured(out, packet, layer->at + layer->header, layer->end);
    } else if (repr) {
        put_layer(out, packet, attribute->layer);
    } else {
        span bytes = layer_bytes(packet, attribute->layer);
        put_bytes(out, &bytes);
    }
}

size_t caw_packet_text(const caw_packet *packet, const caw_attribute *attribute, bool repr,
                       char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    put_attribute(&out, packet, attribute, repr);
    return caw_text_end(&out);
}

/* ---- one after another ------------------------------------------------------------------ */

const char *caw_attribute_object(caw_class is) {
    return classes[is].layer == CAW_LAYER_ETHERNET ? "ethernet"
           : classes[is].layer == CAW_LAYER_IP     ? "ip"
                                                   : classes[is].key;
}

const char *caw_attribute_name(caw_class is, size_t index) {
    return classes[is].rows[index].name;
}

bool caw_attribute_is_number(caw_class is, size_t index) {
    return is_number(&classes[is].rows[index]);
}

bool caw_attribute_is_bytes(caw_class is, size_t index) {
    field_kind kind = classes[is].rows[index].kind;
    return kind == BYTES || kind == OPTIONS;
}

void caw_attribute_read(const caw_packet *packet, caw_class is, size_t index, int64_t *number,
                        caw_view *bytes) {
    const attribute_row *row = &classes[is].rows[index];
    const caw_layer *layer = &packet->layers[classes[is].layer];
    uint32_t fixed = classes[is].size;
    if (is_number(row))
        *number = row_number(packet, layer->at, row);
    else if (row->kind == OPTIONS)
        *bytes = wire_sub(packet->frame, layer->at + fixed,
                          layer->header > fixed ? layer->header - fixed : 0);
    else
        *bytes = wire_sub(packet->frame, layer->at + row->at, row->size);
}
