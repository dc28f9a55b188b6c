/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields of a packet's ends as pcap-filter has them: src == 10.0.0.1, sport in {5064, 6000..7000}.
 */
#include "where.h"

#define MOST_PORT 65535

bool caw_where_is_end_field(const where_node *node) {
    return node->kind == WHERE_MESSAGE && node->has_field &&
           (node->field == WHERE_FIELD_SRC || node->field == WHERE_FIELD_DST ||
            node->field == WHERE_FIELD_SPORT || node->field == WHERE_FIELD_DPORT);
}

static void put_direction(caw_text *out, const where_node *node) {
    bool source = node->field == WHERE_FIELD_SRC || node->field == WHERE_FIELD_SPORT;
    caw_puts(out, source ? "src " : "dst ");
}

static void put_net(caw_text *out, const where_node *node, const where_value *value) {
    put_direction(out, node);
    caw_puts(out, value->bits < 32 ? "net " : "host ");
    for (int i = 0; i < 4; i++) {
        caw_puts(out, i ? "." : "");
        caw_put_unsigned(out, value->address.bytes[i]);
    }
    if (value->bits < 32) {
        caw_put(out, '/');
        caw_put_unsigned(out, value->bits);
    }
}

/* The whole number at or below this, of those from -1 to one more than there are ports. */
static int32_t floor_of(double number) {
    if (!(number >= 0))
        return -1;
    return number > MOST_PORT ? MOST_PORT + 1 : (int32_t)number;
}

static int32_t ceiling_of(double number) {
    int32_t floor = floor_of(number);
    return floor < number ? floor + 1 : floor;
}

/* Ports from *low to *high are as the node says; none when *low is more. */
static void find_ports(const where_node *node, const where_value *value, int32_t *low,
                       int32_t *high) {
    *low = 0;
    *high = MOST_PORT;
    switch (node->operator) {
    case WHERE_LT:
        *high = ceiling_of(value->low) - 1;
        break;
    case WHERE_LE:
        *high = floor_of(value->low);
        break;
    case WHERE_GT:
        *low = floor_of(value->low) + 1;
        break;
    case WHERE_GE:
        *low = ceiling_of(value->low);
        break;
    default:
        *low = ceiling_of(value->low);
        *high = floor_of(value->high);
    }
    *low = *low < 0 ? 0 : *low;
    *high = *high > MOST_PORT ? MOST_PORT : *high;
    if (value->low != value->low) /* NaN is in no order */
        *high = -1;
}

static void put_ports(caw_text *out, const where_node *node, const where_value *value) {
    int32_t low, high;
    find_ports(node, value, &low, &high);
    if (low > high) {
        caw_puts(out, "ip[0]=0"); /* never */
        return;
    }
    put_direction(out, node);
    caw_puts(out, low < high ? "portrange " : "port ");
    caw_put_unsigned(out, (uint32_t)low);
    if (low < high) {
        caw_put(out, '-');
        caw_put_unsigned(out, (uint32_t)high);
    }
}

void caw_where_put_end_field(caw_text *out, const where_node *node) {
    where_list either = {out, " or ", false};
    caw_puts(out, node->operator== WHERE_NE ? "not (" : "(");
    if (node->operator== WHERE_HAS)
        caw_puts(out, "tcp or udp");
    for (uint32_t i = 0; i < node->count; i++) {
        caw_where_next(&either);
        if (node->sort == WHERE_ADDRESS)
            put_net(out, node, &node->values[i]);
        else
            put_ports(out, node, &node->values[i]);
    }
    caw_put(out, ')');
}

bool caw_where_names_port(const where_node *node) {
    if (node->kind == WHERE_PACKET)
        return node->has_port;
    if (!caw_where_is_end_field(node) || node->sort != WHERE_NUMBER ||
        (node->operator!= WHERE_EQ && node->operator!= WHERE_IN))
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        int32_t low, high;
        find_ports(node, &node->values[i], &low, &high);
        if (low != high)
            return false;
    }
    return true;
}
