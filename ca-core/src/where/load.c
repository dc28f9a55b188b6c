/* SPDX-License-Identifier: BSD-3-Clause */
/* The smallest pieces of a pcap-filter expression: loads from a packet, tests of a header. */
#include "where.h"

#define UDP_HEADER 8

/* ---- loads -------------------------------------------------------------------------------- */

static void put_offset(caw_text *out, where_spot spot, uint32_t at) {
    if (spot.transport == CAW_TRANSPORT_TCP) {
        caw_puts(out, "(tcp[12]>>4<<2)");
        if (spot.at + at) {
            caw_put(out, '+');
            caw_put_unsigned(out, spot.at + at);
        }
    } else {
        caw_put_unsigned(out, UDP_HEADER + spot.at + at);
    }
    for (uint32_t i = 0; i < spot.after; i++) {
        caw_put(out, '+');
        caw_where_put_load(out, caw_where_nth_spot(spot.transport, i),
                           caw_where_header[WHERE_SIZE].at, caw_where_header[WHERE_SIZE].len);
    }
}

void caw_where_put_load(caw_text *out, where_spot spot, uint32_t at, uint32_t len) {
    caw_puts(out, spot.transport == CAW_TRANSPORT_TCP ? "tcp[" : "udp[");
    put_offset(out, spot, at);
    if (len > 1) {
        caw_put(out, ':');
        caw_put_unsigned(out, len);
    }
    caw_put(out, ']');
}

void caw_where_put_test(caw_text *out, where_spot spot, where_word word, const char *operator,
                        uint32_t value) {
    caw_where_put_load(out, spot, word.at, word.len);
    caw_puts(out, operator);
    caw_put_unsigned(out, value);
}

void caw_where_put_guard(caw_text *out, where_spot spot, uint32_t bytes) {
    caw_puts(out, spot.transport == CAW_TRANSPORT_TCP ? "ip[2:2]-((ip[0]&15)<<2)>=" : "udp[4:2]>=");
    put_offset(out, spot, bytes);
}

/* ---- headers ------------------------------------------------------------------------------ */

/* One test for each of a few; of many, a bit of a word. */
void caw_where_put_commands(caw_text *out, where_spot spot, uint32_t commands) {
    static const where_word command = {0, 2};
    unsigned count = 0;
    for (uint32_t bits = commands; bits; bits &= bits - 1)
        count++;
    if (count > 2) {
        caw_put(out, '(');
        caw_where_put_test(out, spot, command, "<", CAW_COMMANDS);
        caw_puts(out, " and (");
        caw_put_unsigned(out, commands);
        caw_puts(out, ">>");
        caw_where_put_load(out, spot, command.at, command.len);
        caw_puts(out, ")&1=1)");
        return;
    }
    where_list either = {out, " or ", false};
    caw_puts(out, count > 1 ? "(" : "");
    for (uint32_t i = 0; i < CAW_COMMANDS; i++)
        if (commands >> i & 1) {
            caw_where_next(&either);
            caw_where_put_test(out, spot, command, "=", i);
        }
    caw_puts(out, count > 1 ? ")" : "");
}

void caw_where_put_extended(caw_text *out, where_spot spot) {
    caw_where_put_test(out, spot, caw_where_header[WHERE_SIZE], "=", CAW_EXTENDED_MARKER);
}

static void put_size(where_list *all, where_spot spot, const where_shape *shape) {
    where_word size = caw_where_header[WHERE_SIZE];
    if (shape->least_size == 0 && shape->most_size == UINT32_MAX)
        return;
    caw_where_next(all);
    if (shape->most_size == UINT32_MAX) { /* the marker of an extended header is more, too */
        caw_where_put_test(all->out, spot, size, ">=", shape->least_size);
        return;
    }
    caw_puts(all->out, shape->extended ? "(" : "");
    caw_where_put_test(all->out, spot, size, shape->least_size ? "=" : "<=", shape->most_size);
    if (shape->extended) {
        caw_puts(all->out, " or ");
        caw_where_put_extended(all->out, spot);
        caw_put(all->out, ')');
    }
}

static void put_most(where_list *all, where_spot spot, const where_shape *shape) {
    for (int i = WHERE_TYPE; i < WHERE_WORDS; i++) {
        where_word word = caw_where_header[i];
        if (shape->most[i] == UINT32_MAX)
            continue;
        if (i + 1 < WHERE_WORDS && word.len == 2 && !shape->most[i] && !shape->most[i + 1]) {
            word.len = 4;
            i++;
        }
        caw_where_next(all);
        caw_where_put_test(all->out, spot, word, shape->most[i] ? "<=" : "=", shape->most[i]);
    }
}

void caw_where_put_shape(where_list *all, where_spot spot, const where_shape *shape) {
    put_size(all, spot, shape);
    put_most(all, spot, shape);
    if (shape->counted) {
        caw_where_next(all);
        caw_put(all->out, '(');
        caw_where_put_test(all->out, spot, caw_where_header[WHERE_SIZE], ">", 0);
        caw_puts(all->out, " or ");
        caw_where_put_test(all->out, spot, caw_where_header[WHERE_COUNT], "=", 0);
        caw_put(all->out, ')');
    }
    if (shape->same_ids) {
        caw_where_next(all);
        caw_where_put_load(all->out, spot, caw_where_header[WHERE_PARAM1].at, 4);
        caw_put(all->out, '=');
        caw_where_put_load(all->out, spot, caw_where_header[WHERE_PARAM2].at, 4);
    }
}
