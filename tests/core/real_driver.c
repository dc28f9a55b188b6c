/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints doubles: reads 8 bytes each, big endian, from stdin; writes one line of caw_real each. */
#include "caw.h"

#include <stdio.h>
#include <string.h>

int main(void) {
    unsigned char bytes[8];
    char text[64];
    while (fread(bytes, 1, sizeof bytes, stdin) == sizeof bytes) {
        uint64_t bits = 0;
        double value;
        for (size_t i = 0; i < sizeof bytes; i++)
            bits = bits << 8 | bytes[i];
        memcpy(&value, &bits, sizeof value);
        caw_real(value, text, sizeof text);
        puts(text);
    }
    return 0;
}
