/* SPDX-License-Identifier: BSD-3-Clause */
/* The smallest pieces of a pcap-filter expression: loads from a packet, tests of a header. */
#include "capture.h"

#define UDP_HEADER 8

/* ---- loads -------------------------------------------------------------------------------- */

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
        capture_put_load(out, capture_nth_spot(spot.transport, i), capture_words[CAPTURE_SIZE].at,
                         capture_words[CAPTURE_SIZE].len);
    }
}

void capture_put_load(caw_text *out, capture_spot spot, uint32_t at, uint32_t len) {
    caw_puts(out, spot.transport == CAW_TCP ? "tcp[" : "udp[");
    put_offset(out, spot, at);
    if (len > 1) {
        caw_put(out, ':');
        caw_put_unsigned(out, len);
    }
    caw_put(out, ']');
}

void capture_put_test(caw_text *out, capture_spot spot, capture_word word, const char *operator,
                      uint32_t value) {
    capture_put_load(out, spot, word.at, word.len);
    caw_puts(out, operator);
    caw_put_unsigned(out, value);
}

void capture_put_guard(caw_text *out, capture_spot spot, uint32_t bytes) {
    caw_puts(out, spot.transport == CAW_TCP ? "ip[2:2]-((ip[0]&15)<<2)>=" : "udp[4:2]>=");
    put_offset(out, spot, bytes);
}

/* ---- headers ------------------------------------------------------------------------------ */

/* One test for each of a few; of many, a bit of a word. */
void capture_put_commands(caw_text *out, capture_spot spot, uint32_t commands) {
    static const capture_word command = {0, 2};
    unsigned count = 0;
    for (uint32_t bits = commands; bits; bits &= bits - 1)
        count++;
    if (count > 2) {
        caw_put(out, '(');
        capture_put_test(out, spot, command, "<", CAW_COMMANDS);
        caw_puts(out, " and (");
        caw_put_unsigned(out, commands);
        caw_puts(out, ">>");
        capture_put_load(out, spot, command.at, command.len);
        caw_puts(out, ")&1=1)");
        return;
    }
    capture_list either = {out, " or ", false};
    caw_puts(out, count > 1 ? "(" : "");
    for (uint32_t i = 0; i < CAW_COMMANDS; i++)
        if (commands >> i & 1) {
            capture_next(&either);
            capture_put_test(out, spot, command, "=", i);
        }
    caw_puts(out, count > 1 ? ")" : "");
}

void capture_put_extended(caw_text *out, capture_spot spot) {
    capture_put_test(out, spot, capture_words[CAPTURE_SIZE], "=", CAW_EXTENDED_MARKER);
}

static void put_size(capture_list *all, capture_spot spot, const capture_shape *shape) {
    capture_word size = capture_words[CAPTURE_SIZE];
    if (shape->least_size == 0 && shape->most_size == UINT32_MAX)
        return;
    capture_next(all);
    if (shape->most_size == UINT32_MAX) { /* the marker of an extended header is more, too */
        capture_put_test(all->out, spot, size, ">=", shape->least_size);
        return;
    }
    caw_puts(all->out, shape->extended ? "(" : "");
    capture_put_test(all->out, spot, size, shape->least_size ? "=" : "<=", shape->most_size);
    if (shape->extended) {
        caw_puts(all->out, " or ");
        capture_put_extended(all->out, spot);
        caw_put(all->out, ')');
    }
}

static void put_most(capture_list *all, capture_spot spot, const capture_shape *shape) {
    for (int i = CAPTURE_TYPE; i < CAPTURE_WORDS; i++) {
        capture_word word = capture_words[i];
        if (shape->most[i] == UINT32_MAX)
            continue;
        if (i + 1 < CAPTURE_WORDS && word.len == 2 && !shape->most[i] && !shape->most[i + 1]) {
            word.len = 4;
            i++;
        }
        capture_next(all);
        capture_put_test(all->out, spot, word, shape->most[i] ? "<=" : "=", shape->most[i]);
    }
}

void capture_put_shape(capture_list *all, capture_spot spot, const capture_shape *shape) {
    put_size(all, spot, shape);
    put_most(all, spot, shape);
    if (shape->counted) {
        capture_next(all);
        caw_put(all->out, '(');
        capture_put_test(all->out, spot, capture_words[CAPTURE_SIZE], ">", 0);
        caw_puts(all->out, " or ");
        capture_put_test(all->out, spot, capture_words[CAPTURE_COUNT], "=", 0);
        caw_put(all->out, ')');
    }
    if (shape->same_ids) {
        capture_next(all);
        capture_put_load(all->out, spot, capture_words[CAPTURE_PARAM1].at, 4);
        caw_put(all->out, '=');
        capture_put_load(all->out, spot, capture_words[CAPTURE_PARAM2].at, 4);
    }
}
