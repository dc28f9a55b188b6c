/* SPDX-License-Identifier: BSD-3-Clause */
/* What the fuzzer gave, read byte by byte as a script. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at;
    size_t left;
} input;

/* The next byte; 0 after the last. */
static inline unsigned take(input *from) {
    if (!from->left)
        return 0;
    from->left--;
    return *from->at++;
}

#endif
