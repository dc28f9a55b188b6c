/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses as text. */
#include "caw_capture.h"

#include "text.h"

enum { GROUPS = 8 };

typedef struct {
    int from;
    int length;
} run;

static unsigned group(const caw_end *end, int i) {
    return (unsigned)end->bytes[2 * i] << 8 | end->bytes[2 * i + 1];
}

static uint32_t word(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The first of the longest runs of zeros; one group alone is none. */
static run longest_zeros(const caw_end *end) {
    run best = {-1, 1};
    for (int from = 0, i; from < GROUPS; from = i + 1) {
        for (i = from; i < GROUPS && !group(end, i); i++)
            ;
        if (i - from > best.length)
            best = (run){from, i - from};
    }
    return best;
}

/* ::10.0.0.1 and ::ffff:10.0.0.1 */
static bool carries_ipv4(const caw_end *end, run zeros) {
    return zeros.from == 0 && (zeros.length == 6 || (zeros.length == 5 && group(end, 5) == 0xffff));
}

static void put_hexadecimal(caw_text *out, unsigned number) {
    static const char digits[] = "0123456789abcdef";
    for (int shift = 12; shift >= 0; shift -= 4)
        if (number >> shift || !shift)
            caw_put(out, digits[number >> shift & 0xf]);
}

static void put_ipv6(caw_text *out, const caw_end *end) {
    run zeros = longest_zeros(end);
    int groups = carries_ipv4(end, zeros) ? GROUPS - 2 : GROUPS;
    for (int i = 0; i < groups; i++) {
        if (i == zeros.from) {
            caw_puts(out, "::");
            i += zeros.length - 1;
            continue;
        }
        if (i && i != zeros.from + zeros.length)
            caw_put(out, ':');
        put_hexadecimal(out, group(end, i));
    }
    if (groups == GROUPS)
        return;
    if (groups > zeros.length)
        caw_put(out, ':');
    caw_put_ipv4(out, word(end->bytes + 12));
}

static void put_address(caw_text *out, const caw_end *end) {
    if (end->size == 4)
        caw_put_ipv4(out, word(end->bytes));
    else if (end->size == 16)
        put_ipv6(out, end);
}

size_t caw_end_text(const caw_end *end, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    put_address(&out, end);
    return caw_text_end(&out);
}

size_t caw_end_port_text(const caw_end *end, char *text, size_t size) {
    caw_text out = caw_text_into(text, size);
    bool brackets = end->size == 16 && end->port;
    caw_puts(&out, brackets ? "[" : "");
    put_address(&out, end);
    caw_puts(&out, brackets ? "]" : "");
    if (end->port) {
        caw_put(&out, ':');
        caw_put_unsigned(&out, end->port);
    }
    return caw_text_end(&out);
}
