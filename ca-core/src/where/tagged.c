/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet packets that still have VLAN tags. pcap-filter's own word for them, "vlan", cannot be
 * used: other link types refuse it, and a kernel's filter that has it is several times as long.
 * So the tags are read as bytes, and of what follows them only the ports: in doubt a packet is
 * captured. The Linux kernel takes the outer tag off before a filter sees the packet.
 */
#include "where.h"

#define ETHERTYPE_AT 12 /* of the first tag, or of what the frame carries */
#define TAG          4  /* bytes */
#define MOST_TAGS    2
#define IPV4         "0x800"
#define FRAGMENT_AT  6
#define PROTOCOL_AT  9
#define DESTINATION  2 /* after the source port */

static void put_load(caw_text *out, uint32_t at, uint32_t len) {
    caw_puts(out, "ether[");
    caw_put_unsigned(out, at);
    if (len > 1) {
        caw_put(out, ':');
        caw_put_unsigned(out, len);
    }
    caw_put(out, ']');
}

/* The Ethertype of a tag: 802.1Q, 802.1ad, or what switches used before that. */
static void put_is_tag(caw_text *out, uint32_t at) {
    static const char *const types[] = {"0x8100", "0x88a8", "0x9100"};
    where_list either = {out, " or ", false};
    caw_put(out, '(');
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        caw_where_next(&either);
        put_load(out, at, 2);
        caw_put(out, '=');
        caw_puts(out, types[i]);
    }
    caw_put(out, ')');
}

/* One of the ports is this. */
static void put_port(where_list *either, uint32_t ip, uint32_t port) {
    for (uint32_t at = 0; at <= DESTINATION; at += DESTINATION) {
        caw_where_next(either);
        caw_puts(either->out, "ether[((");
        put_load(either->out, ip, 1);
        caw_puts(either->out, "&15)<<2)+");
        caw_put_unsigned(either->out, ip + at);
        caw_puts(either->out, ":2]=");
        caw_put_unsigned(either->out, port);
    }
}

static void put_named_ports(where_list *either, uint32_t ip, const where_node *node) {
    if (!node)
        return;
    if (node->kind == WHERE_PACKET && node->has_port)
        put_port(either, ip, node->port);
    else if (caw_where_names_port(node))
        for (uint32_t i = 0; i < node->count; i++)
            put_port(either, ip, (uint32_t)node->values[i].low);
    put_named_ports(either, ip, node->left);
    put_named_ports(either, ip, node->right);
}

/* An IPv4 packet that begins here has such a port, and is no later fragment, which has none. */
static void put_ip(caw_text *out, uint32_t ip, const where_node *root, bool others) {
    where_list either = {out, " or ", false};
    caw_put(out, '(');
    put_load(out, ip - 2, 2);
    caw_puts(out, "=" IPV4 " and (");
    put_load(out, ip + PROTOCOL_AT, 1);
    caw_puts(out, "=6 or ");
    put_load(out, ip + PROTOCOL_AT, 1);
    caw_puts(out, "=17) and ");
    put_load(out, ip + FRAGMENT_AT, 2);
    caw_puts(out, "&0x1fff=0 and (");
    put_named_ports(&either, ip, root);
    if (others) {
        put_port(&either, ip, CAW_SERVER_PORT);
        put_port(&either, ip, CAW_REPEATER_PORT);
    }
    caw_puts(out, "))");
}

void caw_where_put_tagged(caw_text *out, const where_node *root, bool others) {
    for (uint32_t tag = 1; tag <= MOST_TAGS; tag++) {
        uint32_t at = ETHERTYPE_AT + TAG * (tag - 1);
        caw_puts(out, tag > 1 ? " or (" : "(");
        put_is_tag(out, at);
        caw_puts(out, " and (");
        put_ip(out, at + TAG + 2, root, others);
    }
    for (uint32_t tag = 1; tag <= MOST_TAGS; tag++)
        caw_puts(out, "))");
}
